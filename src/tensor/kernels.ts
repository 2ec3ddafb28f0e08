/**
 * @file tfjs' kernels as this room calls them: on tensors, without gradients, in the form that is fastest on the backend in use.
 * Figures are for wasm, where most of the time goes: it multiplies only untransposed operands fast (XNNPACK); its tanh takes 18 ns
 * a number, its sigmoid 1 ns; other habits are told where they are met.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D } from "./types.ts";

/** One kernel of the backend in use. Every other way into tfjs wraps this one and costs more than most of our kernels. */
export const kernel = <T extends Tensor>(name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap = {}): T =>
  tf.engine().runKernel(name, inputs, attributes) as Tensor as T;

/** Takes over the numbers without copying them. */
export const upload = <T extends Tensor>(numbers: Float32Array, shape: readonly number[]): T =>
  tf.engine().makeTensor(numbers, [...shape], "float32") as Tensor as T;

/** Shares its numbers with x. */
export const reshaped = <T extends Tensor>(x: Tensor, shape: readonly number[]): T => kernel(tf.Reshape, { x }, { shape: [...shape] });

const onWasm = (): boolean => tf.getBackend() === "wasm";

/** The result, after disposing what it was made from on the way. */
function disposing<T>(result: T, ...temporaries: readonly Tensor[]): T {
  for (const temporary of temporaries) temporary.dispose();
  return result;
}

// ── products ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
// On wasm a product first packs its right operand, at about 4.5 ns a number (as long as 70 rows on the left take), and a transpose
// costs about 0.75 ns a number; what is left is the same however a product is arranged. The packed operand is cached by its data,
// whatever their shape: the same data as a right operand in two shapes would corrupt memory, so a reshaped tensor must never be one.

const PACKING = 4.5;
const TRANSPOSING = 0.75;

const batchMatMul = (a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D =>
  kernel(tf.BatchMatMul, { a, b }, { transposeA, transposeB });

/** A·B: [n, k] · [k, m]. */
export const product = (a: Tensor2D, b: Tensor2D): Tensor2D => batchMatMul(a, b);

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
  if (rows < 8) return kernel(tf.Transpose, { x }, { perm: [1, 0] });
  const blocks: Tensor = reshaped(x, [n / rows, rows, m]);
  const turned: Tensor = kernel(tf.Transpose, { x: blocks }, { perm: [0, 2, 1] });
  const joined: Tensor = kernel(tf.Transpose, { x: turned }, { perm: [1, 0, 2] });
  return disposing(reshaped(joined, [m, n]), blocks, turned, joined);
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
  return n === 1 ? reshaped(x, [1, m]) : onWasm() ? pooled(x, 1, m) : axisSums(x, 0);
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
  const image: Tensor = reshaped(x, [images, rows, 1, channels]);
  const means = kernel<Tensor>(tf.AvgPool, { x: image }, { filterSize: [rows, 1], strides: [1, 1], pad: "valid" });
  const sums = scaled(means, rows);
  return disposing(reshaped<Tensor2D>(sums, [images, channels]), image, means, sums);
}

function axisSums(x: Tensor2D, axis: 0 | 1): Tensor2D {
  const [n, m] = x.shape;
  return shapedLike(kernel<Tensor>(tf.Sum, { x }, { axis: [axis], keepDims: false }), axis === 0 ? [1, m] : [n, 1]);
}

/** Over all numbers, → []. Columns first: many short sums round less than one long one. */
export function total(x: Tensor): Tensor {
  const columns = x.shape.length === 2 ? columnSums(x as Tensor2D) : reshaped(x, [1, x.size]);
  const sum: Tensor = kernel(tf.Sum, { x: columns }, { axis: [1], keepDims: false });
  return disposing(reshaped(sum, []), columns, sum);
}

// ── elementwise ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const sum = <T extends Tensor>(a: Tensor, b: Tensor): T => kernel(tf.Add, { a, b });
export const difference = <T extends Tensor>(a: Tensor, b: Tensor): T => kernel(tf.Sub, { a, b });
export const times = <T extends Tensor>(a: Tensor, b: Tensor): T => kernel(tf.Multiply, { a, b });

export function scaled<T extends Tensor>(x: T, by: number): T {
  const factor = tf.scalar(by);
  return disposing(times<T>(x, factor), factor);
}

/** On wasm as 2σ(2x) − 1, ten times faster than the kernel of that name; its error is up to 2e-7, absolute. */
export function hyperbolicTangent<T extends Tensor>(x: T): T {
  if (!onWasm()) return kernel(tf.Tanh, { x });
  const doubled = sum<T>(x, x);
  const sigmoid: T = kernel(tf.Sigmoid, { x: doubled });
  const twice = sum<T>(sigmoid, sigmoid);
  const one = tf.scalar(1);
  return disposing(difference<T>(twice, one), doubled, sigmoid, twice, one);
}

// ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Repeats x along new or single axes. */
export function broadcast<T extends Tensor>(x: Tensor, shape: readonly number[]): T {
  const zeros = upload(new Float32Array(tf.util.sizeFromShape([...shape])), shape);
  return disposing(sum<T>(zeros, x), zeros);
}

/** Sums over the axes along which `shape` would be repeated. */
export function sumTo<T extends Tensor>(x: Tensor, shape: readonly number[]): T {
  if (tf.util.sizeFromShape([...shape]) === 1) return shapedLike(total(x), shape);
  if (x.shape.length === 2) {
    const [n, m] = x.shape as [number, number];
    if (shape.at(-1) === m && n > 1) return shapedLike(columnSums(x as Tensor2D), shape);
    if (shape.length === 2 && shape[0] === n) return rowSums(x as Tensor2D) as Tensor as T;
  }
  const lead = x.shape.length - shape.length;
  const axis = x.shape.map((_, k) => k).filter((k) => k < lead || (shape[k - lead] === 1 && x.shape[k] !== 1));
  return shapedLike(kernel<Tensor>(tf.Sum, { x }, { axis, keepDims: false }), shape);
}

function shapedLike<T extends Tensor>(x: Tensor, shape: readonly number[]): T {
  return disposing(reshaped<T>(x, shape), x);
}
