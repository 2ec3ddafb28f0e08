/**
 * @file Rules of writing: what of all that happens becomes a memory. A rule is offered one entry after another and writes it, writes over what it replaces, or lets
 * it go. Rules that gate others take the other as their last argument: a novelty gate in front of a reservoir is `noveltyGate(memory, { threshold }, reservoir(…))`.
 */
import type { EntryId, NewMemoryEntry } from "../../contract/memory.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";

export interface WritingRule {
  /**
   * Offers an entry, whose buffers are the caller's again afterwards.
   * @returns The entry that holds it now, new or revised; undefined when it was let go, or is kept back.
   * @throws {InvalidValueError} An entry that memory refuses; nothing has changed then.
   */
  write(entry: NewMemoryEntry): EntryId | undefined;
  /** What the rule knows besides memory, which is saved on its own. */
  snapshot(): Snapshot;
  /** Memory is restored before. @throws {SnapshotError} Not a snapshot of this rule. */
  restore(snapshot: Snapshot): void;
}

/** A rule that knows nothing but memory, and what the rule behind it knows. */
export const stateless = (write: WritingRule["write"], inner?: WritingRule): WritingRule => ({
  write,
  snapshot: () => inner?.snapshot() ?? {},
  restore: (snapshot) => inner?.restore(snapshot),
});

/** Everything is written; forgetting is left to others. O(1). */
export const always = (memory: EpisodicMemory): WritingRule => stateless((entry) => memory.remember(entry));
