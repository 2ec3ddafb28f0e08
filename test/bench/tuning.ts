/**
 * @file How each method is tuned before it is compared: on CW10 at the benchmark's protocol, but with the states of a third of a demonstration, where settings
 * matter, on seeds that no result is made of. Every setting of its grid on one seed; the best two on another; the best at other step sizes, on both. Success
 * is of all ten tasks, tested once, when the last has been learned. Takes about two hours of one core: with `ENGRAM_BENCH_CELLS=file` what is done is kept
 * there and not done again, and with `ENGRAM_BENCH_METHODS=ewc,si` one process does a part.
 */
import { agents } from "../../agents/index.ts";
import { suites } from "../../envs/suites.ts";
import { knownMethods } from "../../src/continual/benchmark/methods.ts";
import { configOfJob, parseProtocol } from "../../src/continual/benchmark/protocol.ts";
import { DivergenceError } from "../../src/contract/errors.ts";
import { mean } from "../../src/numerics/statistics.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import type { BenchRow } from "./bench-row.ts";
import { KeptCells, type Cell } from "./kept-cells.ts";
import { listedNames } from "./listed.ts";
import { quietRun } from "./quiet-run.ts";

type Setting = Readonly<Record<string, unknown>>;

const suite = suites.get("cw10")!;
const seeds = [11, 12] as const;
const protocol = parseProtocol({ memoryPerTask: 25, testsWhileLearning: null });
const each = (name: string, values: readonly unknown[]): Setting[] => values.map((value) => ({ [name]: value }));

/** Options of a consolidation strategy, whole where a default might be another one day; of `engram`, settings of the agent. */
const grids: Readonly<Record<string, readonly Setting[]>> = {
  none: [{}],
  replay: each("keep", ["thinned", "reservoir", "episodes"]),
  "der-plus-plus": [[1, 1], [0.3, 1], [1, 0.3], [3, 1], [1, 3], [3, 3]].map(([alpha, beta]) => ({ alpha, beta })), // prettier-ignore
  "a-gem": [...each("states", [32, 128, 512]), { states: 512, keep: "reservoir" }, { states: 512, keep: "episodes" }],
  clonex: each("strength", [0.3, 1, 3, 10, 30]),
  mbpa: [
    { replay: true, pullBack: 0, learningRate: 0.01 },
    { replay: true, pullBack: 0, learningRate: 0.01, steps: 1 },
    { replay: true, pullBack: 0, learningRate: 0.003 },
    { replay: true, pullBack: 0, learningRate: 0.01, neighbours: 32 },
    { replay: true, pullBack: 0.1, learningRate: 0.01 },
    { replay: true, pullBack: 0.1, learningRate: 0.003 },
    { replay: true, pullBack: 0.1, learningRate: 0.003, neighbours: 32 },
    { replay: false, pullBack: 0, learningRate: 0.01 },
  ],
  "weighted-local-adaptation": [
    { learningRate: 0.001 },
    { learningRate: 0.001, emphasis: 0 },
    { learningRate: 0.001, steps: 5 },
    { learningRate: 0.0003 },
    { learningRate: 0.003 },
    { learningRate: 0.001, episodes: 30 },
    { learningRate: 0.001, episodes: 100 },
    { learningRate: 0.0003, episodes: 30 },
  ],
  lwf: each("strength", [0.01, 0.1, 0.3, 1, 3]),
  l2: each("strength", [0.0001, 0.001, 0.01, 0.1, 1]),
  ewc: each("strength", [0.001, 0.01, 0.1, 1, 10]),
  "online-ewc": [...each("strength", [0.01, 0.1, 1, 10, 100]), { strength: 10, decay: 0.9 }],
  si: each("strength", [0.001, 0.01, 0.1, 1, 10]),
  mas: each("strength", [0.001, 0.01, 0.1, 0.3, 1]),
  rwalk: each("strength", [0.01, 0.1, 1, 10, 100]),
  vcl: [...each("strength", [1e-6, 1e-5, 1e-4, 1e-3]), { strength: 1e-5, deviation: 0.005 }],
  packnet: [
    { tasks: 10, retrain: 0.5 },
    { tasks: 10, retrain: 0.2 },
    { tasks: 10, retrain: 0.7 },
    { prune: 0.85, retrain: 0.5 },
    { prune: 0.7, retrain: 0.5 },
  ],
  progressive: each("width", [0.15, 0.25, 0.5, 0.75, 1]),
  "shrink-and-perturb": [[0.4, 0.2], [0.6, 0.2], [0.8, 0.2], [0.95, 0.2], [0.8, 0.05]].map(([shrink, noise]) => ({ shrink, noise })), // prettier-ignore
  "continual-backprop": each("replacement", [1e-5, 1e-4, 3e-4, 1e-3, 1e-2]),
  engram: [{}, { neighbours: 16 }, { turned: 0.5 }, { support: 512 }, { slowHidden: [64, 64] }],
};
const stepSizes: Readonly<Record<string, readonly number[]>> = { engram: [0.001, 0.004], mbpa: [], "weighted-local-adaptation": [] };
const otherStepSizes = [0.0005, 0.002];
/** Settings that are tried on another seed. */
const BETTER = 2;

