import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Metric } from "../../src/memory/exact-index.ts";
import { KeyIndex } from "../../src/memory/key-index.ts";
import { selectBackend } from "../../src/tensor/backend.ts";

interface Found {
  count: number;
  rows: Int32Array;
  distances: Float32Array;
}

const room = (k: number): Found => ({ count: 0, rows: new Int32Array(k), distances: new Float32Array(k) });
const search = (index: KeyIndex, query: Float32Array, k: number, count: number): [row: number, distance: number][] => {
  const found = room(k);
  index.nearest(query, k, count, found);
  return Array.from({ length: found.count }, (_, i) => [found.rows[i]!, found.distances[i]!]);
};

/** By sorting all distances, in float64. */
function sorted(keys: readonly (readonly number[])[], query: readonly number[], metric: Metric): [row: number, distance: number][] {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const distance: Readonly<Record<Metric, (key: readonly number[]) => number>> = {
    l2: (key) => key.reduce((sum, x, i) => sum + (x - query[i]!) ** 2, 0),
    cosine: (key) => 1 - dot(key, query) / Math.sqrt(dot(key, key) * dot(query, query)),
    "inner product": (key) => -dot(key, query),
  };
  return keys.map((key, row): [number, number] => [row, distance[metric](key)]).toSorted((a, b) => a[1] - b[1] || a[0] - b[0]);
}

const metrics: readonly Metric[] = ["l2", "cosine", "inner product"];

describe.each(["plain loops", "the scanning kernel"])("search by %s", (how) => {
  beforeAll(async () => {
    if (how !== "plain loops") await selectBackend("wasm");
  });

  it.each(metrics)("finds exactly the k nearest by %s, of equally near ones the earlier, among keys of any length and number", (metric) => {
    // Small whole numbers: distances by L2 and inner product are exact, and ties are common.
    const cases = fc.integer({ min: 1, max: 19 }).chain((size) => {
      const key = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: size, maxLength: size }).filter((each) => each.some((x) => x !== 0));
      return fc.record({
        keys: fc.array(key, { maxLength: 70 }),
        query: key,
        k: fc.integer({ min: 1, max: 90 }),
        capacity: fc.integer({ min: 1, max: 80 }),
      });
    });
    fc.assert(
      fc.property(cases, ({ keys, query, k, capacity }) => {
        const index = new KeyIndex(query.length, metric, capacity);
        keys.forEach((key, row) => index.set(row, Float32Array.from(key)));
        const found = search(index, Float32Array.from(query), k, keys.length);
        const expected = sorted(keys, query, metric).slice(0, k);
        index.dispose();
        expect(found).toHaveLength(expected.length);
        found.forEach(([row, distance], i) => {
          expect(distance).toBeCloseTo(expected[i]![1], 5);
          if (metric !== "cosine") expect(row).toBe(expected[i]![0]);
        });
      }),
      { numRuns: 200 },
    );
  });

  it("keeps keys through growth and moves", () => {
    const index = new KeyIndex(5, "l2", 1);
    const key = (row: number): Float32Array => Float32Array.from({ length: 5 }, (_, i) => row + i / 10);
    for (let row = 0; row < 300; row++) index.set(row, key(row));
    expect(index.at(299)).toEqual(key(299));
    index.move(299, 0);
    expect(search(index, key(299), 2, 299)).toEqual([[0, 0], [298, expect.closeTo(5, 3)]]); // prettier-ignore
    index.dispose();
  });

  it("gives the same for the same, whatever was searched before", () => {
    const index = new KeyIndex(24, "l2", 500);
    const key = (seed: number): Float32Array => Float32Array.from({ length: 24 }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233));
    for (let row = 0; row < 500; row++) index.set(row, key(row));
    const once = search(index, key(1000), 64, 500);
    search(index, key(7), 3, 200);
    expect(search(index, key(1000), 64, 500)).toEqual(once);
    expect(once.slice(0, 10)).toEqual(search(index, key(1000), 10, 500));
    index.dispose();
  });
});
