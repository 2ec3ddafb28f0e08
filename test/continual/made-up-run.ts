/** A made-up run of two agents, told as events: one keeps what it learned, the other does not. */
import { asTaskId, type TaskId } from "../../src/contract/task.ts";
import type { Evaluated, RunEvent } from "../../src/continual/run-event.ts";
import { RandomStream } from "../../src/numerics/random.ts";

export interface MadeUpOptions {
  readonly tasks?: readonly string[];
  readonly agents?: readonly string[];
  readonly episodes?: number;
  /** Who keeps what it learned, the first agent by default; the others forget. */
  readonly keeper?: string;
  /** Decides the episodes instead of chance. */
  readonly successes?: (agent: string, episode: number) => boolean;
}

export function madeUpRun(options: MadeUpOptions = {}): RunEvent[] {
  const { tasks = ["reach", "push", "pick-place"], agents = ["keeper", "forgetter"], episodes = 10, keeper = agents[0] } = options;
  const random = RandomStream.fromSeed(4);
  const ids = tasks.map((name) => asTaskId(name));
  const row = (learned: number): Evaluated[] =>
    agents.flatMap((agent) =>
      ids.map((task, j) => {
        const chance = learned === j + 1 || (agent === keeper && learned > j) ? 0.9 : 0.1;
        const successes = Array.from({ length: episodes }, (_, i) => options.successes?.(agent, i) ?? random.uniform() < chance);
        return {
          kind: "evaluated",
          agent,
          learned,
          task,
          successes,
          steps: successes.map((success) => (success ? 60 + random.integer(60) : 500)),
          returns: successes.map(() => random.uniform(0, 300)),
          readShares: agent !== keeper || learned === 0 ? {} : Object.fromEntries(ids.slice(0, learned).map((source) => [source, 1 / learned])),
        };
      }),
    );
  const lessons = ids.flatMap((task, i): RunEvent[] => [
    { kind: "demonstrated", task, episodes: 11, successes: 10, steps: 700 + i },
    ...agents.flatMap((agent, a): RunEvent[] => [
      ...Array.from({ length: 5 }, (_, k): RunEvent => ({ kind: "loss", agent, task, gradientStep: 10 * (k + 1), loss: Math.exp(-k) / (a + 1) })),
      {
        kind: "learned",
        agent,
        task,
        trigger: "boundary",
        gradientSteps: 50,
        loss: 0.01,
        memorySize: agent === keeper ? 400 * (i + 1) : 0,
        ...(agent === keeper && { drift: 0.64 / 2 ** i }),
      },
    ]),
    ...row(i + 1),
  ]);
  /** The keeper alone has a memory. */
  const probed = (memory: "off" | "shuffled", task: TaskId): RunEvent => {
    const successes = Array.from({ length: Math.ceil(episodes / 2) }, (_, i) => memory === "shuffled" && i === 0);
    const [steps, returns] = [successes.map(() => 500), successes.map(() => 0)];
    return { kind: "probed", agent: keeper!, learned: ids.length, task, memory, successes, steps, returns };
  };
  const sources = ids.map((task, i) => ({ task, entries: 400, neverRead: 17 * i }));
  const probes: readonly RunEvent[] = [
    { kind: "memory-read", agent: keeper!, learned: ids.length, sources },
    ...ids.map((task) => probed("off", task)),
    ...ids.map((task) => probed("shuffled", task)),
  ];
  const described = ids.map((id) => ({ id, environment: `tabletop/${id}@1`, summary: `The arm must ${id}.` }));
  return [
    { kind: "run-started", scenario: "made-up", seed: 3, agents, tasks: described },
    ...row(0),
    ...lessons,
    ...probes,
    { kind: "run-finished", complete: true },
  ];
}
