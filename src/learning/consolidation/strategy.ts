/**
 * @file The seam between learners and the ways not to forget. A learner keeps its examples in a long-term memory; at every gradient
 * step a strategy says which tasks' examples to learn from, and may change the gradient before the optimiser takes it.
 */
import type { Snapshot } from "../../contract/snapshot.ts";
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import type { RandomStream } from "../../numerics/random.ts";

/** What a learner has to learn from. */
export interface Experience {
  readonly memory: EpisodicMemory;
  /** The task that is being learned now. */
  readonly current: TaskId;
}

export interface ConsolidationStrategy {
  readonly name: string;
  /** One sentence for people. */
  readonly summary: string;
  /** Whether examples of earlier tasks must stay in memory for it. */
  readonly keepsPast: boolean;
  /** Puts it to work in one learner. */
  make(options: ConsolidationOptions): Consolidation;
}

export interface ConsolidationOptions {
  /** Weight of the penalty on leaving what earlier tasks need, for strategies that have one. */
  readonly penalty: number;
}

/** A strategy at work in one learner; what it remembers is of that learner's parameters. */
export interface Consolidation {
  /** The tasks whose examples a gradient step learns from, in equal shares. */
  tasks(experience: Experience): readonly TaskId[];
  /** A task has been learned, and another is about to begin. */
  taskEnded(parameters: Float32Array): void;
  /** Changes the gradient of the loss, in place: adds a penalty's, projects it, masks it. */
  adjustGradient(parameters: Float32Array, gradient: Float32Array): void;
  snapshot(): Snapshot;
  /** @throws {SnapshotError} Not a snapshot of this strategy. */
  restore(snapshot: Snapshot): void;
}

/** Learns from the given tasks, leaves the gradient as it is, and has nothing to save. */
export const choosingTasks = (tasks: Consolidation["tasks"]): Consolidation => ({
  tasks,
  taskEnded() {},
  adjustGradient() {},
  snapshot: () => ({}),
  restore() {},
});

/** Draws `rows.length` rows of memory, in equal shares from the given tasks and uniformly within each, with repetition. */
export function drawBalanced(memory: EpisodicMemory, tasks: readonly TaskId[], random: RandomStream, rows: Int32Array): void {
  const pools = tasks.map((task) => memory.rowsOf(task)).filter((pool) => pool.length > 0);
  for (let i = 0; i < rows.length; i++) {
    const pool = pools[i % pools.length]!;
    rows[i] = pool[random.integer(pool.length)]!;
  }
}
