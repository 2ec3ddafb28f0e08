import { beforeAll, describe, expect, it } from "vitest";
import { addDivergenceGradient } from "../../../src/learning/consolidation/vcl.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("vcl", () => {
  it("follows the gradient of the KL divergence, by finite differences", () => {
    // Means, then logarithms of deviations; the prior's are 0.2 and −0.4, and 0.5 and 2.
    const q = [0.7, -1.1, Math.log(0.3), Math.log(1.5)];
    const divergence = ([m1, m2, r1, r2]: readonly number[]): number => {
      const one = (m: number, r: number, mean: number, deviation: number): number =>
        Math.log(deviation) - r + (Math.exp(2 * r) + (m - mean) ** 2) / (2 * deviation ** 2) - 0.5;
      return one(m1!, r1!, 0.2, 0.5) + one(m2!, r2!, -0.4, 2);
    };
    const gradient = Float32Array.of(1, 1, 1, 1);
    addDivergenceGradient(gradient, Float32Array.from(q), Float32Array.of(0.2, -0.4, 1 / 0.5 ** 2, 1 / 2 ** 2), 3);
    q.forEach((_, i) => {
      const at = (step: number): number => divergence(q.map((number, j) => (i === j ? number + step : number)));
      expect(gradient[i]!).toBeCloseTo(1 + (3 * (at(1e-4) - at(-1e-4))) / 2e-4, 3);
    });
  });

  it("believes what the conjugate posterior of a linear Gaussian model says, task after task", () => {
    // A policy that is its bias b with the prior N(0, 1); actions have variance 1, so that the KL divergence counts 2σ²/A = 2. Four answers of mean
    // 2.5 make the precision 1 + 4 = 5 and the mean 10/5 = 2; four more of mean −1 the precision 9 and the mean (10 − 4)/9. The weight, of an input
    // that is 0, stays at N(0, 1).
    const options = { strength: 2, prior: 1, deviation: 0.5 };
    const one = cloner({ consolidation: "vcl", options, inputs: 1, batch: 128, learningRate: 0.005 });
    const learn = (task: typeof first, answers: readonly number[]): void => {
      one.begin(task);
      for (const answer of answers) one.show(task, [0], [answer]);
      one.sleep(task, 2500);
    };
    learn(first, [1, 2, 3, 4]);
    expect(one.learner.parameters.numbers[1]!).toBeCloseTo(2, 0);
    expect(Math.abs(one.learner.parameters.numbers[1]! - 2)).toBeLessThan(0.1);
    expect(Math.abs(Math.exp(one.learner.parameters.numbers[3]!) - Math.sqrt(1 / 5))).toBeLessThan(0.04);
    learn(second, [-2, -1, -1, 0]);
    expect(Math.abs(one.learner.parameters.numbers[1]! - 6 / 9)).toBeLessThan(0.1);
    expect(Math.abs(Math.exp(one.learner.parameters.numbers[3]!) - Math.sqrt(1 / 9))).toBeLessThan(0.04);
    expect(Math.abs(one.learner.parameters.numbers[0]!)).toBeLessThan(0.1);
    expect(Math.abs(one.learner.parameters.numbers[2]!)).toBeLessThan(0.1);
  });

  it("draws weights to learn with, and acts by their means", () => {
    const one: Cloner = cloner({ consolidation: "vcl", options: { deviation: 0.5 }, inputs: 1 });
    one.begin(first);
    one.show(first, [0], [0]);
    // The mean answers 0 exactly; the loss is that of a drawn bias, another in every step.
    const losses = [...one.sleep(first, 1, false), ...one.sleep(first, 1, false)];
    expect(losses.every((loss) => loss > 0)).toBe(true);
    expect(losses[0]).not.toBe(losses[1]);
    expect(one.act(first, [0])[0]).toBeCloseTo(one.learner.parameters.numbers[1]!, 6);
  });

  it("has no prior before the first task unless it is given one, and counts its bytes", () => {
    const bytes = (options: Readonly<Record<string, unknown>>): number =>
      cloner({ consolidation: "vcl", options, inputs: 1 }).learner.consolidation.bytes;
    // Two parameters acted with; besides them a deviation each, and with a prior its mean and precision.
    expect([bytes({}), bytes({ prior: 1 })]).toEqual([8, 24]);
  });

  it("is measured by the weights that it acts with", () => {
    const { learner } = cloner({ consolidation: "vcl", inputs: 1 });
    learner.parameters.numbers.set([0.5, -1.5]);
    expect(learner.measure(first)).toMatchObject({ parameterBytes: 8, strategyBytes: 8, weightNorm: 1 });
  });

  it("draws the same from a seed whatever larger networks drew before it", () => {
    const learned = (hidden: readonly number[], steps: number): Float32Array => {
      const one = cloner({ consolidation: "vcl", hidden });
      one.begin(first);
      one.show(first, [0.5, 0], [1]);
      one.sleep(first, steps);
      return one.learner.parameters.numbers.slice();
    };
    const before = learned([4], 5);
    // More weights than half of the table has numbers.
    learned([400, 400], 1);
    expect(learned([4], 5)).toEqual(before);
  });
});
