import { execFile } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidValueError, OrderError, StorageError } from "../../src/contract/errors.ts";
import type { EntryId, EntryMarks, MemoryEntry } from "../../src/contract/memory.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { inspectSqliteStore, verifySqliteStore } from "../../src/memory/stores/sqlite-inspection.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { entryOf, filled, shape, temporaryFiles } from "./sqlite-files.ts";

const newFile = temporaryFiles();
const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** The ids in a file, as another process would see them now. */
function idsIn(file: string): number[] {
  const store = inspectSqliteStore(file);
  const ids = Array.from(store.entries(), ({ id }) => id);
  store.close();
  return ids;
}

const idsTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const change: EntryMarks = { importance: 3, pinned: true, reads: 0.5, lastRead: 9 };

/** Holds SQLite's own lock on the file, as a program would that does not know ours. */
function blocked(file: string): { release(): void } {
  const other = new Database(file);
  other.exec("begin immediate");
  return { release: () => other.close() };
}

describe("writing to a memory file", () => {
  it("keeps the order of puts, marks and removals, through groups and flushes of any size", async () => {
    const id = fc.integer({ min: 1, max: 12 });
    const steps = fc.array(
      fc.oneof(
        fc.record({ put: id, times: fc.constantFrom(1, 1, 1, 300) }),
        fc.record({ mark: id }),
        fc.record({ remove: fc.array(id, { maxLength: 3 }) }),
        fc.constant("flush" as const),
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const file = newFile();
        const store = openSqliteStore(file, shape);
        const expected = new Map<number, MemoryEntry>();
        for (const [n, step] of all.entries()) {
          if (step === "flush") await store.flush();
          else if ("put" in step) {
            const entry = { ...entryOf(step.put), step: n };
            for (let k = 0; k < step.times; k++) store.put(entry);
            expected.set(step.put, entry);
          } else if ("mark" in step) {
            store.mark(step.mark as EntryId, change);
            const entry = expected.get(step.mark);
            if (entry !== undefined) expected.set(step.mark, { ...entry, ...change });
          } else {
            store.remove(step.remove as EntryId[]);
            for (const each of step.remove) expected.delete(each);
          }
        }
        await store.close();
        const verified = verifySqliteStore(file);
        expect(verified).toMatchObject({ isSound: true, sound: expected.size });
        const again = openSqliteStore(file, shape);
        expect([...again.entries()]).toStrictEqual([...expected.values()].toSorted((a, b) => a.id - b.id));
        await again.close();
      }),
      { numRuns: 20 },
    );
  });

  it("takes copies: whoever put an entry may use its buffers at once", async () => {
    const store = openSqliteStore(newFile(), shape);
    const given = entryOf(1);
    store.put(given);
    for (const vector of [given.key, given.value, given.observation]) vector.fill(Number.NaN);
    expect([...store.entries()]).toStrictEqual([entryOf(1)]);
    await store.close();
  });

  it("counts on from every id that was ever used, also of entries that are gone", async () => {
    const file = await filled(newFile(), 5);
    const store = openSqliteStore(file, shape);
    store.put(entryOf(9));
    store.remove([9, 5] as EntryId[]);
    await store.close();
    const again = openSqliteStore(file, shape);
    expect(again.firstId).toBe(10);
    expect(Array.from(again.entries(), (entry) => entry.id)).toEqual([1, 2, 3, 4]);
    await again.close();
  });

  it("acknowledges nothing while the file cannot be written, has nothing of it on the disk, and tries again with the next flush", async () => {
    const file = newFile();
    const store = openSqliteStore(file, shape);
    store.put(entryOf(1));
    await store.flush();
    const lock = blocked(file);
    store.put(entryOf(2));
    store.mark(1 as EntryId, change);
    await expect(store.flush()).rejects.toThrow(StorageError);
    store.put(entryOf(3));
    await expect(store.flush()).rejects.toThrow("in use by another process");
    expect(idsIn(file)).toEqual([1]);
    lock.release();
    await store.flush();
    expect(idsIn(file)).toEqual([1, 2, 3]);
    await store.close();
  });

  it("notices that its file is gone, instead of acknowledging what nobody will find", async () => {
    const file = newFile();
    const store = openSqliteStore(file, shape);
    store.put(entryOf(1));
    await store.flush();
    renameSync(file, `${file}-away`);
    store.put(entryOf(2));
    await expect(store.flush()).rejects.toThrow("was moved or removed");
    renameSync(`${file}-away`, file);
    await store.flush();
    expect(idsIn(file)).toEqual([1, 2]);
    await store.close();
  });

  it("lets puts wait rather than gather without end; when nothing can be written, the put that is too much says so and takes nothing", async () => {
    const file = newFile();
    const store = openSqliteStore(file, shape);
    store.put(entryOf(1));
    await store.flush();
    const lock = blocked(file);
    const entry = entryOf(1);
    let taken = 1;
    const fill = (): void => {
      for (; taken < 1e6; taken++) store.put({ ...entry, id: (taken + 1) as EntryId });
    };
    expect(fill).toThrow("in use by another process");
    expect(taken * 440).toBeGreaterThan(20e6);
    expect(taken * 440).toBeLessThan(60e6);
    expect(() => store.put({ ...entry, id: (taken + 1) as EntryId })).toThrow(StorageError);
    lock.release();
    store.put({ ...entry, id: ++taken as EntryId });
    await store.close();
    expect(idsIn(file)).toEqual(idsTo(taken));
  });

  it("closes once, gives the file free also when its last writes fail, and is of no use afterwards", async () => {
    const file = newFile();
    const store = openSqliteStore(file, shape);
    store.put(entryOf(1));
    const lock = blocked(file);
    await expect(store.close()).rejects.toThrow(StorageError);
    lock.release();
    expect(existsSync(`${file}-writer`)).toBe(false);
    expect(() => store.put(entryOf(2))).toThrow(OrderError);
    await expect(store.flush()).rejects.toThrow(OrderError);
    const again = openSqliteStore(file, shape);
    expect([...again.entries()]).toEqual([]);
    await Promise.all([again.close(), again.close()]);
  });

  it("refuses vectors of other lengths than the file's", async () => {
    const store = openSqliteStore(newFile(), shape);
    for (const name of ["key", "value", "observation"]) {
      expect(() => store.put({ ...entryOf(1), [name]: new Float32Array(3) })).toThrow(InvalidValueError);
    }
    await store.close();
  });

  it("is not begun with what the file could not hold: times that are no numbers, episodes and steps that are no integers", async () => {
    const store = openSqliteStore(newFile(), shape);
    const memory = new EpisodicMemory({ shape, metric: "l2", store });
    for (const wrong of [{ time: Number.NaN }, { episode: 1.5 }, { step: Infinity }]) {
      expect(() => memory.remember({ ...entryOf(1), ...wrong })).toThrow(InvalidValueError);
    }
    expect(memory.size).toBe(0);
    memory.remember(entryOf(1));
    await memory.flush();
    expect([...store.entries()]).toHaveLength(1);
    await store.close();
  });

  it("can be read by another process while it goes on", async () => {
    const file = newFile();
    const store = openSqliteStore(file, shape);
    store.put(entryOf(1));
    await store.flush();
    const ended = { yet: false };
    const looking = run(process.execPath, [join(root, "dist/scenarios/main.js"), "memory", "ls", file, "--json"]).finally(() => (ended.yet = true));
    let id = 1;
    while (!ended.yet) {
      store.put(entryOf(++id));
      await store.flush();
    }
    const [{ tasks }] = JSON.parse((await looking).stdout) as [{ readonly tasks: readonly { readonly entries: number }[] }];
    const seen = tasks.reduce((sum, { entries }) => sum + entries, 0);
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThanOrEqual(id);
    await store.close();
    expect(idsIn(file)).toEqual(idsTo(id));
  });
});

