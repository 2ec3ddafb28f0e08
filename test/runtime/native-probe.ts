/**
 * What `native.test.ts` runs in a process of its own: `native-probe.ts <folder of dist> <backend>` selects the backend and prints which
 * one computes, with the worst error of the first two derivatives of every operation.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BackendName } from "../../src/tensor/backend.ts";
import type { Scalar, Tensor1D, Tensor2D } from "../../src/tensor/types.ts";

const [dist, name] = process.argv.slice(2) as [string, BackendName];
const door = async (file: string): Promise<unknown> => import(pathToFileURL(join(dist, "src", file)).href);
const { selectBackend } = (await door("tensor/backend.js")) as typeof import("../../src/tensor/backend.ts");
const { checkGradient } = (await door("tensor/check-gradient.js")) as typeof import("../../src/tensor/check-gradient.ts");
const { upload } = (await door("tensor/kernels.js")) as typeof import("../../src/tensor/kernels.ts");
const { RandomStream } = (await door("numerics/random.js")) as typeof import("../../src/numerics/random.ts");
const ops = (await door("tensor/ops.js")) as typeof import("../../src/tensor/ops.ts");

/** Squares make second derivatives that are not zero. */
const { add, exp, mean, mul, square, sub } = ops;

/** Scalars of A [3, 4], B [3, 4], C [4, 2] and d [2]. */
const cases: Readonly<Record<string, (a: Tensor2D, b: Tensor2D, c: Tensor2D, d: Tensor1D) => Scalar>> = {
  "add, mul, sub, neg": (a, b) => mean(square(mul(add(a, ops.neg(b)), sub(b, 0.5)))),
  "sumRows, sumColumns": (a) => mean(square(ops.matMul(ops.sumRows(a), ops.sumColumns(a)))),
  transpose: (a) => mean(square(ops.matMul(ops.transpose(a), a))),
  "columns, concat": (a, b) => mean(mul(square(ops.concat(ops.columns(a, 1, 2), b)), 0.5)),
  "rowRange, stack": (a, b) => mean(mul(square(ops.stack(ops.rowRange(a, 1, 2), b)), 0.5)),
  repeat: (a) => mean(mul(square(ops.repeat(a, 3)), ops.repeat(a, 3))),
  segment: (a, b) => mean(square(mul(ops.segment(a, 1, [3]), ops.segment(b, 0, [3])))),
  exp: (a) => mean(square(exp(a))),
  tanh: (a) => mean(square(ops.tanh(a))),
  relu: (a) => mean(mul(square(ops.relu(a)), a)),
  gelu: (a) => mean(square(ops.gelu(a))),
  rsqrt: (a) => mean(ops.rsqrt(add(square(a), 1))),
  layerNorm: (a, b) => mean(mul(square(ops.layerNorm(a)), b)),
  matMul: (a, _, c) => mean(square(ops.matMul(a, c))),
  matMulTransposed: (a, b) => mean(square(ops.matMulTransposed(a, b))),
  transposedMatMul: (a, b) => mean(square(ops.transposedMatMul(a, b))),
  dense: (a, _, c, d) => mean(square(ops.dense(a, c, d))),
  softmax: (a, b) => mean(square(sub(ops.softmax(a), b))),
  logSoftmax: (a) => mean(square(ops.logSoftmax(a))),
  distanceScores: (a, b, _, d) => mean(square(ops.distanceScores(a, b, exp(ops.segment(d, 0, [1]) as Tensor1D)))),
  meanSquaredError: (a, b) => ops.meanSquaredError(ops.tanh(a), b),
  crossEntropy: (a, b) => ops.crossEntropy(a, ops.softmax(b)),
};

const { inUse } = await selectBackend(name);
const random = RandomStream.fromSeed(1);
/** None within 0.1 of 0, where relu has no derivative to compare. */
const draw = (): number => {
  const x = 0.7 * random.normal();
  return x + 0.1 * Math.sign(x);
};
const parameters = [[3, 4], [3, 4], [4, 2], [2]].map((shape) => upload(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, draw), shape));
const errors = Object.entries(cases).map(([label, f]) => {
  const { first, second } = checkGradient((a, b, c, d) => f(a as Tensor2D, b as Tensor2D, c as Tensor2D, d as Tensor1D), parameters, {
    order: 2,
    directions: 2,
    stepSize: 0.02,
  });
  return [label, Math.max(first, second)];
});
process.stdout.write(JSON.stringify({ inUse, errors: Object.fromEntries(errors) as Record<string, number> }));
