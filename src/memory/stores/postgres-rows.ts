/** @file Entries as rows of PostgreSQL: the columns, the statements that write and read them, and what an entry must be to fit. */
import { InvalidValueError, StorageError } from "../../contract/errors.ts";
import type { EntryId, EntryMarks, MemoryEntry, MemoryShape } from "../../contract/memory.ts";
import { asTaskId } from "../../contract/task.ts";
import { crc32 } from "node:zlib";
import { decodeArray, encodeArray, type ElementType, type ElementTypes } from "./postgres-array.ts";
import type { Row } from "./postgres-connection.ts";

/** What an entry's row holds, by column. */
const columns = {
  id: "int8",
  task: "text",
  episode: "int8",
  step: "int8",
  kind: "text",
  time: "float8",
  encoder: "int8",
  importance: "float8",
  pinned: "bool",
  reads: "float8",
  last_read: "float8",
  key: "bytea",
  value: "bytea",
  observation: "bytea",
  checksum: "int8",
} as const satisfies Readonly<Record<string, ElementType>>;

type Columns = typeof columns;
type ColumnName = keyof Columns;
export type EntryRow = { readonly [C in ColumnName]: ElementTypes[Columns[C]] };

const MARKS = ["importance", "pinned", "reads", "last_read"] as const;
export type MarksRow = Pick<EntryRow, "id" | (typeof MARKS)[number]>;

/** What is to be written of an entry: all of it, its marks alone, or that it is gone. */
export type Fate = { readonly row: EntryRow } | { readonly marks: MarksRow } | "removed";

const names = Object.keys(columns) as readonly ColumnName[];
const markColumns = ["id", ...MARKS] as const;

/** `unnest($n::type[], …)` of some columns, from the n-th parameter. */
const given = (some: readonly ColumnName[], from: number): string =>
  `unnest(${some.map((name, k) => `$${from + k}::${columns[name]}[]`).join(", ")}) as given (${some.join(", ")})`;

/**
 * Writes a group in one statement, so all of it or nothing. An entry that another worker removed stays removed: whoever writes it did not know yet.
 * Parameters: the memory, the worker, then the columns of entries, of marks, and the removed ids. Answers whether the worker is listed, and how many entries were
 * written: of one that was struck off, which may not know what was removed, nothing is written. The lock lets nobody strike it off meanwhile.
 */
export const WRITE = `
  with listed as materialized (
    select worker from engram.worker where memory = $1::integer and worker = $2::integer for share
  ), written as (
    insert into engram.entry as old (memory, xid, writer, ${names.join(", ")})
    select $1::integer, pg_current_xact_id(), worker, ${names.join(", ")} from listed, ${given(names, 3)} order by id
    on conflict (memory, id) do update set xid = excluded.xid, writer = excluded.writer,
      ${names.slice(1).map((name) => `${name} = excluded.${name}`).join(", ")}
      where old.key is not null or old.writer = excluded.writer
    returning 1
  ), marked as (
    update engram.entry as old set xid = pg_current_xact_id(), writer = case when old.writer = $2::integer then old.writer else 0 end,
      ${MARKS.map((name) => `${name} = given.${name}`).join(", ")}
    from listed, ${given(markColumns, 3 + names.length)} where old.memory = $1::integer and old.id = given.id and old.key is not null
  ), removed as (
    update engram.entry as old set xid = pg_current_xact_id(), writer = $2::integer, ${names.slice(1).map((name) => `${name} = null`).join(", ")}
    from listed, ${given(["id"], 3 + names.length + markColumns.length)} where old.memory = $1::integer and old.id = given.id and old.key is not null
  )
  select (select count(*)::integer from listed) as listed, count(*)::integer as written from written`; // prettier-ignore

/** Tells a worker once more that entries are gone which it wrote nevertheless. Parameters: the memory, the ids. */
export const TELL_REMOVED = `
  update engram.entry set xid = pg_current_xact_id(), writer = 0 where memory = $1::integer and id = any($2::int8[]) and key is null`;

