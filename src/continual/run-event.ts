/**
 * @file The one log of a run. Everything a run reports (metrics file, progress line, live page, HTML report) is made from these
 * events. They hold nothing of the wall clock, so the same seed writes the same bytes.
 */
import type { AgentMeasurements, ConsolidationProgress, SelfTest } from "../contract/agent.ts";
import type { MemoryCondition } from "../contract/explanation.ts";
import type { TaskId } from "../contract/task.ts";

/** A run begins; everything about it that is known beforehand. */
export interface RunStarted {
  readonly kind: "run-started";
  readonly scenario: string;
  readonly seed: number;
  readonly agents: readonly string[];
  /** In the order of learning. */
  readonly tasks: readonly RunEventTask[];
  /** Those that are only tested; absent where there are none. */
  readonly testTasks?: readonly RunEventTask[];
}

export interface RunEventTask {
  readonly id: TaskId;
  readonly environment: string;
  readonly summary: string;
}

/** The demonstrations of a task are there. */
export interface Demonstrated {
  readonly kind: "demonstrated";
  readonly task: TaskId;
  readonly episodes: number;
  readonly successes: number;
  readonly steps: number;
}

/** A boundary was believed in, where boundaries are not given: a context begins with a demonstration. */
export interface BoundaryHeard {
  readonly kind: "boundary";
  /** What is being shown in truth. */
  readonly task: TaskId;
  /** Which of its demonstrations, from 0: the boundary is right at 0. */
  readonly demonstration: number;
  /** What agents are told. */
  readonly context: TaskId;
}

/** Why an agent sleeps: it was told that a task ended, it noticed a drift, it has seen so many demonstrations, or there just was time for it. */
export type SleepTrigger = "boundary" | "drift" | "count" | "idle";

/** A point of an agent's loss curve: the mean over the gradient steps since the point before. */
export interface LossPoint {
  readonly kind: "loss";
  readonly agent: string;
  readonly task: TaskId;
  readonly gradientStep: number;
  readonly loss: number;
}

/** An agent has slept on a task. */
export interface Learned {
  readonly kind: "learned";
  readonly agent: string;
  readonly task: TaskId;
  readonly gradientSteps: number;
  readonly loss: number;
  readonly memorySize: number;
  readonly trigger: SleepTrigger;
  /** How many it was to take, where its time was over before. */
  readonly gradientStepsAsked?: number;
  /** The rest as in the sleep's report. */
  readonly selfTests?: readonly SelfTest[];
  readonly untested?: readonly TaskId[];
  readonly rolledBack?: boolean;
  readonly merged?: number;
  readonly forgotten?: number;
  readonly drift?: number;
}

/** What an agent takes after a sleep, and what shape its network is in. Of agents that measure themselves. */
export interface Measured extends AgentMeasurements {
  readonly kind: "measured";
  readonly agent: string;
  /** How many tasks of the sequence it has come through. */
  readonly learned: number;
}

/** How a test went. */
export interface Outcomes {
  /** One entry an episode. */
  readonly successes: readonly boolean[];
  readonly steps: readonly number[];
  readonly returns: readonly number[];
  /** Gradient steps taken for the decisions of each; absent for agents that never adapt as they act. */
  readonly adaptationSteps?: readonly number[];
}

/** An agent was tested in the middle of a sleep, on the first placements of the tests. */
export interface TestedWhileLearning extends Outcomes {
  readonly kind: "tested-while-learning";
  readonly agent: string;
  /** How many tasks of the sequence come before the one it sleeps on. */
  readonly learned: number;
  /** The task it sleeps on. */
  readonly learning: TaskId;
  /** After so many gradient steps of this sleep. */
  readonly gradientStep: number;
  /** The task tested. */
  readonly task: TaskId;
}

/** An agent was tested on one task: one cell of its success matrix R. */
export interface Evaluated extends Outcomes {
  readonly kind: "evaluated";
  readonly agent: string;
  /** How many tasks had been learned: row i of R; 0 before any. */
  readonly learned: number;
  /** The task tested: column j of R. */
  readonly task: TaskId;
  /** Of all the weight read from memory in these episodes, the share that came from each source task; empty without reads. */
  readonly readShares: Readonly<Record<string, number>>;
  /** The mean age of what was read, by weight, on the memory's clock; absent without reads. */
  readonly readAge?: number;
}

/** An agent was tested on one task as after so many tasks, on the first of the same placements, with its memory off or shuffled. */
export interface Probed extends Outcomes {
  readonly kind: "probed";
  readonly agent: string;
  readonly learned: number;
  readonly task: TaskId;
  readonly memory: Exclude<MemoryCondition, "on">;
}

/** How much of an agent's memory was read in the tests after so many tasks. */
export interface MemoryRead {
  readonly kind: "memory-read";
  readonly agent: string;
  readonly learned: number;
  /** By source task, in the order of the oldest entry. */
  readonly sources: readonly {
    readonly task: TaskId;
    readonly entries: number;
    /** Entries whose weights over all decisions sum to less than `READ_WEIGHT`. */
    readonly neverRead: number;
  }[];
}

export interface RunFinished {
  readonly kind: "run-finished";
  /** False when the run was stopped before its end. */
  readonly complete: boolean;
}

export type RunEvent =
  RunStarted | Demonstrated | BoundaryHeard | LossPoint | TestedWhileLearning | Learned | Measured | Evaluated | Probed | MemoryRead | RunFinished;

/** The sleeps of an agent, in their order. */
export const sleepsOf = (events: readonly RunEvent[], agent: string): readonly Learned[] =>
  events.filter((event): event is Learned => event.kind === "learned" && event.agent === agent);

/** Where a run is, for people who wait; never logged. */
export interface RunProgress {
  readonly phase: "demonstrate" | "learn" | "evaluate";
  readonly task: TaskId;
  /** The agent at work; absent while demonstrations are made. */
  readonly agent?: string;
  /** What a sleep is at. */
  readonly doing?: NonNullable<ConsolidationProgress["doing"]>;
  /** How far a sleep is; with `doing`. */
  readonly sleep?: {
    readonly trigger: SleepTrigger;
    /** Gradient steps taken, of so many at most. */
    readonly gradientStep: number;
    readonly gradientSteps: number;
    /** The latest; absent before the first step. */
    readonly loss?: number;
  };
  /** Share of the whole run's work that is done, in [0, 1]. */
  readonly fraction: number;
}
