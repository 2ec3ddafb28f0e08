import { describe, expect, it } from "vitest";
import { chances as chancesOf, type Compared } from "../../../src/continual/benchmark/chance.ts";
import { differenceBySeed } from "../../../src/continual/benchmark/differences.ts";
import { firstDifference } from "../../../src/continual/benchmark/first-difference.ts";
import { comparePairs, type Contestant } from "../../../src/continual/benchmark/pairs.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { verdict } from "../../../src/continual/benchmark/table.ts";
import { madeUpResult } from "./made-up-result.ts";

/** The p of each. */
const chances = (compared: readonly Compared[]): readonly number[] => chancesOf(compared).map(({ p }) => p);

const seeded = (values: readonly number[], first = 1): ReadonlyMap<number, number> => new Map(values.map((value, i) => [first + i, value]));

describe("a difference by seed", () => {
  it("is taken over the seeds that both have, whatever their spread", () => {
    // Seeds differ by far more than methods do; seed by seed the one is always 0.1 ahead.
    const found = differenceBySeed(seeded([0.1, 0.5, 0.9, 0.3]), seeded([0, 0.4, 0.8, 0.2, 0.99]));
    expect(found).toMatchObject({ paired: true, seeds: 4 });
    for (const value of [found.difference.mean, found.difference.low, found.difference.high]) expect(value).toBeCloseTo(0.1, 12);
  });

  it("has no interval with one seed", () => {
    const found = differenceBySeed(seeded([1]), seeded([0]));
    expect(found).toEqual({ difference: { mean: 1, low: Number.NaN, high: Number.NaN }, paired: true, seeds: 1 });
  });

  it("is between the means where no seed is shared", () => {
    const found = differenceBySeed(seeded([1, 1.1, 0.9, 1, 1.05]), seeded([0, 0.1, -0.1, 0, 0.05], 100));
    expect(found).toMatchObject({ paired: false, seeds: 5 });
    expect(found.difference.low).toBeGreaterThan(0.9);
  });
});

describe("the chance of a difference", () => {
  const chanceOf = (own: readonly number[], against: readonly number[], first = 1): number =>
    chances([{ own: seeded(own), against: seeded(against, first) }])[0]!;

  it("is the share of the ways to swap methods within seeds that have as large a one", () => {
    // Always 0.1 ahead: of the 2⁴ ways two have as large a mean, none swapped and all.
    expect(chanceOf([0.1, 0.5, 0.9, 0.3], [0, 0.4, 0.8, 0.2])).toBe(2 / 16);
    // Gaps 3, 1, −1, sum 3. Of the eight sums ±3 ±1 ±1 (5, 3, 3, 1 and their negatives) six are as large.
    expect(chanceOf([3, 1, 0], [0, 0, 1])).toBe(6 / 8);
    expect(chanceOf([1, 2], [1, 2])).toBe(1);
    expect(chanceOf([1], [0])).toBe(1);
  });

  it("is the share of the ways to deal seeds to methods where they share none", () => {
    const chance = chanceOf([1, 1.1, 0.9, 1, 1.05], [0, 0.1, -0.1, 0, 0.05], 100);
    // Of the 252 ways to deal ten values to two hands of five, two are as far apart.
    expect(chance).toBeGreaterThan(1 / 252);
    expect(chance).toBeLessThan(4 / 252);
  });

  it("of several together is worked out by hand", () => {
    // Six seeds, 64 ways. The first is ahead by 10 and a little, and has its most of standard errors unswapped; the second, whose gaps are ±1 and ±2,
    // has at most those of (1, 1, 1, 1, 2, 2): 1.33 / 0.21 = 6.3 of Student's, far fewer than the first's.
    const zero = seeded([0, 0, 0, 0, 0, 0]);
    const large: Compared = { own: seeded([10, 10.1, 9.9, 10, 10.1, 9.9]), against: zero };
    const noise: Compared = { own: seeded([1, -1, 1, -1, 2, -2]), against: zero };
    const [first, second] = chances([large, noise]);
    expect(first).toBe(2 / 64);
    expect(second).toBe(chances([noise])[0]);
    expect(second).toBe(1);
  });

  it("does not grow for what is surely different, however much else is asked", () => {
    const random = RandomStream.fromSeed(3);
    const draw = (shift: number): Compared => ({
      own: seeded(Array.from({ length: 8 }, () => shift + random.normal())),
      against: seeded(Array.from({ length: 8 }, () => 0)),
    });
    const [real, ...others] = chances([draw(50), ...Array.from({ length: 40 }, () => draw(0))]);
    expect(real).toBe(2 / 256);
    expect(Math.min(...others)).toBeGreaterThan(0.05);
  });

  it("of too few seeds is judged by itself and burdens no other", () => {
    const real: Compared = { own: seeded([5, 5.1, 4.9, 5, 5.2, 5.1]), against: seeded([0, 0, 0, 0, 0, 0]) };
    const two: Compared = { own: seeded([1, 1]), against: seeded([0, 0]) };
    expect(chances([two, real, two])).toEqual([0.5, 2 / 64, 0.5]);
  });

  it("is below 5 % for any of many about as often as it should, were all methods alike", () => {
    const random = RandomStream.fromSeed(5);
    const rounds = 300;
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      // One method against five others, whose differences from it hang together.
      const own = seeded(Array.from({ length: 8 }, () => random.normal()));
      const others = Array.from({ length: 5 }, () => seeded(Array.from({ length: 8 }, () => random.normal())));
      if (Math.min(...chances(others.map((against) => ({ own, against })))) < 0.05) wrong++;
    }
    // 5 % promised; three standard errors are 3.8 points. Without a correction it would be about 15 %.
    expect(wrong / rounds).toBeLessThan(0.088);
    expect(wrong).toBeGreaterThan(0);
  }, 120_000);
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
    // Six are enough, whatever else is asked.
    expect(said(6, "bad", "good")).toMatch(/^significant \(p = 0\.0/);
    const unsure = { paired: true, seeds: 7, p: 0.2, apart: true, significant: false, couldTell: true };
    const [some] = comparePairs([[contestant("good"), contestant("bad")]]);
    expect(verdict({ ...some!, ...unsure })).toBe("not sure, though the interval excludes 0 (p = 0.200, 7 shared seeds)");
    expect(said(10, "good", "good")).toMatch(/^may be chance \(p = 1\.000/);
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
