/**
 * @file Forgetting on purpose: memory keeps within a budget, and a rule says who goes. Nothing here decides when; whoever remembers calls it.
 */
import { InvalidValueError } from "../../contract/errors.ts";
import type { MemoryShape } from "../../contract/memory.ts";
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";

/** How much may stay; the smaller of the two where both are given. */
export interface Budget {
  readonly entries?: number;
  /** Of `entryBytes` each. */
  readonly bytes?: number;
}

export interface EvictionRule {
  /**
   * Scores entries: the lowest go first, of equal ones the oldest.
   * @param rows Of the entries that may go, by ascending id.
   * @param keep How many of them will stay, fewer than there are.
   * @returns A score for each row, none of them NaN.
   */
  (memory: EpisodicMemory, rows: Int32Array, keep: number): ArrayLike<number>;
  /** Where a score depends on which other entries there are: the share of them that goes at most before all are scored anew. All at once by default. */
  readonly share?: number;
}

/** What one entry takes in memory, without the room for more [B]: its vectors, what search needs of its key, and its marks and provenance. */
export const entryBytes = ({ keySize, valueSize, observationSize }: MemoryShape): number => 4 * (keySize + 2 + valueSize + observationSize) + 55;

/**
 * Forgets what is over a budget, as a rule says. Pinned entries never go, but count: if they alone are over the budget, they are what is left.
 * @param task Whose entries the budget is for; by default it is for all.
 * @returns How many were forgotten.
 * @throws {InvalidValueError} A budget without a number from 0 up.
 */
export function evict(memory: EpisodicMemory, budget: Budget, rule: EvictionRule, task?: TaskId): number {
  const allowed = entriesIn(budget, memory.shape);
  for (let gone = 0; ;) {
    const all = memory.rowsOf(task);
    if (all.length <= allowed) return gone;
    const rows = all.filter((row) => !memory.marksOf(row).pinned);
    const keep = Math.max(0, allowed - (all.length - rows.length));
    if (rows.length === keep) return gone;
    const atOnce = Math.max(1, Math.floor(rows.length * (rule.share ?? 1)));
    const scores = rule(memory, rows, Math.max(keep, rows.length - atOnce));
    const order = Array.from(rows, (_, i) => i).toSorted((a, b) => scores[a]! - scores[b]! || a - b);
    const doomed = order.slice(0, Math.min(rows.length - keep, atOnce));
    gone += memory.forget(doomed.map((i) => memory.idOf(rows[i]!)));
  }
}

function entriesIn({ entries = Infinity, bytes = Infinity }: Budget, shape: MemoryShape): number {
  if (!(entries >= 0 && bytes >= 0 && Math.min(entries, bytes) < Infinity))
    throw new InvalidValueError("budget", entries === Infinity ? bytes : entries, "a number of `entries` or `bytes` from 0 up");
  return Math.floor(Math.min(entries, bytes / entryBytes(shape)));
}
