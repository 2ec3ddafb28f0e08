/** @file `engram memory export` and `import`: entries as JSON lines or Parquet, out and back bit for bit. */
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { InvalidValueError, StorageError } from "../../contract/errors.ts";
import type { EntryId, MemoryEntry } from "../../contract/memory.ts";
import { UNKNOWN_ENCODER, type EntryCollection } from "../../interop/memory-entries.ts";
import { memoryLine, readMemoryLines } from "../../interop/memory-lines.ts";
import { readMemoryParquet, writeMemoryParquet } from "../../interop/memory-parquet.ts";
import { openSqliteStore } from "../../memory/stores/sqlite-store.ts";
import { changeCheckpoint, checkpointBeside } from "../checkpoint-entries.ts";
import { inspectOne } from "../memory-inspections.ts";
import { entriesOf, inspect, memoryFile, type Output, print, printJson } from "../memory-places.ts";

export interface ExportFlags extends Output {
  readonly format: string;
  readonly out?: string;
  readonly agent?: string;
}

/** @throws {InvalidValueError} A format that there is not, or Parquet without a file. @throws {StorageError} A file that is there already or cannot be written. */
export async function memoryExportCommand(place: string, { format, out, agent, json }: ExportFlags): Promise<void> {
  if (format !== "jsonl" && format !== "parquet") throw new InvalidValueError("--format", format, "`jsonl` or `parquet`");
  const entries = await inspectOne(place, agent, async (memory) => (await memory.entries()).sound);
  if (out === undefined) {
    if (format === "parquet") throw new InvalidValueError("--out", out, "a file, for Parquet", "Such as --out memory.parquet");
    for (const entry of entries) process.stdout.write(memoryLine(entry));
    return;
  }
  if (existsSync(out)) throw new StorageError(out, "is there already", "Choose another file with --out; nothing is overwritten.");
  writeWhole(out, (file) => (format === "parquet" ? writeMemoryParquet(file, entries) : writeLines(file, entries)));
  if (json === true) printJson({ file: out, format, entries: entries.length, bytes: statSync(out).size });
  else print(`${out}: ${entries.length} entries, ${(statSync(out).size / 1024).toFixed(1)} kB`);
}

/** A file that is there whole, or not at all. */
function writeWhole(out: string, write: (file: string) => void): void {
  const temporary = `${out}.new`;
  try {
    write(temporary);
    reachDisk(temporary);
    renameSync(temporary, out);
  } catch (error) {
    rmSync(temporary, { force: true });
    const problem = error instanceof Error ? error.message : String(error);
    throw new StorageError(out, `could not be written (${problem})`, "Choose a folder that exists, has room and may be written to, with --out.", {
      cause: error,
    });
  }
}

function writeLines(file: string, entries: readonly MemoryEntry[]): void {
  const handle = openSync(file, "w");
  try {
    // Each whole, or it throws; `writeSync` would write what there is room for.
    for (const entry of entries) writeFileSync(handle, memoryLine(entry));
  } finally {
    closeSync(handle);
  }
}

