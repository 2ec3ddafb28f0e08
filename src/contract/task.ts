/** @file A task: one world with one draw of what it randomises (Meta-World's `Task`, with the draw in the open), under settings of its own. */
import { describe, SnapshotError } from "./errors.ts";
import type { SnapshotValue } from "./snapshot.ts";

declare const taskId: unique symbol;
/** Names a task within a run, such as `push`. */
export type TaskId = string & { readonly [taskId]: true };
export const asTaskId = (name: string): TaskId => name as TaskId;

/** @throws {SnapshotError} Not a task's name. */
export function restoreTaskId(saved: SnapshotValue | undefined): TaskId {
  if (typeof saved !== "string") throw new SnapshotError(`Expected the name of a task, got ${describe(saved)}.`);
  return asTaskId(saved);
}

export interface Task {
  readonly id: TaskId;
  readonly environment: string;
  /** What `reset` would otherwise draw from its random stream, inside the environment's `variation` space. Freezes placements and goals; drawn where absent. */
  readonly variation?: readonly number[];
  /** What it changes about the world, by the names of the environment's `settings`; the others are nominal. */
  readonly settings?: Readonly<Record<string, number>>;
}
