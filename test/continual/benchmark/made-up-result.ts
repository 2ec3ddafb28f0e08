/** A made-up benchmark: methods by how well they do and how much of it they keep, five seeds each. */
import { jobResult } from "../../../src/continual/benchmark/run-result.ts";
import type { BenchResult } from "../../../src/continual/benchmark/result.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import type { RunEvent } from "../../../src/continual/run-event.ts";
import { RandomStream } from "../../../src/numerics/random.ts";

export interface MadeUpMethod {
  readonly name: string;
  /** Chance of success on a task just learned, and on one learned before. */
  readonly learned: number;
  readonly kept: number;
  readonly curriculum?: "sequence" | "joint";
  /** Whether it reads a memory. */
  readonly reads?: boolean;
  readonly variantOf?: string;
}

export interface MadeUpBench {
  readonly methods?: readonly MadeUpMethod[];
  readonly seeds?: readonly number[];
  readonly tasks?: readonly string[];
}

const methodsByDefault: readonly MadeUpMethod[] = [
  { name: "none", learned: 0.9, kept: 0.1 },
  { name: "keeper", learned: 0.9, kept: 0.9, reads: true },
  { name: "joint", learned: 0.95, kept: 0.95, curriculum: "joint" },
];

/** The log of one job. */
export function madeUpJob(method: MadeUpMethod, seed: number, names: readonly string[]): RunEvent[] {
  const random = RandomStream.fromSeed(seed).split(method.name);
  const ids = names.map((name) => asTaskId(name));
  const row = (learned: number): RunEvent[] =>
    ids.map((task, j) => {
      const chance = learned === j + 1 ? method.learned : learned > j ? method.kept : 0.05;
      const successes = Array.from({ length: 20 }, () => random.uniform() < chance);
      const readShares = method.reads === true && learned > 0 ? Object.fromEntries(ids.slice(0, learned).map((source) => [source, 1 / learned])) : {};
      return {
        kind: "evaluated",
        agent: "mind",
        learned,
        task,
        successes,
        steps: successes.map(() => 50),
        returns: successes.map(() => 1),
        readShares,
      };
    });
  const sleep = (task: (typeof ids)[number], gradientSteps: number): RunEvent => ({
    kind: "learned",
    trigger: "boundary",
    agent: "mind",
    task,
    gradientSteps,
    loss: 0.1,
    memorySize: method.reads === true ? 400 : 0,
  });
  const tasks = ids.map((id) => ({ id, environment: `made-up/${id}@1`, summary: "" }));
  const lessons =
    method.curriculum === "joint"
      ? [sleep(ids.at(-1)!, 100 * ids.length), ...row(ids.length)]
      : [...row(0), ...ids.flatMap((task, i) => [sleep(task, 100)].concat(row(i + 1)))];
  return [{ kind: "run-started", scenario: "made-up", seed, agents: ["mind"], tasks }, ...lessons, { kind: "run-finished", complete: true }];
}

export function madeUpResult({
  methods = methodsByDefault,
  seeds = [1, 2, 3, 4, 5],
  tasks = ["reach", "push", "pull"],
}: MadeUpBench = {}): BenchResult {
  const jobs = methods.flatMap((method) => seeds.map((seed) => jobResult(madeUpJob(method, seed, tasks), { method: method.name, seed })));
  const figures = new Map(jobs.flatMap((job) => job.figures.map((figure) => [figure.id, figure])));
  return {
    format: 1,
    suite: { name: "made-up", worlds: tasks.map((task) => ({ world: `made-up/${task}@1` })) },
    protocol: { demonstrations: 30, evaluationEpisodes: 20, taskCue: 0 },
    methods: methods.map(({ name, curriculum = "sequence", variantOf }) => ({
      name,
      summary: `It is ${name}.`,
      agent: "mind",
      curriculum,
      toldTask: name === "joint",
      ...(variantOf !== undefined && { variantOf }),
      config: { a: 1 },
    })),
    seeds: [...seeds],
    tasks: [...tasks],
    testTasks: [],
    figures: [...figures.values()],
    runs: jobs.map(({ run }) => run),
    failures: [],
    circumstances: {
      command: "engram bench made-up",
      unfinished: 0,
      date: "",
      engram: "0",
      node: "0",
      system: "",
      processor: "",
      cores: 1,
      machines: [],
      // A method takes ten times as long as the one before it.
      cpuSeconds: jobs.map((_, k) => 1.25 * 10 ** Math.floor(k / seeds.length) + 0.125 * (k % seeds.length)),
    },
  };
}
