/**
 * @file A memory's entries in one SQLite file. Write-ahead log with `synchronous=FULL`: what was flushed survives a kill and a power cut.
 * Writes gather and are committed together, off the control step; one process writes, any number may read.
 */
import Database from "better-sqlite3";
import { existsSync, rmSync } from "node:fs";
import { InvalidValueError, StorageError } from "../../contract/errors.ts";
import type { EntryId, MemoryEntry, MemoryShape, MemoryStore } from "../../contract/memory.ts";
import { asTaskId } from "../../contract/task.ts";
import { crc32 } from "./crc32.ts";

/** Marks a file as ours, in SQLite's header: "Engr". */
const APPLICATION_ID = 0x456e6772;
/** Raised with every change of the tables. */
const FORMAT_VERSION = 1;
/** Writes that gather before they are committed without being asked. */
const GROUP = 512;

const SCHEMA = `
  create table shape (key_size integer not null, value_size integer not null, observation_size integer not null) strict;
  create table entry (
    id integer primary key,
    task text not null,
    episode integer not null,
    step integer not null,
    key blob not null,          -- little-endian float32, as the two below
    value blob not null,
    observation blob not null,
    checksum integer not null   -- CRC-32 of the three blobs
  ) strict;
  create index entry_task on entry (task);
`;

interface EntryRow {
  readonly id: number;
  readonly task: string;
  readonly episode: number;
  readonly step: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly observation: Uint8Array;
  readonly checksum: number;
}

/** What is in a memory file, task by task. */
export interface StoredTask {
  readonly task: string;
  readonly entries: number;
  readonly episodes: number;
  /** Of keys, values and observations. */
  readonly bytes: number;
}

/** A memory file opened for reading only. */
export interface StoreInspection {
  readonly shape: MemoryShape;
  readonly tasks: readonly StoredTask[];
  /** @throws {StorageError} An entry that is damaged. */
  entry(id: number): MemoryEntry | undefined;
  close(): void;
}

/**
 * Opens a memory file for writing, making it if there is none.
 * @throws {StorageError} A file of something else, of a newer version, of another shape, damaged, in use by another writer, or in a folder that
 *   cannot be written. The file is left as it was.
 */
