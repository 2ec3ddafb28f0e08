/** @file A task: one world with one draw of what it randomises (Meta-World's `Task`, with the draw in the open). */

declare const taskId: unique symbol;
/** Names a task within a run, such as `push`. */
export type TaskId = string & { readonly [taskId]: true };
export const asTaskId = (name: string): TaskId => name as TaskId;

export interface Task {
  readonly id: TaskId;
  readonly environment: string;
  /** What `reset` would otherwise draw from its random stream, inside the environment's `variation` space. Freezes placements and goals. */
  readonly variation: readonly number[];
}
