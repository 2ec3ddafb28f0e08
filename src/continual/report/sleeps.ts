/** @file What agents asked themselves after each sleep, as heat maps. */
import { sleepsOf, type Learned, type RunEvent } from "../run-event.ts";
import type { RunSummary } from "../summary.ts";
import { agentFigure } from "./agent-figure.ts";
import { heatMap, type HeatCell } from "./heat-map.ts";
import { markup, type Part } from "./markup.ts";

/** Absent when nobody tested itself. */
export function sleepsSection({ agents, tasks }: RunSummary, events: readonly RunEvent[]): Part {
  const maps = agents.flatMap(({ agent }, i) => {
    const sleeps = sleepsOf(events, agent);
    if (!sleeps.some(({ selfTests = [] }) => selfTests.length > 0)) return [];
    return [agentFigure(agent, i, sleepsMap(agent, sleeps, tasks))];
  });
  if (maps.length === 0) return undefined;
  return markup`<section><h2>What was asked in sleep</h2><p class="note">How far an agent was from what was done in remembered states that it had not learned to answer (Euclidean distance of actions), of each task (columns) after each sleep (rows): the fuller, the farther. A frame marks an older task that got clearly worse; then what was learned in the sleep was undone.</p><div class="row">${maps}</div></section>`;
}

function sleepsMap(agent: string, sleeps: readonly Learned[], tasks: RunSummary["tasks"]): Part {
  const tests = sleeps.map(({ selfTests = [] }) => selfTests);
  const tested = new Set<string>(tests.flat().map(({ task }) => task));
  // Who is not told boundaries knows its tasks by other names.
  const columns = [...new Set<string>([...tasks.map(({ id }) => id).filter((id) => tested.has(id)), ...tested])];
  const largest = Math.max(...tests.flat().map(({ after }) => after));
  const at = (row: number, column: number) => tests[row]!.find(({ task }) => task === columns[column]);
  const cells = sleeps.map((sleep, row) =>
    columns.map((task, column): HeatCell | null => {
      const test = at(row, column);
      if (test === undefined) return null;
      const title = `${agent} on ${task}, asked ${test.states} states after the sleep on ${sleep.task}: ${test.after.toFixed(3)}, before it ${test.before.toFixed(3)}`;
      return { share: largest === 0 ? 0 : test.after / largest, text: test.after.toFixed(2).replace(/^0/, ""), title };
    }),
  );
  const rows = sleeps.map(({ task, rolledBack = false }, k) => `${k + 1} ${task}${rolledBack ? ", undone" : ""}`);
  const isFramed = (row: number, column: number): boolean => sleeps[row]!.rolledBack === true && at(row, column)?.worse === true;
  return heatMap({ label: `Self-tests of ${agent}`, rows, columns, cells, isFramed });
}
