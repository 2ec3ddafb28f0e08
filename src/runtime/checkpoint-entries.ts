/** @file The remembered entries inside a run's checkpoints, and changes to them: a checkpoint must not bring back what its memory file no longer holds. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SnapshotError, StorageError } from "../contract/errors.ts";
import type { MemoryEntry, MemoryShape } from "../contract/memory.ts";
import type { Snapshot, SnapshotValue } from "../contract/snapshot.ts";
import { contentOf, withEntries } from "../memory/snapshot-entries.ts";
import { replaceFile } from "./replace-file.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-codec.ts";

/** What becomes of the entries of one memory; the same array for no change. The shape is absent where there are no entries. */
export type EntryChange = (entries: readonly MemoryEntry[], shape: MemoryShape | undefined) => readonly MemoryEntry[];

/** The checkpoints of a run, one an agent; none of a single memory file. */
export function checkpointsOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^checkpoint-.*\.json$/.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

/** The checkpoint of the agent whose memory file this is, if there is one. */
export function checkpointBeside(memoryFile: string): string | undefined {
  const checkpoint = memoryFile.replace(/memory-([^/\\]*)\.sqlite$/, "checkpoint-$1.json");
  return checkpoint !== memoryFile && existsSync(checkpoint) ? checkpoint : undefined;
}

/** @throws {StorageError} A file that is not there or is no checkpoint. */
export function readCheckpoint(file: string): Snapshot {
  if (!existsSync(file)) throw new StorageError(file, "there is no such checkpoint", "A run writes one of each agent when it ends or is stopped.");
  return guarded(file, () => decodeSnapshot(readFileSync(file, "utf8")));
}

/** The entries of every memory in a checkpoint, whatever the agent calls it. @throws {StorageError} As `readCheckpoint`. */
export function checkpointEntries(file: string): readonly MemoryEntry[] {
  const found: MemoryEntry[] = [];
  const look: EntryChange = (entries) => {
    for (const entry of entries) found.push(entry);
    return entries;
  };
  const snapshot = readCheckpoint(file);
  guarded(file, () => changedWithin(snapshot, look));
  return found;
}

/**
 * Changes the entries of every memory in a checkpoint; the file is replaced whole, and only if something changed.
 * @throws {StorageError} As `readCheckpoint`.
 */
export function changeCheckpoint(file: string, change: EntryChange): void {
  const before = readCheckpoint(file);
  const after = guarded(file, () => changedWithin(before, change));
  if (after !== before) replaceFile(file, encodeSnapshot(after));
}

function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new StorageError(file, `is damaged: ${error.message.replace(/\.$/, "")}`, "Run the scenario again with the same seed.", { cause: error });
  }
}

/** The same object where nothing changed. */
function changedWithin(snapshot: Snapshot, change: EntryChange): Snapshot {
  const content = contentOf(snapshot);
  if (content !== undefined) {
    const after = change(content.entries, content.shape);
    const shape = content.shape ?? (after[0] && shapeOf(after[0]));
    return after === content.entries || shape === undefined ? snapshot : withEntries(snapshot, after, shape);
  }
  const parts = Object.entries(snapshot).map(([key, value]) => [key, isSnapshot(value) ? changedWithin(value, change) : value] as const);
  return parts.every(([key, value]) => value === snapshot[key]) ? snapshot : Object.fromEntries(parts);
}

const shapeOf = ({ key, value, observation }: MemoryEntry): MemoryShape => ({
  keySize: key.length,
  valueSize: value.length,
  observationSize: observation.length,
});

const isSnapshot = (value: SnapshotValue | undefined): value is Snapshot =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
