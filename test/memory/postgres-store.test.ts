import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Client } from "pg";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvalidValueError, StorageError } from "../../src/contract/errors.ts";
import type { EntryId, MemoryEntry, MemoryStore } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { openPostgresStore } from "../../src/memory/stores/postgres-store.ts";
import { inspectPostgres } from "../../src/memory/stores/postgres-inspection.ts";
import { parsePostgresUrl } from "../../src/memory/stores/postgres-url.ts";
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
const entry = (id: number, parts: Partial<MemoryEntry> = {}): MemoryEntry => ({
  ...wholeEntry({
    id,
    key: Float32Array.of(id, 1),
    value: Float32Array.of(id),
    observation: Float32Array.of(1),
    task: asTaskId("t"),
    episode: 0,
    step: 0,
  }),
  ...parts,
});
const fresh = (value: number) => ({ ...entry(1), key: Float32Array.of(value, 0), value: Float32Array.of(value) }); // oxlint-disable-line typescript/explicit-function-return-type

let names = 0;
const newName = (): string => `memory ${names++}`;
const opened: MemoryStore[] = [];
const open = async (name: string, at = database): Promise<MemoryStore> => {
  const store = await openPostgresStore(at, name, shape);
  opened.push(store);
  return store;
};
afterAll(async () => void (await Promise.allSettled(opened.map((store) => store.close()))));

/** A worker: its own memory over the shared one. */
async function worker(name: string): Promise<EpisodicMemory> {
  return new EpisodicMemory({ shape, metric: "l2", store: await open(name) });
}

/** A transaction of somebody else, left open. */
async function openTransaction(): Promise<Client> {
  const client = new Client({ connectionString: database });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("begin");
  return client;
}

const INSERT = `
  insert into engram.entry (memory, id, xid, writer, task, episode, step, kind, time, encoder, importance, pinned, reads, last_read, key, value, observation, checksum)
  select memory, $2, pg_current_xact_id(), 999, task, episode, step, kind, time, encoder, importance, pinned, reads, last_read, key, value, observation, checksum
  from engram.entry join engram.memory on memory.id = memory where name = $1 limit 1`;

const MOST_CUTS = 10;

