/** @file What every place where entries outlive the process must do. A new one gets these tests by its line in the table below. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StorageError } from "../../src/contract/errors.ts";
import type { EntryId, EntryMarks, MemoryEntry, MemoryShape, MemoryStore } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { openPostgresStore } from "../../src/memory/stores/postgres-store.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { testServer, type TestServer } from "../memory/postgres-server.ts";
import { wholeEntry } from "../memory/whole-entry.ts";

const shape = { keySize: 2, valueSize: 1, observationSize: 3 };
type Open = (name: string, shape: MemoryShape) => Promise<MemoryStore>;

const folder = mkdtempSync(join(tmpdir(), "engram-stores-"));
let server: TestServer;
let database: string;
beforeAll(async () => {
  server = await testServer();
  database = await server.newDatabase();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const stores: Readonly<Record<string, Open>> = {
  SQLite: async (name, of) => openSqliteStore(join(folder, `${name}.sqlite`), of),
  PostgreSQL: async (name, of) => openPostgresStore(database, name, of),
};

const entry = (id: number, parts: Partial<MemoryEntry> = {}): MemoryEntry => ({
  ...wholeEntry({
    id,
    key: Float32Array.of(id, 0.1),
    value: Float32Array.of(-id),
    observation: Float32Array.of(1, 2, 3),
    task: asTaskId(id % 2 === 0 ? "even" : "odd"),
    episode: id >> 2,
    step: id,
  }),
  ...parts,
});
const marks: EntryMarks = { importance: 0.1, pinned: true, reads: 7.25, lastRead: 12 };
const ids = (...numbers: number[]): EntryId[] => numbers as EntryId[];
const byId = (entries: Iterable<MemoryEntry>): Map<EntryId, MemoryEntry> => new Map(Array.from(entries, (each) => [each.id, each]));

describe.each(Object.entries(stores))("the store %s", (__, open) => {
  let names = 0;
  const newName = (): string => `memory ${names++}`;
  /** What a later opening finds. */
  const reopened = async (name: string): Promise<MemoryEntry[]> => {
    const store = await open(name, shape);
    const entries = [...store.entries()];
    await store.close();
    return entries;
  };
  const using = async (name: string, work: (store: MemoryStore) => Promise<void> | void): Promise<void> => {
    const store = await open(name, shape);
    await work(store);
    await store.close();
  };

  it("returns entries bit for bit: the smallest and largest numbers, −0, long names in any script", async () => {
    const name = newName();
    const strange = entry(3, {
      key: Float32Array.of(1.401298464324817e-45, -3.4028234663852886e38),
      value: Float32Array.of(-0),
      observation: Float32Array.of(-1.1754943508222875e-38, 3.4028234663852886e38, 1 / 3),
      task: asTaskId(`${"Größe 机器人 🤖 ".repeat(400)}'";--\\{},"`),
      kind: "",
      episode: 2 ** 31 - 1,
      step: 0,
      time: 1e-300,
      importance: 5e-324,
      reads: 1.7976931348623157e308,
      lastRead: -1,
      encoder: 2 ** 31 - 1,
      pinned: true,
    });
    await using(name, (store) => store.put(strange));
    const [found] = await reopened(name);
    expect(found).toStrictEqual(strange);
    expect(Object.is(found!.value[0], -0)).toBe(true);
  });

  it("takes a copy: what the caller does to its buffers afterwards changes nothing", async () => {
    const name = newName();
    await using(name, (store) => {
      const given = entry(1);
      store.put(given);
      for (const buffer of [given.key, given.value, given.observation]) buffer.fill(Number.NaN);
    });
    expect(await reopened(name)).toStrictEqual([entry(1)]);
  });

  it("returns entries by ascending id, whatever the order of writing, in more than one commit's worth", async () => {
    const name = newName();
    const count = 5000;
    await using(name, (store) => {
      for (let k = 0; k < count; k++) store.put(entry(1 + ((k * 1999) % count)));
    });
    expect((await reopened(name)).map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, k) => k + 1));
  });

  it("has nothing until it is flushed or closed, and all of what came before a flush afterwards", async () => {
    const name = newName();
    await using(name, async (store) => {
      store.put(entry(1));
      await store.flush();
      store.put(entry(2));
      await store.flush();
      await store.flush();
    });
    expect(await reopened(name)).toStrictEqual([entry(1), entry(2)]);
  });

  it("keeps marks: of a durable entry, of one in the same group, and of one that is there no more", async () => {
    const name = newName();
    await using(name, async (store) => {
      for (const id of [1, 2, 3]) store.put(entry(id));
      await store.flush();
      store.mark(1 as EntryId, marks);
      store.put(entry(4));
      store.mark(4 as EntryId, marks);
      store.mark(4 as EntryId, { ...marks, reads: 9 });
      store.mark(2 as EntryId, marks);
      store.remove(ids(2));
      await store.flush();
      store.mark(2 as EntryId, marks);
      store.mark(99 as EntryId, marks);
    });
    expect(await reopened(name)).toStrictEqual([entry(1, marks), entry(3), entry(4, { ...marks, reads: 9 })]);
  });

  it("writes over an entry that changed, removes, and takes an entry again that was removed", async () => {
    const name = newName();
    await using(name, async (store) => {
      for (const id of [1, 2, 3]) store.put(entry(id));
      await store.flush();
      store.put(entry(1, { key: Float32Array.of(9, 9), encoder: 4 }));
      store.remove(ids(2, 3, 77));
      store.put(entry(4));
      store.remove(ids(4));
      await store.flush();
      store.put(entry(3, { step: 33 }));
    });
    expect(await reopened(name)).toStrictEqual([entry(1, { key: Float32Array.of(9, 9), encoder: 4 }), entry(3, { step: 33 })]);
  });

  it("lets a memory go on with ids that were never used, also after the last entries were removed", async () => {
    const name = newName();
    const used = new Set<EntryId>();
    for (let round = 0; round < 3; round++) {
      const store = await open(name, shape);
      const memory = new EpisodicMemory({ shape, metric: "l2", store });
      const before = Math.max(0, ...used);
      for (let k = 0; k < 3; k++) {
        const id = memory.remember(entry(1));
        expect(used.has(id)).toBe(false);
        expect(id).toBeGreaterThan(before);
        used.add(id);
      }
      await memory.flush();
      memory.forget([...memory.entries()].slice(-2).map(({ id }) => id)); // prettier-ignore
      await memory.flush();
      memory.dispose();
      await store.close();
    }
    expect(await reopened(name)).toHaveLength(3);
  });

  it("knows nothing of another memory", async () => {
    const [one, other] = [newName(), newName()];
    await using(one, (store) => store.put(entry(1)));
    await using(other, (store) => store.put(entry(1, { step: 50 })));
    expect(await reopened(one)).toStrictEqual([entry(1)]);
  });

  it("refuses another shape under the same name, and stays as it was", async () => {
    const name = newName();
    await using(name, (store) => store.put(entry(1)));
    for (const part of ["keySize", "valueSize", "observationSize"]) {
      await expect(open(name, { ...shape, [part]: 5 })).rejects.toThrow(StorageError);
    }
    expect(await reopened(name)).toStrictEqual([entry(1)]);
  });

  it("tells a writer nothing of its own changes", async () => {
    const name = newName();
    await using(name, async (store) => {
      store.put(entry(1));
      store.put(entry(2));
      await store.flush();
      store.mark(1 as EntryId, marks);
      store.remove(ids(2));
      await store.flush();
      store.put(entry(3));
      expect(await store.changes()).toEqual({ put: [], removed: [] });
    });
  });

  it("holds after any sequence of writes what a plain map would, reopened in between", async () => {
    const id = fc.integer({ min: 1, max: 12 });
    const operation = fc.oneof(
      fc.record({ kind: fc.constant("put" as const), id, step: fc.nat(1000) }),
      fc.record({ kind: fc.constant("mark" as const), id, reads: fc.nat(1000) }),
      fc.record({ kind: fc.constant("remove" as const), id }),
      fc.constant({ kind: "flush" as const }),
      fc.constant({ kind: "reopen" as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const name = newName();
        const model = new Map<EntryId, MemoryEntry>();
        let store = await open(name, shape);
        for (const each of operations) {
          if (each.kind === "put") {
            store.put(entry(each.id, { step: each.step }));
            model.set(each.id as EntryId, entry(each.id, { step: each.step }));
          } else if (each.kind === "mark") {
            // Whoever marks has the entry; a mark of one that is gone is of no effect once that is durable.
            const old = model.get(each.id as EntryId);
            if (old === undefined) continue;
            store.mark(old.id, { ...marks, reads: each.reads });
            model.set(old.id, { ...old, ...marks, reads: each.reads });
          } else if (each.kind === "remove") {
            store.remove(ids(each.id));
            model.delete(each.id as EntryId);
          } else if (each.kind === "flush") await store.flush();
          else {
            await store.close();
            store = await open(name, shape);
            expect(byId(store.entries())).toEqual(model);
          }
        }
        await store.close();
        expect(byId(await reopened(name))).toEqual(model);
      }),
      { numRuns: 25 },
    );
  });
});
