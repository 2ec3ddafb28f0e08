import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kendallTau, rankAgreement } from "../../../src/continual/benchmark/rank-agreement.ts";
import { PERFORMANCE } from "../../../src/continual/benchmark/run-result.ts";
import { madeUpResult } from "./made-up-result.ts";

describe("Kendall's τ", () => {
  it("counts pairs in the same order against pairs in the other", () => {
    expect(kendallTau([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(kendallTau([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    // Of six pairs one is in the other order: (5 − 1) / 6.
    expect(kendallTau([1, 2, 3, 4], [1, 2, 4, 3])).toBeCloseTo(4 / 6, 12);
  });

  it("leaves ties out of both products under the root, as τ-b does", () => {
    // Pairs untied in one: 5 of 6; in the other: 5; concordant: 4, discordant: 0. SciPy's kendalltau gives 0.8.
    expect(kendallTau([1, 2, 2, 3], [1, 2, 3, 3])).toBeCloseTo(0.8, 12);
    expect(kendallTau([1, 1, 1], [1, 2, 3])).toBeNaN();
  });

  it("is symmetric, unchanged by any growing function, and reversed with the order", () => {
    const scores = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(scores, (pairs) => {
        const [one, other] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const tau = kendallTau(one, other);
        expect(kendallTau(other, one)).toBe(tau);
        expect(kendallTau(one.map((x) => Math.exp(x)), other)).toBe(tau); // prettier-ignore
        const reversed = kendallTau(one, other.map((x) => -x)); // prettier-ignore
        expect(reversed).toEqual(tau === 0 ? 0 : -tau);
      }),
    );
  });
});

describe("the order of two benchmarks", () => {
  const methods = (kept: readonly number[], learned = 0.95) => kept.map((each, k) => ({ name: `m${k}`, learned, kept: each }));

  it("is over the methods that both have, with their ranks and an interval", () => {
    const one = madeUpResult({ methods: methods([0.1, 0.9, 0.5, 0.7]) });
    const other = madeUpResult({ methods: methods([0.05, 0.5, 0.9]), seeds: [6, 7, 8] });
    const { methods: ranked, tau } = rankAgreement(one, other);
    expect(ranked.map(({ name, rank: [own, others] }) => [name, own, others])).toEqual([
      ["m1", 1, 2],
      ["m2", 2, 1],
      ["m0", 3, 3],
    ]);
    expect(tau.mean).toBeCloseTo(1 / 3, 12);
    expect(tau.low).toBeLessThanOrEqual(tau.mean);
    expect(tau.high).toBeGreaterThanOrEqual(tau.mean);
  });

  it("has an interval over the resamples that have an order, where others have all methods even", () => {
    const one = madeUpResult({ methods: methods([0.1, 0.5, 0.9]), seeds: [1, 2, 3] });
    const even = madeUpResult({ methods: methods([0.9, 0.9, 0.9]), seeds: [1, 2, 3] });
    const runs = even.runs.map((run) => {
      const performance = run.method === "m0" && run.seed === 3 ? 0.995 : 1;
      return { ...run, figures: { ...run.figures, [PERFORMANCE]: performance } };
    });
    const { tau } = rankAgreement(one, { ...even, runs });
    expect(tau.mean).toBeGreaterThan(0);
    expect([tau.low, tau.high].every(Number.isFinite)).toBe(true);
  });

  it("shares places among equals, and has no interval with one seed", () => {
    const one = madeUpResult({ methods: methods([1, 1, 0], 1), seeds: [1] });
    const { methods: ranked, tau } = rankAgreement(one, one);
    expect(ranked.map(({ rank }) => rank[0])).toEqual([1.5, 1.5, 3]);
    expect([tau.mean, tau.low]).toEqual([1, Number.NaN]);
  });
});
