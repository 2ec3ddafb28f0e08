import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient, type ScalarFunction } from "../../src/tensor/check-gradient.ts";
import { initializeMlp, mlpPart, type MlpShape } from "../../src/tensor/mlp-shape.ts";
import { mlp } from "../../src/tensor/mlp.ts";
import * as ops from "../../src/tensor/ops.ts";
import {
  add,
  addScaled,
  columns,
  concat,
  crossEntropy,
  dense,
  distanceScores,
  exp,
  gelu,
  layerNorm,
  logSigmoid,
  logSoftmax,
  matMul,
  matMulTransposed,
  matrix,
  mean,
  meanSquaredError,
  mul,
  neg,
  relu,
  repeat,
  reshape,
  rowRange,
  rsqrt,
  segment,
  sigmoid,
  softmax,
  square,
  stack,
  sub,
  sum,
  sumColumns,
  sumRows,
  tanh,
  transpose,
  transposedMatMul,
} from "../../src/tensor/ops.ts";
import { layoutOf, view } from "../../src/tensor/parameters.ts";
import { differentiate } from "../../src/tensor/tape.ts";
import type { Scalar, Tensor, Tensor1D, Tensor2D } from "../../src/tensor/types.ts";

/** Normal numbers, none within 0.1 of 0, where relu has no derivative to compare. */
function normal(shape: readonly number[], seed: number): Tensor2D {
  const random = RandomStream.fromSeed(seed);
  const draw = (): number => {
    const x = 0.7 * random.normal();
    return x + 0.1 * Math.sign(x);
  };
  // Called a matrix whatever its shape is, so that the operations take it.
  return tf.tensor<tf.Rank.R2>(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, draw), [...shape] as [number, number], "float32");
}

interface Case {
  readonly f: (...parameters: Tensor2D[]) => Scalar;
  readonly shapes: readonly (readonly number[])[];
}

