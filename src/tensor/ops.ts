/**
 * @file Differentiable operations. Each states its gradient in operations of this file, so the set is closed under differentiation
 * and right to every order; tfjs' own gradients of tanh, exp, softmax and their kin are not (second-order gradients of small
 * networks come out 8–44 % wrong, without an error), and are not used. How each is computed is in `kernels.ts`.
 */
import * as tf from "@tensorflow/tfjs-core";
import { ShapeError } from "../contract/errors.ts";
import * as kernels from "./kernels.ts";
import { sizeOf } from "./parameters.ts";
import { operation } from "./tape.ts";
import type { Scalar, Tensor, Tensor1D, Tensor2D } from "./types.ts";

/** A matrix from row-major numbers, which must not change while it lives; whoever makes it disposes it, or a tidy does. @throws {ShapeError} */
export function matrix(numbers: Float32Array, rows: number, width: number): Tensor2D {
  if (numbers.length !== rows * width)
    throw new ShapeError("matrix", { numbers: [numbers.length] }, `rows times columns, [${rows}, ${width}], numbers`);
  return kernels.upload(numbers, [rows, width]) as Tensor2D;
}

/** @throws {ShapeError} */
function checkMatrix(name: string, { shape: a }: Tensor): void {
  if (a.length !== 2) throw new ShapeError(name, { a }, "a matrix");
}

// ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((length, k) => length === b[k]);

/** The same numbers in another shape. @throws {ShapeError} */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (x.size !== sizeOf(shape)) throw new ShapeError("reshape", { x: x.shape }, `as many numbers as [${shape.join(", ")}] holds`);
  return same(x.shape, shape) ? x : operation(kernels.reshaped(x, shape), [x], (dy) => reshape(dy, x.shape));
}

/** Repeats along new or single axes until the shape fits. */
function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  return same(x.shape, shape) ? x : operation(kernels.broadcast(x, shape), [x], (dy) => sumTo(dy, x.shape));
}

/** The same numbers for each of so many tasks: shape → [tasks, ...shape]. */
export const repeat = (x: Tensor, tasks: number): Tensor => broadcastTo(x, [tasks, ...x.shape]);

/** Sums over the axes along which `shape` would be repeated: the transpose of broadcasting. */
function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  return same(x.shape, shape) ? x : operation(kernels.sumTo(x, shape), [x], (dy) => broadcastTo(dy, x.shape));
}

/** [n, m] → [m, n]. @throws {ShapeError} */
export function transpose(a: Tensor2D): Tensor2D {
  checkMatrix("transpose", a);
  return operation(kernels.transposed(a), [a], transpose);
}

/** Columns [from, from + width). @throws {ShapeError} */
export function columns(a: Tensor2D, from: number, width: number): Tensor2D {
  checkMatrix("columns", a);
  if (from < 0 || from + width > a.shape[1]) throw new ShapeError("columns", { a: a.shape }, `a matrix with columns ${from} to ${from + width - 1}`);
  return operation(kernels.columns(a, from, width), [a], (dy) => padColumns(dy, from, a.shape[1] - from - width));
}

/** Zeros before and after the columns. */
const padColumns = (a: Tensor2D, before: number, after: number): Tensor2D =>
  operation(kernels.padded(a, before, after), [a], (dy) => columns(dy, before, a.shape[1]));

/** Rows [from, from + count). @throws {ShapeError} */
export function rowRange(a: Tensor2D, from: number, count: number): Tensor2D {
  checkMatrix("rowRange", a);
  if (from < 0 || from + count > a.shape[0]) throw new ShapeError("rowRange", { a: a.shape }, `a matrix with rows ${from} to ${from + count - 1}`);
  return operation(kernels.rowRange(a, from, count), [a], (dy) => padRows(dy, from, a.shape[0] - from - count));
}

/** Zeros above and below the rows. */
const padRows = (a: Tensor2D, before: number, after: number): Tensor2D =>
  operation(kernels.paddedRows(a, before, after), [a], (dy) => rowRange(dy, before, a.shape[0]));