export function openSqliteStore(file: string, shape: MemoryShape): MemoryStore {
  const claim = claimWriting(file);
  try {
    const database = guarded(file, () => new Database(file));
    try {
      return guarded(file, () => {
        const isNew = database.pragma("application_id", { simple: true }) === 0 && tablesOf(database) === 0;
        if (!isNew) requireOurs(file, database);
        database.pragma("journal_mode = wal");
        database.pragma("synchronous = full");
        if (isNew) create(database, shape);
        requireShape(file, readShape(file, database), shape);
        return new SqliteStore(file, database, shape, claim);
      });
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** The right to be a memory file's only writer. */
interface WriterClaim {
  release(): void;
}

/**
 * A lock beside the file, held by an open transaction for as long as the process lives, so that a kill releases it. SQLite's own lock on the
 * file would last only for a commit.
 */
function claimWriting(file: string): WriterClaim {
  const lockFile = `${file}-writer`;
  const lock = guarded(file, () => new Database(lockFile, { timeout: 0 }));
  try {
    guarded(file, () => lock.exec("begin exclusive"));
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    release() {
      rmSync(lockFile, { force: true });
      lock.close();
    },
  };
}

/**
 * Opens a memory file to look into.
 * @throws {StorageError} As `openSqliteStore`, and when there is no such file.
 */
export function inspectSqliteStore(file: string): StoreInspection {
  if (!existsSync(file)) throw new StorageError(file, "there is no such file", "Name a run's folder or its memory file.");
  const database = guarded(file, () => new Database(file, { readonly: true }));
  try {
    return guarded(file, () => {
      requireOurs(file, database);
      const shape = readShape(file, database);
      const tasks = database
        .prepare<[], StoredTask>(
          `select task, count(*) as entries, count(distinct episode) as episodes, sum(length(key) + length(value) + length(observation)) as bytes
           from entry group by task order by min(id)`,
        )
        .all();
      const byId = database.prepare<[number], EntryRow>("select * from entry where id = ?");
      return {
        shape,
        tasks,
        entry(id) {
          const row = guarded(file, () => byId.get(id));
          return row === undefined ? undefined : entryOf(file, row, shape);
        },
        close: () => database.close(),
      };
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteStore implements MemoryStore {
  readonly shape: MemoryShape;
  readonly #file: string;
  readonly #database: Database.Database;
  readonly #claim: WriterClaim;
  readonly #commit: (pending: ReadonlyMap<EntryId, EntryRow | undefined>) => void;
  /** The latest fate of each entry since the last commit: its row, or undefined when it was removed. */
  #pending = new Map<EntryId, EntryRow | undefined>();

  constructor(file: string, database: Database.Database, shape: MemoryShape, claim: WriterClaim) {
    this.shape = shape;
    this.#claim = claim;
    this.#file = file;
    this.#database = database;
    const upsert = database.prepare(
      "insert or replace into entry (id, task, episode, step, key, value, observation, checksum) values (@id, @task, @episode, @step, @key, @value, @observation, @checksum)",
    );
    const remove = database.prepare<[number]>("delete from entry where id = ?");
    this.#commit = database.transaction((pending: ReadonlyMap<EntryId, EntryRow | undefined>) => {
      for (const [id, row] of pending) {
        if (row === undefined) remove.run(id);
        else upsert.run(row);
      }
    });
  }

  *entries(): Generator<MemoryEntry> {
    this.#write();
    const rows = guarded(this.#file, () => this.#database.prepare<[], EntryRow>("select * from entry order by id").all());
    for (const row of rows) yield entryOf(this.#file, row, this.shape);
  }

  put(entry: MemoryEntry): void {
    this.#pending.set(entry.id, rowOf(entry));
    if (this.#pending.size >= GROUP) this.#write();
  }

  remove(ids: readonly EntryId[]): void {
    for (const id of ids) this.#pending.set(id, undefined);
    if (this.#pending.size >= GROUP) this.#write();
  }

  async flush(): Promise<void> {
    this.#write();
  }

  async close(): Promise<void> {
    this.#write();
    this.#database.close();
    this.#claim.release();
  }

  /** One transaction; what could not be committed stays pending. */
  #write(): void {
    if (this.#pending.size === 0) return;
    guarded(this.#file, () => this.#commit(this.#pending));
    this.#pending = new Map();
  }
}

/** Turns SQLite's errors into ours, with a remedy. */
function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StorageError || error instanceof InvalidValueError) throw error;
    const { code = "", message } = error as { readonly code?: string; readonly message: string };
    const [problem, remedy] = explain(code, message);
    throw new StorageError(file, problem, remedy, { cause: error });
  }
}

function explain(code: string, message: string): readonly [string, string] {
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return ["is in use by another process that writes to it", "Wait for that run to end, or choose another folder with --out."];
  }
  if (code.startsWith("SQLITE_NOTADB")) return ["is not a memory file", "Name another file; this one was left as it is."];
  if (code.startsWith("SQLITE_CORRUPT"))
    return [`is damaged (${message})`, "Restore it from a copy; what can still be read is in its other entries."];
  if (code.startsWith("SQLITE_FULL")) return ["could not be written: the disk is full", "Free some space; nothing that was flushed is lost."];
  if (code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_CANTOPEN") || message.includes("directory does not exist")) {
    return ["cannot be opened for writing", "Choose a folder that exists and that you may write to, with --out."];
  }
  return [`could not be used (${message})`, "Check the disk and the folder's permissions."];
}

const tablesOf = (database: Database.Database): number =>
  (database.prepare("select count(*) as n from sqlite_master").get() as { readonly n: number }).n;

function requireOurs(file: string, database: Database.Database): void {
  if (database.pragma("application_id", { simple: true }) !== APPLICATION_ID) {
    throw new StorageError(file, "is not a memory file", "Name another file; this one was left as it is.");
  }
  const version = database.pragma("user_version", { simple: true }) as number;
  if (version > FORMAT_VERSION) {
    throw new StorageError(
      file,
      `has format ${version}, and this Engram reads up to ${FORMAT_VERSION}`,
      "Update Engram; the file was left as it is.",
    );
  }
}

function create(database: Database.Database, { keySize, valueSize, observationSize }: MemoryShape): void {
  database.transaction(() => {
    database.exec(SCHEMA);
    database.prepare("insert into shape values (?, ?, ?)").run(keySize, valueSize, observationSize);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${FORMAT_VERSION}`);
  })();
}

function readShape(file: string, database: Database.Database): MemoryShape {
  const row = database.prepare("select key_size as keySize, value_size as valueSize, observation_size as observationSize from shape").get();
  if (row === undefined) throw new StorageError(file, "is damaged: its shape is missing", "Restore it from a copy.");
  return row as MemoryShape;
}

function requireShape(file: string, found: MemoryShape, wanted: MemoryShape): void {
  const text = ({ keySize, valueSize, observationSize }: MemoryShape): string =>
    `keys of ${keySize}, values of ${valueSize} and observations of ${observationSize} numbers`;
  if (text(found) !== text(wanted))
    throw new StorageError(file, `holds ${text(found)}, not ${text(wanted)}`, "Use another file for this agent and body.");
}

/** The bytes of a vector, little-endian as every platform of ours is; a copy. */
const blobOf = (vector: Float32Array): Uint8Array => new Uint8Array(vector.slice().buffer);

function rowOf({ id, task, episode, step, key, value, observation }: MemoryEntry): EntryRow {
  const blobs = [blobOf(key), blobOf(value), blobOf(observation)] as const;
  return { id, task, episode, step, key: blobs[0], value: blobs[1], observation: blobs[2], checksum: crc32(...blobs) };
}

function entryOf(file: string, row: EntryRow, shape: MemoryShape): MemoryEntry {
  const whole = crc32(row.key, row.value, row.observation) === row.checksum;
  if (
    !whole ||
    row.key.length !== 4 * shape.keySize ||
    row.value.length !== 4 * shape.valueSize ||
    row.observation.length !== 4 * shape.observationSize
  ) {
    throw new StorageError(file, `entry ${row.id} of task ${row.task} is damaged`, "Restore the file from a copy; the other entries are untouched.");
  }
  const vector = (blob: Uint8Array): Float32Array => new Float32Array(blob.slice().buffer);
  return {
    id: row.id as EntryId,
    task: asTaskId(row.task),
    episode: row.episode,
    step: row.step,
    key: vector(row.key),
    value: vector(row.value),
    observation: vector(row.observation),
  };
}
