/** @file What memory already says right makes an old key better; what it does not takes the place of the oldest entry. */
import { InvalidValueError, SnapshotError } from "../../contract/errors.ts";
import { emptyRecall, type EntryId } from "../../contract/memory.ts";
import { nested } from "../../contract/snapshot.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { distanceBetween } from "../value-distance.ts";
import { dropGone, replace, requireCount, savedNumber, savedNumbers } from "./capacity.ts";
import { LeastFirst } from "./least-first.ts";
import type { WritingRule } from "./writing-rule.ts";

export interface RareEventsOptions {
  readonly capacity: number;
  /** The largest Euclidean distance between two values that count as the same; 0 by default. */
  readonly tolerance?: number;
  /** An age counts as up to so many writes more than it is; 0 by default. */
  readonly noise?: number;
}

/**
 * Looks at the nearest entry. If its value is right, the two keys become one, k ← (q + k) / |q + k|, and its age 0; what it says and where it came from
 * stay. Otherwise the entry is written with its key at length 1, in place of the entry with the largest age + noise once memory is full. Every write makes all others older by 1.
 * One exact scan of all keys and O(log n) a write. The noise of an age is drawn when the age becomes 0, not at every choice, so that none needs to look at all.
 * A merged key is no longer what an encoder makes of the entry's observation: `rekey` loses what was merged.
 * @see Kaiser, Nachum, Roy & Bengio (2017), "Learning to remember rare events", §2 (memory update).
 * @throws {InvalidValueError} A memory that does not compare by cosine.
 */
export function rareEvents(memory: EpisodicMemory, { capacity, tolerance = 0, noise = 0 }: RareEventsOptions, random: RandomStream): WritingRule {
  requireCount("capacity", capacity);
  if (memory.metric !== "cosine") throw new InvalidValueError("metric", memory.metric, "cosine, since merged keys are directions");
  const nearest = emptyRecall(1);
  const old = new Float32Array(memory.shape.keySize);
  /** The write at which each age was 0, less its noise. */
  let births = new Map<number, number>();
  let writes = 0;
  const order = new LeastFirst(memory, (id) => births.get(id) ?? -Infinity);
  const begin = (id: EntryId): EntryId => {
    births.set(id, writes++ - noise * random.uniform());
    dropGone(memory, births);
    return id;
  };
  return {
    write(entry) {
      const { count, rows, ids } = memory.recall(entry.key, 1, nearest);
      const { valueSize } = memory.shape;
      const at = rows[0]! * valueSize;
      if (count === 1 && distanceBetween(memory.values.subarray(at, at + valueSize), entry.value) <= tolerance) {
        memory.readKey(rows[0]!, old);
        const [id, key] = [ids[0] as EntryId, merged(direction(entry.key), old)];
        memory.revise(id, { key });
        return begin(id);
      }
      const oldest = memory.size < capacity ? undefined : order.take();
      if (oldest === undefined && memory.size >= capacity) return undefined;
      const whole = { ...entry, key: direction(entry.key) };
      const id = begin(oldest === undefined ? memory.remember(whole) : replace(memory, oldest, whole));
      if (oldest !== undefined) births.delete(oldest);
      order.add(id);
      return id;
    },
    snapshot: () => ({ ids: Float64Array.from(births.keys()), births: Float64Array.from(births.values()), writes, random: random.snapshot() }),
    restore(snapshot) {
      const name = "a rule of rare events";
      const [ids, saved] = [savedNumbers(snapshot, "ids", name), savedNumbers(snapshot, "births", name)];
      writes = savedNumber(snapshot, "writes", name);
      if (ids.length !== saved.length) throw new SnapshotError(`Expected the snapshot of ${name}, with as many births as ids.`);
      random.restore(nested(snapshot, "random"));
      births = new Map(Array.from(ids, (id, i) => [id, saved[i]!]));
      order.refill();
    },
  };
}

/** The vector at length 1. */
function direction(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

/** Of the sum of two directions; opposite ones have none, and the old one stays. */
function merged(query: Float32Array, old: Float32Array): Float32Array {
  const sum = old.map((x, i) => x + query[i]!);
  return sum.every((x) => x === 0) ? old : direction(sum);
}
