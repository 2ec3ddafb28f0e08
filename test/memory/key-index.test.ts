import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyIndex, type Metric, type Nearest } from "../../src/memory/key-index.ts";
import { selectionOf } from "../../src/memory/rows.ts";
import { release, reserve } from "../../src/memory/search-kernel.ts";
import { RandomStream } from "../../src/numerics/random.ts";

type Found = [row: number, distance: number][];

const room = (k: number): Nearest => ({ count: 0, rows: new Int32Array(k), distances: new Float32Array(k) });
const foundIn = ({ count, rows, distances }: Nearest): Found => Array.from({ length: count }, (_, i) => [rows[i]!, distances[i]!]);

function search(index: KeyIndex, query: Float32Array, k: number, among: number | Int32Array, penalty = 0): Found {
  const found = room(k);
  index.nearest(query, k, [found], { among, penalty });
  return foundIn(found);
}

/** By sorting all distances, in float64. */
function sorted(keys: readonly (readonly number[])[], query: readonly number[], metric: Metric): Found {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const distance: Readonly<Record<Metric, (key: readonly number[]) => number>> = {
    l2: (key) => key.reduce((sum, x, i) => sum + (x - query[i]!) ** 2, 0),
    cosine: (key) => 1 - dot(key, query) / Math.sqrt(dot(key, key) * dot(query, query)),
    "inner product": (key) => -dot(key, query),
  };
  return keys.map((key, row): [number, number] => [row, distance[metric](key)]).toSorted((a, b) => a[1] - b[1] || a[0] - b[0]);
}

const metrics: readonly Metric[] = ["l2", "cosine", "inner product"];