/** [a, m], [b, m], … → [a + b + …, m]. @throws {ShapeError} */
export function stack(...parts: readonly Tensor2D[]): Tensor2D {
  if (parts.some(({ shape: [, width] }) => width !== parts[0]!.shape[1])) {
    throw new ShapeError("stack", Object.fromEntries(parts.map(({ shape }, k) => [`part ${k + 1}`, shape])), "matrices with equally many columns");
  }
  let end = 0;
  const gradients = parts.map(({ shape: [count] }) => {
    const from = end;
    end += count;
    return (dy: Tensor2D): Tensor2D => rowRange(dy, from, count);
  });
  return operation(kernels.stacked(parts), parts, ...gradients);
}

/** An array within each row of a matrix [T, P], or within a vector [P]: the numbers from `from` on, as [T, ...shape] or `shape`. */
export function segment(x: Tensor, from: number, shape: readonly number[]): Tensor {
  const each = reshape(x, x.rank === 1 ? [1, x.size] : x.shape) as Tensor2D;
  const numbers = columns(each, from, sizeOf(shape));
  return reshape(numbers, x.rank === 1 ? shape : [x.shape[0], ...shape]);
}

/** [n, a], [n, b], … → [n, a + b + …]. @throws {ShapeError} */
export function concat(...parts: readonly Tensor2D[]): Tensor2D {
  if (parts.some(({ shape: [rows] }) => rows !== parts[0]!.shape[0])) {
    throw new ShapeError("concat", Object.fromEntries(parts.map(({ shape }, k) => [`part ${k + 1}`, shape])), "matrices with equally many rows");
  }
  let end = 0;
  const gradients = parts.map(({ shape: [, width] }) => {
    const from = end;
    end += width;
    return (dy: Tensor2D): Tensor2D => columns(dy, from, width);
  });
  return operation(kernels.concatenated(parts), parts, ...gradients);
}

// ── arithmetic; the second operand is repeated to fit the first ─────────────────────────────────────────────────────────────────

/** @throws {ShapeError} */
function checkRepeats(name: string, { shape: a }: Tensor, { shape: b }: Tensor): void {
  if (same(a, b)) return;
  const fits = Math.min(a.length, b.length);
  for (let k = 1; k <= fits; k++) {
    const [m, n] = [a.at(-k), b.at(-k)];
    if (m !== n && m !== 1 && n !== 1) throw new ShapeError(name, { a, b }, "shapes of which one repeats to fit the other");
  }
}

export function add<T extends Tensor>(a: T, b: Tensor | number): T {
  const other = typeof b === "number" ? tf.scalar(b) : b;
  checkRepeats("add", a, other);
  return operation(kernels.sum(a, other), [a, other], (dy) => sumTo(dy, a.shape), (dy) => sumTo(dy, other.shape)); // prettier-ignore
}

export function sub<T extends Tensor>(a: T, b: Tensor | number): T {
  const other = typeof b === "number" ? tf.scalar(b) : b;
  checkRepeats("sub", a, other);
  return operation(kernels.difference(a, other), [a, other], (dy) => sumTo(dy, a.shape), (dy) => sumTo(neg(dy), other.shape)); // prettier-ignore
}

export function mul<T extends Tensor>(a: T, b: Tensor | number): T {
  if (typeof b === "number") return operation(kernels.scaled(a, b), [a], (dy) => mul(dy, b));
  checkRepeats("mul", a, b);
  return operation(kernels.times(a, b), [a, b], (dy) => sumTo(mul(dy, b), a.shape), (dy) => sumTo(mul(dy, a), b.shape)); // prettier-ignore
}

/** a + factor · b, of one shape: a step of gradient descent with a negative factor. @throws {ShapeError} */
export function addScaled<T extends Tensor>(a: T, b: T, factor: number): T {
  if (!same(a.shape, b.shape)) throw new ShapeError("addScaled", { a: a.shape, b: b.shape }, "two tensors of one shape");
  return operation(kernels.sumScaled(a, b, factor), [a, b], (dy) => dy, (dy) => mul(dy, factor)); // prettier-ignore
}

export const neg = <T extends Tensor>(a: T): T => operation(kernels.negative(a), [a], neg);
export const square = <T extends Tensor>(a: T): T => operation(kernels.squared(a), [a], (dy) => mul(mul(dy, a), 2));

/** Sum over all numbers. */
export const sum = (a: Tensor): Scalar => sumTo(a, []) as Scalar;
/** Mean over all numbers. */
export const mean = (a: Tensor): Scalar => mul(sum(a), 1 / a.size);

/** [n, m] → [n, 1]. @throws {ShapeError} */
export function sumRows(a: Tensor2D): Tensor2D {
  checkMatrix("sumRows", a);
  return sumTo(a, [a.shape[0], 1]) as Tensor2D;
}

