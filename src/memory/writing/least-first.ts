/** @file Which entry is least (least used, least recently read, oldest), without looking at all of them: a binary heap whose priorities may be out of date. */
import type { EntryId } from "../../contract/memory.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";

/** An entry's priority now; it may only rise while the entry lives. */
export type Priority = (id: EntryId, row: number) => number;

/**
 * Knows of each entry a priority that it once had. Since priorities only rise, the entry whose known priority is least either still has it, and is least
 * indeed, or goes back with the one it has now. O(log n) a change, and for each entry whose priority rose in between.
 */
export class LeastFirst {
  readonly #memory: EpisodicMemory;
  readonly #priority: Priority;
  #ids: EntryId[] = [];
  #known: number[] = [];

  constructor(memory: EpisodicMemory, priority: Priority) {
    this.#memory = memory;
    this.#priority = priority;
    this.refill();
  }

  /** Begins anew with what memory holds. */
  refill(): void {
    this.#ids = [];
    this.#known = [];
    for (const row of this.#memory.rowsOf()) this.#know(this.#memory.idOf(row));
  }

  /** Takes in an entry of memory that is new. */
  add(id: EntryId): void {
    // Half of those that are known here, or more, others have forgotten.
    if (this.#ids.length >= 2 * this.#memory.size) this.refill();
    else this.#know(id);
  }

  /** The entry with the least priority that is not pinned, of equals the oldest; it is no longer known here. */
  take(): EntryId | undefined {
    // Entries that were written past the rule are unknown.
    if (this.#ids.length < this.#memory.size) this.refill();
    const pinned: EntryId[] = [];
    let least: EntryId | undefined;
    while (least === undefined && this.#ids.length > 0) {
      const known = this.#known[0]!;
      const id = this.#pop();
      const row = this.#memory.rowOf(id);
      if (row < 0) continue;
      const now = this.#priority(id, row);
      if (now > known) this.#push(id, now);
      else if (this.#memory.marksOf(row).pinned) pinned.push(id);
      else least = id;
    }
    for (const id of pinned) this.#know(id);
    return least;
  }

  #know(id: EntryId): void {
    this.#push(id, this.#priority(id, this.#memory.rowOf(id)));
  }

  #before(a: number, b: number): boolean {
    const difference = this.#known[a]! - this.#known[b]!;
    return difference < 0 || (!(difference > 0) && this.#ids[a]! < this.#ids[b]!);
  }

  #swap(a: number, b: number): void {
    [this.#ids[a], this.#ids[b]] = [this.#ids[b]!, this.#ids[a]!];
    [this.#known[a], this.#known[b]] = [this.#known[b]!, this.#known[a]!];
  }

  #push(id: EntryId, priority: number): void {
    this.#ids.push(id);
    let at = this.#known.push(priority) - 1;
    while (at > 0 && this.#before(at, (at - 1) >> 1)) {
      this.#swap(at, (at - 1) >> 1);
      at = (at - 1) >> 1;
    }
  }

  #pop(): EntryId {
    const id = this.#ids[0]!;
    this.#swap(0, this.#ids.length - 1);
    this.#ids.pop();
    this.#known.pop();
    const { length } = this.#ids;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < length && this.#before(left, least)) least = left;
      if (right < length && this.#before(right, least)) least = right;
      if (least === at) return id;
      this.#swap(at, least);
      at = least;
    }
  }
}
