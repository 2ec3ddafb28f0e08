/** @file Memory files looked into, checked, and made compact, apart from any run. */
import Database from "better-sqlite3";
import { existsSync, readFileSync, statSync } from "node:fs";
import { StorageError } from "../../contract/errors.ts";
import type { MemoryEntry, MemoryShape } from "../../contract/memory.ts";
import { isSound, type StoreDamage } from "./sqlite-damage.ts";
import { decodeEntry, readEntries, type EntryCells } from "./sqlite-entries.ts";
import { asOurs, failureOf, guarded, isDamage, isUnopenable } from "./sqlite-errors.ts";
import { FORMAT_VERSION, readShape, requireOurs, versionOf } from "./sqlite-format.ts";
import { migrate } from "./sqlite-migrations.ts";
import { claimWriting } from "./writer-claim.ts";

/** What is in a memory file, task by task. */
export interface StoredTask {
  readonly task: string;
  readonly entries: number;
  readonly episodes: number;
  /** Of keys, values and observations. */
  readonly bytes: number;
}

/** A memory file as it was when it was opened to look into. */
export interface StoreInspection {
  readonly shape: MemoryShape;
  /** The tasks of the sound entries, by the oldest of each; and what is wrong with the others. */
  survey(): { readonly tasks: readonly StoredTask[]; readonly damage: StoreDamage };
  /** @throws {StorageError} An entry that is damaged. */
  entry(id: number): MemoryEntry | undefined;
  /** The sound entries by ascending id; in the end, what is wrong with the others. */
  entries(): Generator<MemoryEntry, StoreDamage>;
  close(): void;
}

/**
 * Opens a memory file to look into. Somebody may be writing to it.
 * @throws {StorageError} As `openSqliteStore`, and when there is no such file.
 */
export function inspectSqliteStore(file: string): StoreInspection {
  const database = openToRead(file);
  try {
    return guarded(file, () => {
      const shape = readShape(file, database);
      const byId = database.prepare<[number], EntryCells>("select * from entry where id = ?").raw();
      return {
        shape,
        survey: () => guarded(file, () => tasksOf(readEntries(file, database, shape))),
        entry(id) {
          const cells = guarded(file, () => byId.get(id));
          if (cells === undefined) return undefined;
          const entry = decodeEntry(cells, shape);
          if (entry !== undefined) return entry;
          const remedy = "Restore the file from a copy; `engram memory verify` says which others are.";
          throw new StorageError(file, `entry ${cells[0]} of task ${cells[1]} is damaged`, remedy);
        },
        *entries() {
          return yield* readEntries(file, database, shape);
        },
        close: () => database.close(),
      };
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Where SQLite cannot open a closed file, since it may make no log beside it, what is read is a copy in memory. */
function openToRead(file: string): Database.Database {
  if (!existsSync(file)) throw new StorageError(file, "there is no such file", "Name a run's folder or its memory file.");
  try {
    return openInPlace(file);
  } catch (error) {
    if (!isUnopenable(error)) throw asOurs(file, error);
    if (existsSync(`${file}-wal`)) {
      const remedy = "Copy it, with what lies beside it, to a folder of yours, and name the copy.";
      throw new StorageError(file, "cannot be read: a log lies beside it, and its folder cannot be written", remedy, { cause: error });
    }
    return openCopy(file, bytesIn(file));
  }
}

/** In one transaction, which sees one state whoever writes meanwhile. A file of an earlier version is read as a copy in memory that is migrated. */
function openInPlace(file: string): Database.Database {
  const database = new Database(file, { readonly: true });
  try {
    database.exec("begin");
    requireOurs(file, database);
    if (versionOf(database) === FORMAT_VERSION) return database;
    const bytes = database.serialize();
    database.close();
    return openCopy(file, bytes);
  } catch (error) {
    database.close();
    throw error;
  }
}

function openCopy(file: string, bytes: Buffer): Database.Database {
  // A database in memory has no log: bytes 18 and 19 of the header are 1 for none and 2 for one.
  bytes.fill(1, 18, 20);
  return guarded(file, () => {
    const copy = new Database(bytes);
    requireOurs(file, copy);
    migrate(copy);
    return copy;
  });
}

function bytesIn(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new StorageError(file, `cannot be read (${failureOf(error).message})`, "Name a file that you may read.", { cause: error });
  }
}

function tasksOf(entries: Generator<MemoryEntry, StoreDamage>): ReturnType<StoreInspection["survey"]> {
  const tasks = new Map<string, { entries: number; readonly episodes: Set<number>; bytes: number }>();
  let next = entries.next();
  for (; next.done !== true; next = entries.next()) {
    const { task, episode, key, value, observation } = next.value;
    let about = tasks.get(task);
    if (about === undefined) tasks.set(task, (about = { entries: 0, episodes: new Set(), bytes: 0 }));
    about.entries++;
    about.episodes.add(episode);
    about.bytes += key.byteLength + value.byteLength + observation.byteLength;
  }
  const stored = Array.from(tasks, ([task, { entries: count, episodes, bytes }]) => ({ task, entries: count, episodes: episodes.size, bytes }));
  return { tasks: stored, damage: next.value };
}

/** What a check of a memory file found. */
export interface Verification extends StoreDamage {
  readonly file: string;
  /** Entries that are as they were written. */
  readonly sound: number;
  /** What SQLite says against the file's structure, at most twenty findings. */
  readonly structure: readonly string[];
  readonly isSound: boolean;
}

/** Checks every entry and every page. @throws {StorageError} A file that cannot be opened at all. */
export function verifySqliteStore(file: string): Verification {
  const database = openToRead(file);
  try {
    return guarded(file, () => {
      const entries = readEntries(file, database, readShape(file, database));
      let sound = 0;
      let next = entries.next();
      for (; next.done !== true; next = entries.next()) sound++;
      const structure = findings(database);
      return { file, sound, ...next.value, structure, isSound: isSound(next.value) && structure.length === 0 };
    });
  } finally {
    database.close();
  }
}

function findings(database: Database.Database): string[] {
  const lines: string[] = [];
  try {
    for (const line of database.prepare<[], string>("pragma integrity_check(20)").pluck().iterate()) lines.push(...line.split("\n"));
  } catch (error) {
    if (!isDamage(error)) throw error;
    lines.push(failureOf(error).message);
  }
  return lines.filter((line) => line !== "ok");
}

/** What a file takes on the disk, with its log [B]. */
export interface Compaction {
  readonly file: string;
  readonly before: number;
  readonly after: number;
}

/** Closes the gaps that forgotten entries left. @throws {StorageError} A writer holds the file, or it is damaged; it is left as it was. */
export function compactSqliteStore(file: string): Compaction {
  openToRead(file).close();
  const claim = claimWriting(file);
  try {
    return guarded(file, () => {
      const before = bytesOf(file);
      const database = new Database(file);
      try {
        database.pragma("synchronous = full");
        database.exec("vacuum");
      } finally {
        database.close();
      }
      return { file, before, after: bytesOf(file) };
    });
  } finally {
    claim.release();
  }
}

const bytesOf = (file: string): number =>
  [file, `${file}-wal`].reduce((sum, each) => sum + (statSync(each, { throwIfNoEntry: false })?.size ?? 0), 0);
