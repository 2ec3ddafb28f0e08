/** @file Memory as a table of estimates: a key that is there already is corrected, a new one gets a row. */
import { InvalidValueError } from "../../contract/errors.ts";
import { emptyRecall, type EntryId } from "../../contract/memory.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { replace, requireCount } from "./capacity.ts";
import { LeastFirst } from "./least-first.ts";
import { stateless, type WritingRule } from "./writing-rule.ts";

export interface TabularUpdateOptions {
  readonly capacity: number;
  /** α in (0, 1]; 0.1 in the paper. */
  readonly rate?: number;
}

/**
 * An entry whose key is in memory, number for number, corrects it: Q ← Q + α(Q_N − Q), each number of the value for itself. Any other is appended, and once memory is
 * full writes over the entry that was read least recently (see `EpisodicMemory.noteRead`; being written counts as being read), of equals the oldest.
 * One exact scan of all keys and O(log n) a write.
 * @see Pritzel et al. (2017), "Neural episodic control", §3.1 and eq. 4: values are N-step returns, one memory an action.
 */
export function tabularUpdate(memory: EpisodicMemory, { capacity, rate = 0.1 }: TabularUpdateOptions): WritingRule {
  requireCount("capacity", capacity);
  if (!(rate > 0 && rate <= 1)) throw new InvalidValueError("rate", rate, "a number above 0, at most 1");
  const nearest = emptyRecall(1);
  const key = new Float32Array(memory.shape.keySize);
  const order = new LeastFirst(memory, (_, row) => Math.max(memory.timeOf(row), memory.marksOf(row).lastRead));
  const write: WritingRule["write"] = (entry) => {
    const { count, rows, ids } = memory.recall(entry.key, 1, nearest);
    if (count === 1) memory.readKey(rows[0]!, key);
    if (count === 1 && key.every((x, i) => x === entry.key[i])) {
      const { valueSize } = memory.shape;
      const known = memory.values.subarray(rows[0]! * valueSize, (rows[0]! + 1) * valueSize);
      const id = ids[0] as EntryId;
      memory.revise(id, { value: known.map((q, i) => q + rate * (entry.value[i]! - q)) });
      return id;
    }
    const old = memory.size < capacity ? undefined : order.take();
    if (old === undefined && memory.size >= capacity) return undefined;
    const id = old === undefined ? memory.remember(entry) : replace(memory, old, entry);
    order.add(id);
    return id;
  };
  return { ...stateless(write), restore: () => order.refill() };
}
