/** @file A shared memory over the years: tombstones cleared away, workers that were away, tables of earlier versions. */
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvalidValueError, StorageError } from "../../src/contract/errors.ts";
import type { EntryId, MemoryEntry, MemoryStore } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { compactPostgres, type Clearing } from "../../src/memory/stores/postgres-compaction.ts";
import { inspectPostgres } from "../../src/memory/stores/postgres-inspection.ts";
import { openPostgresStore } from "../../src/memory/stores/postgres-store.ts";
import { testServer, type TestServer } from "./postgres-server.ts";
import { wholeEntry } from "./whole-entry.ts";

let server: TestServer;
let database: string;
beforeAll(async () => {
  server = await testServer();
  database = await server.newDatabase();
});
afterAll(async () => server.close());

const shape = { keySize: 2, valueSize: 1, observationSize: 1 };
const entry = (value: number): MemoryEntry =>
  wholeEntry({ id: value, key: Float32Array.of(value, 1), value: Float32Array.of(value), observation: Float32Array.of(1), task: asTaskId("t"), episode: 0, step: 0 }); // prettier-ignore

let names = 0;
const newName = (): string => `memory ${names++}`;
const opened: MemoryStore[] = [];
afterAll(async () => void (await Promise.allSettled(opened.map((store) => store.close()))));

interface Worker {
  readonly memory: EpisodicMemory;
  readonly store: MemoryStore;
}

async function worker(name: string): Promise<Worker> {
  const store = await openPostgresStore(database, name, shape);
  opened.push(store);
  return { store, memory: new EpisodicMemory({ shape, metric: "l2", store }) };
}

const compact = async (name: string, days: number): Promise<Clearing> => (await compactPostgres(`${database}#${encodeURIComponent(name)}`, days))[0]!;
const valuesIn = (memory: EpisodicMemory): number[] => [...memory.entries()].map(({ value }) => value[0]!).toSorted((a, b) => a - b);

/** Two workers that know five entries. */
async function pair(): Promise<{ readonly name: string; readonly a: Worker; readonly b: Worker; readonly ids: EntryId[] }> {
  const name = newName();
  const [a, b] = [await worker(name), await worker(name)];
  const ids = [1, 2, 3, 4, 5].map((value) => a.memory.remember(entry(value)));
  await a.memory.flush();
  await b.memory.refresh();
  return { name, a, b, ids };
}

/** The same, of whom one does not know that the first three were removed and cleared away: it has revised one of them and marked another. */
async function unaware(): ReturnType<typeof pair> {
  const both = await pair();
  const { name, a, b, ids } = both;
  a.memory.forget([ids[0]!, ids[1]!, ids[2]!]);
  await a.memory.flush();
  await compact(name, 0);
  b.memory.revise(ids[0]!, { value: Float32Array.of(-1) });
  b.memory.mark(ids[1]!, { reads: 3 });
  return both;
}

describe("tombstones of a shared memory", () => {
  it("stay until every worker has heard of what was removed, and then are cleared away", async () => {
    const { name, a, b, ids } = await pair();
    a.memory.forget([ids[0]!, ids[1]!]);
    await a.memory.flush();
    await a.memory.refresh();
    expect(await compact(name, 7)).toMatchObject({ cleared: 0, kept: 2, struckOff: 0, listed: 2 });
    expect(await b.memory.refresh()).toBe(2);
    await a.memory.refresh();
    expect(await compact(name, 7)).toMatchObject({ cleared: 2, kept: 0, struckOff: 0, listed: 2 });
    for (const each of [a, b]) expect([await each.memory.refresh(), valuesIn(each.memory)]).toEqual([0, [3, 4, 5]]);
    const [row] = await server.query(database, "select count(*)::int as count from engram.entry join engram.memory on memory.id = memory where name = $1", [name]); // prettier-ignore
    expect(row).toEqual({ count: 3 });
  });

  it("are not kept by workers that closed", async () => {
    const { name, a, b, ids } = await pair();
    await b.store.close();
    a.memory.forget([ids[4]!]);
    await a.memory.flush();
    await a.memory.refresh();
    expect(await compact(name, 7)).toMatchObject({ cleared: 1, listed: 1 });
    await a.store.close();
    expect(valuesIn((await worker(name)).memory)).toEqual([1, 2, 3, 4]);
  });

  it("of a transaction that began before others and committed after them stay until those have heard of it", async () => {
    const { name, a, b, ids } = await pair();
    const older = new Client({ connectionString: database });
    await older.connect();
    await older.query("begin");
    await older.query(
      `update engram.entry set xid = pg_current_xact_id(), writer = 999, key = null from engram.memory where memory.id = memory and name = $1 and entry.id = $2`,
      [name, ids[0]],
    );
    a.memory.forget([ids[1]!]);
    await a.memory.flush();
    for (const each of [a, b]) await each.memory.refresh();
    await older.query("commit");
    await older.end();
    // Everybody read later than it began; nobody saw it.
    expect(await compact(name, 7)).toMatchObject({ cleared: 0, kept: 2 });
    for (const each of [a, b]) expect([await each.memory.refresh(), valuesIn(each.memory)]).toEqual([1, [3, 4, 5]]);
    expect(await compact(name, 7)).toMatchObject({ cleared: 2, kept: 0 });
  });

  it("are cleared in the memories that are named alone, and an age that is none is refused", async () => {
    const [one, other] = [await pair(), await pair()];
    for (const { a, ids } of [one, other]) {
      a.memory.forget([ids[0]!]);
      await a.memory.flush();
    }
    expect(await compact(one.name, 0)).toMatchObject({ cleared: 1 });
    expect(await compact(other.name, 7)).toMatchObject({ kept: 1 });
    for (const days of [-1, Number.NaN, Infinity]) await expect(compact(one.name, days)).rejects.toThrow(InvalidValueError);
    await expect(compactPostgres(`${database}#nobody`, 7)).rejects.toThrow("holds no memory nobody");
  });
});

