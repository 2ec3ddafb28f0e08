/**
 * @file What operations are computed with: tfjs' kernels on tensors, without gradients, and our own where the wasm backend computes and they are
 * faster.
 */
import * as tf from "@tensorflow/tfjs-core";
import { OrderError } from "../contract/errors.ts";
import { heap, wasmKernel, type Address, type Matrix } from "./heap.ts";
import type { Tensor, Tensor2D } from "./types.ts";

/** @throws {OrderError} No backend has been selected. */
export function requireBackend(): void {
  if ((tf.getBackend() as string | undefined) !== undefined) return;
  throw new OrderError("Expected a tensor backend before the first computation. Call `await selectBackend()` once.");
}

/** One kernel of the backend in use. Every other way into tfjs wraps this one and costs more than most of our kernels. */
const kernel = (name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap = {}): Tensor => tf.engine().runKernel(name, inputs, attributes);

/** Takes over the numbers without copying them. */
export const upload = (numbers: Float32Array, shape: readonly number[]): Tensor => tf.engine().makeTensor(numbers, [...shape], "float32");

/** Shares its numbers with x. */
export const reshaped = (x: Tensor, shape: readonly number[]): Tensor => kernel(tf.Reshape, { x }, { shape: [...shape] });

/** The result, after disposing what it was made from on the way. */
function disposing<T>(result: T, ...temporaries: readonly Tensor[]): T {
  for (const temporary of temporaries) temporary.dispose();
  return result;
}

// ── products ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
// Of matrices, or of as many pairs of matrices as the first axis of both says.

interface ProductOptions {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly shapes: readonly [readonly number[], readonly number[]];
}

const heapProduct = wasmKernel<ProductOptions>("EngramMatMul", (memory, [a, b], { transposeA, transposeB, shapes: [shapeA, shapeB] }) => {
  const left = matrixAt(a!, shapeA, transposeA);
  const right = matrixAt(b!, shapeB, transposeB);
  const n = transposeA ? left.columns : left.rows;
  const m = transposeB ? right.rows : right.columns;
  const out = memory.output([...shapeA.slice(0, -2), n, m]);
  memory.product(left, right, memory.address(out), { count: shapeA.length === 3 ? shapeA[0]! : 1 });
  return [out];
});

function matrixAt(at: Address, shape: readonly number[], transposedToo: boolean): Matrix {
  const [rows, width] = shape.slice(-2) as [number, number];
  return { at, rows, columns: width, transposed: transposedToo };
}

function anyProduct<T extends Tensor>(a: T, b: T, transposeA: boolean, transposeB: boolean): T {
  if (heap() === undefined) return kernel(tf.BatchMatMul, { a, b }, { transposeA, transposeB }) as T;
  return heapProduct([a, b], { transposeA, transposeB, shapes: [a.shape, b.shape] })[0] as T;
}

/** A·B: [n, k] · [k, m]. */
export const product = <T extends Tensor>(a: T, b: T): T => anyProduct(a, b, false, false);
/** Aᵀ·B: [n, k], [n, m] → [k, m]. */
export const productTransposedLeft = <T extends Tensor>(a: T, b: T): T => anyProduct(a, b, true, false);
/** A·Bᵀ: [n, k], [m, k] → [n, m]. */
export const productTransposedRight = <T extends Tensor>(a: T, b: T): T => anyProduct(a, b, false, true);

/** [n, m] → [m, n]. */
export const transposed = (x: Tensor2D): Tensor2D => kernel(tf.Transpose, { x }, { perm: [1, 0] }) as Tensor2D;

// ── sums ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const heapColumnSums = wasmKernel<{ readonly rows: number; readonly width: number }>("EngramColumnSums", (memory, [x], { rows, width }) => {
  const out = memory.output([1, width]);
  memory.kernels.columnSums(1, rows, width, x!, memory.address(out), 0, false);
  return [out];
});

