/** @file A real closed loop over rail worlds, with an actor that explains its actions by remembered ones, and telemetry on top. */
import type { Actor, EpisodePlan } from "../../src/streams/closed-loop.ts";
import { closedLoop } from "../../src/streams/closed-loop.ts";
import { drain } from "../../src/streams/drain.ts";
import type { Learned, RunEvent, RunProgress } from "../../src/continual/run-event.ts";
import { emptyRecall, type MemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { Pace } from "../../src/streams/pace.ts";
import { type RunTelemetry, startTelemetry } from "../../src/telemetry/run-telemetry.ts";
import { RailWorld } from "./rail-world.ts";
import { wholeEntry } from "../memory/whole-entry.ts";

export const tasks = [asTaskId("left"), asTaskId("right")] as const;

/** Drives forward, and says that three of its memories made it so. Reuses its buffers and spoils them when asked, as agents may. */
export class RememberingActor implements Actor {
  readonly name = "rememberer";
  readonly kind = "agent";
  readonly #decision = { action: new Float32Array(1), recall: emptyRecall(5) };

  act(): { readonly action: Float32Array; readonly recall: ReturnType<typeof emptyRecall> } {
    const { action, recall } = this.#decision;
    action[0] = 1;
    recall.count = 3;
    recall.ids.set([11, 12, 13]);
    recall.weights.set([0.6, 0.3, 0.1]);
    recall.distances.set([0.01, 0.02, 0.05]);
    return this.#decision;
  }

  spoil(): void {
    this.#decision.recall.ids.fill(Number.NaN);
    this.#decision.recall.weights.fill(Number.NaN);
    this.#decision.recall.distances.fill(Number.NaN);
  }

  /** Entry 13 has been forgotten. */
  remembered(id: number): MemoryEntry | undefined {
    if (id === 13) return undefined;
    const vector = new Float32Array(1);
    return wholeEntry({ id, key: vector, value: vector, observation: vector, task: tasks[id - 11]!, episode: id, step: 2 * id });
  }
}

export const started: RunEvent = {
  kind: "run-started",
  scenario: "rails",
  seed: 7,
  agents: ["rememberer", "forgetter"],
  tasks: tasks.map((id) => ({ id, environment: `test/${id}@1`, summary: `Drive the cart to the ${id} post.` })),
};

/** The rememberer in the midst of its sleep on the second task. */
export const asleep: RunProgress = {
  phase: "learn",
  task: tasks[1],
  agent: "rememberer",
  doing: "learning",
  fraction: 0.5,
  sleep: { trigger: "boundary", gradientStep: 50, gradientSteps: 200, loss: 0.02 },
};

/** What came of it. */
export const slept: Learned = {
  kind: "learned",
  agent: "rememberer",
  task: tasks[1],
  trigger: "boundary",
  gradientSteps: 200,
  loss: 0.005,
  memorySize: 1240,
  selfTests: [
    { task: tasks[0], states: 60, before: 0.1, after: 0.125, worse: false },
    { task: tasks[1], states: 60, before: 0.5, after: 0.05, worse: false },
  ],
  untested: [asTaskId("up")],
  rolledBack: false,
  merged: 12,
  forgotten: 3,
  drift: 0.34,
};

export const evaluated = (agent: string, learned: number, task: number, successes: readonly boolean[]): RunEvent => ({
  kind: "evaluated",
  agent,
  learned,
  task: tasks[task]!,
  successes,
  steps: successes.map(() => 40),
  returns: successes.map(() => 1),
  readShares: agent === "rememberer" ? { left: 0.75, right: 0.25 } : {},
});

export interface RailRun {
  readonly telemetry: RunTelemetry;
  readonly pace: Pace;
  readonly world: RailWorld;
  readonly actor: RememberingActor;
  /** Runs so many episodes; resolves when they are over or the pace is stopped. */
  episodes(count: number): Promise<void>;
}

export interface RailRunOptions {
  readonly page?: string;
  readonly world?: RailWorld;
}

/** Telemetry on a free port, and a loop that feeds it. Close the telemetry when done. */
export async function railRun({ page, world = new RailWorld() }: RailRunOptions = {}): Promise<RailRun> {
  const pace = new Pace();
  const telemetry = await startTelemetry({ port: 0, name: "rails", pace, ...(page !== undefined && { page }) });
  const actor = new RememberingActor();
  let next = 0;
  function* plans(count: number): Generator<EpisodePlan> {
    for (let i = 0; i < count; i++) yield { episode: next++, reset: { seed: i } };
  }
  return {
    telemetry,
    pace,
    world,
    actor,
    episodes: async (count) =>
      drain(closedLoop({ actor, environment: world, task: tasks[0], episodes: plans(count), pace }), (event) => {
        telemetry.onLoop(event);
        actor.spoil();
      }),
  };
}
