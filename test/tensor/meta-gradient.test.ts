/** @file Derivatives through derivatives of whole models: what a meta-learner differentiates, and beyond. */
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { attentionRead } from "../../src/tensor/attention.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient, type ScalarFunction } from "../../src/tensor/check-gradient.ts";
import { gru, gruPart } from "../../src/tensor/gru.ts";
import { categorical, sampleSquashedGaussian } from "../../src/tensor/heads.ts";
import { mlpError } from "../../src/tensor/mlp-error.ts";
import { mlpPlan, type MlpShape } from "../../src/tensor/mlp-shape.ts";
import { mlp } from "../../src/tensor/mlp.ts";
import { add, addScaled, crossEntropy, exp, mean, meanSquaredError, mul, repeat, softmax, square } from "../../src/tensor/ops.ts";
import { layoutOf } from "../../src/tensor/parameters.ts";
import { differentiate } from "../../src/tensor/tape.ts";
import type { Scalar, Tensor, Tensor2D } from "../../src/tensor/types.ts";

let random = RandomStream.fromSeed(11);
function normal(lengths: readonly number[], scale = 1): Tensor {
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape([...lengths]) }, () => scale * random.normal()),
    [...lengths],
  );
}

/** The loss after steps of gradient descent on the same loss (Finn et al. 2017, eq. 1). */
function adapted(loss: (w: Tensor) => Scalar, steps: number, rate: number): ScalarFunction {
  return (w) => {
    let weights = w;
    for (let k = 0; k < steps; k++) weights = addScaled(weights, differentiate(() => loss(weights), [weights]).gradients[0]!, -rate);
    return loss(weights);
  };
}

const shape: MlpShape = { sizes: [2, 6, 5, 3], activation: "tanh" };
const { size } = mlpPlan(shape);
const unit = { inputs: 2, hidden: 3 };

/** A model's parameters, and its loss. */
const models: Readonly<Record<string, () => readonly [parameters: Tensor, loss: (w: Tensor) => Scalar]>> = {
  "squared error": () => {
    const [x, y] = [normal([6, 2]), normal([6, 3])];
    return [normal([size], 0.4), (w) => meanSquaredError(mlp(x, w, shape), y)];
  },
  "cross-entropy": () => {
    const [x, y] = [normal([6, 2]), softmax(normal([6, 3]) as Tensor2D)];
    return [normal([size], 0.4), (w) => crossEntropy(mlp(x as Tensor2D, w, shape), y)];
  },
  "squared error over tasks, each with weights of its own": () => {
    const [x, y] = [normal([4, 5, 2]), normal([4, 5, 3])];
    return [normal([4, size], 0.4), (w) => mul(mlpError(x, w, y, shape), 4)];
  },
  attention: () => {
    const [q, v, y] = [normal([4, 2]), normal([3, 2]), normal([4, 2])];
    return [
      normal([3, 2], 0.6),
      (w) => meanSquaredError(attentionRead(q as Tensor2D, w as Tensor2D, v as Tensor2D, exp(mean(w)), { metric: "l2" }), y),
    ];
  },
  "a recurrent unit": () => {
    const [x, state, y] = [normal([3, 2, 2]), normal([2, 3]) as Tensor2D, normal([3, 2, 3])];
    const kept = tf.tensor2d([[1, 1], [1, 0], [1, 1]]); // prettier-ignore
    return [normal([layoutOf([gruPart("unit", unit)]).size], 0.5), (w) => meanSquaredError(gru({ x, state, kept, parameters: w }, unit), y)];
  },
  "a choice": () => {
    const labels = softmax(normal([4, 3]) as Tensor2D);
    return [normal([4, 3]), (w) => { const { logProbability, entropy } = categorical(w as Tensor2D, labels); return mean(add(square(logProbability), entropy)); }]; // prettier-ignore
  },
  "a sample": () => {
    const [s, noise] = [normal([3, 2], 0.3), normal([3, 2])] as [Tensor2D, Tensor2D];
    return [normal([3, 2], 0.5), (w) => mean(square(sampleSquashedGaussian(w as Tensor2D, s, noise).action))];
  },
};

describe.each(backends)("after steps of descent on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
    tf.engine().startScope();
    random = RandomStream.fromSeed(11);
  });
  afterAll(() => tf.engine().endScope());

  it.each([
    ["squared error", 3],
    ["cross-entropy", 3],
    ["squared error over tasks, each with weights of its own", 2],
    ["attention", 1],
    ["a recurrent unit", 1],
    ["a choice", 2],
    ["a sample", 2],
  ] as const)("the derivatives of %s are right to second order", (name, steps) => {
    const [parameters, loss] = models[name]!();
    const check = checkGradient(adapted(loss, steps, 0.1), [parameters], { order: 2 });
    expect(check.first).toBeLessThan(0.005);
    expect(check.second).toBeLessThan(0.005);
  });

  it("the gradient of tasks that begin with the same weights is that of each alone", () => {
    const [weights, x, y] = [normal([size], 0.4), normal([3, 5, 2]), normal([3, 5, 3])];
    const task = (tensor: Tensor, k: number): Tensor => tf.reshape(tf.slice(tensor, [k, 0, 0], [1, -1, -1]), tensor.shape.slice(1));
    const together = (w: Tensor): Scalar => mul(adapted((all) => mul(mlpError(x, all, y, shape), 3), 1, 0.1)(repeat(w, 3)), 1 / 3);
    const apart = (w: Tensor): Scalar =>
      [0, 1, 2]
        .map((k) => mul(adapted((own) => mlpError(task(x, k), own, task(y, k), shape), 1, 0.1)(w), 1 / 3))
        .reduce((total, part) => add(total, part));
    const [a, b] = [together, apart].map((f) => {
      const { value, gradients } = differentiate(() => f(weights), [weights]);
      return [value, gradients[0]!].flatMap((tensor) => Array.from(tensor.dataSync()));
    });
    a!.forEach((number, i) => expect(Math.abs(number - b![i]!)).toBeLessThan(1e-5));
  });
});
