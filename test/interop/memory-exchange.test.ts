import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { StorageError } from "../../src/contract/errors.ts";
import type { MemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import type { EntryCollection } from "../../src/interop/memory-entries.ts";
import { memoryLine, readMemoryLines } from "../../src/interop/memory-lines.ts";
import { readMemoryParquet, writeMemoryParquet } from "../../src/interop/memory-parquet.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { wholeEntry } from "../memory/whole-entry.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-exchange-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

/** Any float32 whose square float32 can hold, its sign included. */
const float = fc.float({ noNaN: true, min: Math.fround(-1e18), max: Math.fround(1e18) });
const vector = (size: number): fc.Arbitrary<Float32Array> => fc.array(float, { minLength: size, maxLength: size }).map((x) => Float32Array.from(x));
const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const natural = fc.nat(2 ** 31 - 1);
const anyEntry: fc.Arbitrary<MemoryEntry> = fc
  .record({
    id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1 }),
    task: fc.string({ minLength: 1, unit: "grapheme" }).map(asTaskId),
    kind: fc.string({ minLength: 1 }),
    episode: natural,
    step: natural,
    time: double,
    // What float32, which memory holds them in, has room for.
    importance: fc.double({ noNaN: true, min: 1e-45, max: 3.4e38 }),
    encoder: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    pinned: fc.boolean(),
    reads: fc.double({ noNaN: true, min: 0, max: 3.4e38 }),
    lastRead: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1 }),
    key: vector(3),
    value: vector(2),
    observation: vector(4),
  })
  .map(wholeEntry);
const anyEntries = fc.uniqueArray(anyEntry, { minLength: 1, maxLength: 30, selector: ({ id }) => id }).map((all) => all.toSorted((a, b) => a.id - b.id)); // prettier-ignore
const shape = { keySize: 3, valueSize: 2, observationSize: 4 };

const write: Readonly<Record<string, (name: string, entries: readonly MemoryEntry[]) => void>> = {
  jsonl: (name, entries) => writeFileSync(name, entries.map(memoryLine).join("")),
  parquet: writeMemoryParquet,
};
const read: Readonly<Record<string, (name: string) => Promise<EntryCollection>>> = { jsonl: readMemoryLines, parquet: readMemoryParquet };

describe.each(["jsonl", "parquet"])("entries as %s", (format) => {
  it("return bit for bit, signs of zeros included", async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => {
        write[format]!(file("there"), entries);
        expect(await read[format]!(file("there"))).toEqual({ shape, entries });
      }),
      { numRuns: 60 },
    );
  });

  it("are thousands, in many pages and row groups, with zeros of both signs among them", async () => {
    const random = RandomStream.fromSeed(1);
    const numbers = (size: number): Float32Array => Float32Array.from({ length: size }, () => (random.integer(2) === 0 ? -0 : random.integer(2)));
    const entries = Array.from({ length: 3000 }, (_, i) =>
      wholeEntry({ id: i + 1, task: asTaskId(`task ${i % 3}`), episode: 1, step: i, key: numbers(3), value: numbers(2), observation: numbers(4) }),
    );
    write[format]!(file("many"), entries);
    expect((await read[format]!(file("many"))).entries).toEqual(entries);
  });
});

const entries = [1, 2, 3].map((id) => wholeEntry({ id, task: asTaskId("push"), episode: 1, step: id, key: Float32Array.of(id, 0, 0.1), value: new Float32Array(2), observation: new Float32Array(4) })); // prettier-ignore
const lines = entries.map(memoryLine);
/** The file with one of its entries said otherwise. */
const changed = (change: Readonly<Record<string, unknown>>): string =>
  [lines[0], `${JSON.stringify({ ...(JSON.parse(lines[1]!) as object), ...change })}\n`, lines[2]].join("");

describe("JSON lines", () => {
  it("are short, and fill in what one's own files leave out", async () => {
    expect(lines[1]).toContain('"key":[2,0,0.1],');
    writeFileSync(file("own"), '{"id":4,"task":"reach","episode":0,"step":0,"key":[1],"value":[],"observation":[1e-3]}\n\n');
    const { entries: own } = await readMemoryLines(file("own"));
    expect(own).toMatchObject([{ id: 4, kind: "experience", time: 3, importance: 1, encoder: -1, pinned: false, reads: 0, lastRead: -1 }]);
  });

  it.each<readonly [string, string, string]>([
    ["a line that is cut", lines.join("").slice(0, -20), "line 3 is not JSON"],
    ["a key of another length", changed({ key: [1, 2] }), "line 2 has keys of 2"],
    ["NaN, which JSON cannot say", changed({}).replace('"key":[2', '"key":[NaN'), "line 2 is not JSON"],
    ["a number that float32 cannot hold", changed({ key: [1e300, 0, 0] }), "line 2: Expected `entry.key` to be a vector of finite numbers"],
    ["a word among numbers", changed({ value: ["a", 0] }), "line 2: Expected `entry.value.0`"],
    ["an id that is there already", changed({ id: 1 }), "line 2 has the id 1"],
    ["an id that is none", changed({ id: 1.5 }), "line 2: Expected `entry.id`"],
    ["an episode below 0", changed({ episode: -1 }), "line 2: Expected `entry.episode`"],
    ["an importance of 0", changed({ importance: 0 }), "line 2: Expected `entry.importance`"],
    ["an importance that is 0 in memory", changed({ importance: 1e-50 }), "line 2: Expected `entry.importance`"],
    ["an importance that is infinite in memory", changed({ importance: 1e300 }), "line 2: Expected `entry.importance`"],
    ["reads that are infinite in memory", changed({ reads: 1e300 }), "line 2: Expected `entry.reads`"],
    ["no task", changed({ task: "" }), "line 2: Expected `entry.task`"],
    ["something else than an object", `${lines[0]}[]\n`, "line 2: Expected `entry`"],
    ["nothing", "\n", "holds no entries"],
  ])("refuse %s, and say where", async (_, text, message) => {
    writeFileSync(file("wrong"), text);
    await expect(readMemoryLines(file("wrong"))).rejects.toThrow(message);
    await expect(readMemoryLines(file("wrong"))).rejects.toThrow(StorageError);
  });

  it("refuse whatever is not theirs with an error of ours", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string(), fc.json({ maxDepth: 1 })), async (text) => {
        writeFileSync(file("any"), text);
        await expect(readMemoryLines(file("any"))).rejects.toThrow(StorageError);
      }),
    );
  });
});

describe("Parquet", () => {
  it("is refused as a whole when any byte of it makes it unreadable, with an error of ours", async () => {
    writeMemoryParquet(file("sound"), entries);
    const sound = readFileSync(file("sound"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (bytes, cut) => {
          const broken = Buffer.from(cut ? sound.subarray(0, bytes[0]![0]) : sound);
          for (const [at, value] of bytes) if (at < broken.length) broken[at] = value;
          writeFileSync(file("broken"), broken);
          try {
            const { entries: found } = await readMemoryParquet(file("broken"), shape);
            expect(found.every(({ key }) => key.length === 3 && key.every(Number.isFinite))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(StorageError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("with a row that is no entry names the row", async () => {
    writeMemoryParquet(file("row"), [entries[0]!, { ...entries[1]!, importance: -1 }]);
    await expect(readMemoryParquet(file("row"))).rejects.toThrow("row 2: Expected `entry.importance`");
    await expect(readMemoryParquet(file("row"), { ...shape, keySize: 9 })).rejects.toThrow("row 1 has keys of 3");
  });
});