/** [n, m] → [1, m]. @throws {ShapeError} */
export function sumColumns(a: Tensor2D): Tensor2D {
  checkMatrix("sumColumns", a);
  return sumTo(a, [1, a.shape[1]]) as Tensor2D;
}

// ── elementwise functions ───────────────────────────────────────────────────────────────────────────────────────────────────────

export function exp<T extends Tensor>(a: T): T {
  const y: T = operation(kernels.exponential(a), [a], (dy) => mul(dy, y));
  return y;
}

/** tanh′ = 1 − tanh². */
export function tanh<T extends Tensor>(a: T): T {
  const y: T = operation(kernels.hyperbolicTangent(a), [a], (dy) => sub(dy, mul(dy, square(y))));
  return y;
}

/** 1/√x. */
export function rsqrt<T extends Tensor>(a: T): T {
  const y: T = operation(kernels.reciprocalRoot(a), [a], (dy) => mul(mul(dy, -0.5), mul(y, square(y))));
  return y;
}

/** x Φ(x) in the form ½x (1 + tanh(√(2/π) (x + 0.044715 x³))). @see Hendrycks & Gimpel (2016), "Gaussian error linear units (GELUs)". */
export function gelu<T extends Tensor>(a: T): T {
  const inner = mul(mul(a, Math.sqrt(2 / Math.PI)), add(mul(square(a), 0.044715), 1));
  return mul(mul(a, 0.5), add(tanh(inner), 1));
}

/** Each row, along the last axis, less its mean and over √(variance + 1e-5). @see Ba, Kiros & Hinton (2016), "Layer normalization". */
export function layerNorm(x: Tensor): Tensor {
  const width = x.shape.at(-1)!;
  const each = [...x.shape.slice(0, -1), 1];
  const centred = sub(x, mul(sumTo(x, each), 1 / width));
  return mul(centred, rsqrt(add(mul(sumTo(square(centred), each), 1 / width), 1e-5)));
}

/** 1 / (1 + e⁻ˣ), as ½ (1 + tanh(x/2)). */
export const sigmoid = <T extends Tensor>(a: T): T => mul(add(tanh(mul(a, 0.5)), 1), 0.5);

/** max(x, 0); the derivative at 0 is 0. */
export function relu<T extends Tensor>(a: T): T {
  const y: T = operation(kernels.rectified(a), [a], (dy) => mul(dy, kernels.positive(y)));
  return y;
}

// ── products ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

// Of matrices, or of as many pairs of them as the first axis of both says.

/** A·B: [n, k] · [k, m] → [n, m]. @throws {ShapeError} */
export function matMul<T extends Tensor>(a: T, b: T): T {
  checkProduct("matMul", a, b, -1, -2);
  return operation(kernels.product(a, b), [a, b], (dy) => matMulTransposed(dy, b), (dy) => transposedMatMul(a, dy)); // prettier-ignore
}

/** A·Bᵀ: [n, k], [m, k] → [n, m]. @throws {ShapeError} */
export function matMulTransposed<T extends Tensor>(a: T, b: T): T {
  checkProduct("matMulTransposed", a, b, -1, -1);
  return operation(kernels.productTransposedRight(a, b), [a, b], (dy) => matMul(dy, b), (dy) => transposedMatMul(dy, a)); // prettier-ignore
}

/** Aᵀ·B: [n, k], [n, m] → [k, m]. @throws {ShapeError} */
export function transposedMatMul<T extends Tensor>(a: T, b: T): T {
  checkProduct("transposedMatMul", a, b, -2, -2);
  return operation(kernels.productTransposedLeft(a, b), [a, b], (dy) => matMulTransposed(b, dy), (dy) => matMul(a, dy)); // prettier-ignore
}

function checkProduct(name: string, { shape: a }: Tensor, { shape: b }: Tensor, axisA: number, axisB: number): void {
  const matrices = a.length === b.length && (a.length === 2 || (a.length === 3 && a[0] === b[0]));
  if (matrices && a.at(axisA) === b.at(axisB)) return;
  const count = (axis: number, which: string): string => `${axis === -1 ? "columns" : "rows"} in ${which}`;
  throw new ShapeError(name, { a, b }, `two matrices, or two stacks of equally many, with as many ${count(axisA, "a")} as ${count(axisB, "b")}`);
}

