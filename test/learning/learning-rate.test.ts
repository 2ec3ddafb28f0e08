import { describe, expect, it } from "vitest";
import { cosineDecay } from "../../src/learning/learning-rate.ts";

describe("the decay of steps", () => {
  it("begins with whole steps, is half-way down in the middle, and ends at a twentieth", () => {
    expect(cosineDecay(0)).toBe(1);
    expect(cosineDecay(0.5)).toBeCloseTo(0.525, 12);
    expect(cosineDecay(1)).toBeCloseTo(0.05, 12);
  });
});
