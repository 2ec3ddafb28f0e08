import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { EngramError } from "../../src/contract/errors.ts";
import type { EntryId, MemoryEntry } from "../../src/contract/memory.ts";
import { compactSqliteStore, inspectSqliteStore, verifySqliteStore } from "../../src/memory/stores/sqlite-inspection.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { entryOf, filled, filledFirstFormat, shape, temporaryFiles } from "./sqlite-files.ts";

const newFile = temporaryFiles();

/** What somebody other than us does to a file. */
function meddle(file: string, sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

/** Opens, reads and closes. */
async function reopened(file: string): Promise<{ readonly entries: readonly MemoryEntry[]; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const store = openSqliteStore(file, shape, { onDamage: (warning) => warnings.push(warning) });
  const entries = [...store.entries()];
  await store.close();
  return { entries, warnings };
}

const idsBut = (count: number, ...gone: readonly number[]): number[] =>
  Array.from({ length: count }, (_, i) => i + 1).filter((id) => !gone.includes(id));

describe("a memory file with damaged entries", () => {
  it.each(["task = 'task 1'", "kind = 'x'", "episode = episode + 1", "step = 7", "time = 0", "encoder = 9", "vectors = zeroblob(428)", "importance = 9",
    "pinned = 1", "reads = 100", "last_read = 3", "checksum = 0", "marks_checksum = 0", "id = 99"])(
    "leaves out an entry with another %s, says which, and uses the rest",
    async (change) => {
      const file = await filled(newFile(), 20);
      meddle(file, `update entry set ${change} where id = 4`);
      const { entries, warnings } = await reopened(file);
      expect(entries).toStrictEqual(idsBut(20, 4).map(entryOf));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(change.startsWith("id") ? "99 of task 4" : "(4 of task");
      expect(verifySqliteStore(file)).toMatchObject({ sound: 19, entries: [{ id: change.startsWith("id") ? 99 : 4 }], isSound: false });
    },
  ); // prettier-ignore

  it("notices entries that are gone without a trace, and a counter that was changed", async () => {
    const file = await filled(newFile(), 20);
    meddle(file, "delete from entry where id in (3, 20)");
    expect((await reopened(file)).warnings).toEqual([expect.stringContaining("2 entries are missing")]);
    meddle(file, "update counter set next_id = 5");
    const { entries, warnings } = await reopened(file);
    expect(entries.map(({ id }) => id)).toEqual(idsBut(20, 3, 20));
    expect(warnings).toEqual([expect.stringContaining("how many entries there should be is not known")]);
    const store = openSqliteStore(file, shape);
    expect(store.firstId).toBeGreaterThan(20);
    await store.close();
  });

  it("goes on in a new file with what can be read of torn pages, and keeps the damaged one", async () => {
    const file = await filled(newFile(), 400);
    const bytes = readFileSync(file);
    const page = leafPages(bytes)[10]!;
    bytes.fill(0xff, page * 4096, page * 4096 + 100);
    writeFileSync(file, bytes);
    const before = verifySqliteStore(file);
    expect(before.structure).not.toEqual([]);
    expect(before.unreadable).toHaveLength(1);
    const [[from, to]] = before.unreadable as [readonly [number, number]];
    expect(to - from).toBeLessThan(10);
    const { entries, warnings } = await reopened(file);
    expect(entries).toStrictEqual(idsBut(400).filter((id) => id < from || id > to).map(entryOf)); // prettier-ignore
    expect(warnings).toEqual([expect.stringContaining(`ids ${from}–${to} cannot be read`)]);
    expect(readFileSync(`${file}-damaged`).equals(bytes)).toBe(true);
    expect(verifySqliteStore(file)).toMatchObject({ isSound: true, sound: entries.length });
    const store = openSqliteStore(file, shape);
    expect(store.firstId).toBe(401);
    await store.close();
  });

  it.each([
    ["reads", "begin; select * from entry"],
    ["looked", "select * from entry"],
  ])(
    "is not replaced while another process that %s has it open: what its log holds is not lost",
    async (_, sql) => {
      const file = await filled(newFile(), 400);
      const leave = await readerOf(file, sql);
      const store = openSqliteStore(file, shape);
      for (let id = 401; id <= 450; id++) store.put(entryOf(id));
      await store.close();
      const bytes = readFileSync(file);
      const page = leafPages(bytes)[10]!;
      bytes.fill(0xff, page * 4096, page * 4096 + 100);
      writeFileSync(file, bytes);
      await expect(reopened(file)).rejects.toThrow("another process has it open. Close it there and try again");
      expect(existsSync(`${file}-damaged`)).toBe(false);
      await leave();
      const { entries, warnings } = await reopened(file);
      expect(entries.slice(-50)).toStrictEqual(idsBut(450).slice(-50).map(entryOf)); // prettier-ignore
      expect(entries.length).toBeGreaterThan(440);
      expect(warnings).toHaveLength(1);
    },
    30_000,
  );

  it("never crashes over bytes that were changed anywhere, gives no wrong entry, keeps those on other pages, and says what is gone", async () => {
    const count = 300;
    const whole = readFileSync(await filled(newFile(), count));
    const leaves = new Set(leafPages(whole));
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      cut: fc.option(fc.nat(whole.length), { freq: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, bytes, cut }) => {
        const file = newFile();
        const spoilt = Buffer.from(whole);
        spoilt.set(bytes.subarray(0, spoilt.length - at), at);
        writeFileSync(file, cut === null ? spoilt : spoilt.subarray(0, cut));
        try {
          const verified = verifySqliteStore(file);
          const { entries, warnings } = await reopened(file);
          for (const entry of entries) expect(entry).toStrictEqual(entryOf(entry.id));
          expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
          if (entries.length < count) {
            expect(warnings).not.toEqual([]);
            expect(verified.isSound).toBe(false);
          }
          const pages = [at, at + bytes.length - 1].map((each) => Math.floor(each / 4096));
          if (cut === null && pages.every((page) => leaves.has(page))) expect(count - entries.length).toBeLessThan(10 * pages.length);
        } catch (error) {
          if (!(error instanceof EngramError)) throw error;
          // Only where the tables themselves are described can a file become unreadable as a whole.
          if (cut === null) expect(at).toBeLessThan(3 * 4096);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** A process that has a memory file open after some statements. @returns What ends it. */
async function readerOf(file: string, sql: string): Promise<() => Promise<void>> {
  const source = `const database = new (require("better-sqlite3"))(${JSON.stringify(file)});
    for (const each of ${JSON.stringify(sql)}.split("; ")) each === "begin" ? database.exec(each) : database.prepare(each).all();
    console.log("ready");
    process.stdin.on("end", () => database.close()).resume();`;
  const child = spawn(process.execPath, ["--eval", source], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  onTestFinished(() => void child.kill());
  await once(child.stdout, "data");
  return async () => {
    child.stdin.end();
    await ended;
  };
}

/** Pages of entries: leaves of a table's tree that hold more than one row. @see https://www.sqlite.org/fileformat2.html, section 1.6 */
function leafPages(bytes: Buffer): number[] {
  const pages = Array.from({ length: bytes.length / 4096 }, (_, page) => page);
  return pages.filter((page) => page > 0 && bytes[page * 4096] === 0x0d && bytes.readUInt16BE(page * 4096 + 3) > 1);
}

describe("a memory file of format 1", () => {
  const asNew = { kind: "demonstration", importance: 1, encoder: 0, pinned: false, reads: 0, lastRead: -1 };
  const entries = [1, 2, 5].map((id): MemoryEntry => Object.assign(entryOf(id), asNew, { time: id - 1 }));

  it("is taken over as it is opened for writing; what was damaged in it stays so", async () => {
    const file = filledFirstFormat(newFile(), entries);
    meddle(file, "update entry set value = zeroblob(16) where id = 2");
    for (let round = 0; round < 2; round++) {
      const opened = await reopened(file);
      expect(opened.entries).toStrictEqual([entries[0], entries[2]]);
      expect(opened.warnings).toEqual([expect.stringContaining("1 entry is damaged (2 of task 2)")]);
    }
    const store = openSqliteStore(file, shape);
    expect(store.firstId).toBe(6);
    store.mark(5 as EntryId, { importance: 2, pinned: true, reads: 1, lastRead: 3 });
    await store.close();
    const looked = inspectSqliteStore(file);
    expect(looked.entry(5)).toStrictEqual({ ...entries[2], importance: 2, pinned: true, reads: 1, lastRead: 3 });
    looked.close();
  });

  it("can be looked into and checked without being changed", () => {
    const file = filledFirstFormat(newFile(), entries);
    const before = readFileSync(file);
    const looked = inspectSqliteStore(file);
    expect([...looked.entries()]).toStrictEqual(entries);
    looked.close();
    expect(verifySqliteStore(file)).toMatchObject({ sound: 3, isSound: true });
    expect(readFileSync(file)).toEqual(before);
  });

  it("of another shape is refused and left as it was", () => {
    const file = filledFirstFormat(newFile(), entries);
    const before = readFileSync(file);
    expect(() => openSqliteStore(file, { ...shape, keySize: 5 })).toThrow("Use another file");
    expect(readFileSync(file)).toEqual(before);
  });
});

// For root every folder can be written: there the tests are somebody else for a while.
describe.skipIf(process.platform === "win32")("a memory file in a folder that cannot be written", () => {
  const asReader = <T>(work: () => T): T => {
    const isRoot = process.geteuid!() === 0;
    if (isRoot) process.seteuid!("nobody");
    try {
      return work();
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  };
  const sealed = async (): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), "engram-sealed-"));
    onTestFinished(() => {
      chmodSync(folder, 0o755);
      rmSync(folder, { recursive: true });
    });
    const file = await filled(join(folder, "memory.sqlite"), 20);
    chmodSync(folder, 0o555);
    expect(asReader(() => attempt(() => writeFileSync(join(folder, "other"), "")))).toContain("EACCES");
    return file;
  };
  const attempt = (work: () => void): string => {
    try {
      work();
      return "done";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("can be looked into and checked once it is closed", async () => {
    const file = await sealed();
    const before = readFileSync(file);
    asReader(() => {
      const looked = inspectSqliteStore(file);
      expect([...looked.entries()]).toStrictEqual(idsBut(20).map(entryOf));
      expect(looked.entry(7)).toStrictEqual(entryOf(7));
      looked.close();
      expect(verifySqliteStore(file)).toMatchObject({ sound: 20, isSound: true });
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("says what keeps it from being read", async () => {
    const file = await sealed();
    chmodSync(file, 0o000);
    expect(asReader(() => attempt(() => inspectSqliteStore(file)))).toMatch(/cannot be read \(EACCES.*Name a file that you may read/u);
    chmodSync(file, 0o644);
    chmodSync(dirname(file), 0o755);
    writeFileSync(`${file}-wal`, "");
    chmodSync(dirname(file), 0o555);
    expect(asReader(() => attempt(() => verifySqliteStore(file)))).toMatch(/a log lies beside it.*Copy it, with what lies beside it/u);
  });
});

describe("compacting a memory file", () => {
  it("closes the gaps of what was forgotten and changes nothing else", async () => {
    const file = await filled(newFile(), 400);
    const store = openSqliteStore(file, shape);
    store.remove(idsBut(400).filter((id) => id % 4 !== 0) as EntryId[]);
    await store.close();
    const { before, after } = compactSqliteStore(file);
    expect(before).toBeGreaterThan(2 * after);
    expect(statSync(file).size).toBe(after);
    expect((await reopened(file)).entries).toStrictEqual(idsBut(400).filter((id) => id % 4 === 0).map(entryOf)); // prettier-ignore
  });

  it("refuses while a writer holds the file, and where there is none", async () => {
    const file = await filled(newFile(), 3);
    const store = openSqliteStore(file, shape);
    expect(() => compactSqliteStore(file)).toThrow("in use by another process");
    await store.close();
    const missing = newFile();
    expect(() => compactSqliteStore(missing)).toThrow("there is no such file");
    expect(existsSync(missing)).toBe(false);
  });

  it("leaves a damaged file as it was", async () => {
    const file = await filled(newFile(), 400);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 20 * 4096, 20 * 4096 + 100);
    writeFileSync(file, bytes);
    copyFileSync(file, `${file}-before`);
    expect(() => compactSqliteStore(file)).toThrow("is damaged");
    expect(readFileSync(file).equals(readFileSync(`${file}-before`))).toBe(true);
  });
});
