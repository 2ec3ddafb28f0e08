/** @file `engram memory pin` and `unpin`: entries that are never evicted. */
import type { EntryId, MemoryEntry } from "../../contract/memory.ts";
import { changeCheckpoint, checkpointBeside } from "../checkpoint-entries.ts";
import { changing, entryNumber, inspect, memoryFile, type Output, print, printJson, requireEntry } from "../memory-places.ts";

export interface PinFlags extends Output {
  readonly agent?: string;
}

/** Pins entries or lets them go, in the memory file and in the checkpoint beside it. @throws {StorageError} No entry of one of the numbers; nothing is changed then. */
export async function memoryPinCommand(place: string, texts: readonly string[], pinned: boolean, { agent, json }: PinFlags): Promise<void> {
  const ids = [...new Set(texts.map(entryNumber))];
  const file = memoryFile(place, agent);
  const entries = await inspect(file, (store) => ids.map((id) => requireEntry(file, store, id)));
  await changing(file, (store) => {
    for (const { id, importance, reads, lastRead } of entries) store.mark(id, { importance, reads, lastRead, pinned });
  });
  const checkpoint = checkpointBeside(file);
  if (checkpoint !== undefined) changeCheckpoint(checkpoint, (before) => marked(before, new Set(ids), pinned));
  const changed = entries.filter((entry) => entry.pinned !== pinned).length;
  const word = pinned ? "pinned" : "unpinned";
  if (json === true) printJson({ file, [word]: ids, changed });
  else
    print(
      `${word} ${ids.length === 1 ? `entry ${ids[0]!}` : `${ids.length} entries`} of ${file}${changed < ids.length ? ` (${ids.length - changed} were already)` : ""}`,
    );
}

const marked = (entries: readonly MemoryEntry[], ids: ReadonlySet<EntryId>, pinned: boolean): readonly MemoryEntry[] =>
  entries.map((entry) => (ids.has(entry.id) ? Object.assign({}, entry, { pinned }) : entry));
