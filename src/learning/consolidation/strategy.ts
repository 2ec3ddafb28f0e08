/**
 * @file The seam between learners and the ways not to forget. A learner keeps its examples in a long-term memory and asks its
 * strategy, at every gradient step, which of them to learn from; what the gradient then does is the learner's own business.
 */
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { TaskId } from "../../contract/task.ts";

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
  /** The tasks whose examples a gradient step learns from, in equal shares. */
  tasks(experience: Experience): readonly TaskId[];
}

/** Draws `rows.length` rows of memory, in equal shares from the given tasks and uniformly within each, with repetition. */
export function drawBalanced(memory: EpisodicMemory, tasks: readonly TaskId[], random: RandomStream, rows: Int32Array): void {
  const pools = tasks.map((task) => memory.rowsOf(task)).filter((pool) => pool.length > 0);
  for (let i = 0; i < rows.length; i++) {
    const pool = pools[i % pools.length]!;
    rows[i] = pool[random.integer(pool.length)]!;
  }
}