/** Rows of a query, each column of them as one array, and the snapshot that they were read in. */
const asPage = (query: string): string =>
  `select pg_current_snapshot()::text as snapshot, ${["xid", ...names].map((name) => `array_send(array_agg(${name})) as ${name}`).join(", ")}
  from (${query}) as found`;

/** The next entries of a memory, by id. Parameters: the memory, the last id before, how many. */
export const READ_ENTRIES = asPage(`
  select * from engram.entry where memory = $1::integer and id > $2::int8 and key is not null order by id limit $3::integer`);

/** One entry. Parameters: the memory, the id. */
export const READ_ENTRY = asPage("select * from engram.entry where memory = $1::integer and id = $2::int8 and key is not null");

/**
 * What others committed since a snapshot, page by page. Parameters: the memory, that snapshot, the worker who asks, the last transaction and id of the
 * page before (for the first page: that snapshot's xmin, and no id), how many.
 *
 * Why nothing is missed: a row carries the transaction that wrote it last, and a snapshot says for every transaction whether it had committed. So a row
 * was seen by an earlier read if, and only if, its transaction is visible in that read's snapshot; of all others, this read returns those that are
 * visible now. The order in which transactions began does not matter: one that began first and commits last is in progress in the earlier snapshot,
 * and its rows are returned by the next read. A row that was written twice in between is returned as it is now. Transactions below the earlier snapshot's
 * xmin are all visible in it; so the search in the index begins there.
 *
 * Later pages have later snapshots. Kept is that of the first: what is visible in it is on one of the pages, or was written again; what was written
 * again, or committed meanwhile, is read once more by the next read, which changes nothing.
 */
export const READ_CHANGES = asPage(`
  select * from engram.entry
  where memory = $1::integer and (xid, id) > ($4::xid8, $5::int8)
    and not pg_visible_in_snapshot(xid, $2::pg_snapshot) and writer <> $3::integer
  order by xid, id limit $6::integer`);

/** The parameters of `WRITE`, but the memory and the worker. */
export function groupOf(fates: ReadonlyMap<EntryId, Fate>): { readonly rows: readonly EntryRow[]; readonly arrays: readonly Buffer[] } {
  // By ascending id, so that writers of the same entries wait for each other in the same order.
  const sorted = [...fates].toSorted(([a], [b]) => a - b);
  const rows = sorted.flatMap(([, fate]) => (typeof fate === "object" && "row" in fate ? fate.row : []));
  const marks = sorted.flatMap(([, fate]) => (typeof fate === "object" && "marks" in fate ? fate.marks : []));
  const removed = sorted.flatMap(([id, fate]) => (fate === "removed" ? id : []));
  const arrays = [
    ...names.map((name) => encodeColumn(name, rows)),
    ...markColumns.map((name) => encodeColumn(name, marks)),
    encodeArray("int8", removed),
  ];
  return { rows, arrays };
}

const encodeColumn = <C extends ColumnName>(name: C, rows: readonly Pick<EntryRow, C>[]): Buffer =>
  encodeArray<Columns[C]>(
    columns[name],
    rows.map((row) => row[name] as unknown as ElementTypes[Columns[C]]),
  );

/** A row as it was found: all undefined but its id once the entry was removed. */
export type FoundRow = { readonly [C in ColumnName]: EntryRow[C] | undefined } & { readonly id: number };

export interface Page {
  readonly rows: readonly FoundRow[];
  /** The transaction that wrote the last of them. */
  readonly lastXid: number;
  /** Which transactions had committed. */
  readonly snapshot: string;
}

