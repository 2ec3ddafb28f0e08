import { describe, expect, it } from "vitest";
import { RandomStream } from "../../src/numerics/random.ts";
import { mean, quantile, stratifiedBootstrap, studentT, successRate } from "../../src/numerics/statistics.ts";

describe("quantile", () => {
  it("interpolates between order statistics as R's type 7 does", () => {
    // positions 0.25 · 3 = 0.75 → 1 + 0.75 · (2 − 1); 0.5 · 3 = 1.5 → 2 + 0.5 · (4 − 2)
    expect(quantile([1, 2, 4, 8], 0.25)).toBe(1.75);
    expect(quantile([1, 2, 4, 8], 0.5)).toBe(3);
    expect(quantile([5], 0.9)).toBe(5);
  });
});

describe("Wilson's interval for a success rate", () => {
  it("matches a worked example: 8 of 10", () => {
    // z² = 3.8415; centre = (0.8 + 0.19207) / 1.38415 = 0.71674; half = 1.95996 / 1.38415 · √(0.016 + 0.0096036) = 0.22657
    const { mean: rate, low, high } = successRate(8, 10);
    expect(rate).toBe(0.8);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
  });

  it("stays open at the ends: 0 and 20 of 20 are not certainties", () => {
    expect(successRate(0, 20).low).toBe(0);
    expect(successRate(0, 20).high).toBeCloseTo(0.1611, 3);
    expect(successRate(20, 20).low).toBeCloseTo(0.8389, 3);
    expect(successRate(20, 20).high).toBe(1);
  });
});

describe("the stratified bootstrap", () => {
  const gap = (groups: readonly ArrayLike<number>[]): number => mean(groups[0]!) - mean(groups[1]!);

  it("resamples within groups, so that constant groups give no width however different they are", () => {
    const {
      mean: estimate,
      low,
      high,
    } = stratifiedBootstrap(
      [
        [1, 1, 1],
        [0, 0],
      ],
      gap,
      RandomStream.fromSeed(0),
    );
    expect([estimate, low, high]).toEqual([1, 1, 1]);
  });

  it("covers the true mean about 95 times in 100", () => {
    const random = RandomStream.fromSeed(5);
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const draws = Float64Array.from({ length: 40 }, () => random.normal());
      const { low, high } = stratifiedBootstrap([draws], ([group]) => mean(group!), random, 400);
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(180);
    expect(covered).toBeLessThanOrEqual(199);
  });
});

describe("Student's t", () => {
  it.each([
    [3, 3.182],
    [4, 2.776],
    [9, 2.262],
    [30, 2.042],
  ])("with %i degrees of freedom is within 1 %% of the tabled %d, for z = 1.96", (freedom, tabled) => {
    expect(Math.abs(studentT(1.959964, freedom) / tabled - 1)).toBeLessThan(0.01);
  });

  it("becomes the normal's with many", () => {
    expect(studentT(2, 1e6)).toBeCloseTo(2, 5);
  });
});
