/**
 * @file The tables of memories in PostgreSQL, in a schema of their own: made, recognised, brought up to date. Plain SQL for version 13 and later, open to any
 * client.
 */
import { StorageError } from "../../contract/errors.ts";
import type { MemoryShape } from "../../contract/memory.ts";
import type { Metric } from "../../contract/memory-index.ts";
import type { PostgresConnection, Session } from "./postgres-connection.ts";
import { LIST } from "./postgres-followers.ts";
import { metricOf, metricPart, requireShape } from "./store-shape.ts";

/** Raised with every change of the tables. */
const FORMAT_VERSION = 2;
/** Of the advisory lock under which tables are made: "Engr". */
const LOCK = 0x456e6772;
/** `pg_current_xact_id` and `xid8` came with it. */
const OLDEST_SERVER = 13;

/** The workers that are listed as followers: see `postgres-followers.ts`. */
const WORKERS = `
  create table engram.worker (
    memory integer not null references engram.memory on delete cascade,
    worker integer not null,
    seen xid8 not null,                  -- every transaction before this one was over when it last read
    heard timestamptz not null default now(),
    primary key (memory, worker)
  );
`;

const SCHEMA = `
  create table engram.format (version integer not null);
  insert into engram.format values (${FORMAT_VERSION});
  create table engram.memory (
    id integer generated always as identity primary key,
    name text not null unique,
    key_size integer not null,
    value_size integer not null,
    observation_size integer not null,
    metric text not null default 'l2',   -- how keys are compared
    workers integer not null default 0   -- how often it was opened for writing: each time is a worker with a number of its own
  );
  create table engram.entry (
    memory integer not null references engram.memory on delete cascade,
    id bigint not null,
    xid xid8 not null,                   -- the transaction that wrote this row last
    writer integer not null,             -- the worker that did; 0 where what it wrote was made of another's
    task text,                           -- from here on all null once the entry is removed, so that others learn of it
    episode bigint,
    step bigint,
    kind text,
    time double precision,
    encoder bigint,
    importance double precision,
    pinned boolean,
    reads double precision,
    last_read double precision,
    key bytea,                           -- little-endian float32, as the two below
    value bytea,
    observation bytea,
    checksum bigint,                     -- CRC-32 of the three
    primary key (memory, id)
  );
  create index entry_changes on engram.entry (memory, xid, id);
  create index entry_task on engram.entry (memory, task);
  ${WORKERS}
`;

/** What the tables of an earlier version lack. */
const MIGRATIONS: Readonly<Record<number, string>> = {
  1: `alter table engram.memory add column metric text not null default 'l2'; ${WORKERS}`,
};

/** Makes the tables where there are none. @throws {StorageError} A foreign schema of that name, a newer format, an old server, or an encoding that cannot hold all text. */
export async function prepareSchema(connection: PostgresConnection): Promise<void> {
  const { place } = connection;
  await connection.run(async (session) => {
    await requireServer(session, place);
    if ((await formatOf(session, place)) === FORMAT_VERSION) return;
    // Whoever comes second waits here and finds the tables made.
    await session.query("select pg_advisory_xact_lock($1)", [LOCK]);
    const format = await formatOf(session, place);
    if (format === undefined) {
      const [schema] = await session.query("select to_regnamespace('engram') is not null as made");
      if (schema!["made"] !== true) await session.query("create schema engram");
      await session.query(SCHEMA);
      return;
    }
    for (let from = format; from < FORMAT_VERSION; from++) await session.query(MIGRATIONS[from]!);
    await session.query(`update engram.format set version = ${FORMAT_VERSION}`);
  }, "begin");
}

/** Only looks. @returns Whether there are tables of ours. */
export async function hasSchema(connection: PostgresConnection): Promise<boolean> {
  return connection.run(async (session) => (await formatOf(session, connection.place)) !== undefined);
}

async function requireServer(session: Session, place: string): Promise<void> {
  const [server] = await session.query("select current_setting('server_version') as version, current_setting('server_encoding') as encoding");
  const version = server!["version"] as string;
  const encoding = server!["encoding"] as string;
  if (parseInt(version) < OLDEST_SERVER)
    throw new StorageError(place, `is PostgreSQL ${version}, and memories need ${OLDEST_SERVER} or later`, "Update the server.");
  if (encoding !== "UTF8" && encoding !== "SQL_ASCII")
    throw new StorageError(place, `holds text as ${encoding}, which cannot hold the names of all tasks`, "Use a database with the encoding UTF8.");
}

/** The version of the tables, or undefined where there are none. */
async function formatOf(session: Session, place: string): Promise<number | undefined> {
  const [tables] = await session.query(
    `select count(*)::int as count, to_regclass('engram.format') is not null and to_regclass('engram.memory') is not null as ours
     from pg_class where relnamespace = to_regnamespace('engram')`,
  );
  if (tables!["count"] === 0) return undefined;
  if (tables!["ours"] !== true)
    throw new StorageError(place, "has a schema `engram` of something else", "Name another database; this one was left as it is.");
  const [row] = await session.query("select version from engram.format");
  const format = row?.["version"] as number | undefined;
  if (format === undefined) throw new StorageError(place, "is damaged: its format is missing", "Restore it from a copy.");
  if (format > FORMAT_VERSION)
    throw new StorageError(
      place,
      `has format ${format}, and this Engram reads up to ${FORMAT_VERSION}`,
      "Update Engram; the database was left as it is.",
    );
  return format;
}

/** A memory among others in a database. */
export interface NamedMemory {
  readonly id: number;
  readonly name: string;
  readonly shape: MemoryShape;
}

export const memoryOf = (row: Readonly<Record<string, unknown>>): NamedMemory => ({
  id: row["id"] as number,
  name: row["name"] as string,
  shape: shapeOf(row),
});

/** Of version 1, whose memories had no metric, too. */
function shapeOf(row: Readonly<Record<string, unknown>>): MemoryShape {
  const [keySize, valueSize, observationSize] = [row["key_size"], row["value_size"], row["observation_size"]] as readonly number[];
  return { keySize: keySize!, valueSize: valueSize!, observationSize: observationSize!, ...metricPart(row["metric"] as Metric | undefined) };
}

/**
 * Finds a memory by its name, or makes it, and lists one more worker.
 * @returns The memory, and the worker's number: from 1 up, never given twice.
 * @throws {StorageError} A memory of another shape has that name.
 */
export async function joinMemory(
  connection: PostgresConnection,
  name: string,
  shape: MemoryShape,
): Promise<NamedMemory & { readonly worker: number }> {
  return connection.run(async (session) => {
    await session.query(
      "insert into engram.memory (name, key_size, value_size, observation_size, metric) values ($1, $2, $3, $4, $5) on conflict (name) do nothing",
      [name, shape.keySize, shape.valueSize, shape.observationSize, metricOf(shape)],
    );
    const [row] = await session.query("update engram.memory set workers = workers + 1 where name = $1 returning *", [name]);
    const memory = memoryOf(row!);
    requireShape(`${connection.place}#${name}`, memory.shape, shape, "Use another name for this agent and body.");
    const worker = row!["workers"] as number;
    await session.query(LIST, [memory.id, worker]);
    return { ...memory, worker };
  }, "begin");
}
