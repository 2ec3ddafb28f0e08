/** @file Which examples a gradient step learns from. */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import type { RandomStream } from "../../numerics/random.ts";

/** Draws `rows.length` rows of memory, in equal shares from the given tasks and uniformly within each, with repetition. Tasks without rows are passed over. */
export function drawBalanced(memory: EpisodicMemory, tasks: readonly TaskId[], random: RandomStream, rows: Int32Array): void {
  const pools = tasks.map((task) => memory.rowsOf(task)).filter((pool) => pool.length > 0);
  for (let i = 0; i < rows.length; i++) {
    const pool = pools[i % pools.length]!;
    rows[i] = pool[random.integer(pool.length)]!;
  }
}
