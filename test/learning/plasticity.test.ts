import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { approximateRank, dormantShare, effectiveRank, meanMagnitude, stableRank } from "../../src/learning/plasticity.ts";

const of = (...singular: number[]): Float64Array => Float64Array.from(singular);

describe("the ranks of a layer's answers", () => {
  it("are all the number of directions, where all count alike", () => {
    for (const rank of [effectiveRank, stableRank, approximateRank]) expect(rank(of(2, 2, 2, 2))).toBeCloseTo(4, 12);
  });

  it("are 1 along one direction, and 0 where there is none", () => {
    for (const rank of [effectiveRank, stableRank, approximateRank]) {
      expect(rank(of(7, 0, 0))).toBeCloseTo(1, 12);
      expect(rank(of(0, 0))).toBe(0);
      expect(rank(of())).toBe(0);
    }
  });

  it("differ in what a weak direction counts", () => {
    // p = (3/4, 1/4): exp(−¾ ln ¾ − ¼ ln ¼) = exp(0.21576 + 0.34657) = 1.7548
    expect(effectiveRank(of(3, 1))).toBeCloseTo(1.7548, 4);
    // (9 + 1) / 9
    expect(stableRank(of(3, 1))).toBeCloseTo(10 / 9, 12);
    // 9 of 10 is less than 99 %.
    expect(approximateRank(of(3, 1))).toBe(2);
    // 100 of 101 is more than 99 %: 99.0099 %.
    expect(approximateRank(of(10, 1))).toBe(1);
  });

  it("do not depend on the scale, and the number of directions is never exceeded", () => {
    const values = fc.array(fc.double({ min: 0.001, max: 10, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.1, max: 10, noNaN: true }), (list, scale) => {
        const singular = Float64Array.from(list).toSorted((a, b) => b - a);
        for (const rank of [effectiveRank, stableRank]) {
          expect(rank(singular.map((value) => scale * value))).toBeCloseTo(rank(singular), 8);
          expect(rank(singular)).toBeGreaterThanOrEqual(1 - 1e-9);
          expect(rank(singular)).toBeLessThanOrEqual(list.length + 1e-9);
        }
        expect(approximateRank(singular)).toBeLessThanOrEqual(list.length);
        expect(stableRank(singular)).toBeLessThanOrEqual(effectiveRank(singular) + 1e-9);
      }),
    );
  });
});

describe("dormant units", () => {
  it("answer 0.025 of their layer's mean or less, by magnitude", () => {
    // Mean magnitudes 1, 0.02, 2, 0.98 with the mean 1: the second has the score 0.02.
    const layer = { units: 4, values: Float32Array.of(1, 0.02, -2, 0.98, -1, -0.02, 2, 0.98) };
    expect(dormantShare([layer])).toBe(1 / 4);
  });

  it("are judged by their own layer, and counted over all", () => {
    const weak = { units: 2, values: Float32Array.of(0.001, 0.001) };
    const strong = { units: 3, values: Float32Array.of(100, 100, 0) };
    expect(dormantShare([weak, strong])).toBe(1 / 5);
  });

  it("are all units of a layer that answers nothing, and none where there is no layer", () => {
    expect(dormantShare([{ units: 3, values: new Float32Array(6) }])).toBe(1);
    expect(dormantShare([])).toBe(0);
  });
});

it("the mean magnitude of parameters knows no sign", () => {
  expect(meanMagnitude(Float32Array.of(1, -2, 3, -4))).toBe(2.5);
  expect(meanMagnitude(Float32Array.of())).toBe(0);
});