describe("a process with a memory file", () => {
  /** A program that begins with an open store and `entry`, in JavaScript. */
  const program = (file: string, body: string): string => `
    import { openSqliteStore } from "${join(root, "dist/src/memory/stores/sqlite-store.js")}";
    const store = openSqliteStore(${JSON.stringify(file)}, ${JSON.stringify(shape)});
    const entry = (id) => ({ id, key: new Float32Array(64), value: new Float32Array(4), observation: new Float32Array(39), task: "t", kind: "experience",
      episode: 0, step: id, time: id, importance: 1, encoder: 0, pinned: false, reads: 0, lastRead: -1 });
    ${body}`;
  const node = (source: string): ReturnType<typeof run> => run(process.execPath, ["--input-type=module", "--eval", source]);

  it("is not kept alive by it, but stays for a flush that it waits for", async () => {
    const file = newFile();
    await node(program(file, `store.put(entry(1)); await store.flush(); store.put(entry(2));`));
    expect(idsIn(file)).toEqual([1]);
  });

  it("may exit in the middle of its writes: what was flushed is there, and the file is in order", async () => {
    const file = newFile();
    await node(
      program(
        file,
        `store.put(entry(1)); await store.flush();
         for (let id = 2; id < 9000; id++) { store.put(entry(id)); if (id % 100 === 0) void store.flush(); }
         process.exit(0);`,
      ),
    );
    expect(idsIn(file)).toEqual(idsTo(idsIn(file).length));
    expect(verifySqliteStore(file).isSound).toBe(true);
    await openSqliteStore(file, shape).close();
  });

  it.skipIf(process.platform === "win32")("hears of a disk with no room, keeps what it had, and goes on when there is room", async () => {
    const file = newFile();
    const body = `
      store.put(entry(1)); await store.flush();
      let id = 2, failure;
      while (failure === undefined) { for (let k = 0; k < 100; k++) store.put(entry(id++)); await store.flush().catch((error) => (failure = error)); }
      const { execFileSync } = await import("node:child_process");
      execFileSync("prlimit", ["--fsize=unlimited", "--pid", String(process.pid)]);
      await store.flush();
      process.stdout.write(JSON.stringify({ name: failure.name, message: failure.message, last: id - 1 }));`;
    const limited = 'ulimit -S -f 2000; exec "$0" "$@"';
    const { stdout } = await run("bash", ["-c", limited, process.execPath, "--input-type=module", "--eval", program(file, body)]);
    const { name, message, last } = JSON.parse(stdout) as { readonly name: string; readonly message: string; readonly last: number };
    expect(name).toBe("StorageError");
    expect(message).toContain("next flush tries again");
    expect(idsIn(file)).toEqual(idsTo(last));
    expect(verifySqliteStore(file).isSound).toBe(true);
  });
});
