/** @file What each method forgot, task by task, and where memory was read from, as heat maps. */
import { mean } from "../../../numerics/statistics.ts";
import { percent } from "../../format.ts";
import { heatMap, type HeatCell } from "../../report/heat-map.ts";
import { markup, type Markup, type Part } from "../../report/markup.ts";
import { AGENT_COLORS } from "../../report/style.ts";
import type { BenchResult } from "../result.ts";
import { heading, nameOf, type Ranked } from "./page-parts.ts";
import { meanRates } from "./rates.ts";

/** R[j][j] − R[i][j] below the diagonal. Absent where no method learned in sequence. */
export function forgettingSection({ tasks }: BenchResult, ranked: readonly Ranked[]): Part {
  const maps = ranked.flatMap((one) => {
    const rates = meanRates(one.runs.map((run) => run.rates));
    if (tasks.length < 2 || rates.slice(1).some((row) => row.includes(null))) return [];
    const cells = tasks.map((_, i) =>
      tasks.map((task, j): HeatCell | null => {
        const [was, is] = [rates[j + 1]![j]!.mean, rates[i + 1]![j]!.mean];
        const points = Math.round(100 * (was - is));
        const title = `${nameOf(one)} on ${task} after ${tasks[i]!}: ${percent(is)}, right after learning ${percent(was)}`;
        return i <= j ? null : { share: Math.max(0, was - is), text: String(points).replace("-", "−"), title };
      }),
    );
    const map = heatMap({
      label: `What ${nameOf(one)} forgot`,
      rows: tasks.map((task) => `+ ${task}`),
      columns: tasks,
      cells,
      isFramed: () => false,
    });
    return [markup`<figure class="${one.className}">${heading(one)}${map}</figure>`];
  });
  if (maps.length === 0) return undefined;
  return markup`<section><h2>Forgetting</h2><p class="note">Points of success lost on each task (columns) since it was learned, after learning one task more (rows); the mean over seeds. Negative: it got better.</p>${bestFirst(maps)}</section>`;
}

/** Absent where every task is learned. */
export function testsSection({ tasks, testTasks }: BenchResult, ranked: readonly Ranked[]): Part {
  if (testTasks.length === 0) return undefined;
  const rows = ["nothing yet", ...tasks.map((task) => `+ ${task}`)];
  const maps = ranked.map((one) => {
    const cells = meanRates(one.runs.map(({ tests }) => tests)).map((row, i) =>
      row.map((rate, j): HeatCell | null => {
        const title = `${nameOf(one)} on ${testTasks[j]!} after ${rows[i]!}: ${percent(rate?.mean ?? 0)}`;
        return rate && { share: rate.mean, text: percent(rate.mean).replace(" %", ""), title };
      }),
    );
    const map = heatMap({ label: `${nameOf(one)} on tasks that are only tested`, rows, columns: testTasks, cells, isFramed: () => false });
    return markup`<figure class="${one.className}">${heading(one)}${map}</figure>`;
  });
  return markup`<section><h2>Tasks that are only tested</h2><p class="note">Success in % on each (columns) after learning one task more (rows); the mean over seeds. They are in no figure.</p>${bestFirst(maps)}</section>`;
}

/** The best are seen at once, the others when they are asked for. */
function bestFirst(maps: readonly Markup[]): Markup {
  const [best, rest] = [maps.slice(0, AGENT_COLORS), maps.slice(AGENT_COLORS)];
  const others =
    rest.length === 0 ? undefined : markup`<details><summary>${`The other ${rest.length}`}</summary><div class="row">${rest}</div></details>`;
  return markup`<div class="row">${best}</div>${others}`;
}

/** Absent where no method reads a memory. */
export function readsSection({ tasks }: BenchResult, ranked: readonly Ranked[]): Part {
  const maps = ranked.flatMap((one): Markup[] => {
    const readers = one.runs.filter(({ reads }) => reads.length > 0);
    if (readers.length === 0) return [];
    const rows = readers[0]!.reads.map(({ task }) => task);
    const found = new Set(readers.flatMap(({ reads }) => reads.flatMap(({ shares }) => Object.keys(shares))));
    const sources = [...tasks.filter((task) => found.has(task)), ...[...found].filter((source) => !tasks.includes(source)).toSorted()];
    const share = (task: string, source: string): number =>
      mean(readers.map(({ reads }) => reads.find((each) => each.task === task)?.shares[source] ?? 0));
    const cells = rows.map((task) =>
      sources.map((source): HeatCell => {
        const value = share(task, source);
        const title = `Tested on ${task}, ${nameOf(one)} read ${percent(value)} of what it read from memories of ${source}`;
        return { share: value, text: percent(value).replace(" %", ""), title };
      }),
    );
    const isFramed = (i: number, j: number): boolean => rows[i] === sources[j];
    const map = heatMap({ label: `Where ${nameOf(one)} read from`, rows, columns: sources, cells, isFramed });
    return [markup`<figure class="${one.className}">${heading(one)}${map}</figure>`];
  });
  if (maps.length === 0) return undefined;
  return markup`<section><h2>Where memory was read from</h2><p class="note">When tested on a task (rows) at the end: the weight of what was read from memory, in % by the task it was remembered from (columns); the mean over seeds.</p><div class="row">${maps}</div></section>`;
}
