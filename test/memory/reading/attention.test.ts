import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidValueError } from "../../../src/contract/errors.ts";
import { emptyRecall, type Recall } from "../../../src/contract/memory.ts";
import { attend, weightedSum } from "../../../src/memory/reading/attention.ts";

function recallOf(distances: readonly number[]): Recall {
  const recall = emptyRecall(distances.length + 2);
  recall.count = distances.length;
  recall.distances.set(distances);
  recall.rows.set(distances.map((_, i) => i));
  return recall;
}

const weightsOf = ({ weights, count }: Recall): number[] => [...weights.subarray(0, count)];
const sorted = fc
  .array(fc.float({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 20 })
  .map((distances) => distances.toSorted((a, b) => a - b));

describe("attention", () => {
  it("weighs by softmax(−β · distance): a worked example", () => {
    const recall = recallOf([0, Math.log(2), Math.log(4)]);
    attend(recall, 1); // weights in proportion 1 : 1/2 : 1/4
    expect(weightsOf(recall)).toEqual([expect.closeTo(4 / 7, 6), expect.closeTo(2 / 7, 6), expect.closeTo(1 / 7, 6)]);
  });

  it("gives weights in [0, 1] that sum to 1 and fall with distance, however far and strong", () => {
    fc.assert(
      fc.property(sorted, fc.double({ min: 0, max: 1e6, noNaN: true }), (distances, strength) => {
        const recall = recallOf(distances);
        attend(recall, strength);
        const weights = weightsOf(recall);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
        expect(weights.every((weight, i) => weight >= 0 && (i === 0 || weight <= weights[i - 1]!))).toBe(true);
      }),
    );
  });

  it("blends all alike at strength 0, and reads the nearest alone at infinite strength", () => {
    const recall = recallOf([1, 2, 3, 4]);
    attend(recall, 0);
    expect(weightsOf(recall)).toEqual([0.25, 0.25, 0.25, 0.25]);
    attend(recall, Infinity);
    expect(weightsOf(recall)).toEqual([1, 0, 0, 0]);
  });

  it.each([-1, Number.NaN])("refuses a strength of %d", (strength) => {
    expect(() => attend(recallOf([1]), strength)).toThrow(InvalidValueError);
  });

  it("blends rows of a column by their weights", () => {
    const recall = recallOf([0, 0]);
    recall.rows.set([2, 0]);
    attend(recall, 1);
    const out = new Float32Array(2);
    weightedSum(Float32Array.of(1, 2, 9, 9, 5, 8), 2, recall, out);
    expect([...out]).toEqual([3, 5]); // the mean of rows (5, 8) and (1, 2)
  });
});
