/**
 * @file What a few demonstrations of tasks are worth that nobody has learned. Agents learn ML10's ten tasks in sequence, goals in view; then, each time from there,
 * they are shown 1, 5 or 20 demonstrations of each of its five others and tested on it: what memory alone makes of them, and what gradient steps add.
 * Takes about three minutes of one core a seed; with `ENGRAM_BENCH_CELLS=file` what is done is kept there and not done again, and with
 * `ENGRAM_BENCH_SEEDS=1,2` one process does a part.
 */
import { agents } from "../../agents/index.ts";
import { suites } from "../../envs/suites.ts";
import { knownMethods } from "../../src/continual/benchmark/methods.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { mean } from "../../src/numerics/statistics.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import type { BenchRow } from "./bench-row.ts";
import { KeptCells, type Cell } from "./kept-cells.ts";
import { listedNumbers } from "./listed.ts";
import { quietRun } from "./quiet-run.ts";

const seeds = [1, 2, 3, 4, 5];
const shots = [1, 5, 20];
const { worlds, test } = suites.get("ml10")!;
const inView = (all: readonly { readonly world: string }[]): readonly string[] => all.map(({ world }) => world.replace("?hide=goal", ""));
const [learned, unseen] = [inView(worlds), inView(test)];

type Config = Readonly<Record<string, unknown>>;

interface Method {
  readonly name: string;
  readonly agent: string;
  /** While it learns the ten tasks; absent for one that begins with the unseen ones. */
  readonly before?: Config;
  /** Whether it learns them together, as pre-training does. */
  readonly isJoint?: boolean;
  /** On the unseen tasks. */
  readonly config: Config;
  /** Gradient steps on the demonstrations of one. */
  readonly steps: number;
}

/** Its memory holds the ten tasks too, so it is told which is asked for; cloning has nothing but the one it is shown. */
const reading = { turned: 0.5 };
const together = { ...knownMethods(agents).get("joint")!.config, taskCue: 0 };
const SCRATCH = "cloning from scratch, 1,000 steps";
const methods: readonly Method[] = [
  { name: "engram, memory alone", agent: "engram", before: reading, config: reading, steps: 0 },
  { name: "engram, 300 steps", agent: "engram", before: reading, config: reading, steps: 300 },
  { name: "nearest neighbours", agent: "nearest-neighbours", config: { taskCue: 0 }, steps: 0 },
  { name: SCRATCH, agent: "behaviour-cloning", config: { taskCue: 0 }, steps: 1000 },
  {
    name: "pre-training, 500 steps",
    agent: "behaviour-cloning",
    before: together,
    isJoint: true,
    config: { taskCue: 0, learningRate: 3e-4 },
    steps: 500,
  },
];

/** Gradient steps for each of the ten tasks. */
const STEPS = 2000;

interface Question {
  readonly method: string;
  readonly demonstrations: number;
  readonly seed: number;
}

/** What an agent is after the ten tasks. */
async function experienced(agent: string, config: Config, isJoint: boolean, seed: number): Promise<Snapshot> {
  const gradientSteps = isJoint ? STEPS * learned.length : STEPS;
  const { run } = await quietRun({ tasks: [...learned], agents: { [agent]: config }, demonstrations: 30, gradientSteps }, seed);
  for (const task of run.tasks) {
    await run.demonstrate(task);
    if (!isJoint || task === run.tasks.at(-1)) await run.sleep(run.agents[0]!, task);
  }
  const snapshot = run.agents[0]!.snapshot();
  run.dispose();
  return snapshot;
}

/** Success on each unseen task, each time from the same experience. */
async function meet({ agent: name, config, steps }: Method, demonstrations: number, seed: number, before?: Snapshot): Promise<readonly number[]> {
  const { run, success } = await quietRun({ tasks: [...unseen], agents: { [name]: config }, demonstrations, gradientSteps: steps }, seed);
  const agent = run.agents[0]!;
  const begin = before ?? agent.snapshot();
  for (const task of run.tasks) {
    agent.restore(begin);
    await run.demonstrate(task);
    if (steps > 0) await run.sleep(agent, task);
    await run.evaluate(agent, task, 1);
  }
  run.dispose();
  return success;
}

export async function bench(): Promise<readonly BenchRow[]> {
  await selectBackend("wasm");
  const chosen = listedNumbers("ENGRAM_BENCH_SEEDS", seeds);
  const nameOf = ({ method, demonstrations, seed }: Question): string => `${demonstrations} demonstrations, ${method}, seed ${seed}`;
  const kept = new KeptCells<Question>(nameOf, chosen.length * methods.length * shots.length);
  for (const seed of chosen) {
    const lives = new Map<string, Promise<Snapshot>>();
    const lifeOf = ({ agent, before, isJoint = false }: Method): Promise<Snapshot> | undefined => {
      if (before !== undefined && !lives.has(agent)) lives.set(agent, experienced(agent, before, isJoint, seed));
      return before && lives.get(agent);
    };
    for (const method of methods) {
      for (const demonstrations of shots) {
        const question = { method: method.name, demonstrations, seed };
        await kept.ask(question, async () => meet(method, demonstrations, seed, await lifeOf(method)));
      }
    }
  }
  return shots.flatMap((demonstrations) => methods.map(({ name }) => rowOf(name, demonstrations, kept.all)));
}

/** The mean over seeds and tasks, beside cloning from scratch; then each seed, and the mean of each task. */
function rowOf(method: string, demonstrations: number, cells: readonly Cell<Question>[]): BenchRow {
  const own = (name: string): Cell<Question>[] => cells.filter((cell) => cell.method === name && cell.demonstrations === demonstrations);
  const figureOf = (some: readonly Cell<Question>[]): number => 100 * mean(some.map(({ success }) => mean(success)));
  const mine = own(method).toSorted((a, b) => a.seed - b.seed);
  const perSeed = mine.map((cell) => figureOf([cell]).toFixed(0)).join(" ");
  const perTask = unseen.map((_, t) => (100 * mean(mine.map(({ success }) => success[t]!))).toFixed(0)).join(" · ");
  const [figure, reference] = [figureOf(mine), figureOf(own(SCRATCH))];
  const name = `${demonstrations} demonstrations, ${method} (${perSeed}; ${perTask})`;
  return { name, figure, unit: "% success", reference, referenceName: "from scratch", ratio: figure / reference };
}
