/** @file Entries for tests: what is not said is as it is when an entry is new. */
import type { EntryId, MemoryEntry, NewMemoryEntry } from "../../src/contract/memory.ts";

type Given = NewMemoryEntry & Partial<Omit<MemoryEntry, "id">> & { readonly id: number };

export const wholeEntry = ({ id, ...given }: Given): MemoryEntry => ({
  kind: "experience",
  time: id - 1,
  importance: 1,
  encoder: 0,
  pinned: false,
  reads: 0,
  lastRead: -1,
  ...given,
  id: id as EntryId,
});
