import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { InvalidValueError, ShapeError } from "../../../src/contract/errors.ts";
import { emptyRecall, type Recall } from "../../../src/contract/memory.ts";
import { attend } from "../../../src/memory/reading/attention.ts";
import { weighByInverseDistance } from "../../../src/memory/reading/inverse-distance.ts";
import { takeNearest } from "../../../src/memory/reading/nearest.ts";
import { reinstate, reinstated } from "../../../src/memory/reading/reinstatement.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { checkGradient, type ScalarFunction } from "../../../src/tensor/check-gradient.ts";
import { matrix, square, sum } from "../../../src/tensor/ops.ts";

function recallOf(distances: readonly number[]): Recall {
  const recall = emptyRecall(distances.length + 2);
  recall.count = distances.length;
  recall.distances.set(distances);
  return recall;
}

const weightsOf = ({ weights, count }: Recall): number[] => [...weights.subarray(0, count)];

const mechanisms: Readonly<Record<string, (recall: Recall) => void>> = {
  nearest: takeNearest,
  attention: (recall) => attend(recall, 2),
  "inverse distance": (recall) => weighByInverseDistance(recall),
};

describe.each(Object.entries(mechanisms))("reading by %s", (_, weigh) => {
  it("gives weights in [0, 1] that sum to 1 and never rise with distance; nothing to nothing", () => {
    const sorted = fc.array(fc.float({ min: 0, max: 1000, noNaN: true }), { maxLength: 20 }).map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(sorted, (distances) => {
        const recall = recallOf(distances);
        weigh(recall);
        const weights = weightsOf(recall);
        if (weights.length > 0) expect(weights.reduce((total, weight) => total + weight, 0)).toBeCloseTo(1, 4);
        expect(weights.every((weight, i) => weight >= 0 && (i === 0 || weight <= weights[i - 1]!))).toBe(true);
      }),
    );
  });
});

describe("NEC's kernel", () => {
  it("weighs in proportion to 1 / (d + δ): a worked example", () => {
    const recall = recallOf([0, 0.5, 1.5]);
    weighByInverseDistance(recall, 0.5); // 1/0.5 : 1/1 : 1/2 = 4 : 2 : 1
    expect(weightsOf(recall)).toEqual([expect.closeTo(4 / 7, 6), expect.closeTo(2 / 7, 6), expect.closeTo(1 / 7, 6)]);
  });

  it("is met by rounding below 0, and refuses distances that are none and a δ of 0", () => {
    const recall = recallOf([-1e-7, 1]);
    weighByInverseDistance(recall, 1e-3);
    expect(weightsOf(recall)[0]).toBeCloseTo(1000 / (1000 + 1 / 1.001), 5);
    expect(() => weighByInverseDistance(recallOf([-3]))).toThrow(InvalidValueError);
    expect(() => weighByInverseDistance(recallOf([1]), 0)).toThrow(InvalidValueError);
  });
});

describe("reinstatement", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  it("adds r ⊙ tanh(m) to the state: what the gate closes stays out, what it opens comes in bounded", () => {
    const state = Float32Array.of(0.5, 0.5, -1);
    reinstate(state, Float32Array.of(0, 1, 0.5), Float32Array.of(9, 0.2, -50));
    // 0.5 + 0; 0.5 + tanh 0.2; −1 + 0.5 · tanh(−50) = −1 − 0.5
    expect([...state]).toEqual([0.5, expect.closeTo(0.5 + Math.tanh(0.2), 6), expect.closeTo(-1.5, 6)]);
    expect(() => reinstate(state, new Float32Array(2), new Float32Array(3))).toThrow(ShapeError);
  });

  it("says the same as operations, whose gradients are right to second order", () => {
    const [c, r, m] = [Float32Array.of(0.1, -0.4, 0.9, 0.3), Float32Array.of(0.2, 0.7, 0.5, 1), Float32Array.of(-0.8, 0.3, 1.2, 0.1)];
    const together = reinstated(matrix(c, 2, 2), matrix(r, 2, 2), matrix(m, 2, 2)).dataSync();
    const state = c.slice();
    reinstate(state, r, m);
    state.forEach((x, i) => expect(together[i]).toBeCloseTo(x, 6));
    const loss: ScalarFunction = (...[a, b, d]) => sum(square(reinstated(a!, b!, d!)));
    const check = checkGradient(loss, [matrix(c, 2, 2), matrix(r, 2, 2), matrix(m, 2, 2)], { order: 2 });
    expect(check.first).toBeLessThan(0.001);
    expect(check.second).toBeLessThan(0.001);
  });
});
