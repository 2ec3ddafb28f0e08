/**
 * @file A memory's entries in one SQLite file. Write-ahead log with `synchronous=FULL`: what was flushed survives a kill and a power cut.
 * Writes gather and are committed together, off the control step; one process writes, any number may read.
 */
import Database from "better-sqlite3";
import { existsSync, rmSync } from "node:fs";
import { InvalidValueError, StorageError } from "../../contract/errors.ts";
import type { EntryId, EntryMarks, MemoryEntry, MemoryShape, MemoryStore, StoreChanges } from "../../contract/memory.ts";
import { asTaskId } from "../../contract/task.ts";
import { crc32 } from "./crc32.ts";

/** Marks a file as ours, in SQLite's header: "Engr". */
const APPLICATION_ID = 0x456e6772;
/** Raised with every change of the tables. */
const FORMAT_VERSION = 2;
/** Writes that gather before they are committed without being asked. */
const GROUP = 512;

const SCHEMA = `
  create table shape (key_size integer not null, value_size integer not null, observation_size integer not null) strict;
  create table counter (next_id integer not null) strict;   -- no id from here up was ever used
  insert into counter values (1);
  create table entry (
    id integer primary key,
    task text not null,
    episode integer not null,
    step integer not null,
    key blob not null,          -- little-endian float32, as the two below
    value blob not null,
    observation blob not null,
    checksum integer not null,  -- CRC-32 of the three blobs
    kind text not null,
    time real not null,
    encoder integer not null,
    importance real not null,
    pinned integer not null,
    reads real not null,
    last_read real not null
  ) strict;
  create index entry_task on entry (task);
`;

/** What a file of an earlier version lacks. */
const MIGRATIONS: Readonly<Record<number, string>> = {
  1: `
    create table counter (next_id integer not null) strict;
    insert into counter select coalesce(max(id), 0) + 1 from entry;
    alter table entry add column kind text not null default 'demonstration';
    alter table entry add column time real not null default 0;
    update entry set time = id - 1;
    alter table entry add column encoder integer not null default 0;
    alter table entry add column importance real not null default 1;
    alter table entry add column pinned integer not null default 0;
    alter table entry add column reads real not null default 0;
    alter table entry add column last_read real not null default -1;
  `,
};

interface EntryRow {
  readonly id: number;
  readonly task: string;
  readonly episode: number;
  readonly step: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly observation: Uint8Array;
  readonly checksum: number;
  readonly kind: string;
  readonly time: number;
  readonly encoder: number;
  readonly importance: number;
  readonly pinned: number;
  readonly reads: number;
  readonly last_read: number;
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
  /** All of them, by ascending id. @throws {StorageError} An entry that is damaged. */
  entries(): Iterable<MemoryEntry>;
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
        else migrate(database);
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
        *entries() {
          const rows = guarded(file, () => database.prepare<[], EntryRow>("select * from entry order by id").iterate());
          for (const row of rows) yield entryOf(file, row, shape);
        },
        close: () => database.close(),
      };
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What is to be written of an entry: all of it, its marks alone, or that it is gone. */
type Fate = { readonly row: EntryRow } | { readonly marks: MarksRow } | "removed";

type MarksRow = Pick<EntryRow, "id" | "importance" | "pinned" | "reads" | "last_read">;

class SqliteStore implements MemoryStore {
  readonly shape: MemoryShape;
  readonly firstId: EntryId;
  readonly #file: string;
  readonly #database: Database.Database;
  readonly #claim: WriterClaim;
  readonly #commit: (pending: ReadonlyMap<EntryId, Fate>) => void;
  #pending = new Map<EntryId, Fate>();

  constructor(file: string, database: Database.Database, shape: MemoryShape, claim: WriterClaim) {
    this.shape = shape;
    this.#claim = claim;
    this.#file = file;
    this.#database = database;
    this.firstId = (database.prepare("select next_id from counter").get() as { readonly next_id: number }).next_id as EntryId;
    const upsert = database.prepare(
      `insert or replace into entry values (@id, @task, @episode, @step, @key, @value, @observation, @checksum,
        @kind, @time, @encoder, @importance, @pinned, @reads, @last_read)`,
    );
    const mark = database.prepare(
      "update entry set importance = @importance, pinned = @pinned, reads = @reads, last_read = @last_read where id = @id",
    );
    const remove = database.prepare<[number]>("delete from entry where id = ?");
    const count = database.prepare<[number]>("update counter set next_id = max(next_id, ? + 1)");
    this.#commit = database.transaction((pending: ReadonlyMap<EntryId, Fate>) => {
      let last = 0;
      for (const [id, fate] of pending) {
        last = Math.max(last, id);
        if (fate === "removed") remove.run(id);
        else if ("row" in fate) upsert.run(fate.row);
        else mark.run(fate.marks);
      }
      count.run(last);
    });
  }

  *entries(): Generator<MemoryEntry> {
    this.#write();
    const rows = guarded(this.#file, () => this.#database.prepare<[], EntryRow>("select * from entry order by id").all());
    for (const row of rows) yield entryOf(this.#file, row, this.shape);
  }

  put(entry: MemoryEntry): void {
    this.#add(entry.id, { row: rowOf(entry) });
  }

  mark(id: EntryId, marks: EntryMarks): void {
    const pending = this.#pending.get(id);
    const changed = marksRow(id, marks);
    this.#add(id, typeof pending === "object" && "row" in pending ? { row: { ...pending.row, ...changed } } : { marks: changed });
  }

  remove(ids: readonly EntryId[]): void {
    for (const id of ids) this.#add(id, "removed");
  }

  #add(id: EntryId, fate: Fate): void {
    this.#pending.set(id, fate);
    if (this.#pending.size >= GROUP) this.#write();
  }

  async flush(): Promise<void> {
    this.#write();
  }

  /** Nobody else writes to the file. */
  async changes(): Promise<StoreChanges> {
    return { put: [], removed: [] };
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

function migrate(database: Database.Database): void {
  const version = database.pragma("user_version", { simple: true }) as number;
  database.transaction(() => {
    for (let from = version; from < FORMAT_VERSION; from++) database.exec(MIGRATIONS[from]!);
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

function rowOf({ id, task, episode, step, key, value, observation, kind, time, encoder, ...marks }: MemoryEntry): EntryRow {
  const blobs = [blobOf(key), blobOf(value), blobOf(observation)] as const;
  const vectors = { key: blobs[0], value: blobs[1], observation: blobs[2], checksum: crc32(...blobs) };
  return { task, episode, step, ...vectors, kind, time, encoder, ...marksRow(id, marks) };
}

const marksRow = (id: EntryId, { importance, pinned, reads, lastRead }: EntryMarks): MarksRow => ({
  id,
  importance,
  pinned: pinned ? 1 : 0,
  reads,
  last_read: lastRead,
});

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
    kind: row.kind,
    time: row.time,
    encoder: row.encoder,
    importance: row.importance,
    pinned: row.pinned === 1,
    reads: row.reads,
    lastRead: row.last_read,
  };
}
