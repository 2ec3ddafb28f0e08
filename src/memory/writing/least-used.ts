/** @file A full memory writes over what has been of least use lately. */
import { InvalidValueError, SnapshotError } from "../../contract/errors.ts";
import type { Recall } from "../../contract/memory.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { dropGone, replace, requireCount, savedNumber, savedNumbers } from "./capacity.ts";
import { LeastFirst } from "./least-first.ts";
import type { WritingRule } from "./writing-rule.ts";

export interface LeastUsedRule extends WritingRule {
  /** Notes that a recall was read with its weights. */
  read(recall: Recall): void;
}

export interface LeastUsedOptions {
  readonly capacity: number;
  /** γ in (0, 1]: what is left of a use after each write; 0.95 in the paper. */
  readonly decay?: number;
}

/**
 * Least recently used access. A step is a write and the reads after it. In each, an entry's usage becomes u ← γu + w_r + w_w, where w_r are the weights it is read
 * with and w_w is 1 for the entry that is written; the one with the least makes room, of equals the oldest. O(log n) a write, O(1) for each entry read.
 * Without the paper's other half, a learned gate between this and writing over what was read last: see `tabularUpdate` and `rareEvents` for that.
 * @see Santoro et al. (2016), "Meta-learning with memory-augmented neural networks", eqs. 5–8.
 */
export function leastUsed(memory: EpisodicMemory, { capacity, decay = 0.95 }: LeastUsedOptions): LeastUsedRule {
  requireCount("capacity", capacity);
  if (!(decay > 0 && decay <= 1)) throw new InvalidValueError("decay", decay, "a number above 0, at most 1");
  /** ln(u·γ⁻ᵗ): usages as they would be if later ones grew instead of earlier ones shrinking, which leaves their order as it is. */
  let usages = new Map<number, number>();
  /** Writes so far. */
  let t = 0;
  const use = (id: number, weight: number): void => {
    const [before, more] = [usages.get(id) ?? -Infinity, Math.log(weight) - t * Math.log(decay)];
    const [high, low] = before > more ? [before, more] : [more, before];
    usages.set(id, high + Math.log1p(Math.exp(low - high)));
  };
  const order = new LeastFirst(memory, (id) => usages.get(id) ?? -Infinity);
  return {
    read({ count, ids, weights }) {
      for (let i = 0; i < count; i++) if (weights[i]! > 0) use(ids[i]!, weights[i]!);
    },
    write(entry) {
      const old = memory.size < capacity ? undefined : order.take();
      if (old === undefined && memory.size >= capacity) return undefined;
      const id = old === undefined ? memory.remember(entry) : replace(memory, old, entry);
      if (old !== undefined) usages.delete(old);
      t++;
      use(id, 1);
      dropGone(memory, usages);
      order.add(id);
      return id;
    },
    snapshot: () => ({ ids: Float64Array.from(usages.keys()), usages: Float64Array.from(usages.values()), t }),
    restore(snapshot) {
      const name = "a rule of least use";
      const [ids, saved] = [savedNumbers(snapshot, "ids", name), savedNumbers(snapshot, "usages", name)];
      t = savedNumber(snapshot, "t", name);
      if (ids.length !== saved.length) throw new SnapshotError(`Expected the snapshot of ${name}, with as many usages as ids.`);
      usages = new Map(Array.from(ids, (id, i) => [id, saved[i]!]));
      order.refill();
    },
  };
}
