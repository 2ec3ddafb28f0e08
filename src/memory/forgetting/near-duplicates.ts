/** @file Entries that say nearly the same about nearly the same become one. */
import { InvalidValueError } from "../../contract/errors.ts";
import { emptyRecall, type EntryId, type EntryMarks, type Recall } from "../../contract/memory.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { distanceBetween } from "../value-distance.ts";

/** How near is near; entries at these distances are still two. */
export interface Nearness {
  /** Between keys, in the metric's own units: squared for L2. */
  readonly keys: number;
  /** Between values, Euclidean. */
  readonly values: number;
}

/** Neighbours looked at, as a start. */
const NEIGHBOURS = 8;

/**
 * Makes one of entries of a task and kind that are near each other in key and value. The older stays as it is, but gets the reads and importances of those that go, and the
 * latest of their last reads. A pinned entry never goes. Entries are compared with those that stay, oldest first, so chains of small steps do not collapse.
 * One exact scan of all keys an entry.
 * @returns How many went.
 */
export function mergeNearDuplicates(memory: EpisodicMemory, nearness: Nearness): number {
  for (const [name, value] of Object.entries(nearness) as [string, number][]) {
    if (!(value >= 0)) throw new InvalidValueError(name, value, "a number from 0 up");
  }
  const gone = new Set<number>();
  const grown = new Map<EntryId, EntryMarks>();
  const key = new Float32Array(memory.shape.keySize);
  let recall = emptyRecall(NEIGHBOURS);
  for (const row of memory.rowsOf()) {
    if (gone.has(memory.idOf(row))) continue;
    memory.readKey(row, key);
    recall = everythingWithin(memory, key, nearness.keys, recall);
    for (let i = 0; i < recall.count && recall.distances[i]! < nearness.keys; i++) {
      const other = recall.rows[i]!;
      if (other <= row || gone.has(recall.ids[i]!) || !alike(memory, row, other, nearness.values)) continue;
      gone.add(recall.ids[i]!);
      grown.set(memory.idOf(row), together(grown.get(memory.idOf(row)) ?? memory.marksOf(row), memory.marksOf(other)));
    }
  }
  for (const [id, marks] of grown) memory.mark(id, marks);
  return memory.forget([...gone] as EntryId[]);
}

/** Recalls more and more until the farthest is far. */
function everythingWithin(memory: EpisodicMemory, key: Float32Array, distance: number, recall: Recall): Recall {
  const k = recall.rows.length;
  memory.recall(key, k, recall);
  if (recall.count < k || recall.distances[k - 1]! >= distance) return recall;
  return everythingWithin(memory, key, distance, emptyRecall(2 * k));
}

/** Whether the second of two near entries may become one with the first. */
function alike(memory: EpisodicMemory, row: number, other: number, distance: number): boolean {
  const { valueSize } = memory.shape;
  const value = (of: number): Float32Array => memory.values.subarray(of * valueSize, (of + 1) * valueSize);
  return (
    !memory.marksOf(other).pinned &&
    memory.taskOf(row) === memory.taskOf(other) &&
    memory.kindOf(row) === memory.kindOf(other) &&
    distanceBetween(value(row), value(other)) < distance
  );
}

const together = (a: EntryMarks, b: EntryMarks): EntryMarks => ({
  importance: a.importance + b.importance,
  pinned: a.pinned,
  reads: a.reads + b.reads,
  lastRead: Math.max(a.lastRead, b.lastRead),
});
