import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { NumericalError, OrderError } from "../../src/contract/errors.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { adamState, adamStep } from "../../src/tensor/adam.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { valueAndGradient, valueOf, type Loss } from "../../src/tensor/gradient.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { initializeMlp, mlpPart, type MlpShape } from "../../src/tensor/mlp-shape.ts";
import { mlp } from "../../src/tensor/mlp.ts";
import { add, exp, matrix, mean, meanSquaredError, mul, neg, square, sum } from "../../src/tensor/ops.ts";
import { layoutOf, tensorView } from "../../src/tensor/parameters.ts";

const shape: MlpShape = { sizes: [3, 16, 2], activation: "tanh" };
const layout = layoutOf([mlpPart("net", shape)]);

it("asks for a backend before the first computation", () => {
  expect(() => valueOf(() => tf.scalar(1), layout, new FlatVector(layout.size))).toThrow(OrderError);
});

describe.each(backends)("valueAndGradient on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });

  it("writes each part's gradient where the part lies in the vector", () => {
    const parts = layoutOf([{ name: "a", shape: [2] }, { name: "b", shape: [1, 2] }]); // prettier-ignore
    const gradient = new FlatVector(4);
    // L = Σ a² + 3 Σ b: ∂L/∂a = 2a, ∂L/∂b = 3.
    const loss: Loss = ({ a, b }) => add(sum(square(a!)), mul(sum(b!), 3));
    const vector = FlatVector.from([1, 2, 5, 6]);
    expect(valueAndGradient(loss, parts, vector, gradient)).toBe(38);
    expect(gradient.numbers).toEqual(Float32Array.of(2, 4, 3, 3));
    expect(valueOf(loss, parts, vector)).toBe(38);
    expect(vector.numbers).toEqual(Float32Array.of(1, 2, 5, 6));
  });

  /** Fits a network to a fixed function of random inputs, and gives the losses and the weights. */
  function train(steps: number): { readonly losses: number[]; readonly vector: Float32Array } {
    const random = RandomStream.fromSeed(11);
    const vector = new FlatVector(layout.size);
    initializeMlp("net", shape, layout, vector.numbers, random.split("weights"));
    const gradient = new FlatVector(layout.size);
    const losses: number[] = [];
    let state = adamState(layout.size);
    for (let step = 0; step < steps; step++) {
      const x = Float32Array.from({ length: 32 * 3 }, () => random.normal());
      const y = Float32Array.from(
        { length: 32 * 2 },
        (_, i) => Math.sin(x[Math.floor(i / 2) * 3]!) * (i % 2 === 0 ? 1 : x[Math.floor(i / 2) * 3 + 1]!),
      );
      const loss: Loss = (views) => meanSquaredError(mlp(matrix(x, 32, 3), tensorView(views, "net"), shape), matrix(y, 32, 2));
      losses.push(valueAndGradient(loss, layout, vector, gradient));
      state = adamStep(vector, gradient, state, { learningRate: 0.01 });
    }
    return { losses, vector: vector.numbers.slice() };
  }

  it("teaches a network", () => {
    const { losses } = train(200);
    const average = (part: number[]): number => part.reduce((a, b) => a + b) / part.length;
    expect(average(losses.slice(-20))).toBeLessThan(0.2 * average(losses.slice(0, 20)));
  });

  it("gives the same bytes for the same seed, whatever was computed before", () => {
    const once = train(20);
    tf.tidy(() => tf.matMul(tf.ones([300, 300]), tf.ones([300, 300])).dataSync());
    const again = train(20);
    expect(again.vector).toEqual(once.vector);
    expect(again.losses).toEqual(once.losses);
  });

  it("leaks no tensors, not even when it throws", () => {
    train(1);
    const before = tf.memory().numTensors;
    train(3);
    expect(() => valueAndGradient(({ a }) => mean(mul(a!, Number.NaN)), layoutOf([{ name: "a", shape: [1] }]), FlatVector.from([1]), new FlatVector(1))).toThrow(NumericalError); // prettier-ignore
    expect(tf.memory().numTensors).toBe(before);
  });

  it("throws on a loss or a gradient that is not finite, and says what to look for", () => {
    const one = layoutOf([{ name: "a", shape: [1] }]);
    const run = (loss: Loss, at: number) => () => valueAndGradient(loss, one, FlatVector.from([at]), new FlatVector(1));
    expect(run(({ a }) => sum(exp(a!)), 1000)).toThrow("Expected the loss to be finite, got Infinity. Lower the learning rate");
    expect(run(({ a }) => sum(mul(a!, Number.NaN)), 1)).toThrow(NumericalError);
    // exp(−a·e^(100 a)) is 0 at a = 1; on the way back that 0 meets e^100, which float32 holds as ∞, and 0 · ∞ is not a number.
    expect(run(({ a }) => sum(exp(neg(mul(a!, exp(mul(a!, 100)))))), 1)).toThrow("Expected the gradient of `a` to be finite");
  });
});