describe("a worker that was away for so long that it was struck off", () => {
  it("reads everything anew: what was removed meanwhile goes, what is not written yet stays", async () => {
    const { name, a, b, ids } = await pair();
    a.memory.forget([ids[0]!, ids[1]!]);
    a.memory.remember(entry(6));
    await a.memory.flush();
    expect(await compact(name, 0)).toMatchObject({ cleared: 2, kept: 0, struckOff: 2, listed: 0 });
    b.memory.remember(entry(7));
    await b.memory.refresh();
    expect(valuesIn(b.memory)).toEqual([3, 4, 5, 6, 7]);
    await b.memory.flush();
    await a.memory.refresh();
    expect(valuesIn(a.memory)).toEqual([3, 4, 5, 6, 7]);
    // Both are listed again, and go on as if nothing had been.
    expect(await b.memory.refresh()).toBe(0);
    expect(await compact(name, 7)).toMatchObject({ struckOff: 0, listed: 2 });
  });

  it("writes back nothing that was removed, however it comes back", async () => {
    const { name, a, b, ids } = await unaware();
    // It flushes before it reads, and once more between the two.
    b.memory.remember(entry(8));
    await b.memory.flush();
    b.memory.revise(ids[2]!, { value: Float32Array.of(-3) });
    await b.memory.flush();
    await b.memory.refresh();
    expect(valuesIn(b.memory)).toEqual([4, 5, 8]);
    await a.memory.refresh();
    expect(valuesIn(a.memory)).toEqual([4, 5, 8]);
    expect(valuesIn((await worker(name)).memory)).toEqual([4, 5, 8]);
  });

  it("writes back nothing that was removed, also where it reads before it writes", async () => {
    const { name, a, b, ids } = await unaware();
    b.memory.revise(ids[4]!, { value: Float32Array.of(55) });
    b.memory.remember(entry(8));
    await b.memory.refresh();
    expect(valuesIn(b.memory)).toEqual([4, 8, 55]);
    await b.memory.flush();
    await a.memory.refresh();
    expect(valuesIn(a.memory)).toEqual([4, 8, 55]);
    expect(valuesIn((await worker(name)).memory)).toEqual([4, 8, 55]);
  });

  it("keeps what it revised of entries that are there", async () => {
    const { name, b, ids } = await pair();
    await compact(name, 0);
    b.memory.revise(ids[3]!, { value: Float32Array.of(44) });
    await b.memory.flush();
    await b.memory.refresh();
    expect(valuesIn(b.memory)).toEqual([1, 2, 3, 5, 44]);
    expect(valuesIn((await worker(name)).memory)).toEqual([1, 2, 3, 5, 44]);
  });

  it("and another that is compacting all the time agree in the end", async () => {
    const { name, a, b } = await pair();
    for (let round = 0; round < 30; round++) {
      const each = round % 2 === 0 ? a : b;
      each.memory.remember(entry(100 + round));
      const rows = each.memory.rowsOf();
      each.memory.forget([each.memory.idOf(rows[round % rows.length]!)]);
      await each.memory.flush();
      if (round % 3 === 0) await compact(name, round % 2);
      if (round % 5 === 0) await each.memory.refresh();
    }
    for (const each of [a, b, a]) await each.memory.refresh();
    expect([...b.memory.entries()]).toEqual([...a.memory.entries()]);
    expect([...(await worker(name)).memory.entries()]).toEqual([...a.memory.entries()]);
  });
});

