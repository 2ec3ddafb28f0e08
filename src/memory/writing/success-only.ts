/** @file Only what led to success is worth remembering: an episode's entries are kept back until it is known how it ended. */
import { SnapshotError } from "../../contract/errors.ts";
import type { EntryId, NewMemoryEntry } from "../../contract/memory.ts";
import { nested, type Snapshot } from "../../contract/snapshot.ts";
import type { WritingRule } from "./writing-rule.ts";

export interface SuccessOnlyRule extends WritingRule {
  /** Writes what was kept back by the rule behind, or drops it; says which entries hold it now. */
  episodeEnded(success: boolean): readonly EntryId[];
}

/**
 * Keeps every entry back, by value, until the episode's end is told: then all are offered to the rule behind in their order, or dropped. O(1) an entry.
 * @see Oh et al. (2018), "Self-imitation learning", for learning from one's own good episodes alone.
 */
export function successOnly(inner: WritingRule): SuccessOnlyRule {
  let held: NewMemoryEntry[] = [];
  return {
    write(entry) {
      held.push({ ...entry, key: entry.key.slice(), value: entry.value.slice(), observation: entry.observation.slice() });
      return undefined;
    },
    episodeEnded(success) {
      const entries = held;
      held = [];
      return success ? entries.flatMap((entry) => inner.write(entry) ?? []) : [];
    },
    snapshot: () => ({ held: structuredClone(held) as unknown as readonly Snapshot[], inner: inner.snapshot() }),
    restore(snapshot) {
      const saved = snapshot["held"];
      if (!Array.isArray(saved)) throw new SnapshotError("Expected the snapshot of a rule of success, with entries under `held`.");
      inner.restore(nested(snapshot, "inner"));
      held = [...(saved as readonly NewMemoryEntry[])];
    },
  };
}
