/** @file Looking into the memories of a PostgreSQL database, whoever writes to them meanwhile. Changes nothing, so reading rights are enough. */
import { StorageError } from "../../contract/errors.ts";
import type { MemoryEntry, MemoryShape } from "../../contract/memory.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import { entryOf, pageOf, READ_ENTRIES, READ_ENTRY, type EntryRow } from "./postgres-rows.ts";
import { hasSchema, memoryOf, type NamedMemory } from "./postgres-schema.ts";
import { parsePostgresUrl } from "./postgres-url.ts";
import type { DamagedEntry, StoreDamage } from "./sqlite-damage.ts";
import type { StoredTask } from "./sqlite-inspection.ts";

/** One memory of a database. */
export interface MemoryInspection {
  /** Its address, without a password. */
  readonly place: string;
  readonly shape: MemoryShape;
  /** Its tasks by the oldest of their entries; and what is wrong with others, where that shows without reading all of a database. */
  survey(): Promise<{ readonly tasks: readonly StoredTask[]; readonly damage?: StoreDamage }>;
  /** @throws {StorageError} An entry that is damaged. */
  entry(id: number): Promise<MemoryEntry | undefined>;
  /** The sound entries by ascending id, and what is wrong with the others. */
  entries(): Promise<FoundEntries>;
}

export interface FoundEntries {
  readonly sound: readonly MemoryEntry[];
  readonly damage: StoreDamage;
}

export interface PostgresInspection {
  readonly memories: readonly MemoryInspection[];
  close(): Promise<void>;
}

/**
 * Opens the memories of a database to look into: all of them, or those whose name, or its beginning up to a dash, follows `#` in the address.
 * @throws {InvalidValueError} No address of a PostgreSQL server. @throws {StorageError} It cannot be read, or holds no such memory.
 */
export async function inspectPostgres(address: string): Promise<PostgresInspection> {
  const connection = new PostgresConnection(address);
  try {
    const memories = (await memoriesAt(connection, address)).map((memory) => inspectionOf(connection, memory));
    return { memories, close: async () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The memories that an address names. @throws {StorageError} There is none. */
export async function memoriesAt(connection: PostgresConnection, address: string): Promise<readonly NamedMemory[]> {
  const { name } = parsePostgresUrl(address);
  const found = (await hasSchema(connection)) ? await memoriesOf(connection) : [];
  const named = found.filter((memory) => name === undefined || memory.name === name || memory.name.startsWith(`${name}-`));
  if (named.length === 0) throw nothingThere(connection.place, name, found);
  return named;
}

const memoriesOf = async (connection: PostgresConnection): Promise<NamedMemory[]> =>
  connection.run(async (session) => (await session.query("select * from engram.memory order by name")).map(memoryOf));

function nothingThere(place: string, name: string | undefined, found: readonly NamedMemory[]): StorageError {
  if (found.length === 0) return new StorageError(place, "holds no memories", "Name the database that a run was given with --memory.");
  return new StorageError(place, `holds no memory ${name}`, `Known: ${found.map((memory) => `\`${memory.name}\``).join(", ")}.`);
}

const TASKS = `
  select task, count(*)::int as entries, count(distinct episode)::int as episodes,
    sum(length(key) + length(value) + length(observation))::float8 as bytes
  from engram.entry where memory = $1 and key is not null group by task order by min(id)`;

function inspectionOf(connection: PostgresConnection, { id: memory, name, shape }: NamedMemory): MemoryInspection {
  const place = `${connection.place}#${name}`;
  return {
    place,
    shape,
    survey: async () => ({ tasks: (await connection.run(async (session) => session.query(TASKS, [memory]))) as unknown as readonly StoredTask[] }),
    async entry(id) {
      const { rows } = await connection.run(async (session) => pageOf(await session.query(READ_ENTRY, [memory, id])));
      return rows[0] === undefined ? undefined : entryOf(rows[0] as EntryRow, shape, place);
    },
    entries: async () => foundEntries(connection, memory, shape, place),
  };
}

/** Entries that come in one answer. */
const PAGE = 1024;

async function foundEntries(connection: PostgresConnection, memory: number, shape: MemoryShape, place: string): Promise<FoundEntries> {
  const sound: MemoryEntry[] = [];
  const damaged: DamagedEntry[] = [];
  // In one transaction that sees one state, whoever writes meanwhile.
  await connection.run(async (session) => {
    sound.length = damaged.length = 0;
    for (let last = 0, more = true; more;) {
      // oxlint-disable-next-line no-await-in-loop -- page by page
      const { rows } = pageOf(await session.query(READ_ENTRIES, [memory, last, PAGE]));
      for (const row of rows) {
        try {
          sound.push(entryOf(row as EntryRow, shape, place));
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
          damaged.push({ id: row.id, task: row.task! });
        }
      }
      last = rows.at(-1)?.id ?? last;
      more = rows.length === PAGE;
    }
  }, "begin isolation level repeatable read read only");
  return { sound, damage: { entries: damaged, unreadable: [], missing: 0 } };
}