describe("the index of keys", () => {
  // Small whole numbers: distances by L2 and inner product are exact, and ties are common.
  const cases = fc.integer({ min: 1, max: 19 }).chain((size) => {
    const key = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: size, maxLength: size }).filter((each) => each.some((x) => x !== 0));
    return fc.record({ keys: fc.array(key, { minLength: 1, maxLength: 70 }), query: key, k: fc.integer({ min: 1, max: 90 }), bits: fc.infiniteStream(fc.boolean()) });
  }); // prettier-ignore

  it.each(metrics)("finds exactly the k nearest by %s, of equally near ones the earlier, among keys of any length and number", (metric) => {
    fc.assert(
      fc.property(cases, ({ keys, query, k }) => {
        const index = new KeyIndex(query.length, metric);
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

  it("finds among the chosen rows exactly what it finds when there are no others", () => {
    fc.assert(
      fc.property(cases, ({ keys, query, k, bits }) => {
        const chosen = keys.map((_, row) => row).filter(() => bits.next().value!);
        const index = new KeyIndex(query.length, "l2");
        keys.forEach((key, row) => index.set(row, Float32Array.from(key)));
        const found = search(index, Float32Array.from(query), k, selectionOf(Int32Array.from(chosen)));
        index.dispose();
        const expected = sorted(chosen.map((row) => keys[row]!), query, "l2").slice(0, k); // prettier-ignore
        expect(found).toEqual(expected.map(([i, distance]) => [chosen[i]!, distance]));
      }),
    );
  });

  it.each(metrics)("finds by %s only what is nearer than is said, and all of it that there is room for", (metric) => {
    fc.assert(
      fc.property(cases, fc.integer({ min: -20, max: 60 }), ({ keys, query, k }, within) => {
        const index = new KeyIndex(query.length, metric);
        keys.forEach((key, row) => index.set(row, Float32Array.from(key)));
        const [all, some] = [room(k), room(k)];
        index.nearest(Float32Array.from(query), k, [all], { among: keys.length });
        index.nearest(Float32Array.from(query), k, [some], { among: keys.length, within });
        index.dispose();
        expect(foundIn(some)).toEqual(foundIn(all).filter(([, distance]) => distance < within));
      }),
    );
  });

  it("adds penalties to distances before it ranks", () => {
    const index = new KeyIndex(1, "l2");
    [0, 1, 2].forEach((x, row) => index.set(row, Float32Array.of(x), 10 - 5 * row));
    expect(search(index, Float32Array.of(0), 3, 3)).toEqual([[0, 0], [1, 1], [2, 4]]); // prettier-ignore
    expect(search(index, Float32Array.of(0), 3, 3, 1)).toEqual([[2, 4], [1, 6], [0, 10]]); // prettier-ignore
    index.setPenalty(0, -1);
    expect(search(index, Float32Array.of(0), 1, 3, 2)).toEqual([[0, -2]]);
    index.dispose();
  });

  it.each(metrics)("finds the same bits by %s for a query alone and among others, where most keys are ruled out by a bound, and where they lie far off and close together", (metric) => {
    const random = RandomStream.fromSeed(1);
    const [size, count, queries, k] = [24, 6000, 7, 12];
    for (const center of [0, 30]) {
      const index = new KeyIndex(size, metric);
      const vector = (): Float32Array => Float32Array.from({ length: size }, () => center + random.normal());
      const keys = Array.from({ length: count }, vector);
      keys.forEach((key, row) => index.set(row, key));
      const asked = Array.from({ length: queries }, vector);
      const together = asked.map(() => room(k));
      index.nearest(Float32Array.from(asked.flatMap((query) => [...query])), k, together, { among: count });
      for (const [q, query] of asked.entries()) {
        const alone = search(index, query, k, count);
        expect(foundIn(together[q]!)).toEqual(alone);
        // Below the number from which the bound is used, in pieces that are put together again.
        const parts = [0, 2000, 4000].flatMap((from) => search(index, query, k, selectionOf(Int32Array.from({ length: 2000 }, (_, i) => from + i)))); // prettier-ignore
        expect(alone).toEqual(parts.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]).slice(0, k));
      }
      index.dispose();
    }
  }); // prettier-ignore

  it("finds what it finds without the bound among chosen rows with penalties too, some of which draw rows nearer", () => {
    const random = RandomStream.fromSeed(2);
    const [size, count, k] = [10, 9000, 5];
    const index = new KeyIndex(size, "l2");
    const vector = (): Float32Array => Float32Array.from({ length: size }, () => random.normal());
    for (let row = 0; row < count; row++) index.set(row, vector(), 3 * random.normal());
    const rows = Int32Array.from({ length: count }, (_, row) => row).filter(() => random.uniform(0, 1) < 0.8);
    for (let q = 0; q < 20; q++) {
      const query = vector();
      const whole = search(index, query, k, selectionOf(rows), 0.7);
      const parts = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((part) => search(index, query, k, selectionOf(rows.filter((row) => row >> 10 === part || (part === 7 && row >> 10 > 7))), 0.7)); // prettier-ignore
      expect(whole).toEqual(parts.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]).slice(0, k));
    }
    index.dispose();
  });

  it("keeps keys through growth and moves", () => {
    const index = new KeyIndex(5, "l2");
    const key = (row: number): Float32Array => Float32Array.from({ length: 5 }, (_, i) => row + i / 10);
    for (let row = 0; row < 3000; row++) index.set(row, key(row));
    const read = new Float32Array(5);
    index.read(2999, read);
    expect(read).toEqual(key(2999));
    index.move(2999, 0);
    expect(search(index, key(2999), 2, 2999)).toEqual([[0, 0], [2998, expect.closeTo(5, 1)]]); // prettier-ignore
    index.dispose();
  });

  it("keeps, finds and moves keys that lie beyond 2 GB", () => {
    // Reserved and never touched, so that it takes room among the addresses alone.
    const below = reserve(2 ** 31);
    const index = new KeyIndex(5, "l2");
    const key = (row: number): Float32Array => Float32Array.from({ length: 5 }, (_, i) => row + i / 10);
    for (let row = 0; row < 100; row++) index.set(row, key(row));
    expect(search(index, key(60), 1, 100)).toEqual([[60, 0]]);
    expect(search(index, key(60), 1, selectionOf(Int32Array.of(3, 50)))).toEqual([[50, expect.closeTo(500, 2)]]);
    const read = new Float32Array(5);
    index.move(99, 0);
    index.read(0, read);
    expect(read).toEqual(key(99));
    index.dispose();
    release(below, 2 ** 31);
  });

  it("gives its memory to the next index when it is disposed", () => {
    const fill = (): number => {
      const index = new KeyIndex(64, "l2");
      for (let row = 0; row < 5000; row++) index.set(row, new Float32Array(64).fill(1));
      const { bytes } = index;
      index.dispose();
      return bytes;
    };
    const bytes = fill();
    expect(bytes).toBeLessThan(1.05 * 5000 * 66 * 4 + 65_536);
    // 4 GB would be full after some three thousand.
    for (let k = 0; k < 100; k++) expect(fill()).toBe(bytes);
  });
});
