/** @file Which part of a growing policy answers for a task: the latest that learned it, or the latest of all for a task that was never learned. */
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { restoreTaskId, type TaskId } from "../../contract/task.ts";

export class TaskPlaces {
  readonly #places = new Map<TaskId, number>();
  #latest = 0;

  get bytes(): number {
    return 4 * this.#places.size;
  }

  /** Notes that a task is learned in the part with this number, the highest so far. */
  note(task: TaskId, place: number): void {
    this.#places.set(task, place);
    this.#latest = place;
  }

  has(task: TaskId): boolean {
    return this.#places.has(task);
  }

  of(task: TaskId): number {
    return this.#places.get(task) ?? this.#latest;
  }

  snapshot(): Snapshot {
    return { tasks: [...this.#places.keys()], places: Int32Array.from(this.#places.values()) };
  }

  /** @throws {SnapshotError} */
  restore({ tasks, places }: Snapshot): void {
    if (!Array.isArray(tasks) || !(places instanceof Int32Array) || places.length !== tasks.length)
      throw new SnapshotError("Expected `tasks` and `places`, of equal length.");
    this.#places.clear();
    this.#latest = 0;
    tasks.forEach((task, k) => this.#places.set(restoreTaskId(task), places[k]!));
    this.#latest = Math.max(0, ...places);
  }
}
