import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { adaptedError, compositeAdaptedError, type TaskBatch } from "../../src/tensor/adapted-error.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient } from "../../src/tensor/check-gradient.ts";
import { mlpPlan, type Activation, type MlpShape } from "../../src/tensor/mlp-shape.ts";
import { mul, square, sum } from "../../src/tensor/ops.ts";
import { differentiate } from "../../src/tensor/tape.ts";
import type { Scalar, Tensor } from "../../src/tensor/types.ts";

function normal(lengths: readonly number[], random: RandomStream, scale = 1): Tensor {
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape([...lengths]) }, () => scale * random.normal()),
    [...lengths],
  );
}

const count = fc.integer({ min: 1, max: 11 });
const problems = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 4 }),
  activation: fc.constantFrom<Activation>("identity", "tanh", "gelu", "relu"),
  tasks: fc.integer({ min: 1, max: 4 }),
  shown: count,
  asked: count,
  seed: fc.nat(1000),
});

interface Problem extends MlpShape {
  readonly tasks: number;
  readonly shown: number;
  readonly asked: number;
  readonly seed: number;
}

function draw({ tasks, shown, asked, seed, ...shape }: Problem): {
  readonly shape: MlpShape;
  readonly parameters: Tensor;
  readonly batch: TaskBatch;
} {
  const random = RandomStream.fromSeed(seed);
  const [inputs, outputs] = [shape.sizes[0]!, shape.sizes.at(-1)!];
  const batch = {
    shown: normal([tasks, shown, inputs], random),
    targets: normal([tasks, shown, outputs], random),
    asked: normal([tasks, asked, inputs], random),
    answers: normal([tasks, asked, outputs], random),
  };
  return { shape, parameters: normal([mlpPlan(shape).size], random, 0.5), batch };
}

/** The error, its gradient and a product with its Hessian; and the gradient with respect to what was shown. */
function derivatives(f: typeof adaptedError, problem: Problem): readonly Float32Array[] {
  const { shape, parameters, batch } = draw(problem);
  const along = normal(parameters.shape, RandomStream.fromSeed(7));
  const value = (): Scalar => square(f(parameters, batch, shape, 0.05));
  const first = differentiate(value, [parameters]);
  const second = differentiate(() => sum(mul(differentiate(value, [parameters]).gradients[0]!, along)), [parameters]);
  const ofData = differentiate(value, [parameters, batch.shown]);
  return [first, second, ofData].flatMap(({ value: result, gradients }) => [result, ...gradients].map((tensor) => tensor.dataSync<"float32">()));
}

describe.each(backends)("the error after adaptation on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("is that of one step by hand", () => {
    // f(x) = wx + b at w = 1, b = 0, shown x = 2 with target 0: error 4, ∂w = 2·2·2 = 8, ∂b = 4. A step of 0.1: w = 0.2, b = −0.4; asked x = 1, answer 1: (−1.2)².
    const one = (x: number): Tensor => tf.tensor3d([[[x]]]);
    const batch = { shown: one(2), targets: one(0), asked: one(1), answers: one(1) };
    const error = adaptedError(tf.tensor1d([1, 0]), batch, { sizes: [1, 1], activation: "identity" }, 0.1);
    expect(error.dataSync()[0]).toBeCloseTo(1.44, 5);
  });

  it.each(["tanh", "gelu"] as const)("has the derivatives of finite differences to second order, whatever its shape, with %s", (activation) => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { shape, parameters, batch } = draw({ ...problem, activation });
        const check = checkGradient((w) => adaptedError(w, batch, shape, 0.05), [parameters], { order: 2, directions: 1, stepSize: 0.01 });
        expect(check.first).toBeLessThan(0.02);
        expect(check.second).toBeLessThan(0.03);
      }),
      { numRuns: 10, seed: 2 },
    );
  });

  it("is right where what is shown is asked too", () => {
    const { shape, parameters, batch } = draw({ sizes: [2, 5, 1], activation: "tanh", tasks: 2, shown: 3, asked: 3, seed: 4 });
    const check = checkGradient(
      (w, shown, targets) => adaptedError(w, { shown, targets, asked: shown, answers: targets }, shape, 0.05),
      [parameters, batch.shown, batch.targets],
      { order: 2, stepSize: 0.01 },
    );
    expect(check.first).toBeLessThan(0.01);
    expect(check.second).toBeLessThan(0.02);
  });

  it("names the shapes that do not fit", () => {
    const { shape, parameters, batch } = draw({ sizes: [2, 3, 1], activation: "tanh", tasks: 2, shown: 3, asked: 4, seed: 1 });
    expect(() => adaptedError(parameters, { ...batch, answers: batch.targets }, shape, 0.1)).toThrow(
      "adaptedError: expected parameters [13], shown [T, n, 2]",
    );
    expect(() => adaptedError(normal([12], RandomStream.fromSeed(1)), batch, shape, 0.1)).toThrow("got parameters [12] and shown [2, 3, 2]");
  });
});

describe("the fused error after adaptation", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("agrees with the composite in every derivative", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const [fused, composite] = [adaptedError, compositeAdaptedError].map((f) => derivatives(f, problem));
        fused!.forEach((values, k) => {
          const scale = composite![k]!.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
          values.forEach((value, i) => expect(Math.abs(value - composite![k]![i]!) / scale).toBeLessThan(1e-3));
        });
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it("takes layer norm by the composite, and leaves no tensors behind", () => {
    const problem = { sizes: [2, 5, 1], activation: "tanh", layerNorm: true, tasks: 2, shown: 3, asked: 4, seed: 1 } as const;
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      expect(derivatives(adaptedError, problem)).toEqual(derivatives(compositeAdaptedError, problem));
    });
    tf.tidy(() => void derivatives(adaptedError, { ...problem, layerNorm: false }));
    expect(tf.memory().numTensors).toBe(before);
  });
});
