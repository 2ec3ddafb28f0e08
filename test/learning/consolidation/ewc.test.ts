import { beforeAll, describe, expect, it } from "vitest";
import { SnapshotError } from "../../../src/contract/errors.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, third, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

/** A policy that is its bias b, as its one input is always 0: the Fisher information of b is 1, and a task is a number to answer. */
function answering(consolidation: string, options: Readonly<Record<string, unknown>>, numbers: readonly number[]): number {
  const one = cloner({ consolidation, options, inputs: 1, learningRate: 0.05 });
  numbers.forEach((number, k) => {
    const task = [first, second, third][k]!;
    one.begin(task);
    one.show(task, [0], [number]);
    one.sleep(task, 800);
  });
  return one.act(first, [0])[0]!;
}

describe("ewc", () => {
  it("settles where the loss and the springs of all earlier tasks balance", () => {
    // Task 1 ends at b = −1. Task 2: 2(b − 3) + λ(b + 1) = 0 at b = (6 − λ) / (2 + λ).
    for (const [strength, expected] of [
      [0, 3],
      [2, 1],
      [6, 0],
    ] as const)
      expect(answering("ewc", { strength }, [-1, 3])).toBeCloseTo(expected, 2);
    // Task 3, with λ = 2 and springs at −1 and 1: 2(b − 5) + 2(b + 1) + 2(b − 1) = 0 at b = 5/3.
    expect(answering("ewc", { strength: 2 }, [-1, 3, 5])).toBeCloseTo(5 / 3, 2);
  });

  it("finds what learning both tasks at once would, where inputs are uncorrelated and λ = 2/A", () => {
    const one = cloner({ consolidation: "ewc", options: { strength: 2 }, batch: 256, learningRate: 0.01 });
    const learn = (task: typeof first, states: readonly (readonly number[])[], w: readonly number[]): void => {
      one.begin(task);
      for (const x of states) one.show(task, x, [w[0]! * x[0]! + w[1]! * x[1]!]);
      one.sleep(task, 1200);
    };
    // Mean squares of the inputs: 0.5 and 2, then 2 and 0.5. Both at once: w₁ = (0.5·1 − 2·1) / 2.5, w₂ = (−2·1 + 0.5·2) / 2.5.
    learn(first, [[1, 0], [-1, 0], [0, 2], [0, -2]], [1, -1]); // prettier-ignore
    learn(second, [[2, 0], [-2, 0], [0, 1], [0, -1]], [-1, 2]); // prettier-ignore
    const [w1, w2, b] = one.learner.parameters.numbers;
    expect(Math.abs(w1! + 0.6)).toBeLessThan(0.06);
    expect(Math.abs(w2! + 0.4)).toBeLessThan(0.06);
    expect(Math.abs(b!)).toBeLessThan(0.06);
  });

  it("takes the room of one penalty, however many tasks there were", () => {
    const one = cloner({ consolidation: "ewc", inputs: 1 });
    const sizes = [first, second, third].map((task) => {
      one.begin(task);
      one.show(task, [0], [1]);
      const { bytes } = one.learner.consolidation;
      one.sleep(task, 2);
      return bytes;
    });
    // Two parameters; an importance and an anchor of four bytes each.
    expect(sizes).toEqual([0, 16, 16]);
  });
});

describe("online-ewc", () => {
  it("has one spring, where the last task ended, of a strength that fades by γ", () => {
    // With λ = 2 task 2 ends at 1. Task 3: 2(b − 5) + 2·(γ + 1)(b − 1) = 0 at b = (12 + 2γ) / (4 + 2γ).
    for (const decay of [0, 0.5, 1])
      expect(answering("online-ewc", { strength: 2, decay }, [-1, 3, 5])).toBeCloseTo((12 + 2 * decay) / (4 + 2 * decay), 2);
  });
});

describe("a penalty's snapshot", () => {
  const learned = (): Cloner => {
    const one = cloner({ consolidation: "ewc", inputs: 1 });
    one.begin(first);
    one.show(first, [0], [1]);
    one.sleep(first, 2);
    return one;
  };

  it("is taken by value", () => {
    const { consolidation } = learned().learner;
    const snapshot = consolidation.snapshot();
    (snapshot["importance"] as Float32Array).fill(9);
    expect(consolidation.snapshot()["importance"]).not.toEqual(snapshot["importance"]);
    consolidation.restore(snapshot);
    (snapshot["importance"] as Float32Array).fill(5);
    expect(consolidation.snapshot()["importance"]).toEqual(Float32Array.of(9, 9));
  });

  it("is refused where it does not fit", () => {
    const { consolidation } = learned().learner;
    expect(() => consolidation.restore({ importance: Float32Array.of(1), anchor: Float32Array.of(1) })).toThrow(SnapshotError);
    expect(() => consolidation.restore({ importance: Float32Array.of(1, 2), anchor: null })).toThrow(SnapshotError);
    expect(() => cloner({ consolidation: "ewc", options: { fisher: "exakt" } })).toThrow("options.fisher");
  });
});
