import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient, type ScalarFunction } from "../../src/tensor/check-gradient.ts";
import { initializeMlp, mlp, mlpLayout, type MlpShape } from "../../src/tensor/mlp.ts";
import {
  add,
  concat,
  crossEntropy,
  dense,
  exp,
  logSoftmax,
  matMul,
  mean,
  meanSquaredError,
  mul,
  neg,
  relu,
  softmax,
  square,
  squaredDistances,
  sub,
  sum,
  tanh,
  transpose,
} from "../../src/tensor/ops.ts";
import { viewsOf } from "../../src/tensor/gradient.ts";
import { layoutOf, view } from "../../src/tensor/parameters.ts";
import type { Scalar, Tensor, Tensor1D, Tensor2D } from "../../src/tensor/types.ts";

/** Normal numbers, none within 0.05 of 0, where relu has no derivative to compare. */
function normal(shape: number[], seed: number, scale = 0.7): Tensor {
  const random = RandomStream.fromSeed(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  const draw = (): number => {
    const x = random.normal() * scale;
    return Math.abs(x) < 0.05 ? x + Math.sign(x) * 0.05 : x;
  };
  return tf.tensor(Float32Array.from({ length: size }, draw), shape, "float32");
}

/** Every operation, as a scalar of matrices [n, k], [k, m] and a row [m]; squares make second derivatives that are not zero. */
const cases: Readonly<Record<string, (n: number, k: number, m: number) => { f: ScalarFunction; shapes: number[][] }>> = {
  add: (n, k) => ({ f: (a, b) => mean(square(add(a as Tensor2D, b))), shapes: [[n, k], [k]] }),
  "sub, broadcast both ways": (n, k) => ({ f: (a, b) => mean(square(sub(a as Tensor2D, b))), shapes: [[n, 1], [1, k]] }), // prettier-ignore
  mul: (n, k) => ({ f: (a, b) => mean(square(mul(a as Tensor2D, b))), shapes: [[n, k], [n, 1]] }), // prettier-ignore
  "neg and square": (n, k) => ({ f: (a) => sum(mul(neg(a), square(a))), shapes: [[n, k]] }),
  exp: (n, k) => ({ f: (a) => mean(square(exp(a))), shapes: [[n, k]] }),
  tanh: (n, k) => ({ f: (a) => mean(square(tanh(a))), shapes: [[n, k]] }),
  relu: (n, k) => ({ f: (a) => mean(mul(square(relu(a)), a)), shapes: [[n, k]] }),
  transpose: (n, k) => ({ f: (a) => mean(square(matMul(transpose(a as Tensor2D), a as Tensor2D))), shapes: [[n, k]] }),
  concat: (n, k, m) => ({ f: (a, b, c) => mean(square(matMul(concat(a as Tensor2D, b as Tensor2D), c as Tensor2D))), shapes: [[n, k], [n, m], [k + m, 2]] }), // prettier-ignore
  matMul: (n, k, m) => ({ f: (a, b) => mean(square(matMul(a as Tensor2D, b as Tensor2D))), shapes: [[n, k], [k, m]] }), // prettier-ignore
  dense: (n, k, m) => ({ f: (x, w, b) => mean(square(dense(x as Tensor2D, w as Tensor2D, b as Tensor1D))), shapes: [[n, k], [k, m], [m]] }),
  softmax: (n, k) => ({ f: (a, b) => mean(square(sub(softmax(a as Tensor2D), b))), shapes: [[n, k], [n, k]] }), // prettier-ignore
  logSoftmax: (n, k) => ({ f: (a) => mean(square(logSoftmax(a as Tensor2D))), shapes: [[n, k]] }),
  squaredDistances: (n, k, m) => ({ f: (a, b) => mean(square(squaredDistances(a as Tensor2D, b as Tensor2D))), shapes: [[n, k], [m, k]] }), // prettier-ignore
  meanSquaredError: (n, k) => ({ f: (a, b) => meanSquaredError(tanh(a), b), shapes: [[n, k], [n, k]] }), // prettier-ignore
  crossEntropy: (n, k) => ({ f: (a, b) => crossEntropy(a as Tensor2D, softmax(b as Tensor2D)), shapes: [[n, k], [n, k]] }), // prettier-ignore
};

const shape: MlpShape = { sizes: [1, 8, 8, 3], activation: "tanh" };
const layout = layoutOf(mlpLayout("net", shape));

/** The weights of a small network as tensors. */
function networkParameters(): Tensor[] {
  const vector = new Float32Array(layout.size);
  initializeMlp("net", shape, layout, vector, RandomStream.fromSeed(4));
  return layout.parts.map((part) => tf.tensor(view(layout, vector, part.name).slice(), [...part.shape], "float32"));
}

/** MAML's outer loss after inner steps of gradient descent on a support set (Finn et al. 2017, eq. 1). */
function mamlLoss(loss: (output: Tensor2D, target: Tensor2D) => Scalar, innerSteps: number, innerRate: number): ScalarFunction {
  const [x, y, x2, y2] = [normal([6, 1], 1), softmax(normal([6, 3], 2) as Tensor2D), normal([6, 1], 3), softmax(normal([6, 3], 4) as Tensor2D)];
  const inner = (input: Tensor, target: Tensor): ScalarFunction => {
    return (...weights) => loss(mlp(input as Tensor2D, viewsOf(layout, weights), "net", shape), target as Tensor2D);
  };
  return (...weights) => {
    let adapted: Tensor[] = weights;
    for (let k = 0; k < innerSteps; k++) {
      const gradients = tf.grads(inner(x, y))(adapted);
      adapted = adapted.map((w, i) => sub(w, mul(gradients[i]!, innerRate)));
    }
    return inner(x2, y2)(...adapted);
  };
}

describe.each(["wasm", "cpu"] as const)("derivatives on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
    tf.engine().startScope();
  });
  afterAll(() => tf.engine().endScope());

  it.each(Object.entries(cases))("%s is right to second order for any shape", (_, make) => {
    const length = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(length, length, length, fc.nat(1000), (n, k, m, seed) => {
        const { f, shapes } = make(n, k, m);
        const parameters = shapes.map((lengths, i) => normal(lengths, seed + 7 * i));
        const check = checkGradient(f, parameters, { order: 2, directions: 2, seed });
        expect(check.first).toBeLessThan(0.02);
        expect(check.second).toBeLessThan(0.02);
      }),
      { numRuns: 12, seed: 1 },
    );
  });

  it("a network's are right to second order", () => {
    const [x, y] = [normal([6, 1], 1) as Tensor2D, normal([6, 3], 2)];
    const check = checkGradient((...w) => meanSquaredError(mlp(x, viewsOf(layout, w), "net", shape), y), networkParameters(), { order: 2 });
    expect(check.first).toBeLessThan(0.005);
    expect(check.second).toBeLessThan(0.01);
  });

  it.each([
    ["squared error through tanh", meanSquaredError],
    ["cross-entropy", crossEntropy],
  ])("MAML's meta-gradient through three inner steps is right for %s, where stock gradients are 8–44 %% off", (_, loss) => {
    const check = checkGradient(mamlLoss(loss as typeof crossEntropy, 3, 0.1), networkParameters(), { order: 1, directions: 6 });
    expect(check.first).toBeLessThan(0.005);
  });
});

describe("checkGradient", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  it("catches a tanh that saves its output, as tfjs' own does: right to first order, wrong to second", () => {
    tf.tidy(() => {
      const stock = tf.customGrad((x, save) => {
        const y = tf.tanh(x as Tensor);
        (save as (tensors: Tensor[]) => void)([y]);
        return { value: y, gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, add(neg(square(saved!)), 1)) };
      });
      const check = checkGradient((x) => mean(square(stock(x))), [normal([3, 4], 1)], { order: 2 });
      expect(check.first).toBeLessThan(0.01);
      expect(check.second).toBeGreaterThan(0.05);
    });
  });

  it("catches a plain mistake to first order", () => {
    tf.tidy(() => {
      const wrong = tf.customGrad((x) => ({ value: tf.square(x as Tensor), gradFunc: (dy: Tensor) => dy }));
      expect(checkGradient((x) => mean(wrong(x)), [normal([3, 4], 1)], { order: 1 }).first).toBeGreaterThan(0.1);
    });
  });

  it("leaks no tensors", () => {
    tf.tidy(() => {
      const x = normal([3, 4], 1);
      const before = tf.memory().numTensors;
      checkGradient((a) => mean(square(tanh(a))), [x], { order: 2 });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
