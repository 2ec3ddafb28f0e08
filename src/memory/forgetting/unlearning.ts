/** @file Unlearning on request: everything of a task goes, at once and for good. */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";

/**
 * Forgets all entries of a task, pinned ones too; says how many. No recall, snapshot or store of this memory answers with any of them from then on; the store durably so
 * after the next `flush()`, and a memory file overwrites them when it is closed. Not memory's are what a policy has learned from them, and copies that were made before.
 */
export function forgetTask(memory: EpisodicMemory, task: TaskId): number {
  const count = memory.forget(Array.from(memory.rowsOf(task), (row) => memory.idOf(row)));
  memory.settle();
  return count;
}
