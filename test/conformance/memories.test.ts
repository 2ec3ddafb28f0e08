/** @file What every long-term memory must do. A new one gets these tests by its line in the table below. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { InvalidValueError } from "../../src/contract/errors.ts";
import { emptyRecall, type EntryId, type LongTermMemory, type NewMemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { NearestValueMemory } from "../../src/memory/nearest-value-memory.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { wholeEntry } from "../memory/whole-entry.ts";

const shape = { keySize: 3, valueSize: 2, observationSize: 4 };
const folder = mkdtempSync(join(tmpdir(), "engram-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const memories: Readonly<Record<string, () => LongTermMemory>> = {
  "episodic, L2": () => new EpisodicMemory({ shape, metric: "l2" }),
  "episodic, cosine": () => new EpisodicMemory({ shape, metric: "cosine" }),
  "episodic, L2, in SQLite": () => new EpisodicMemory({ shape, metric: "l2", store: openSqliteStore(join(folder, `${files++}.sqlite`), shape) }),
  "nearest value, the floor": () => new NearestValueMemory(shape),
};

const entryOf = (key: ArrayLike<number>, step = 0): NewMemoryEntry => ({
  key: Float32Array.from(key),
  value: Float32Array.of(step, -step),
  observation: Float32Array.of(1, 2, 3, step),
  task: asTaskId(`task ${step % 3}`),
  episode: 1,
  step,
});

/** Keys on a small grid, so that equal distances are common; never all zeros, which have no direction. */
const keys = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 3 })), {
  minLength: 1,
  maxLength: 40,
});

describe.each(Object.entries(memories))("the memory %s", (_, make) => {
  it("gives back what it was given, by id, whatever the caller does to its buffers afterwards", () => {
    const memory = make();
    const given = entryOf([1, 2, 3], 5);
    const id = memory.remember(given);
    const kept = wholeEntry({ id, ...structuredClone(given) });
    for (const buffer of [given.key, given.value, given.observation]) buffer.fill(Number.NaN);
    expect(memory.entry(id)).toEqual(kept);
    expect([...memory.entries()]).toEqual([kept]);
    expect(memory.entry(99 as EntryId)).toBeUndefined();
  });

  it("recalls exactly the k nearest, nearest first, of equally near ones the older, with what was forgotten out of the way", () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(39)), (all, k, doomed) => {
        const memory = make();
        const ids = all.map((key, step) => memory.remember(entryOf(key, step)));
        const gone = new Set(doomed.flatMap((i) => ids[i] ?? []));
        expect(memory.forget([...gone])).toBe(gone.size);
        expect(memory.size).toBe(all.length - gone.size);
        const query = Float32Array.of(1, -1, 2);
        const recall = memory.recall(query, k);
        const left = [...memory.entries()];
        expect(recall.count).toBe(Math.min(k, left.length));
        const distance = new Map(Array.from({ length: recall.count }, (__, i) => [recall.ids[i]!, recall.distances[i]!]));
        const metric = (key: Float32Array): number =>
          memory instanceof NearestValueMemory || (memory instanceof EpisodicMemory && memory.metric === "cosine")
            ? 1 - dot(key, query) / Math.sqrt(dot(key, key) * dot(query, query))
            : key.reduce((sum, x, i) => sum + (x - query[i]!) ** 2, 0);
        const sorted = left.map((entry) => ({ id: entry.id, d: Math.fround(metric(entry.key)) })).toSorted((a, b) => a.d - b.d || a.id - b.id);
        for (const [i, { id, d }] of sorted.slice(0, k).entries()) {
          expect(recall.distances[i]!).toBeCloseTo(d, 5);
          expect(distance.has(id) || Math.abs(recall.distances[recall.count - 1]! - d) < 1e-6).toBe(true);
        }
        const found = Array.from(recall.ids.slice(0, recall.count));
        for (let i = 1; i < found.length; i++) {
          expect(recall.distances[i]! >= recall.distances[i - 1]!).toBe(true);
          if (recall.distances[i] === recall.distances[i - 1]) expect(found[i]!).toBeGreaterThan(found[i - 1]!);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("never uses an id twice, and gives weights that sum to 1", () => {
    const memory = make();
    const first = memory.remember(entryOf([1, 0, 0]));
    memory.forget([first]);
    const second = memory.remember(entryOf([0, 1, 0]));
    memory.remember(entryOf([0, 0, 1]));
    expect(second).toBeGreaterThan(first);
    const { weights, count } = memory.recall(Float32Array.of(1, 1, 1), 5);
    expect(weights.subarray(0, count).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
  });

  it("writes into the caller's recall, and recalls nothing from nothing", () => {
    const memory = make();
    const into = emptyRecall(4);
    expect(memory.recall(Float32Array.of(1, 1, 1), 4, into)).toBe(into);
    expect(into.count).toBe(0);
    memory.remember(entryOf([1, 1, 1]));
    memory.recall(Float32Array.of(1, 1, 1), 4, into);
    expect([into.count, into.ids[0]]).toEqual([1, 1]);
  });

  it.each<readonly [string, (memory: LongTermMemory) => unknown]>([
    ["a key of another length", (memory) => memory.remember(entryOf([1, 2]))],
    ["a key that is not finite", (memory) => memory.remember(entryOf([1, Number.NaN, 2]))],
    ["a value of another length", (memory) => memory.remember({ ...entryOf([1, 2, 3]), value: new Float32Array(1) })],
    ["an observation that is not finite", (memory) => memory.remember({ ...entryOf([1, 2, 3]), observation: new Float32Array(4).fill(Infinity) })],
    ["a query of another length", (memory) => memory.recall(new Float32Array(4), 1)],
    ["a query that is not finite", (memory) => memory.recall(new Float32Array(3).fill(Number.NaN), 1)],
    ["k = 0", (memory) => memory.recall(Float32Array.of(1, 1, 1), 0)],
    ["a recall with too little room", (memory) => memory.recall(Float32Array.of(1, 1, 1), 3, emptyRecall(2))],
  ])("refuses %s and stays as it was", (__, act) => {
    const memory = make();
    memory.remember(entryOf([1, 2, 3]));
    expect(() => act(memory)).toThrow(InvalidValueError);
    expect(memory.size).toBe(1);
    expect(memory.remember(entryOf([1, 2, 3]))).toBe(2);
  });
});

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe("the floor", () => {
  it("reads the value of the most similar key alone, however long the key", () => {
    const memory = new NearestValueMemory(shape);
    memory.remember(entryOf([100, 100, 0], 1));
    memory.remember(entryOf([0, 0, 0.1], 2));
    const value = new Float32Array(2);
    memory.read(Float32Array.of(0, 0.1, 5), value);
    expect([...value]).toEqual([2, -2]);
    expect(() => new NearestValueMemory(shape).read(Float32Array.of(1, 0, 0), value)).toThrow(InvalidValueError);
  });

  it("refuses zero keys, which have no direction", () => {
    expect(() => new NearestValueMemory(shape).remember(entryOf([0, 0, 0]))).toThrow(InvalidValueError);
  });
});
