import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type { EntryId } from "../../src/contract/memory.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { programIn } from "../engram-program.ts";
import { filled, shape, temporaryFiles } from "./sqlite-files.ts";
import { point } from "./points.ts";

const newFile = temporaryFiles();
const engram = programIn(tmpdir());

function meddle(file: string, sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

describe("engram memory verify", () => {
  it("says that a sound file is sound, with exit code 0, also while somebody writes to it", async () => {
    const file = await filled(newFile(), 50);
    const store = openSqliteStore(file, shape);
    const { code, out } = await engram("memory", "verify", file);
    expect(out).toContain("50 sound entries, no damage");
    expect(code).toBe(0);
    await store.close();
  });

  it("names damaged and missing entries, with exit code 1, for people and for scripts", async () => {
    const file = await filled(newFile(), 50);
    meddle(file, "update entry set time = 0 where id = 9; delete from entry where id = 12");
    const { code, out } = await engram("memory", "verify", file);
    expect(code).toBe(1);
    expect(out).toContain("48 sound entries, and damage\n  entry 9 of task task 2 is not what was written\n  1 fewer than were counted");
    const scripted = await engram("memory", "verify", file, "--json");
    expect(scripted.code).toBe(1);
    expect(JSON.parse(scripted.out)).toMatchObject([
      { file, sound: 48, entries: [{ id: 9, task: "task 2" }], missing: 1, structure: [], isSound: false },
    ]);
  });

  it("says what SQLite finds against torn pages, and that a file of something else is none of ours", async () => {
    const file = await filled(newFile(), 200);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 8 * 4096, 8 * 4096 + 50);
    writeFileSync(file, bytes);
    const { code, out } = await engram("memory", "verify", file);
    expect(code).toBe(1);
    expect(out).toMatch(/ids \d+ to \d+ cannot be read/);
    expect(out).toContain("Tree");
    const other = newFile();
    meddle(other, "create table theirs (x)");
    expect(await engram("memory", "verify", other)).toMatchObject({ code: 1, err: expect.stringContaining("is not a memory file") as string });
  });
});

describe("engram memory compact", () => {
  it("says how many bytes there were before and after", async () => {
    const file = await filled(newFile(), 400);
    const store = openSqliteStore(file, shape);
    store.remove(Array.from({ length: 390 }, (_, i) => (i + 1) as EntryId));
    expect((await engram("memory", "compact", file)).err).toContain("in use by another process");
    await store.close();
    const { code, out } = await engram("memory", "compact", file, "--json");
    const [{ before, after }] = JSON.parse(out) as [{ readonly before: number; readonly after: number }];
    expect(before).toBeGreaterThan(5 * after);
    expect(code).toBe(0);
    expect((await engram("memory", "compact", file)).out).toContain(`${after} bytes before, ${after} after`);
    expect((await engram("memory", "ls", file)).out).toContain("10 entries");
  });
});

describe("engram memory ls", () => {
  it("mentions damage where there is some, for people and for scripts", async () => {
    const file = await filled(newFile(), 50);
    expect((await engram("memory", "ls", file)).out).not.toContain("damage");
    meddle(file, "update entry set time = 0 where id = 9; delete from entry where id = 12");
    const { code, out } = await engram("memory", "ls", file);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/48 entries[^]*1 entry is damaged \(9 of [^)]*\); 1 entry is missing[^]*engram memory verify/),
    ]);
    const [listed] = JSON.parse((await engram("memory", "ls", file, "--json")).out) as readonly { readonly damage: object }[];
    expect(listed!.damage).toMatchObject({ entries: [{ id: 9 }], missing: 1 });
  });
});

describe("engram memory query", () => {
  it("measures by the metric of the memory", async () => {
    const file = newFile();
    const store = openSqliteStore(file, { keySize: 2, valueSize: 1, observationSize: 1, metric: "cosine" });
    const memory = new EpisodicMemory({ shape: store.shape, metric: "cosine", store });
    // From the first, the second has the same direction and is far; the third is near and has another.
    for (const key of [[1, 0], [10, 0], [1, 1]]) memory.remember(point({ at: key as [number, number] })); // prettier-ignore
    await memory.flush();
    await store.close();
    const asked = JSON.parse((await engram("memory", "query", file, "1", "--json")).out) as {
      readonly neighbours: readonly { readonly id: number }[];
    };
    expect(asked).toMatchObject({ metric: "cosine", neighbours: [{ id: 2, distance: 0 }, { id: 3 }] });
    expect((await engram("memory", "query", file, "1")).out).toContain("(1 − cosine of keys)");
    expect(() => openSqliteStore(file, { keySize: 2, valueSize: 1, observationSize: 1 })).toThrow("holds keys of 2 by cosine");
  });

  it("cannot be asked of a memory that measures otherwise than its store says", async () => {
    const store = openSqliteStore(newFile(), { keySize: 2, valueSize: 1, observationSize: 1 });
    expect(() => new EpisodicMemory({ shape: store.shape, metric: "cosine", store })).toThrow("Open the store with `metric` in its shape");
    await store.close();
  });
});
