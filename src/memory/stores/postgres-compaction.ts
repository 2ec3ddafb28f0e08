/** @file A shared memory rid of what nobody needs to hear of any more: see `postgres-followers.ts`. */
import { InvalidValueError } from "../../contract/errors.ts";
import { PostgresConnection, type Session } from "./postgres-connection.ts";
import { HOLD } from "./postgres-followers.ts";
import { memoriesAt } from "./postgres-inspection.ts";
import { hasSchema, prepareSchema } from "./postgres-schema.ts";

/** What was cleared away in one memory. */
export interface Clearing {
  /** Its address, without a password. */
  readonly place: string;
  /** Tombstones that are gone, and that had to stay since some worker may not have heard of them. */
  readonly cleared: number;
  readonly kept: number;
  /** Workers that were struck off, and that are listed still. */
  readonly struckOff: number;
  readonly listed: number;
}

/**
 * Clears tombstones out of the memories of a database, or of those that are named after `#`.
 * @param days Workers that were not heard of for longer are struck off: they read everything anew when they come back.
 * @throws {InvalidValueError} Not a number of days from 0 up. @throws {StorageError} A database that cannot be written, or holds no such memory.
 */
export async function compactPostgres(address: string, days: number): Promise<readonly Clearing[]> {
  if (!(days >= 0 && days < Infinity)) throw new InvalidValueError("--away", days, "a number of days from 0 up");
  const connection = new PostgresConnection(address);
  try {
    const clearings: Clearing[] = [];
    if (await hasSchema(connection)) await prepareSchema(connection);
    for (const { id, name } of await memoriesAt(connection, address)) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      clearings.push(await connection.run(async (session) => clear(session, id, days, `${connection.place}#${name}`), "begin"));
    }
    return clearings;
  } finally {
    await connection.close();
  }
}

async function clear(session: Session, memory: number, days: number, place: string): Promise<Clearing> {
  await session.query(HOLD, [memory]);
  const gone = await session.query(
    "delete from engram.worker where memory = $1::integer and heard < now() - $2::float8 * interval '1 day' returning 1",
    [memory, days],
  );
  const cleared = await session.query(
    `delete from engram.entry where memory = $1::integer and key is null
       and xid < coalesce(
         (select seen from engram.worker where memory = $1::integer order by seen limit 1), pg_snapshot_xmin(pg_current_snapshot()))
     returning 1`,
    [memory],
  );
  const [left] = await session.query(
    `select (select count(*)::integer from engram.entry where memory = $1::integer and key is null) as kept,
       (select count(*)::integer from engram.worker where memory = $1::integer) as listed`,
    [memory],
  );
  return { place, cleared: cleared.length, kept: left!["kept"] as number, struckOff: gone.length, listed: left!["listed"] as number };
}
