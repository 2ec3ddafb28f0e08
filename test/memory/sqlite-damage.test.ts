import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
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
