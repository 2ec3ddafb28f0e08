/** @file Where recalled entries are from. */
import type { Provenance } from "../contract/explanation.ts";
import type { EntryId, MemoryEntry, Recall } from "../contract/memory.ts";

/**
 * A recall's entries with their origin, nearest first. Entries that were forgotten since are left out.
 * @param now On the clock of the entries' times. @param entry Looks entries up.
 */
export function provenanceOf({ count, ids, weights, distances }: Recall, now: number, entry: (id: EntryId) => MemoryEntry | undefined): Provenance[] {
  const found: Provenance[] = [];
  for (let i = 0; i < count; i++) {
    const source = entry(ids[i]! as EntryId);
    if (source === undefined) continue;
    const { id, task, episode, step, kind, time } = source;
    found.push({ id, weight: weights[i]!, distance: distances[i]!, age: now - time, task, episode, step, kind });
  }
  return found;
}