/** [n, m] → [1, m]. */
export function columnSums(x: Tensor2D): Tensor2D {
  const [rows, width] = x.shape;
  if (rows === 1) return reshaped(x, [1, width]) as Tensor2D;
  return heap() === undefined ? axisSums(x, 0) : (heapColumnSums([x], { rows, width })[0] as Tensor2D);
}

/** [n, m] → [n, 1]. */
const rowSums = (x: Tensor2D): Tensor2D => axisSums(x, 1);

function axisSums(x: Tensor2D, axis: 0 | 1): Tensor2D {
  const [n, m] = x.shape;
  return shaped(kernel(tf.Sum, { x }, { axis: [axis], keepDims: false }), axis === 0 ? [1, m] : [n, 1]) as Tensor2D;
}

/** Over all numbers, → []. Columns first: many short sums round less than one long one. */
export function total(x: Tensor): Tensor {
  const sums = x.shape.length === 2 ? columnSums(x as Tensor2D) : reshaped(x, [1, x.size]);
  const all = kernel(tf.Sum, { x: sums }, { axis: [1], keepDims: false });
  return disposing(reshaped(all, []), sums, all);
}

// ── elementwise ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const unary =
  (name: string) =>
  <T extends Tensor>(x: T): T =>
    kernel(name, { x }) as T;

/** As `assembly/elementwise.ts` counts them. */
const combinations = { [tf.Add]: 0, [tf.Sub]: 1, [tf.Multiply]: 2 } as const;

interface CombinationOptions {
  readonly kind: number;
  readonly shape: readonly number[];
  readonly size: number;
  /** Numbers in the second operand, which fits into the first so many times. */
  readonly period: number;
}

const heapCombination = wasmKernel<CombinationOptions>("EngramCombination", (memory, [a, b], { kind, shape, size, period }) => {
  const out = memory.output(shape);
  if (period === 1) memory.kernels.combineWithOne(kind, size, a!, b!, memory.address(out));
  else memory.kernels.combine(kind, size / period, period, a!, b!, memory.address(out));
  return [out];
});

/** The second operand is repeated to fit the first. */
const binary =
  (name: keyof typeof combinations) =>
  <T extends Tensor>(a: T, b: Tensor): T => {
    const repeats = b.rank <= a.rank && (b.size === 1 || b.shape.every((length, k) => length === a.shape[a.rank - b.rank + k]));
    if (!repeats || heap() === undefined) return kernel(name, { a, b }) as T;
    return heapCombination([a, b], { kind: combinations[name], shape: a.shape, size: a.size, period: b.size })[0] as T;
  };

export const negative = unary(tf.Neg);
export const squared = <T extends Tensor>(x: T): T => times(x, x);
export const exponential = unary(tf.Exp);
export const rectified = unary(tf.Relu);
export const reciprocalRoot = unary(tf.Rsqrt);
export const sum = binary(tf.Add);
export const difference = binary(tf.Sub);
export const times = binary(tf.Multiply);

/** 1 where positive, else 0. */
export const positive = <T extends Tensor>(x: T): T => kernel(tf.Step, { x }, { alpha: 0 }) as T;

const heapScaled = wasmKernel<{ readonly shape: readonly number[]; readonly by: number }>("EngramScaled", (memory, [x], { shape, by }) => {
  const out = memory.output(shape);
  memory.kernels.scaleInto(tf.util.sizeFromShape([...shape]), by, x!, memory.address(out));
  return [out];
});

export function scaled<T extends Tensor>(x: T, by: number): T {
  if (heap() !== undefined) return heapScaled([x], { shape: x.shape, by })[0] as T;
  const factor = tf.scalar(by);
  return disposing(times(x, factor), factor);
}

const heapSumScaled = wasmKernel<{ readonly shape: readonly number[]; readonly by: number }>("EngramSumScaled", (memory, [a, b], { shape, by }) => {
  const out = memory.output(shape);
  memory.kernels.addScaled(tf.util.sizeFromShape([...shape]), a!, by, b!, memory.address(out));
  return [out];
});