function reachDisk(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export interface ImportFlags extends Output {
  readonly foreign?: boolean;
  readonly agent?: string;
}

/**
 * Everything in the file is checked before anything is written. Entries keep their numbers; those that are there already, bit for bit, stay.
 * @throws {StorageError} A file that is not what it should be, or an entry whose number is taken by another.
 */
export async function memoryImportCommand(place: string, file: string, { foreign = false, agent, json }: ImportFlags): Promise<void> {
  if (!existsSync(file)) throw new StorageError(file, "there is no such file", "Name a file that `engram memory export` wrote.");
  const isNew = !existsSync(place);
  if (isNew && !place.endsWith(".sqlite")) {
    throw new StorageError(place, "there is no such run", "Name a run's folder, a memory file, or a new file ending in `.sqlite`.");
  }
  const target = isNew ? place : memoryFile(place, agent);
  const shape = isNew ? undefined : await inspect(target, (store) => store.shape);
  const given = await (isParquet(file) ? readMemoryParquet(file, shape) : readMemoryLines(file, shape));
  const there = isNew ? [] : await entriesOf(target);
  const missing = foreign ? given.entries : newAmong(given, there, file, target);
  const added = await put(target, given.shape, missing, foreign);
  const checkpoint = checkpointBeside(target);
  // All that is given, not what was missing in the memory file alone: an import that was cut off between the two is completed by repeating it.
  if (checkpoint !== undefined) changeCheckpoint(checkpoint, (entries) => merged(entries, foreign ? added : given.entries));
  const known = given.entries.length - added.length;
  if (json === true) printJson({ file: target, ...(checkpoint !== undefined && { checkpoint }), added: added.length, known });
  else print(described({ target, checkpoint, added, known, foreign }));
}

/** By its first bytes. @throws {StorageError} A file that cannot be read. */
function isParquet(file: string): boolean {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    const head = Buffer.alloc(4);
    return readSync(handle, head, 0, 4, 0) === 4 && head.toString("latin1") === "PAR1";
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new StorageError(file, `cannot be read (${problem})`, "Name a file that `engram memory export` wrote.", { cause: error });
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** The entries that are not there yet. */
function newAmong({ entries }: EntryCollection, there: readonly MemoryEntry[], file: string, target: string): readonly MemoryEntry[] {
  const byId = new Map(there.map((entry) => [entry.id, entry]));
  return entries.filter((entry) => {
    const other = byId.get(entry.id);
    if (other !== undefined && memoryLine(other) !== memoryLine(entry)) {
      throw new StorageError(
        file,
        `entry ${entry.id} is another one than entry ${entry.id} of ${target}`,
        "Nothing was imported. Of another run's memory, use --foreign: entries then get new numbers.",
      );
    }
    return other === undefined;
  });
}

/** Writes entries to a store and says which they are there. */
async function put(
  target: string,
  shape: EntryCollection["shape"],
  entries: readonly MemoryEntry[],
  foreign: boolean,
): Promise<readonly MemoryEntry[]> {
  if (entries.length === 0) return [];
  const store = openSqliteStore(target, shape);
  try {
    const added = foreign ? entries.map((entry, i) => adopted(entry, (store.firstId + i) as EntryId)) : entries;
    for (const entry of added) store.put(entry);
    await store.flush();
    return added;
  } finally {
    await store.close();
  }
}

/** Another memory's entry as one of ours: its key is by an encoder that is not ours, so no recall compares it until it is made anew. */
function adopted(entry: MemoryEntry, id: EntryId): MemoryEntry {
  return { ...entry, id, time: id - 1, encoder: UNKNOWN_ENCODER, reads: 0, lastRead: -1 };
}

const merged = (entries: readonly MemoryEntry[], added: readonly MemoryEntry[]): readonly MemoryEntry[] => {
  const ids = new Set(entries.map(({ id }) => id));
  const missing = added.filter(({ id }) => !ids.has(id));
  return missing.length === 0 ? entries : [...entries, ...missing].toSorted((a, b) => a.id - b.id);
};

interface Imported {
  readonly target: string;
  readonly checkpoint: string | undefined;
  readonly added: readonly MemoryEntry[];
  readonly known: number;
  readonly foreign: boolean;
}

function described({ target, checkpoint, added, known, foreign }: Imported): string {
  const numbersOf = added.length > 0 ? `, numbers ${added[0]!.id} to ${added.at(-1)!.id}` : "";
  const already = known > 0 ? `; ${known} were there already` : "";
  const places = checkpoint === undefined ? target : `${target} and ${checkpoint}`;
  const later =
    foreign && added.length > 0
      ? "\nNo recall finds them yet: their keys are by another encoder. The agent files them anew when it next sleeps."
      : "";
  return `${places}: ${added.length} entries added${numbersOf}${already}.${later}`;
}
