import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { EngramError, StorageError } from "../../src/contract/errors.ts";
import type { EntryId, MemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { inspectSqliteStore } from "../../src/memory/stores/sqlite-inspection.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { wholeEntry } from "./whole-entry.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newFile = (): string => join(folder, `${count++}.sqlite`);

const shape = { keySize: 2, valueSize: 1, observationSize: 3 };
const entry = (id: number): MemoryEntry =>
  wholeEntry({
    id,
    key: Float32Array.of(id, 0.1),
    value: Float32Array.of(-id),
    observation: Float32Array.of(1e-38, 3.4e38, -0),
    task: asTaskId(id % 2 === 0 ? "even" : "odd"),
    episode: id >> 2,
    step: id,
  });

/** A closed file with ten entries. */
async function filledFile(): Promise<string> {
  const file = newFile();
  const store = openSqliteStore(file, shape);
  for (let id = 1; id <= 10; id++) store.put(entry(id));
  await store.close();
  return file;
}

describe("a memory file", () => {
  it("returns every entry bit for bit to a later opening, oldest first", async () => {
    const store = openSqliteStore(await filledFile(), shape);
    expect([...store.entries()]).toStrictEqual(Array.from({ length: 10 }, (_, i) => entry(i + 1)));
    await store.close();
  });

  it("is what a memory goes on from: ids continue, what was forgotten stays forgotten", async () => {
    const file = await filledFile();
    const first = new EpisodicMemory({ shape, metric: "l2", store: openSqliteStore(file, shape) });
    first.forget([3 as EntryId, 10 as EntryId]);
    const { id: _, ...fresh } = entry(11);
    first.remember(fresh);
    await first.flush();
    const looked = inspectSqliteStore(file);
    expect(looked.survey().tasks).toMatchObject([
      { task: "odd", entries: 5 },
      { task: "even", entries: 4 },
    ]);
    expect(looked.entry(3)).toBeUndefined();
    expect(looked.entry(11)).toEqual(entry(11));
    looked.close();
  });

  it("welcomes readers while it is written, but no second writer", async () => {
    const file = newFile();
    const writer = openSqliteStore(file, shape);
    writer.put(entry(1));
    await writer.flush();
    const reader = inspectSqliteStore(file);
    expect(reader.entry(1)).toEqual(entry(1));
    reader.close();
    expect(() => openSqliteStore(file, shape)).toThrow("in use by another process");
    writer.put(entry(2));
    await writer.close();
    await openSqliteStore(file, shape).close();
    expect(existsSync(`${file}-writer`)).toBe(false);
  });

  it("has nothing of what was not flushed, and all of what was", async () => {
    const file = newFile();
    const store = openSqliteStore(file, shape);
    store.put(entry(1));
    expect(inspectSqliteStore(file).entry(1)).toBeUndefined();
    await store.flush();
    expect(inspectSqliteStore(file).entry(1)).toEqual(entry(1));
    store.remove([1 as EntryId]);
    await store.close();
    expect(inspectSqliteStore(file).entry(1)).toBeUndefined();
  });

  it.each<readonly [string, (file: string) => void, string]>([
    ["of another program", (file) => new Database(file).exec("create table theirs (x)").close(), "is not a memory file"],
    ["of no database", (file) => writeFileSync(file, "not a database, but long enough to look into it ".repeat(40)), "is not a memory file"],
    ["of a newer version", (file) => void new Database(file).pragma("user_version = 9"), "Update Engram"],
    ["of another shape", (file) => void new Database(file).exec("update shape set key_size = 5"), "Use another file"],
  ])("%s is refused and left as it was", async (kind, spoil, message) => {
    const file = kind.includes("newer") || kind.includes("shape") ? await filledFile() : newFile();
    spoil(file);
    const before = readFileSync(file);
    expect(() => openSqliteStore(file, shape)).toThrow(message);
    expect(readFileSync(file)).toEqual(before);
  });

  it("in a folder that is not there, says to choose another", () => {
    expect(() => openSqliteStore(join(folder, "missing", "m.sqlite"), shape)).toThrow(StorageError);
    expect(() => inspectSqliteStore(join(folder, "missing.sqlite"))).toThrow("there is no such file");
  });

  it("notices an entry that was changed behind its back, names it, and keeps the others readable", async () => {
    const file = await filledFile();
    const meddler = new Database(file);
    meddler.exec("update entry set task = 'odd' where id = 4");
    meddler.close();
    const store = inspectSqliteStore(file);
    expect(() => store.entry(4)).toThrow("entry 4 of task odd is damaged");
    expect(store.entry(5)).toEqual(entry(5));
    store.close();
  });

  it("answers any damage to its bytes with a typed error or sound entries, never with wrong ones", async () => {
    const whole = readFileSync(await filledFile());
    const damage = fc.record({
      at: fc.nat(whole.length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
      cut: fc.option(fc.nat(whole.length)),
    });
    fc.assert(
      fc.property(damage, ({ at, bytes, cut }) => {
        const file = newFile();
        const spoilt = Buffer.from(whole);
        spoilt.set(bytes.subarray(0, spoilt.length - at), at);
        writeFileSync(file, cut === null ? spoilt : spoilt.subarray(0, cut));
        try {
          const store = inspectSqliteStore(file);
          try {
            const found = store.entry(4);
            if (found !== undefined)
              expect([found.key, found.value, found.observation]).toEqual([entry(4).key, entry(4).value, entry(4).observation]);
          } finally {
            store.close();
          }
        } catch (error) {
          expect(error).toBeInstanceOf(EngramError);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("can be copied while nobody writes", async () => {
    const file = await filledFile();
    const copy = newFile();
    copyFileSync(file, copy);
    const store = inspectSqliteStore(copy);
    expect(store.entry(10)).toEqual(entry(10));
    store.close();
  });
});