/** a + by · b, of one shape. */
export function sumScaled<T extends Tensor>(a: T, b: Tensor, by: number): T {
  if (heap() !== undefined) return heapSumScaled([a, b], { shape: a.shape, by })[0] as T;
  const weighted = scaled(b, by);
  return disposing(sum(a, weighted), weighted);
}

const heapTanh = wasmKernel<{ readonly shape: readonly number[] }>("EngramTanh", (memory, [x], { shape }) => {
  const out = memory.output(shape);
  memory.kernels.activate(1, tf.util.sizeFromShape([...shape]), x!, memory.address(out));
  return [out];
});

/** On wasm within 2e-7, absolute. */
export const hyperbolicTangent = <T extends Tensor>(x: T): T =>
  heap() === undefined ? (kernel(tf.Tanh, { x }) as T) : (heapTanh([x], { shape: x.shape })[0] as T);

const heapMeanSquare = wasmKernel<{ readonly size: number }>("EngramMeanSquaredError", (memory, [a, b], { size }) => {
  const out = memory.output([]);
  const mean = memory.kernels.squaredDifferences(size, a!, b!) / size;
  memory.numbers[memory.address(out) / 4] = mean;
  return [out];
});

/** Mean of (a − b)², of one shape, → []. */
export function meanSquare(a: Tensor, b: Tensor): Tensor {
  if (heap() !== undefined) return heapMeanSquare([a, b], { size: a.size })[0]!;
  const apart = difference(a, b);
  const squares = squared(apart);
  const sums = total(squares);
  return disposing(scaled(sums, 1 / a.size), apart, squares, sums);
}

const heapScaledDifference = wasmKernel<{ readonly shape: readonly number[]; readonly factor: number }>(
  "EngramScaledDifference",
  (memory, [a, b, scale], { shape, factor }) => {
    const out = memory.output(shape);
    memory.kernels.scaledDifference(tf.util.sizeFromShape([...shape]), a!, b!, factor * memory.numbers[scale! / 4]!, memory.address(out));
    return [out];
  },
);

function scaledDifferenceOf(a: Tensor, b: Tensor, scale: Tensor, factor: number): Tensor {
  const apart = difference(a, b);
  const weighted = times(apart, scale);
  return disposing(scaled(weighted, factor), apart, weighted);
}

/** factor · scale · (a − b), of one shape; scale is one number. */
export const scaledDifference = (a: Tensor, b: Tensor, scale: Tensor, factor: number): Tensor =>
  heap() === undefined ? scaledDifferenceOf(a, b, scale, factor) : heapScaledDifference([a, b, scale], { shape: a.shape, factor })[0]!;

/** Over each row. */
export const softmax = (logits: Tensor2D): Tensor2D => kernel(tf.Softmax, { logits }, { dim: 1 }) as Tensor2D;
export const logSoftmax = (logits: Tensor2D): Tensor2D => tf.logSoftmax(logits);

/** 0 at the k largest numbers of each row, the earlier of equals, and −∞ elsewhere. */
export function largestOnly(x: Tensor2D, k: number): Tensor2D {
  const [rows, width] = x.shape;
  const numbers = x.dataSync();
  const mask = new Float32Array(numbers.length).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    const order = Array.from({ length: width }, (_, j) => row * width + j).toSorted((a, b) => numbers[b]! - numbers[a]! || a - b);
    for (const at of order.slice(0, k)) mask[at] = 0;
  }
  return upload(mask, x.shape) as Tensor2D;
}

// ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const heapConcat = wasmKernel<{ readonly rows: number; readonly widths: readonly number[] }>("EngramConcat", (memory, parts, { rows, widths }) => {
  const all = widths.reduce((sofar, width) => sofar + width, 0);
  const out = memory.output([rows, all]);
  let at = memory.address(out);
  parts.forEach((part, k) => {
    memory.kernels.copyStretches(rows, 4 * widths[k]!, part, 4 * widths[k]!, at, 4 * all);
    at += 4 * widths[k]!;
  });
  return [out];
});