/** Ends every connection to the database. */
const cut = async (): Promise<unknown> =>
  server.query(database, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'engram' and datname = current_database()");

describe("a memory that workers share", () => {
  it("is followed: each worker learns what the others remembered, marked, revised and forgot, once", async () => {
    const name = newName();
    const [a, b] = [await worker(name), await worker(name)];
    const [one, two] = [a.remember(fresh(1)), a.remember(fresh(2))];
    await a.flush();
    expect(await b.refresh()).toBe(2);
    expect([...b.entries()]).toEqual([...a.entries()]);
    const three = b.remember(fresh(3));
    b.mark(one, { pinned: true, reads: 4 });
    b.revise(two, { value: Float32Array.of(22) });
    await b.flush();
    expect(await a.refresh()).toBe(3);
    expect([a.entry(one)!.pinned, a.entry(two)!.value[0], a.entry(three)!.value[0]]).toEqual([true, 22, 3]);
    a.forget([two]);
    await a.flush();
    // What became of its own mark on another's entry comes back too, since the other may have written as well.
    expect(await b.refresh()).toBe(2);
    expect(b.entry(two)).toBeUndefined();
    expect([...b.entries()]).toEqual([...a.entries()]);
    expect([await a.refresh(), await b.refresh(), await a.refresh()]).toEqual([0, 0, 0]);
  });

  it("gives every worker ids that no other has, ascending with what it has seen", async () => {
    const name = newName();
    const workers = [await worker(name), await worker(name), await worker(name)];
    const ids: EntryId[] = [];
    for (let round = 0; round < 3; round++) {
      for (const each of workers) {
        for (let k = 0; k < 3; k++) ids.push(each.remember(fresh(k)));
        await each.flush();
        for (const other of workers) await other.refresh();
      }
    }
    expect(new Set(ids).size).toBe(27);
    expect(ids).toEqual(ids.toSorted((x, y) => x - y));
    expect(Math.max(...ids)).toBeLessThan(2 ** 53);
    expect((await open(name)).firstId).toBeGreaterThan(Math.max(...ids));
    expect(workers.map((each) => each.size)).toEqual([27, 27, 27]);
  });

  it("misses nothing of a transaction that began before others and commits after them", async () => {
    const name = newName();
    const [a, b] = [await worker(name), await worker(name)];
    a.remember(fresh(1));
    await a.flush();
    const older = await openTransaction();
    await older.query(INSERT, [name, 501]);
    a.remember(fresh(2));
    await a.flush();
    expect(await b.refresh()).toBe(2);
    a.remember(fresh(3));
    await a.flush();
    expect(await b.refresh()).toBe(1);
    expect(b.entry(501 as EntryId)).toBeUndefined();
    await older.query("commit");
    await older.end();
    expect(await b.refresh()).toBe(1);
    expect(b.entry(501 as EntryId)).toBeDefined();
    expect(await b.refresh()).toBe(0);
  });

  it("shows nothing of a transaction that is rolled back, and reads nothing twice while another stays open", async () => {
    const name = newName();
    const [a, b] = [await worker(name), await worker(name)];
    a.remember(fresh(1));
    await a.flush();
    const older = await openTransaction();
    await older.query(INSERT, [name, 501]);
    const sizes: number[] = [];
    for (let k = 0; k < 4; k++) {
      a.remember(fresh(2));
      await a.flush();
      sizes.push(await b.refresh());
    }
    await older.query("rollback");
    await older.end();
    expect([sizes, await b.refresh()]).toEqual([[2, 1, 1, 1], 0]);
  });

  it("lets what is about to be written stand over what another wrote before, and a removal over both", async () => {
    const name = newName();
    const [a, b] = [await worker(name), await worker(name)];
    const [one, two, three] = [a.remember(fresh(1)), a.remember(fresh(2)), a.remember(fresh(3))];
    await a.flush();
    await b.refresh();
    b.revise(one, { value: Float32Array.of(-1) });
    b.revise(two, { value: Float32Array.of(-2) });
    b.forget([three]);
    await b.flush();
    a.revise(one, { value: Float32Array.of(10) });
    a.mark(two, { reads: 5 });
    a.revise(three, { value: Float32Array.of(30) });
    await a.flush();
    for (const each of [a, b, a]) await each.refresh();
    const found = [...(await worker(name)).entries()];
    expect(found.map(({ value, reads }) => [value[0], reads])).toEqual([[10, 0], [-2, 5]]); // prettier-ignore
    for (const each of [a, b]) expect([...each.entries()]).toEqual(found);
  });

  it("keeps marks that are not written yet when another's change of the entry comes in", async () => {
    const name = newName();
    const [a, b] = [await worker(name), await worker(name)];
    const id = a.remember(fresh(1));
    await a.flush();
    await b.refresh();
    b.revise(id, { value: Float32Array.of(5) });
    await b.flush();
    a.mark(id, { reads: 3 });
    await a.refresh();
    expect(a.entry(id)).toMatchObject({ reads: 3, value: Float32Array.of(5) });
    await a.flush();
    await b.refresh();
    expect([...b.entries()]).toEqual([...a.entries()]);
  });

  it("tells a worker again of what is gone when it goes back to a snapshot that has it", async () => {
    const name = newName();
    const [a, b] = [await worker(name), await worker(name)];
    const id = a.remember(fresh(1));
    await a.flush();
    const snapshot = a.snapshot();
    await b.refresh();
    b.forget([id]);
    await b.flush();
    await a.refresh();
    expect(a.size).toBe(0);
    a.restore(snapshot);
    await a.flush();
    expect([a.size, await a.refresh(), a.size]).toEqual([1, 1, 0]);
    expect((await worker(name)).size).toBe(0);
  });

  it("keeps the key that an entry was remembered with, since workers have an encoder each", async () => {
    const name = newName();
    const a = await worker(name);
    a.remember(fresh(1));
    for (const _ of a.rekey(3, (__, ___, key) => key.fill(9)));
    await a.flush();
    expect([...(await open(name)).entries()]).toMatchObject([{ key: Float32Array.of(1, 0), encoder: 0 }]);
  });

  it("ends equal everywhere after four processes wrote at random, however their transactions fell and connections broke", async () => {
    const name = newName();
    const follower = await worker(name);
    const processes = [1, 2, 3, 4].map((seed) => writer(name, seed, 60));
    const written = Promise.all(processes.map((each) => each.written));
    const state = { done: false, refreshes: 0 };
    const end = (): boolean => (state.done = true);
    void written.then(end, end);
    while (!state.done) {
      await follower.refresh();
      // Not for ever: on a slow machine somebody who is cut off before every answer gives up.
      if (++state.refreshes % 20 === 0 && state.refreshes <= 20 * MOST_CUTS) await cut();
    }
    await written;
    const finals = [];
    for (const each of processes) finals.push(await each.finish());
    await follower.refresh();
    const table = [...(await worker(name)).entries()];
    expect([...follower.entries()]).toEqual(table);
    const lines = table.map(({ id, value, reads, importance }) => [id, value[0], reads, importance]);
    for (const final of finals) expect(final).toEqual(lines);
    expect(state.refreshes).toBeGreaterThan(3);
    expect(table.length).toBeGreaterThan(100);
  });
});

/** A process that writes at random. */
function writer(name: string, seed: number, rounds: number): { readonly written: Promise<unknown>; finish(): Promise<unknown> } {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(import.meta.dirname, "postgres-worker.ts"), database, name, String(seed), String(rounds)],
    { cwd: resolve(import.meta.dirname, "../.."), stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  const died = once(child, "exit").then(([code]) => Promise.reject(new Error(`Writer ${seed} ended with ${String(code)}.`)));
  died.catch(() => undefined);
  const line = (): Promise<unknown[]> => Promise.race([once(lines, "line"), died]);
  return {
    written: line(),
    async finish() {
      const answer = line();
      child.stdin.write("finish\n");
      return JSON.parse(((await answer) as [string])[0]);
    },
  };
}

describe("a memory in PostgreSQL that cannot be used", () => {
  const elsewhere = (change: (url: URL) => void): string => {
    const url = new URL(database);
    change(url);
    return url.href;
  };
  const failing = async (address: string): Promise<StorageError> => openPostgresStore(address, "m", shape).then(
    () => expect.fail("it opened"),
    (error: unknown) => error as StorageError,
  ); // prettier-ignore

  it.each<readonly [string, (url: URL) => void, string]>([
    ["with a wrong password", (url) => void (url.password = "guess-what"), "does not let this user in"],
    ["in a database that is not there", (url) => void (url.pathname = "nowhere"), "there is no such database"],
    ["where no server answers", (url) => void (url.port = "1"), "Start it, or check host and port"],
    ["on a host that is not there", (url) => void (url.hostname = "no-such-host.invalid"), "there is no such host"],
    ["by TLS where the server has none", (url) => void (url.search = "sslmode=require"), "the server offers no TLS"],
  ])("%s says what to do, and no password", async (kind, change, message) => {
    if (/TLS|password/.test(kind) && process.env["ENGRAM_TEST_POSTGRES"] !== undefined) return;
    const address = elsewhere(change);
    const error = await failing(address);
    expect(error).toBeInstanceOf(StorageError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain(new URL(address).password || "no password");
  });

  it("whose schema is something else's, or of a newer version, is left as it was", async () => {
    const foreign = await server.newDatabase();
    await server.query(foreign, "create schema engram create table theirs (x integer)");
    expect((await failing(foreign)).message).toContain("has a schema `engram` of something else");
    const newer = await server.newDatabase();
    await (await open("m", newer)).close();
    await server.query(newer, "update engram.format set version = 9");
    expect((await failing(newer)).message).toMatch(/has format 9, and this Engram reads up to \d\. Update Engram/);
    expect(await server.query(newer, "select version from engram.format")).toEqual([{ version: 9 }]);
  });

  it("is made by a user who may not create schemas where the schema is there, and refused to one who may only read", async () => {
    const address = await server.newDatabase();
    const role = `engram_reader_${process.pid}`;
    await server.query(address, `drop role if exists ${role}`);
    await server.query(address, `create role ${role} login password 'reader'`);
    const reading = new URL(address);
    reading.username = role;
    reading.password = "reader";
    const error = await failing(reading.href);
    expect(error.message).toContain("this user may not do that");
    await server.query(address, `create schema engram authorization ${role}`);
    await (await open("m", reading.href)).close();
    await server.query(address, `alter schema engram owner to current_user; reassign owned by ${role} to current_user`);
    await server.query(address, `grant usage on schema engram to ${role}; grant select on all tables in schema engram to ${role}`);
    expect((await failing(reading.href)).message).toContain("this user may not do that");
    const inspection = await inspectPostgres(reading.href);
    expect(inspection.memories.map(({ shape: found }) => found)).toEqual([shape]);
    await inspection.close();
    await server.query(address, `drop owned by ${role}; drop role ${role}`);
  });

  it("is found damaged entry by entry: one is named, the others are readable", async () => {
    const name = newName();
    const store = await open(name);
    for (const id of [1, 2]) store.put(entry(id));
    await store.flush();
    await server.query(
      database,
      `update engram.entry set value = '\\x00000000' from engram.memory where memory.id = memory and name = $1 and entry.id = 2`,
      [name],
    );
    const inspection = await inspectPostgres(`${database}#${encodeURIComponent(name)}`);
    await expect(inspection.memories[0]!.entry(2)).rejects.toThrow("entry 2 of task t is damaged");
    expect(await inspection.memories[0]!.entry(1)).toEqual(entry(1));
    expect(await inspection.memories[0]!.entry(3)).toBeUndefined();
    await inspection.close();
    const again = await open(name);
    expect(() => [...again.entries()]).toThrow("entry 2 of task t is damaged");
  });

  it.each<readonly [string, Partial<MemoryEntry>]>([
    ["a name with the character 0", { task: asTaskId("a\0b") }],
    ["half of a character", { kind: "\ud83e" }],
    ["a step that is not whole", { step: 0.5 }],
    ["a vector of another length", { key: new Float32Array(3) }],
  ])("refuses an entry with %s, and keeps the others", async (_, part) => {
    const name = newName();
    const store = await open(name);
    store.put(entry(1));
    expect(() => store.put(entry(2, part))).toThrow(InvalidValueError);
    await store.flush();
    expect([...(await open(name)).entries()]).toEqual([entry(1)]);
  });
});

describe("a connection that is lost", () => {
  it("between writes is made again, and nothing is lost or doubled", async () => {
    const name = newName();
    const [a, b] = [await worker(name), await worker(name)];
    a.remember(fresh(1));
    await a.flush();
    await cut();
    a.remember(fresh(2));
    await a.flush();
    await cut();
    expect(await b.refresh()).toBe(2);
    expect([...b.entries()]).toEqual([...a.entries()]);
  });

  it("in the middle of writing leaves whole groups alone, and the rest is written when it is back", async () => {
    const name = newName();
    const a = await worker(name);
    for (let k = 0; k < 20_000; k++) a.remember(fresh(k));
    const flushed = a.flush();
    for (let k = 0; k < 3; k++) {
      await new Promise((done) => setTimeout(done, 30));
      await cut();
    }
    await flushed;
    expect((await worker(name)).size).toBe(20_000);
  });
});

describe("a group that the server refuses", () => {
  it("leaves nothing of it behind, and is written by the next flush once it can be", async () => {
    const name = newName();
    const store = await open(name);
    store.put(entry(1));
    await store.flush();
    await server.query(database, "alter table engram.entry add constraint no_fives check (id <> 5)");
    for (const id of [2, 5, 6]) store.put(entry(id));
    store.mark(1 as EntryId, { importance: 1, pinned: true, reads: 1, lastRead: 1 });
    await expect(store.flush()).rejects.toThrow(StorageError);
    expect([...(await open(name)).entries()]).toEqual([entry(1)]);
    store.mark(6 as EntryId, { importance: 2, pinned: false, reads: 1, lastRead: 1 });
    await expect(store.flush()).rejects.toThrow("no_fives");
    await server.query(database, "alter table engram.entry drop constraint no_fives");
    await store.flush();
    expect([...(await open(name)).entries()].map(({ id, reads }) => [id, reads])).toEqual([[1, 1], [2, 0], [5, 0], [6, 1]]); // prettier-ignore
  });
});

describe("the address of a database", () => {
  it("is said without its password and options, and names the memory after #", () => {
    expect(parsePostgresUrl("postgresql://me:p%40ss@db.example:5433/robots?sslmode=require#kitchen%20arm")).toEqual({
      url: "postgresql://me:p%40ss@db.example:5433/robots?sslmode=require&uselibpqcompat=true",
      place: "postgres://me@db.example:5433/robots",
      name: "kitchen arm",
    });
  });

  it.each(["postgres:/me:hunter2@db", "postgres:/me:hunter2@host/db", "postgres:me:hunter2@host/db", "postgresql:\\\\me:hunter2@host/db",
    "postgres:///me:hunter2@db", "postgres://me/hunter2@db"])("mistyped as %s is refused without saying its password", (mistyped) => {
    expect(() => parsePostgresUrl(mistyped)).toThrow(/^Expected `memory` to be an address such as .*, got "postgres(ql)?:\/\/…@(host\/)?db"/u);
  }); // prettier-ignore

  it("that is none is refused without saying its password", () => {
    const part = fc.stringMatching(/^[a-z0-9@:/#?%]{0,8}$/);
    fc.assert(
      fc.property(
        fc.constantFrom("postgres", "http", "postgresql", ""),
        fc.constantFrom("//", "/", "", "\\\\"),
        part,
        part,
        (scheme, slashes, before, after) => {
          try {
            parsePostgresUrl(`${scheme}:${slashes}me:${before}hunter2${after}@host/db`);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidValueError);
            expect((error as Error).message).not.toContain("hunter2");
          }
        },
      ),
    );
    for (const wrong of ["", "robots", "postgres:robots", "postgres://host", "postgres://host/a/b", "mysql://host/db"]) expect(() => parsePostgresUrl(wrong)).toThrow(InvalidValueError); // prettier-ignore
  });
});