/** Every operation, as a scalar of matrices [n, k], [k, m], …; squares make second derivatives that are not zero. */
const cases: Readonly<Record<string, (n: number, k: number, m: number) => Case>> = {
  add: (n, k) => ({ f: (a, b) => mean(square(add(a, b))), shapes: [[n, k], [k]] }),
  "add of a number": (n, k) => ({ f: (a) => mean(square(add(a, 0.5))), shapes: [[n, k]] }),
  addScaled: (n, k) => ({ f: (a, b) => mean(square(addScaled(a, b, -1.5))), shapes: [[n, k], [n, k]] }), // prettier-ignore
  sub: (n, k) => ({ f: (a, b) => mean(square(sub(a, b))), shapes: [[n, k], [1, k]] }), // prettier-ignore
  "sub, the first repeated": (n, k) => ({ f: (a, b) => mean(square(sub(a, b))), shapes: [[n, 1], [1, k]] }), // prettier-ignore
  mul: (n, k) => ({ f: (a, b) => mean(square(mul(a, b))), shapes: [[n, k], [n, 1]] }), // prettier-ignore
  "mul by a number": (n, k) => ({ f: (a) => mean(square(mul(a, -1.5))), shapes: [[n, k]] }),
  "neg and square": (n, k) => ({ f: (a) => sum(mul(neg(a), square(a))), shapes: [[n, k]] }),
  sum: (n, k) => ({ f: (a) => square(sum(a)), shapes: [[n, k]] }),
  reshape: (n, k, m) => ({ f: (a, b) => mean(square(matMul(reshape(a, [k, n]) as Tensor2D, b))), shapes: [[n, k], [n, m]] }), // prettier-ignore
  repeat: (n, k, m) => ({ f: (a, b) => mean(square(mul(repeat(a, m), b))), shapes: [[n, k], [m, n, k]] }), // prettier-ignore
  columns: (n, k, m) => ({ f: (a, b) => mean(square(mul(columns(a, 1, k), b))), shapes: [[n, k + m], [n, k]] }), // prettier-ignore
  rowRange: (n, k, m) => ({ f: (a, b) => mean(square(mul(rowRange(a, 1, n), b))), shapes: [[n + m, k], [n, k]] }), // prettier-ignore
  stack: (n, k, m) => ({ f: (a, b, c) => mean(square(mul(stack(a, b), c))), shapes: [[n, k], [m, k], [n + m, k]] }), // prettier-ignore
  sigmoid: (n, k) => ({ f: (a) => mean(square(sigmoid(a))), shapes: [[n, k]] }),
  logSigmoid: (n, k) => ({ f: (a) => mean(square(logSigmoid(a))), shapes: [[n, k]] }),
  "sumRows and sumColumns": (n, k) => ({ f: (a) => mean(square(matMul(sumRows(a), sumColumns(a)))), shapes: [[n, k]] }),
  exp: (n, k) => ({ f: (a) => mean(square(exp(a))), shapes: [[n, k]] }),
  tanh: (n, k) => ({ f: (a) => mean(square(tanh(a))), shapes: [[n, k]] }),
  rsqrt: (n, k) => ({ f: (a) => mean(rsqrt(add(square(a), 1))), shapes: [[n, k]] }),
  gelu: (n, k) => ({ f: (a) => mean(square(gelu(a))), shapes: [[n, k]] }),
  layerNorm: (n, k, m) => ({ f: (a, b) => mean(mul(square(layerNorm(a)), b)), shapes: [[n, k + m, 4], [4]] }), // prettier-ignore
  segment: (n, k, m) => ({ f: (a) => mean(square(matMul(segment(a, 1, [k, m]), segment(a, 0, [m, 2])))), shapes: [[n, k * m + 2 * m]] }),
  "segment of a vector": (_, k, m) => ({ f: (a) => mean(square(segment(a, 2, [k, m]))), shapes: [[k * m + 3]] }),
  "matMul of stacks": (n, k, m) => ({ f: (a, b) => mean(square(matMul(a, b))), shapes: [[3, n, k], [3, k, m]] }), // prettier-ignore
  "matMulTransposed of stacks": (n, k, m) => ({ f: (a, b) => mean(square(matMulTransposed(a, b))), shapes: [[2, n, k], [2, m, k]] }), // prettier-ignore
  relu: (n, k) => ({ f: (a) => mean(mul(square(relu(a)), a)), shapes: [[n, k]] }),
  transpose: (n, k) => ({ f: (a) => mean(square(matMul(transpose(a), a))), shapes: [[n, k]] }),
  concat: (n, k, m) => ({ f: (a, b, c) => mean(square(matMul(concat(a, b), c))), shapes: [[n, k], [n, m], [k + m, 2]] }), // prettier-ignore
  matMul: (n, k, m) => ({ f: (a, b) => mean(square(matMul(a, b))), shapes: [[n, k], [k, m]] }), // prettier-ignore
  matMulTransposed: (n, k, m) => ({ f: (a, b) => mean(square(matMulTransposed(a, b))), shapes: [[n, k], [m, k]] }), // prettier-ignore
  transposedMatMul: (n, k, m) => ({ f: (a, b) => mean(square(transposedMatMul(a, b))), shapes: [[n, k], [n, m]] }), // prettier-ignore
  dense: (n, k, m) => ({ f: (x, w, b) => mean(square(dense(x, w, b as Tensor as Tensor1D))), shapes: [[n, k], [k, m], [m]] }),
  softmax: (n, k) => ({ f: (a, b) => mean(square(sub(softmax(a), b))), shapes: [[n, k], [n, k]] }), // prettier-ignore
  logSoftmax: (n, k) => ({ f: (a) => mean(square(logSoftmax(a))), shapes: [[n, k]] }),
  distanceScores: (n, k, m) => ({ f: (a, b, s, t) => mean(square(sub(distanceScores(a, b, exp(s)), t))), shapes: [[n, k], [m, k], [1], [n, m]] }), // prettier-ignore
  meanSquaredError: (n, k) => ({ f: (a, b) => meanSquaredError(tanh(a), b), shapes: [[n, k], [n, k]] }), // prettier-ignore
  crossEntropy: (n, k) => ({ f: (a, b) => crossEntropy(a, softmax(b)), shapes: [[n, k], [n, k]] }), // prettier-ignore
};

const shape: MlpShape = { sizes: [1, 8, 8, 3], activation: "tanh" };
const layout = layoutOf([mlpPart("net", shape)]);

/** The weights of a small network as tensors. */
function networkParameters(): Tensor[] {
  const vector = new Float32Array(layout.size);
  initializeMlp("net", shape, layout, vector, RandomStream.fromSeed(4));
  return layout.parts.map((part) => tf.tensor(view(layout, vector, part.name).slice(), [...part.shape], "float32"));
}

type Criterion = (output: Tensor2D, target: Tensor2D) => Scalar;

/** A network's loss on six inputs, as a function of its weights. */
function networkLoss(criterion: Criterion, seed: number): ScalarFunction {
  const [x, y] = [normal([6, 1], seed), softmax(normal([6, 3], seed + 1))];
  return (...weights) => criterion(mlp(x, weights[0]!, shape), y);
}

/** MAML's outer loss after inner steps of gradient descent on a support set (Finn et al. 2017, eq. 1). */
function mamlLoss(criterion: Criterion, innerSteps: number, innerRate: number): ScalarFunction {
  const [support, queries] = [networkLoss(criterion, 1), networkLoss(criterion, 3)];
  return (...weights) => {
    let adapted: Tensor[] = weights;
    for (let k = 0; k < innerSteps; k++) {
      const { gradients } = differentiate(() => support(...adapted), adapted);
      adapted = adapted.map((w, i) => sub(w, mul(gradients[i]!, innerRate)));
    }
    return queries(...adapted);
  };
}

