/** @file A uniform sample of everything that was ever offered. */
import type { EntryId } from "../../contract/memory.ts";
import { nested } from "../../contract/snapshot.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { isPinned, replace, requireCount, savedNumber, savedNumbers } from "./capacity.ts";
import type { WritingRule } from "./writing-rule.ts";

/**
 * Keeps each of the n entries offered so far with the same probability, capacity / n: the n-th takes the place of a random one with that probability. O(1).
 * What memory holds at the beginning counts as offered; a pinned entry keeps its place.
 * @see Vitter (1985), "Random sampling with a reservoir", Algorithm R (Waterman's).
 * @param random The rule's own; saved with it.
 */
export function reservoir(memory: EpisodicMemory, { capacity }: { readonly capacity: number }, random: RandomStream): WritingRule {
  requireCount("capacity", capacity);
  let slots: number[] = Array.from(memory.rowsOf(), (row) => memory.idOf(row));
  let offered = slots.length;
  return {
    write(entry) {
      if (slots.length < capacity) {
        const id = memory.remember(entry);
        slots.push(id);
        offered++;
        return id;
      }
      const slot = random.integer(++offered);
      const old = slots[slot] as EntryId | undefined;
      if (old === undefined || isPinned(memory, old)) return undefined;
      const id = replace(memory, old, entry);
      slots[slot] = id;
      return id;
    },
    snapshot: () => ({ slots: Float64Array.from(slots), offered, random: random.snapshot() }),
    restore(snapshot) {
      const saved = savedNumbers(snapshot, "slots", "a reservoir");
      offered = savedNumber(snapshot, "offered", "a reservoir");
      random.restore(nested(snapshot, "random"));
      slots = [...saved];
    },
  };
}
