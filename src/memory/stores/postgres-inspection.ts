/** @file Looking into the memories of a PostgreSQL database, whoever writes to them meanwhile. Changes nothing, so reading rights are enough. */
import { StorageError } from "../../contract/errors.ts";
import type { MemoryEntry, MemoryShape } from "../../contract/memory.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import { entryOf, pageOf, READ_ENTRY, type EntryRow } from "./postgres-rows.ts";
import { hasSchema, memoryOf, type NamedMemory } from "./postgres-schema.ts";
import { parsePostgresUrl } from "./postgres-url.ts";
import type { StoredTask } from "./sqlite-inspection.ts";

/** One memory of a database. */
export interface MemoryInspection {
  /** Its address, without a password. */
  readonly place: string;
  readonly shape: MemoryShape;
  readonly tasks: readonly StoredTask[];
  /** @throws {StorageError} An entry that is damaged. */
  entry(id: number): Promise<MemoryEntry | undefined>;
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
    const { name } = parsePostgresUrl(address);
    const found = (await hasSchema(connection)) ? await memoriesOf(connection) : [];
    const named = found.filter((memory) => name === undefined || memory.name === name || memory.name.startsWith(`${name}-`));
    if (named.length === 0) throw nothingThere(connection.place, name, found);
    const memories: MemoryInspection[] = [];
    for (const memory of named) memories.push(await inspectionOf(connection, memory));
    return { memories, close: async () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const memoriesOf = async (connection: PostgresConnection): Promise<NamedMemory[]> =>
  connection.run(async (session) => (await session.query("select * from engram.memory order by name")).map(memoryOf));

function nothingThere(place: string, name: string | undefined, found: readonly NamedMemory[]): StorageError {
  if (found.length === 0) return new StorageError(place, "holds no memories", "Name the database that a run was given with --memory.");
  return new StorageError(place, `holds no memory ${name}`, `Known: ${found.map((memory) => `\`${memory.name}\``).join(", ")}.`);
}

async function inspectionOf(connection: PostgresConnection, { id: memory, name, shape }: NamedMemory): Promise<MemoryInspection> {
  const place = `${connection.place}#${name}`;
  const tasks = await connection.run((session) =>
    session.query(
      `select task, count(*)::int as entries, count(distinct episode)::int as episodes,
         sum(length(key) + length(value) + length(observation))::float8 as bytes
       from engram.entry where memory = $1 and key is not null group by task order by min(id)`,
      [memory],
    ),
  );
  return {
    place,
    shape,
    tasks: tasks as unknown as readonly StoredTask[],
    async entry(id) {
      const { rows } = await connection.run(async (session) => pageOf(await session.query(READ_ENTRY, [memory, id])));
      return rows[0] === undefined ? undefined : entryOf(rows[0] as EntryRow, shape, place);
    },
  };
}
