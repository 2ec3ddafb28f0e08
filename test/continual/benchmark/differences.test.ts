import { describe, expect, it } from "vitest";
import { differenceBySeed, holm } from "../../../src/continual/benchmark/differences.ts";
import { firstDifference } from "../../../src/continual/benchmark/first-difference.ts";
import { comparePairs, type Contestant } from "../../../src/continual/benchmark/pairs.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { verdict } from "../../../src/continual/benchmark/table.ts";
import { madeUpResult } from "./made-up-result.ts";

const seeded = (values: readonly number[], first = 1): ReadonlyMap<number, number> => new Map(values.map((value, i) => [first + i, value]));

describe("a difference by seed", () => {
  it("is taken over the seeds that both have, whatever their spread", () => {
    // Seeds differ by far more than methods do; seed by seed the one is always 0.1 ahead.
    const found = differenceBySeed(seeded([0.1, 0.5, 0.9, 0.3]), seeded([0, 0.4, 0.8, 0.2, 0.99]));
    expect(found).toMatchObject({ paired: true, seeds: 4 });
    for (const value of [found.difference.mean, found.difference.low, found.difference.high]) expect(value).toBeCloseTo(0.1, 12);
    // Of the 2⁴ ways to swap methods within seeds, two have as large a mean: none swapped, and all.
    expect(found.p).toBe(2 / 16);
  });

  it("counts the ways of swapping exactly", () => {
    // Gaps 3, 1, −1, sum 3. Of the eight sums ±3 ±1 ±1 (5, 3, 3, 1 and their negatives) six are as large.
    expect(differenceBySeed(seeded([3, 1, 0]), seeded([0, 0, 1])).p).toBe(6 / 8);
    expect(differenceBySeed(seeded([1, 2]), seeded([1, 2])).p).toBe(1);
  });

  it("knows what one seed can say", () => {
    const found = differenceBySeed(seeded([1]), seeded([0]));
    expect(found).toEqual({ difference: { mean: 1, low: Number.NaN, high: Number.NaN }, paired: true, seeds: 1, p: 1 });
  });

  it("is between the means where no seed is shared", () => {
    const found = differenceBySeed(seeded([1, 1.1, 0.9, 1, 1.05]), seeded([0, 0.1, -0.1, 0, 0.05], 100));
    expect(found).toMatchObject({ paired: false, seeds: 5 });
    expect(found.difference.low).toBeGreaterThan(0.9);
    // Of the 252 ways to deal ten values to two hands of five, two are as far apart.
    expect(found.p).toBeGreaterThan(1 / 252);
    expect(found.p).toBeLessThan(4 / 252);
  });

  it("is called significant about as often as it should, were the methods alike", () => {
    const random = RandomStream.fromSeed(5);
    const rounds = 200;
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      const draw = (): ReadonlyMap<number, number> => seeded(Array.from({ length: 8 }, () => random.normal()));
      if (differenceBySeed(draw(), draw()).p < 0.05) wrong++;
    }
    // 5 % promised; three standard errors are 4.6 points.
    expect(wrong / rounds).toBeLessThan(0.097);
  }, 120_000);
});

describe("Holm's correction", () => {
  it("multiplies the smallest by how many there are, the next by one less, and never goes down", () => {
    // Sorted 0.01, 0.02, 0.03, 0.04: 4·0.01 = 0.04, 3·0.02 = 0.06, 2·0.03 = 0.06, 1·0.04 = 0.04 → 0.06.
    const adjusted = holm([0.04, 0.01, 0.03, 0.02]);
    [0.06, 0.04, 0.06, 0.06].forEach((value, i) => expect(adjusted[i]).toBeCloseTo(value, 12));
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe("pairs of methods", () => {
  const result = madeUpResult({
    methods: [
      { name: "good", learned: 0.9, kept: 0.9 },
      { name: "bad", learned: 0.9, kept: 0.1 },
    ],
    seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  });
  const contestant = (method: string): Contestant => ({ name: method, method, result });

  it("differ in forgetting, and not in what was never different", () => {
    const found = comparePairs([[contestant("good"), contestant("bad")]]);
    const of = (id: string): boolean => found.find(({ figure }) => figure.id === id)!.significant;
    expect([of("average-performance"), of("forgetting-continual-world"), of("learning-accuracy")]).toEqual([true, true, false]);
  });

  it("are said to differ for sure only where there are seeds enough for it", () => {
    const said = (count: number, one: string, other: string): string => {
      const few = { ...result, runs: result.runs.filter(({ seed }) => seed <= count) };
      const found = comparePairs([[{ ...contestant(one), result: few }, { ...contestant(other), result: few }]]); // prettier-ignore
      return verdict(found.find(({ figure }) => figure.id === "forgetting-continual-world")!);
    };
    expect(said(10, "bad", "good")).toMatch(/^significant \(p = 0\.0/);
    // Five shared seeds can be swapped in 2⁵ ways, two of which are as far apart: .0625 at least.
    expect(said(5, "bad", "good")).toMatch(/^the interval excludes 0; so few seeds cannot make sure \(p = /);
    // Seven, after Holm's correction for as many figures as there are.
    expect(said(7, "bad", "good")).toMatch(/^not sure, though the interval excludes 0 \(p = /);
    expect(said(10, "good", "good")).toMatch(/^may be chance \(p = 1\.000/);
  });

  it("are corrected for all that was asked together", () => {
    const one = comparePairs([[contestant("good"), contestant("bad")]]);
    const twice = comparePairs([
      [contestant("good"), contestant("bad")],
      [contestant("bad"), contestant("good")],
    ]);
    const [first, again] = [one, twice].map((all) => all.find(({ figure }) => figure.id === "average-performance")!.adjusted);
    expect(again).toBeGreaterThan(first!);
  });
});

describe("the first difference of two JSON values", () => {
  it("is named by its path", () => {
    expect(firstDifference({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, "x")).toEqual({ path: "x.a.1.b", one: 2, other: 3 });
    expect(firstDifference({ a: 1 }, { a: 1, b: null }, "x")).toEqual({ path: "x.b", one: undefined, other: null });
    expect(firstDifference({ a: [] }, { a: {} }, "x")).toMatchObject({ path: "x.a" });
    expect(firstDifference({ a: [1], b: "c" }, { b: "c", a: [1] }, "x")).toBeUndefined();
  });
});