/** What one of the reading statements answered. */
export function pageOf([answer]: readonly Row[]): Page {
  const snapshot = answer!["snapshot"] as string;
  if (answer!["id"] === null) return { rows: [], lastXid: 0, snapshot };
  const column = <C extends ColumnName>(name: C): (ElementTypes[Columns[C]] | undefined)[] => decodeArray(columns[name], answer![name] as Buffer);
  const [ids, tasks, episodes, steps, kinds, times] = [
    column("id"),
    column("task"),
    column("episode"),
    column("step"),
    column("kind"),
    column("time"),
  ];
  const [encoders, importances, pins, reads, lastReads] = [
    column("encoder"),
    column("importance"),
    column("pinned"),
    column("reads"),
    column("last_read"),
  ];
  const [keys, values, observations, checksums] = [column("key"), column("value"), column("observation"), column("checksum")];
  const rows = ids.map((id, k): FoundRow => ({
    id: id!,
    task: tasks[k],
    episode: episodes[k],
    step: steps[k],
    kind: kinds[k],
    time: times[k],
    encoder: encoders[k],
    importance: importances[k],
    pinned: pins[k],
    reads: reads[k],
    last_read: lastReads[k],
    key: keys[k],
    value: values[k],
    observation: observations[k],
    checksum: checksums[k],
  })); // prettier-ignore
  return { rows, lastXid: decodeArray("int8", answer!["xid"] as Buffer).at(-1)!, snapshot };
}

/** The bytes of a vector, little-endian as every platform of ours is; a copy. */
const bytesOf = (vector: Float32Array): Uint8Array => new Uint8Array(vector.slice().buffer);

/** @throws {InvalidValueError} Vectors of other lengths, numbers that are not whole where they must be, or text that a database cannot hold. */
export function rowOf(
  { id, task, episode, step, key, value, observation, kind, time, encoder, ...marks }: MemoryEntry,
  shape: MemoryShape,
): EntryRow {
  for (const [name, number] of Object.entries({ id, episode, step, encoder })) {
    if (!Number.isSafeInteger(number)) throw new InvalidValueError(`entry.${name}`, number, "a whole number");
  }
  for (const [name, text] of Object.entries({ task, kind })) {
    if (/\0|\p{Surrogate}/u.test(text))
      throw new InvalidValueError(`entry.${name}`, text, "text without the character 0 and without halves of characters");
  }
  for (const [name, vector, size] of [["key", key, shape.keySize], ["value", value, shape.valueSize], ["observation", observation, shape.observationSize]] as const) {
    if (vector.length !== size) throw new InvalidValueError(`entry.${name}`, vector, `${size} numbers long`);
  } // prettier-ignore
  const vectors = [bytesOf(key), bytesOf(value), bytesOf(observation)] as const;
  const bytes = { key: vectors[0], value: vectors[1], observation: vectors[2], checksum: checksumOf(vectors) };
  return { task, episode, step, kind, time, encoder, ...bytes, ...marksRow(id, marks) };
}

export const marksRow = (id: EntryId, { importance, pinned, reads, lastRead }: EntryMarks): MarksRow => ({
  id,
  importance,
  pinned,
  reads,
  last_read: lastRead,
});

/** @param place Of the memory, for messages. @throws {StorageError} The entry is damaged. */
export function entryOf(row: EntryRow, { keySize, valueSize, observationSize }: MemoryShape, place: string): MemoryEntry {
  const { id, task, episode, step, kind, time, encoder, importance, pinned, reads, last_read: lastRead } = row;
  const whole =
    row.key.length === 4 * keySize &&
    row.value.length === 4 * valueSize &&
    row.observation.length === 4 * observationSize &&
    checksumOf([row.key, row.value, row.observation]) === row.checksum;
  if (!whole)
    throw new StorageError(
      place,
      `entry ${id} of task ${task} is damaged`,
      "Restore the database from a copy, or delete this entry; the others are readable.",
    );
  const [key, value, observation] = [vectorOf(row.key), vectorOf(row.value), vectorOf(row.observation)];
  const marks = { importance, pinned, reads, lastRead };
  return { id: id as EntryId, task: asTaskId(task), episode, step, key, value, observation, kind, time, encoder, ...marks };
}

/** CRC-32 of one after another. */
const checksumOf = (vectors: readonly Uint8Array[]): number => vectors.reduce((checksum, vector) => crc32(vector, checksum), 0);

/** A copy: the bytes are a view of a whole answer. */
const vectorOf = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);
