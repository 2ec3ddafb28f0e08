/**
 * @file What each part of the flagship is worth: the benchmark's CW10, as it is and with the states of a third of a demonstration kept of each task, without one part
 * after another, and with more and fewer states. Success is of all ten tasks, tested once, when the last has been learned; with memory off and shuffled it is the
 * same agent's. A life takes one to two minutes of one core, and there are 16 for each seed: with `ENGRAM_BENCH_CELLS=file` what is done is kept there and not
 * done again, `ENGRAM_BENCH_SEEDS=1,2` says of which seeds (1 to 5), and `ENGRAM_BENCH_ROWS`, such as `everything on,no dreams`, and `ENGRAM_BENCH_STATES`, such as `25`, say which lives, where not all are wanted.
 */
import { agents } from "../../agents/index.ts";
import { suites } from "../../envs/suites.ts";
import { knownMethods } from "../../src/continual/benchmark/methods.ts";
import { configOfJob, parseProtocol } from "../../src/continual/benchmark/protocol.ts";
import { mean } from "../../src/numerics/statistics.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import type { BenchRow } from "./bench-row.ts";
import { KeptCells, type Cell } from "./kept-cells.ts";
import { listedNames, listedNumbers } from "./listed.ts";
import { quietRun } from "./quiet-run.ts";

interface Ablation {
  /** Settings of the agent. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Tasks after which it sleeps; later ones are remembered within the same budget, and not learned from. All by default. */
  readonly sleeps?: number;
}

const everything = "everything on";
/** What else the life with everything on tells. */
const probes = { off: "memory off when tested", shuffled: "memory shuffled when tested" } as const;

const ablations: Readonly<Record<string, Ablation>> = {
  [everything]: {},
  "no difference term": { config: { without: ["difference"] } },
  "cosine similarity": { config: { similarity: "cosine" } },
  "no dreams": { config: { without: ["dreams"] } },
  "no slow policy": { config: { without: ["slow policy"] } },
  "sleep only after the first task": { sleeps: 1 },
};

/** States kept of a task, with all ablations; and of 1, 2, 10 and 30 demonstrations, with everything on. */
const states: Readonly<Record<"ablated" | "whole", readonly number[]>> = { ablated: [400, 25], whole: [80, 160, 800, 2400] };

interface Question {
  readonly row: string;
  readonly memoryPerTask: number;
  readonly seed: number;
}

const nameOf = ({ row, memoryPerTask, seed }: Question): string => `${row}, ${memoryPerTask} states a task, seed ${seed}`;

async function live(ablation: string, memoryPerTask: number, seed: number): Promise<Readonly<Record<string, readonly number[]>>> {
  const { config = {}, sleeps = Infinity } = ablations[ablation]!;
  const known = knownMethods(agents).get("engram")!;
  const method = { ...known, config: { ...known.config, ...config } };
  const protocol = parseProtocol({ memoryPerTask, testsWhileLearning: null });
  const { run, success, probed } = await quietRun(configOfJob({ suite: suites.get("cw10")!, protocol, method, agent: agents.get("engram")! }), seed);
  const agent = run.agents[0]!;
  for (const [k, task] of run.tasks.entries()) {
    await run.demonstrate(task);
    if (k < sleeps) await run.sleep(agent, task);
    else for (const _ of agent.consolidate({ gradientSteps: 0 }));
  }
  await run.evaluateAll(run.tasks.length);
  if (ablation === everything) await run.probeMemory();
  run.dispose();
  if (ablation !== everything) return { [ablation]: success };
  return { [everything]: success, [probes.off]: probed.off, [probes.shuffled]: probed.shuffled };
}

export async function bench(): Promise<readonly BenchRow[]> {
  await selectBackend("wasm");
  const seeds = listedNumbers("ENGRAM_BENCH_SEEDS", [1, 2, 3, 4, 5]);
  const rows = listedNames("ENGRAM_BENCH_ROWS", Object.keys(ablations));
  const budgets = listedNumbers("ENGRAM_BENCH_STATES", [...states.ablated, ...states.whole]);
  const chosen = budgets.flatMap((memoryPerTask) =>
    rows.filter((row) => row === everything || states.ablated.includes(memoryPerTask)).map((row) => ({ row, memoryPerTask })),
  );
  const lives = seeds.flatMap((seed) => chosen.map(({ row, memoryPerTask }) => ({ row, memoryPerTask, seed })));
  const cells = new KeptCells<Question>(nameOf, lives.reduce((sum, { row }) => sum + toldBy(row).length, 0)); // prettier-ignore
  for (const question of lives) await ask(cells, question);
  return rowsOf(cells.all);
}

/** The rows that a life fills. */
const toldBy = (row: string): readonly string[] => (row === everything ? [row, probes.off, probes.shuffled] : [row]);

/** Asks what a life tells, all of it once. */
async function ask(cells: KeptCells<Question>, { row, memoryPerTask, seed }: Question): Promise<void> {
  let told: ReturnType<typeof live> | undefined;
  for (const name of toldBy(row))
    await cells.ask({ row: name, memoryPerTask, seed }, async () => (await (told ??= live(row, memoryPerTask, seed)))[name]!);
}

/** One row for each ablation and budget, the mean over seeds, beside everything on over the same seeds. */
function rowsOf(cells: readonly Cell<Question>[]): BenchRow[] {
  const groups = new Map<string, Cell<Question>[]>();
  for (const cell of cells) {
    const name = nameOf({ ...cell, seed: 0 });
    groups.set(name, [...(groups.get(name) ?? []), cell]);
  }
  return [...groups.values()].map((group) => rowOf(group.toSorted((a, b) => a.seed - b.seed), cells)); // prettier-ignore
}

function rowOf(group: readonly Cell<Question>[], cells: readonly Cell<Question>[]): BenchRow {
  const { row, memoryPerTask } = group[0]!;
  const percent = (of: readonly Cell<Question>[]): number[] => of.map(({ success }) => 100 * mean(success));
  const seeds = new Set(group.map(({ seed }) => seed));
  const reference = cells.filter((cell) => cell.row === everything && cell.memoryPerTask === memoryPerTask && seeds.has(cell.seed));
  const seeded = percent(group).map((each) => each.toFixed(1)).join(" · "); // prettier-ignore
  return {
    name: `${memoryPerTask} states a task, ${row} (${seeded})`,
    figure: mean(percent(group)),
    unit: "% success",
    ...(row !== everything && reference.length > 0 && { reference: mean(percent(reference)), referenceName: everything }),
  };
}