/** Side by side. */
export const concatenated = (parts: readonly Tensor2D[]): Tensor2D =>
  heap() === undefined
    ? tf.concat2d([...parts], 1)
    : (heapConcat(parts, { rows: parts[0]!.shape[0], widths: parts.map(({ shape: [, width] }) => width) })[0] as Tensor2D);

interface ColumnsOptions {
  readonly rows: number;
  readonly all: number;
  readonly from: number;
  readonly width: number;
}

const heapColumns = wasmKernel<ColumnsOptions>("EngramColumns", (memory, [x], { rows, all, from, width }) => {
  const out = memory.output([rows, width]);
  memory.kernels.copyStretches(rows, 4 * width, x! + 4 * from, 4 * all, memory.address(out), 4 * width);
  return [out];
});

/** Columns [from, from + width). */
export function columns(x: Tensor2D, from: number, width: number): Tensor2D {
  const [rows, all] = x.shape;
  if (heap() !== undefined) return heapColumns([x], { rows, all, from, width })[0] as Tensor2D;
  return kernel(tf.Slice, { x }, { begin: [0, from], size: [rows, width] }) as Tensor2D;
}

/** Rows [from, from + count). */
export const rowRange = (x: Tensor2D, from: number, count: number): Tensor2D =>
  kernel(tf.Slice, { x }, { begin: [from, 0], size: [count, x.shape[1]] }) as Tensor2D;

/** Zeros above and below the rows. */
export const paddedRows = (x: Tensor2D, before: number, after: number): Tensor2D => {
  const paddings: [number, number][] = [[before, after], [0, 0]]; // prettier-ignore
  return kernel(tf.PadV2, { x }, { paddings, constantValue: 0 }) as Tensor2D;
};

/** One above the other. */
export const stacked = (parts: readonly Tensor2D[]): Tensor2D => tf.concat2d([...parts], 0);

/** Zeros before and after the columns. */
export const padded = (x: Tensor2D, before: number, after: number): Tensor2D => {
  const paddings: [number, number][] = [[0, 0], [before, after]]; // prettier-ignore
  return kernel(tf.PadV2, { x }, { paddings, constantValue: 0 }) as Tensor2D;
};

interface RepeatOptions {
  readonly shape: readonly number[];
  readonly times: number;
  readonly size: number;
}

const heapRepeat = wasmKernel<RepeatOptions>("EngramRepeat", (memory, [x], { shape, times: count, size }) => {
  const out = memory.output(shape);
  memory.kernels.copyStretches(count, 4 * size, x!, 0, memory.address(out), 4 * size);
  return [out];
});

/** Repeats x along new or single axes. */
export function broadcast(x: Tensor, shape: readonly number[]): Tensor {
  const lead = shape.length - x.rank;
  const whole = lead > 0 && x.shape.every((length, k) => length === shape[lead + k]);
  if (whole && heap() !== undefined) {
    return heapRepeat([x], { shape, times: tf.util.sizeFromShape(shape.slice(0, lead)), size: x.size })[0]!;
  }
  const zeros = upload(new Float32Array(tf.util.sizeFromShape([...shape])), shape);
  return disposing(sum(zeros, x), zeros);
}

/** Sums over the axes along which `shape` would be repeated. */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  if (tf.util.sizeFromShape([...shape]) === 1) return shaped(total(x), shape);
  if (x.shape.length === 2) {
    const [n, m] = x.shape as [number, number];
    if (shape.at(-1) === m && n > 1) return shaped(columnSums(x as Tensor2D), shape);
    if (shape.length === 2 && shape[0] === n) return rowSums(x as Tensor2D);
  }
  const lead = x.shape.length - shape.length;
  const axis = x.shape.map((_, k) => k).filter((k) => k < lead || (shape[k - lead] === 1 && x.shape[k] !== 1));
  return shaped(kernel(tf.Sum, { x }, { axis, keepDims: false }), shape);
}

/** x itself in another shape; x must not be used any more. */
const shaped = (x: Tensor, shape: readonly number[]): Tensor => disposing(reshaped(x, shape), x);
