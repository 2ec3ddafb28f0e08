import { beforeAll, describe, expect, it } from "vitest";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, showTask } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("mbpa", () => {
  it("answers by the slow policy after its steps on the nearest example", () => {
    // f(x) = w·x + b = 0, and 2 was to be done at x = 1: a step of α = 0.1 along 2(f − 2)·(1, 1) makes w = b = 0.4, and f(½) = 0.6. A second one with
    // β = ½ goes half of the way back and adds 0.1 · 2 · 1.2: w = b = 0.2 + 0.24, f(½) = 0.66.
    for (const [options, expected] of [
      [{ steps: 1, pullBack: 0 }, 0.6],
      [{ steps: 1, pullBack: 0.5 }, 0.6],
      [{ steps: 2, pullBack: 0.5 }, 0.66],
    ] as const) {
      const one = cloner({ consolidation: "mbpa", options: { ...options, neighbours: 1, learningRate: 0.1 }, inputs: 1 });
      one.learner.parameters.numbers.fill(0);
      expect(one.act(first, [0.5])[0]).toBe(0);
      one.show(first, [1], [2]);
      one.show(first, [5], [-9]);
      expect(one.act(first, [0.5])[0]).toBeCloseTo(expected, 6);
    }
  });

  it("weighs neighbours by the inverse of their squared distance", () => {
    const one = cloner({ consolidation: "mbpa", options: { neighbours: 2, steps: 1, learningRate: 0.1 }, inputs: 1 });
    one.learner.parameters.numbers.fill(0);
    one.show(first, [1], [2]);
    one.show(first, [-2], [1]);
    // From x = 0: weights in proportion to 1/(1 + δ) and 1/(4 + δ). The bias moves by 0.1 · 2 · (w₁·2 + w₂·1).
    const [near, far] = [1 / 1.001, 1 / 4.001];
    expect(one.act(first, [0])[0]).toBeCloseTo((0.2 * (near * 2 + far)) / (near + far), 6);
  });

  it("leaves the slow parameters alone to the last bit, and answers the same question the same way", () => {
    const one = cloner({ consolidation: "mbpa", options: { steps: 3, learningRate: 0.5 }, hidden: [8] });
    showTask(one, first, ([x]) => [x!]);
    const before = one.learner.parameters.numbers.slice();
    const answer = one.act(first, [0.3, 0.4]);
    one.act(first, [-0.9, 0.1]);
    expect(one.act(first, [0.3, 0.4])).toEqual(answer);
    expect(one.learner.parameters.numbers).toEqual(before);
    expect(one.learner.answers(Float32Array.of(0.3, 0.4))[0]).not.toBe(answer[0]);
  });

  it("learns the slow parameters from the current task alone, unless it is to replay", () => {
    for (const replay of [false, true]) {
      const one = cloner({ consolidation: "mbpa", options: { replay }, inputs: 1, learningRate: 0.05 });
      one.begin(first);
      one.show(first, [0], [-1]);
      one.sleep(first, 400);
      one.begin(second);
      one.show(second, [0], [3]);
      one.sleep(second, 400);
      expect(one.learner.answers(Float32Array.of(0))[0]).toBeCloseTo(replay ? 1 : 3, 1);
    }
  });
});