/** x·W + b: [n, k] · [k, m] + [m] → [n, m]. @throws {ShapeError} */
export function dense(x: Tensor2D, weights: Tensor2D, bias: Tensor1D): Tensor2D {
  const [{ shape: a }, { shape: b }] = [x, weights];
  if (a.length === 2 && b.length === 2 && a[1] === b[0] && bias.size === b[1]) return add(matMul(x, weights), bias);
  throw new ShapeError("dense", { x: a, weights: b, bias: bias.shape }, "x [n, k], weights [k, m] and bias [m]");
}

// ── distributions and losses ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Over each row. ∂L/∂x = y ⊙ (dy − Σ dy ⊙ y). @throws {ShapeError} */
export function softmax(logits: Tensor2D): Tensor2D {
  checkMatrix("softmax", logits);
  const y: Tensor2D = operation(kernels.softmax(logits), [logits], (dy) => mul(y, sub(dy, sumRows(mul(dy, y)))));
  return y;
}

/** ln σ(x) = −ln(1 + e⁻ˣ), without overflow. */
export function logSigmoid<T extends Tensor>(a: T): T {
  const each = reshape(a, [a.size, 1]) as Tensor2D;
  const logarithms = logSoftmax(concat(each, mul(each, 0)));
  return reshape(columns(logarithms, 0, 1), a.shape) as T;
}

/** Over each row. ∂L/∂x = dy − softmax(x) Σ dy. @throws {ShapeError} */
export function logSoftmax(logits: Tensor2D): Tensor2D {
  checkMatrix("logSoftmax", logits);
  return operation(kernels.logSoftmax(logits), [logits], (dy) => sub(dy, mul(softmax(logits), sumRows(dy))));
}

/**
 * −β‖aᵢ − bⱼ‖² but for what is the same in the whole row, which a softmax does not see: β(2 aᵢ·bⱼ − ‖bⱼ‖²), [n, d], [m, d], [1] → [n, m]. So no
 * [n, m] matrix of distances is made, and nothing cancels where a and b are near.
 * @throws {ShapeError}
 */
export function distanceScores(a: Tensor2D, b: Tensor2D, strength: Tensor): Tensor2D {
  if (a.rank !== 2 || b.rank !== 2 || a.shape[1] !== b.shape[1] || strength.size !== 1) {
    throw new ShapeError("distanceScores", { a: a.shape, b: b.shape, strength: strength.shape }, "a [n, d], b [m, d] and one strength");
  }
  const lengths = mul(sumRows(square(b)), neg(strength));
  return add(matMulTransposed(mul(mul(a, 2), strength), b), reshape(lengths, [1, b.shape[0]]));
}

/** Mean over all numbers of (prediction − target)², of one shape. @throws {ShapeError} */
export function meanSquaredError(prediction: Tensor, target: Tensor): Scalar {
  if (!same(prediction.shape, target.shape)) {
    throw new ShapeError("meanSquaredError", { prediction: prediction.shape, target: target.shape }, "prediction and target of one shape");
  }
  const factor = 2 / prediction.size;
  return operation(
    kernels.meanSquare(prediction, target),
    [prediction, target],
    (dy) => scaledDifference(prediction, target, dy, factor),
    (dy) => scaledDifference(target, prediction, dy, factor),
  ) as Scalar;
}

/** factor · scale · (a − b), of one shape; scale is one number. */
const scaledDifference = (a: Tensor, b: Tensor, scale: Tensor, factor: number): Tensor =>
  operation(
    kernels.scaledDifference(a, b, scale, factor),
    [a, b, scale],
    (dy) => mul(mul(dy, scale), factor),
    (dy) => mul(mul(dy, scale), -factor),
    (dy) => sumTo(mul(mul(dy, sub(a, b)), factor), scale.shape),
  );

/** Mean over rows of −log p(label): logits [n, c], one-hot labels [n, c]. @throws {ShapeError} */
export function crossEntropy(logits: Tensor2D, labels: Tensor2D): Scalar {
  if (logits.rank !== 2 || !same(logits.shape, labels.shape)) {
    throw new ShapeError("crossEntropy", { logits: logits.shape, labels: labels.shape }, "logits and labels [n, c]");
  }
  return mul(sum(mul(logSoftmax(logits), labels)), -1 / logits.shape[0]);
}
