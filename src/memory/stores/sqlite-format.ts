/** @file The tables of a memory file. */
import type Database from "better-sqlite3";
import { crc32 } from "node:zlib";
import { StorageError } from "../../contract/errors.ts";
import type { MemoryShape } from "../../contract/memory.ts";
import type { Metric } from "../../contract/memory-index.ts";
import { isDamage } from "./sqlite-errors.ts";
import { metricOf, metricPart } from "./store-shape.ts";

/** Marks a file as ours, in SQLite's header: "Engr". */
const APPLICATION_ID = 0x456e6772;
/** Raised with every change of the tables. */
export const FORMAT_VERSION = 3;

/** How keys are compared, since version 3. */
export const METRIC = "metric text not null default 'l2'";

const SHAPE = `create table shape (key_size integer not null, value_size integer not null, observation_size integer not null, ${METRIC}) strict`;

export const TABLES = `
  create table counter (
    next_id integer not null,         -- no id from here up was ever used
    entries integer not null,         -- how many there are
    checksum integer not null         -- CRC-32 of both as float64
  ) strict;
  create table entry (
    id integer primary key,
    task text not null,
    kind text not null,
    episode integer not null,
    step integer not null,
    time real not null,
    encoder integer not null,
    vectors blob not null,            -- key, value, observation: little-endian float32
    checksum integer not null,        -- CRC-32 of all the above
    importance real not null,
    pinned integer not null,
    reads real not null,
    last_read real not null,
    marks_checksum integer not null   -- CRC-32 of the id and the four above
  ) strict;
`;

export const INSERT_ENTRY = "insert or replace into entry values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/** What is counted of a memory file. */
export interface Counter {
  readonly nextId: number;
  readonly entries: number;
}

const counterChecksum = ({ nextId, entries }: Counter): number => crc32(new Uint8Array(Float64Array.of(nextId, entries).buffer));

/** Nothing where it is damaged. */
export function readCounter(database: Database.Database): Counter | undefined {
  try {
    const row = database.prepare("select next_id as nextId, entries, checksum from counter").get() as
      (Counter & { readonly checksum: number }) | undefined;
    return row !== undefined && counterChecksum(row) === row.checksum ? row : undefined;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** Within a transaction. */
export function writeCounter(database: Database.Database, counter: Counter): void {
  database.exec("delete from counter");
  database.prepare("insert into counter values (?, ?, ?)").run(counter.nextId, counter.entries, counterChecksum(counter));
}

/** Whether there is nothing in a file yet. */
export const isEmpty = (database: Database.Database): boolean =>
  database.pragma("application_id", { simple: true }) === 0 &&
  (database.prepare("select count(*) as n from sqlite_master").get() as { readonly n: number }).n === 0;

/** @throws {StorageError} A file of something else, or of a newer version. */
export function requireOurs(file: string, database: Database.Database): void {
  if (database.pragma("application_id", { simple: true }) !== APPLICATION_ID) {
    throw new StorageError(file, "is not a memory file", "Name another file; this one was left as it is.");
  }
  const version = versionOf(database);
  if (version > FORMAT_VERSION) {
    throw new StorageError(
      file,
      `has format ${version}, and this Engram reads up to ${FORMAT_VERSION}`,
      "Update Engram; the file was left as it is.",
    );
  }
}

export const versionOf = (database: Database.Database): number => database.pragma("user_version", { simple: true }) as number;

export function create(database: Database.Database, shape: MemoryShape): void {
  database.transaction(() => {
    database.exec(SHAPE);
    database.prepare("insert into shape values (?, ?, ?, ?)").run(shape.keySize, shape.valueSize, shape.observationSize, metricOf(shape));
    database.exec(TABLES);
    writeCounter(database, { nextId: 1, entries: 0 });
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${FORMAT_VERSION}`);
  })();
}

/** @throws {StorageError} It has none. */
export function readShape(file: string, database: Database.Database): MemoryShape {
  const row = database.prepare("select * from shape").get() as (Readonly<Record<string, number>> & { readonly metric?: Metric }) | undefined;
  if (row === undefined) throw new StorageError(file, "is damaged: its shape is missing", "Restore it from a copy.");
  return {
    keySize: row["key_size"]!,
    valueSize: row["value_size"]!,
    observationSize: row["observation_size"]!,
    ...metricPart(row.metric),
  };
}
