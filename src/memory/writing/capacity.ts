/** @file What the rules that keep memory within a number of entries have in common. */
import { InvalidValueError, SnapshotError } from "../../contract/errors.ts";
import type { EntryId, NewMemoryEntry } from "../../contract/memory.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";

/** @throws {InvalidValueError} Not an integer from 1 up. */
export function requireCount(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new InvalidValueError(name, value, "an integer from 1 up");
  return value;
}

/** Writes an entry in place of another, which goes only when its successor is in. */
export function replace(memory: EpisodicMemory, old: EntryId, entry: NewMemoryEntry): EntryId {
  const id = memory.remember(entry);
  memory.forget([old]);
  return id;
}

/** Drops what is kept of entries that memory does not hold any more, once it is more than half of all. O(1) a write on average. */
export function dropGone(memory: EpisodicMemory, kept: Map<number, number>): void {
  if (kept.size <= 2 * memory.size) return;
  for (const id of kept.keys()) if (memory.rowOf(id as EntryId) < 0) kept.delete(id);
}

/** Whether an entry is pinned, so that nothing may take its place. */
export function isPinned(memory: EpisodicMemory, id: EntryId): boolean {
  const row = memory.rowOf(id);
  return row >= 0 && memory.marksOf(row).pinned;
}

/** @throws {SnapshotError} The snapshot holds no such array under that name. */
export function savedNumbers(snapshot: Snapshot, name: string, rule: string): Float64Array {
  const value = snapshot[name];
  if (!(value instanceof Float64Array)) throw new SnapshotError(`Expected the snapshot of ${rule}, with numbers under \`${name}\`.`);
  return value;
}

/** @throws {SnapshotError} The snapshot holds no number under that name. */
export function savedNumber(snapshot: Snapshot, name: string, rule: string): number {
  const value = snapshot[name];
  if (typeof value !== "number") throw new SnapshotError(`Expected the snapshot of ${rule}, with a number under \`${name}\`.`);
  return value;
}
