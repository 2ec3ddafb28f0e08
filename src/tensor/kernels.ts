/**
 * @file tfjs' kernels as this room calls them: on tensors, without gradients, in the form that is fastest on the backend in use.
 * Figures are for wasm, where most of the time goes: it multiplies only untransposed operands fast (XNNPACK); its tanh takes 18 ns
 * a number, its sigmoid 1 ns; other habits are told where they are met.
 */
import * as tf from "@tensorflow/tfjs-core";
import { OrderError } from "../contract/errors.ts";
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

const onWasm = (): boolean => tf.getBackend() === "wasm";

/** The result, after disposing what it was made from on the way. */
function disposing<T>(result: T, ...temporaries: readonly Tensor[]): T {
  for (const temporary of temporaries) temporary.dispose();
  return result;
}

// ── products ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
// On wasm a product first packs its right operand, at about 4.5 ns a number (as long as 70 rows on the left take), and a transpose
// costs about 0.75 ns a number; what is left is the same however a product is arranged.

const PACKING = 4.5;
const TRANSPOSING = 0.75;

const batchMatMul = (a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D =>
  kernel(tf.BatchMatMul, { a, b }, { transposeA, transposeB }) as Tensor2D;

/** How many rows the data of a right operand had. */
const packedRows = new WeakMap<tf.DataId, number>();

/**
 * A·B: [n, k] · [k, m]. The wasm backend keeps a right operand packed, and finds it again by its data, whatever its shape is then: the
 * same data in a second shape would make it write outside its memory, and is copied instead.
 */
export function product(a: Tensor2D, b: Tensor2D): Tensor2D {
  const rows = packedRows.get(b.dataId) ?? b.shape[0];
  if (rows === b.shape[0]) {
    packedRows.set(b.dataId, rows);
    return batchMatMul(a, b);
  }
  const copy = kernel(tf.Identity, { x: b }) as Tensor2D;
  return disposing(batchMatMul(a, copy), copy);
}

/** Aᵀ·B: [n, k], [n, m] → [k, m]. On wasm as A transposed, or as (Bᵀ·A)ᵀ. */
export function productTransposedLeft(a: Tensor2D, b: Tensor2D): Tensor2D {
  if (!onWasm()) return batchMatMul(a, b, true);
  const straight = TRANSPOSING * a.size + PACKING * b.size;
  const turned = TRANSPOSING * (b.size + a.shape[1] * b.shape[1]) + PACKING * a.size;
  return straight <= turned ? withTransposed(a, (at) => product(at, b)) : transposing(withTransposed(b, (bt) => product(bt, a)));
}

/** A·Bᵀ: [n, k], [m, k] → [n, m]. On wasm as B transposed, or as (B·Aᵀ)ᵀ. */
export function productTransposedRight(a: Tensor2D, b: Tensor2D): Tensor2D {
  if (!onWasm()) return batchMatMul(a, b, false, true);
  const straight = (TRANSPOSING + PACKING) * b.size;
  const turned = (TRANSPOSING + PACKING) * a.size + TRANSPOSING * a.shape[0] * b.shape[0];
  return straight <= turned ? withTransposed(b, (bt) => product(a, bt)) : transposing(withTransposed(a, (at) => product(b, at)));
}

function withTransposed(x: Tensor2D, use: (transposed: Tensor2D) => Tensor2D): Tensor2D {
  const xt = transposed(x);
  return disposing(use(xt), xt);
}

function transposing(x: Tensor2D): Tensor2D {
  return disposing(transposed(x), x);
}

/**
 * [n, m] → [m, n]. Writing a long column into rows far apart defeats the cache (2–7 times slower from 256 rows up), so that tall
 * matrices are transposed in blocks of rows, and the blocks' rows then put side by side.
 */
export function transposed(x: Tensor2D): Tensor2D {
  const [n, m] = x.shape;
  const rows = n >= 256 && onWasm() ? blockOf(n) : 1;
  if (rows < 8) return kernel(tf.Transpose, { x }, { perm: [1, 0] }) as Tensor2D;
  const blocks = reshaped(x, [n / rows, rows, m]);
  const turned = kernel(tf.Transpose, { x: blocks }, { perm: [0, 2, 1] });
  const joined = kernel(tf.Transpose, { x: turned }, { perm: [1, 0, 2] });
  return disposing(reshaped(joined, [m, n]) as Tensor2D, blocks, turned, joined);
}

/** The largest divisor up to 64. */
function blockOf(n: number): number {
  for (let rows = 64; rows > 1; rows--) if (n % rows === 0) return rows;
  return 1;
}

// ── sums ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** [n, m] → [1, m]. On wasm by pooling: 5–20 times faster than a sum over the first axis. */
export function columnSums(x: Tensor2D): Tensor2D {
  const [n, m] = x.shape;
  if (n === 1) return reshaped(x, [1, m]) as Tensor2D;
  return onWasm() ? pooled(x, 1, m) : axisSums(x, 0);
}

/** [n, m] → [n, 1]. On wasm, long rows are first folded by pooling. */
export function rowSums(x: Tensor2D): Tensor2D {
  const [n, m] = x.shape;
  const width = m >= 256 && onWasm() ? blockOf(m) : m;
  if (width === m || width < 8) return axisSums(x, 1);
  const folded = pooled(x, n, width);
  return disposing(axisSums(folded, 1), folded);
}

/** Each image is rows of `channels` numbers, which are summed; → [images, channels]. A pool over all rows gives their mean. */
function pooled(x: Tensor2D, images: number, channels: number): Tensor2D {
  const rows = x.size / (images * channels);
  const image = reshaped(x, [images, rows, 1, channels]);
  const means = kernel(tf.AvgPool, { x: image }, { filterSize: [rows, 1], strides: [1, 1], pad: "valid" });
  const sums = scaled(means, rows);
  return disposing(reshaped(sums, [images, channels]) as Tensor2D, image, means, sums);
}

function axisSums(x: Tensor2D, axis: 0 | 1): Tensor2D {
  const [n, m] = x.shape;
  return shaped(kernel(tf.Sum, { x }, { axis: [axis], keepDims: false }), axis === 0 ? [1, m] : [n, 1]) as Tensor2D;
}

/** Over all numbers, → []. Columns first: many short sums round less than one long one. */
export function total(x: Tensor): Tensor {
  const columns = x.shape.length === 2 ? columnSums(x as Tensor2D) : reshaped(x, [1, x.size]);
  const sum = kernel(tf.Sum, { x: columns }, { axis: [1], keepDims: false });
  return disposing(reshaped(sum, []), columns, sum);
}

// ── elementwise ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const unary =
  (name: string) =>
  <T extends Tensor>(x: T): T =>
    kernel(name, { x }) as T;

/** The second operand is repeated to fit the first. */
const binary =
  (name: string) =>
  <T extends Tensor>(a: T, b: Tensor): T =>
    kernel(name, { a, b }) as T;

export const negative = unary(tf.Neg);
export const squared = unary(tf.Square);
export const exponential = unary(tf.Exp);
export const rectified = unary(tf.Relu);
const sigmoid = unary(tf.Sigmoid);
export const sum = binary(tf.Add);
export const difference = binary(tf.Sub);
export const times = binary(tf.Multiply);

/** 1 where positive, else 0. */
export const positive = <T extends Tensor>(x: T): T => kernel(tf.Step, { x }, { alpha: 0 }) as T;

export function scaled<T extends Tensor>(x: T, by: number): T {
  const factor = tf.scalar(by);
  return disposing(times(x, factor), factor);
}

/** On wasm as 2σ(2x) − 1, ten times faster than the kernel of that name; its error is up to 2e-7, absolute. */
export function hyperbolicTangent<T extends Tensor>(x: T): T {
  if (!onWasm()) return kernel(tf.Tanh, { x }) as T;
  const doubled = sum(x, x);
  const half = sigmoid(doubled);
  const twice = sum(half, half);
  const one = tf.scalar(1);
  return disposing(difference(twice, one), doubled, half, twice, one);
}

/** Over each row. */
export const softmax = (logits: Tensor2D): Tensor2D => kernel(tf.Softmax, { logits }, { dim: 1 }) as Tensor2D;
export const logSoftmax = (logits: Tensor2D): Tensor2D => tf.logSoftmax(logits);

// ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Side by side. */
export const concatenated = (parts: readonly Tensor2D[]): Tensor2D => tf.concat2d([...parts], 1);

/** Columns [from, from + width). */
export const columns = (x: Tensor2D, from: number, width: number): Tensor2D =>
  kernel(tf.Slice, { x }, { begin: [0, from], size: [x.shape[0], width] }) as Tensor2D;

/** Zeros before and after the columns. */
export const padded = (x: Tensor2D, before: number, after: number): Tensor2D => {
  const paddings: [number, number][] = [[0, 0], [before, after]]; // prettier-ignore
  return kernel(tf.PadV2, { x }, { paddings, constantValue: 0 }) as Tensor2D;
};

/** Repeats x along new or single axes. */
export function broadcast(x: Tensor, shape: readonly number[]): Tensor {
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