interface Question {
  readonly method: string;
  readonly setting: Setting;
  /** Of the agent; its default where it is absent. */
  readonly learningRate?: number;
  readonly seed: number;
}

const nameOf = ({ method, setting, learningRate, seed }: Question): string => `${JSON.stringify([method, setting, learningRate ?? null])} ${seed}`;
/** Nothing where learning diverged. */
const performance = ({ success }: Cell<Question>): number => (success.length === 0 ? 0 : mean(success));

async function live({ method: name, setting, learningRate, seed }: Question): Promise<readonly number[]> {
  const known = knownMethods(agents).get(name)!;
  const own = name === "engram" ? setting : { options: setting };
  const method = { ...known, config: { ...known.config, ...own, ...(learningRate !== undefined && { learningRate }) } };
  const { run, success } = await quietRun(configOfJob({ suite, protocol, method, agent: agents.get(method.agent)! }), seed);
  try {
    for (const task of run.tasks) {
      await run.demonstrate(task);
      await run.sleep(run.agents[0]!, task);
    }
    await run.evaluateAll(run.tasks.length);
    return success;
  } catch (error) {
    if (error instanceof DivergenceError) return [];
    throw error;
  } finally {
    run.dispose();
  }
}

export async function bench(): Promise<readonly BenchRow[]> {
  await selectBackend("wasm");
  const methods = listedNames("ENGRAM_BENCH_METHODS", Object.keys(grids));
  const runsOf = (method: string): number => {
    const settings = grids[method]!.length;
    return settings + Math.min(settings, BETTER) + seeds.length * (stepSizes[method] ?? otherStepSizes).length;
  };
  const cells = new KeptCells<Question>(nameOf, methods.reduce((sum, method) => sum + runsOf(method), 0)); // prettier-ignore
  const ask = (question: Question): Promise<Cell<Question>> => cells.ask(question, () => live(question));
  for (const method of methods) {
    const first: Cell<Question>[] = [];
    for (const setting of grids[method]!) first.push(await ask({ method, setting, seed: seeds[0] }));
    const better = first.toSorted((a, b) => performance(b) - performance(a)).slice(0, BETTER);
    const scores = new Map<Setting, number>();
    for (const { setting } of better) {
      const runs: Cell<Question>[] = [];
      for (const seed of seeds) runs.push(await ask({ method, setting, seed }));
      scores.set(setting, mean(runs.map(performance)));
    }
    const [best] = [...scores.keys()].toSorted((a, b) => scores.get(b)! - scores.get(a)!);
    for (const learningRate of stepSizes[method] ?? otherStepSizes)
      for (const seed of seeds) await ask({ method, setting: best!, learningRate, seed });
  }
  return rowsOf(cells.all);
}

/** One row for each setting, the mean over seeds; a method's best first. */
function rowsOf(cells: readonly Cell<Question>[]): BenchRow[] {
  const groups = new Map<string, Cell<Question>[]>();
  for (const cell of cells) {
    const name = nameOf({ ...cell, seed: 0 });
    groups.set(name, [...(groups.get(name) ?? []), cell]);
  }
  const rows = [...groups.values()].map((group): BenchRow => {
    const { method, setting, learningRate } = group[0]!;
    const settings = Object.entries({ ...setting, ...(learningRate !== undefined && { "learning rate": learningRate }) });
    const words = settings.map(([key, value]) => `${key} ${JSON.stringify(value).replaceAll('"', "")}`).join(", ");
    const seeded = group.toSorted((a, b) => a.seed - b.seed).map((cell) => (100 * performance(cell)).toFixed(1)).join(" · "); // prettier-ignore
    return { name: `${method}${words === "" ? "" : `: ${words}`} (${seeded})`, figure: 100 * mean(group.map(performance)), unit: "% success" };
  });
  const methodOf = ({ name }: BenchRow): string => name.split(/[ :]/, 1)[0]!;
  const order = Object.keys(grids);
  return rows.toSorted((a, b) => order.indexOf(methodOf(a)) - order.indexOf(methodOf(b)) || b.figure - a.figure);
}