/** The tables as version 1 made them. */
const FIRST = `
  create schema engram;
  create table engram.format (version integer not null);
  insert into engram.format values (1);
  create table engram.memory (id integer generated always as identity primary key, name text not null unique, key_size integer not null,
    value_size integer not null, observation_size integer not null, workers integer not null default 0);
  create table engram.entry (memory integer not null references engram.memory on delete cascade, id bigint not null, xid xid8 not null,
    writer integer not null, task text, episode bigint, step bigint, kind text, time double precision, encoder bigint, importance double precision,
    pinned boolean, reads double precision, last_read double precision, key bytea, value bytea, observation bytea, checksum bigint,
    primary key (memory, id));
  create index entry_changes on engram.entry (memory, xid, id);
  create index entry_task on engram.entry (memory, task);`;

describe("the tables of a database", () => {
  /** A database of version 1 with the entries of another, one of them removed. */
  async function first(): Promise<{ readonly address: string; readonly entries: readonly MemoryEntry[] }> {
    const address = await server.newDatabase();
    const store = await openPostgresStore(address, "old", shape);
    for (const value of [1, 2, 3]) store.put(entry(value));
    await store.flush();
    store.remove([2 as EntryId]);
    await store.close();
    await server.query(address, "alter schema engram rename to newer");
    await server.query(address, FIRST);
    await server.query(
      address,
      `insert into engram.memory (name, key_size, value_size, observation_size, workers) select name, key_size, value_size, observation_size, workers from newer.memory;
       insert into engram.entry select * from newer.entry; drop schema newer cascade`,
    );
    return { address, entries: [entry(1), entry(3)] };
  }

  it("are those of today where there were none", async () => {
    const address = await server.newDatabase();
    await (await openPostgresStore(address, "new", { ...shape, metric: "cosine" })).close();
    expect(await server.query(address, "select version, metric from engram.format, engram.memory")).toEqual([{ version: 2, metric: "cosine" }]);
    await expect(openPostgresStore(address, "new", shape)).rejects.toThrow("holds keys of 2 by cosine");
  });

  it("of version 1 can be looked into as they are, and are brought up to date by whoever writes, with every entry", async () => {
    const { address, entries } = await first();
    const inspection = await inspectPostgres(address);
    expect([inspection.memories[0]!.shape, await inspection.memories[0]!.entries()]).toEqual([
      shape,
      { sound: entries, damage: { entries: [], unreadable: [], missing: 0 } },
    ]);
    await inspection.close();
    const versionOf = async (): Promise<unknown> => (await server.query(address, "select version from engram.format"))[0]!["version"];
    expect(await versionOf()).toBe(1);
    const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore(address, "old", shape)));
    expect(await versionOf()).toBe(2);
    for (const store of stores) {
      expect([...store.entries()]).toEqual(entries);
      expect(await store.changes()).toEqual({ put: [], removed: [] });
      await store.close();
    }
    expect(await compactPostgres(address, 7)).toMatchObject([{ cleared: 1, kept: 0, listed: 0 }]);
  });

  it("of version 1 are brought up to date by clearing them too", async () => {
    const { address } = await first();
    expect(await compactPostgres(address, 7)).toMatchObject([{ place: expect.stringContaining("#old") as string, cleared: 1 }]);
  });

  it("of a newer version are refused, and left as they were", async () => {
    const { address } = await first();
    await server.query(address, "update engram.format set version = 3");
    for (const attempt of [
      async () => openPostgresStore(address, "old", shape),
      async () => inspectPostgres(address),
      async () => compactPostgres(address, 7),
    ]) {
      const error: unknown = await attempt().then(() => undefined, (caught: unknown) => caught); // prettier-ignore
      expect(error).toBeInstanceOf(StorageError);
      expect((error as StorageError).message).toMatch(/has format 3, and this Engram reads up to 2\. Update Engram/);
    }
    expect(await server.query(address, "select to_regclass('engram.worker') as made")).toEqual([{ made: null }]);
  });
});