describe("operations given shapes that do not fit", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
    tf.engine().startScope();
  });
  afterAll(() => tf.engine().endScope());

  it.each([
    ["matMul: expected two matrices, or two stacks of equally many, with as many columns in a as rows in b, got a [2, 3] and b [2, 3].", matMul],
    ["transposedMatMul: expected", (a: Tensor2D) => transposedMatMul(a, transpose(a))],
    ["matMulTransposed: expected", (a: Tensor2D) => matMulTransposed(a, transpose(a))],
    ["add: expected shapes of which one repeats to fit the other, got a [2, 3] and b [3, 2].", (a: Tensor2D) => add(a, transpose(a))],
    ["sub: expected", (a: Tensor2D) => sub(a, transpose(a))],
    ["mul: expected", (a: Tensor2D) => mul(a, transpose(a))],
    ["concat: expected matrices with equally many rows, got part 1 [2, 3] and part 2 [3, 2].", (a: Tensor2D) => concat(a, transpose(a))],
    ["matrix: expected rows times columns, [2, 3], numbers, got numbers [5].", () => matrix(new Float32Array(5), 2, 3)],
    ["reshape: expected as many numbers as [4, 2] holds, got x [2, 3].", (a: Tensor2D) => reshape(a, [4, 2])],
    ["columns: expected a matrix with columns 2 to 4, got a [2, 3].", (a: Tensor2D) => columns(a, 2, 3)],
    ["rowRange: expected a matrix with rows 1 to 4, got a [2, 3].", (a: Tensor2D) => rowRange(a, 1, 4)],
    ["stack: expected matrices with equally many columns", (a: Tensor2D) => stack(a, transpose(a))],
    ["addScaled: expected two tensors of one shape, got a [2, 3] and b [3, 2].", (a: Tensor2D) => addScaled(a, transpose(a), 2)],
    ["dense: expected x [n, k], weights [k, m] and bias [m]", (a: Tensor2D) => dense(a, a, tf.zeros([3]))],
    ["distanceScores: expected a [n, d], b [m, d] and one strength", (a: Tensor2D) => distanceScores(a, transpose(a), tf.scalar(1))],
    ["crossEntropy: expected logits and labels [n, c], got logits [2, 3] and labels [1, 3].", (a: Tensor2D) => crossEntropy(a, rowRange(a, 0, 1))],
    ...[softmax, logSoftmax, transpose, sumRows, sumColumns].map(
      (f) => [`${f.name}: expected a matrix, got a [6].`, (a: Tensor2D) => f(reshape(a, [6]) as Tensor2D)] as const,
    ),
    ["meanSquaredError: expected prediction and target of one shape", (a: Tensor2D) => meanSquaredError(a, transpose(a))],
  ] as const)("say `%s`", (message, run) => {
    const a = normal([2, 3], 1);
    expect(() => run(a, a)).toThrow(message);
  });
});

it("every operation is among those whose derivatives are checked", () => {
  const checked = Object.keys(cases).join(" ");
  // `matrix` makes constants; `mean` is in nearly every case.
  expect(Object.keys(ops).filter((name) => !new RegExp(`\\b${name}\\b`, "u").test(checked))).toEqual(["matrix", "mean"]);
});

describe.each(backends)("derivatives on the %s backend", (backend) => {
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
        const check = checkGradient(f as ScalarFunction, parameters, { order: 2, directions: 2, seed });
        expect(check.first).toBeLessThan(0.01);
        expect(check.second).toBeLessThan(0.01);
      }),
      { numRuns: 12, seed: 1 },
    );
  });

  it("a matrix product's are right for sizes where its arrangement differs", () => {
    // Tall matrices are transposed in blocks, long rows are summed by folding, and the cheaper operand is packed.
    for (const [n, k, m] of [
      [512, 3, 2],
      [2, 3, 512],
      [3, 300, 2],
      [257, 2, 5],
    ] as const) {
      // prettier-ignore
      const f: ScalarFunction = (a, b) => mean(square(add(matMul(a as Tensor2D, b as Tensor2D), sumRows(a as Tensor2D))));
      expect(checkGradient(f, [normal([n, k], 1), normal([k, m], 2)], { order: 1, directions: 2 }).first).toBeLessThan(0.005);
    }
  });

  it("a network's are right to second order", () => {
    const check = checkGradient(networkLoss(meanSquaredError, 1), networkParameters(), { order: 2 });
    expect(check.first).toBeLessThan(0.001);
    expect(check.second).toBeLessThan(0.001);
  });

  it.each(["squared error", "cross-entropy"] as const)("MAML's meta-gradient through three inner steps of tanh and %s is right", (name) => {
    // tfjs' own gradients are 8 and 44 % off in this.
    const criterion = { "squared error": meanSquaredError, "cross-entropy": crossEntropy }[name];
    const check = checkGradient(mamlLoss(criterion, 3, 0.1), networkParameters(), { order: 1, directions: 6 });
    expect(check.first).toBeLessThan(0.001);
  });
});
