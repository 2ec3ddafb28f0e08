/**
 * @file Reading by attention: each query gets the mean of the values, weighted by a softmax over its nearness to their keys. Written as a composite, which
 * is the reference and runs on every backend, and as fused kernels for wasm.
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { InvalidValueError, ShapeError } from "../contract/errors.ts";
import { apart, noteGradients } from "./fused.ts";
import { heap, wasmKernel, type Address } from "./heap.ts";
import { largestOnly } from "./kernels.ts";
import { add, distanceScores, matMul, matMulTransposed, mul, rsqrt, softmax, square, sum, sumRows } from "./ops.ts";
import { jointOperation } from "./tape.ts";
import type { Tensor, Tensor2D } from "./types.ts";

export interface AttentionOptions {
  /** Scores are −β‖q − k‖², or β times the cosine of the angle between q and k. */
  readonly metric: "l2" | "cosine";
  /** How many keys a query reads at most: the nearest, the earlier of equally near. All by default. */
  readonly neighbours?: number;
}

/**
 * Σⱼ wⱼvⱼ with w = softmax(scores): queries [Q, d], keys [S, d], values [S, m], strength β [1] → [Q, m].
 * @throws {ShapeError} @throws {InvalidValueError} An unknown metric, or neighbours that are not a positive integer.
 */
export function attentionRead(queries: Tensor2D, keys: Tensor2D, values: Tensor2D, strength: Tensor, options: AttentionOptions): Tensor2D {
  const { metric, neighbours = 0 } = options;
  check(queries, keys, values, strength);
  if (!["l2", "cosine"].includes(metric)) throw new InvalidValueError("metric", metric, "`l2` or `cosine`");
  if (!Number.isInteger(neighbours) || neighbours < 0) throw new InvalidValueError("neighbours", neighbours, "a positive integer, or absent for all");
  const [q, k] = metric === "l2" ? [queries, keys] : [unitRows(queries), unitRows(keys)];
  if (heap() === undefined) return composite(q, k, values, strength, options);
  return fused({ q, k, values, strength, options });
}

function check({ shape: q }: Tensor, { shape: k }: Tensor, { shape: v }: Tensor, strength: Tensor): void {
  if (q.length === 2 && k.length === 2 && v.length === 2 && q[1] === k[1] && k[0] === v[0] && strength.size === 1) return;
  throw new ShapeError("attentionRead", { queries: q, keys: k, values: v, strength: strength.shape }, "queries [Q, d], keys [S, d], values [S, m] and one strength"); // prettier-ignore
}

/** Each row at length 1; a row of zeros stays one. */
export const unitRows = (x: Tensor2D): Tensor2D => mul(x, rsqrt(add(sumRows(square(x)), 1e-12)));

function composite(q: Tensor2D, k: Tensor2D, values: Tensor2D, strength: Tensor, { metric, neighbours }: AttentionOptions): Tensor2D {
  const scores = metric === "l2" ? distanceScores(q, k, strength) : mul(matMulTransposed(q, k), strength);
  const kept = neighbours === undefined || neighbours >= k.shape[0] ? scores : add(scores, largestOnly(scores, neighbours));
  return matMul(softmax(kept), values);
}

interface Reading {
  readonly q: Tensor2D;
  readonly k: Tensor2D;
  readonly values: Tensor2D;
  readonly strength: Tensor;
  readonly options: AttentionOptions;
}

function fused(reading: Reading): Tensor2D {
  const { options } = reading;
  const inputs = apart(reading.q, reading.k, reading.values, reading.strength);
  const [q, k, values, strength] = inputs;
  const sizes = sizesOf(reading);
  const [read, weights] = forward(inputs, sizes) as [Tensor2D, Tensor];
  jointOperation([read], inputs, ([dy], needed) => {
    const results = backward([...inputs, weights, dy!], { ...sizes, needed });
    const wanted = results.map((result, i) => (needed[i]! ? result : undefined));
    noteGradients(wanted, inputs, [...inputs, dy!], () => sum(mul(composite(q, k, values, strength, options), dy!)));
    return wanted;
  });
  return read;
}

interface Sizes {
  readonly rows: number;
  readonly entries: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly l2: boolean;
  readonly neighbours: number;
}

function sizesOf({ q, k, values, options: { metric, neighbours = 0 } }: Reading): Sizes {
  return { rows: q.shape[0], entries: k.shape[0], keySize: k.shape[1], valueSize: values.shape[1], l2: metric === "l2", neighbours };
}

/** Share of weights that are not 0 below which they are gone through one by one, instead of multiplied with all the rest. */
const SPARSE = 0.3;

const forward = wasmKernel<Sizes>("EngramAttention", (memory, inputs, sizes) => {
  const { rows, entries, keySize, valueSize, l2, neighbours } = sizes;
  const [q, k, values, strength] = inputs as [Address, Address, Address, Address];
  const [read, weights] = [memory.output([rows, valueSize]), memory.output([rows * entries + 1])];
  const p = memory.address(weights);
  const beta = memory.numbers[strength / 4]!;
  const offsets = memory.reserve(entries + neighbours);
  memory.product({ at: q, rows, columns: keySize }, { at: k, rows: entries, columns: keySize, transposed: true }, p);
  if (l2) memory.kernels.rowSquares(entries, keySize, k, -beta, offsets);
  const weighty = memory.kernels.attentionWeights(rows, entries, p, l2 ? 2 * beta : beta, l2 ? offsets : 0, neighbours, offsets + 4 * entries);
  memory.release(offsets);
  const sparse = weighty < SPARSE * rows * entries;
  memory.numbers[p / 4 + rows * entries] = sparse ? 1 : 0;
  if (sparse) memory.kernels.sparseRead(rows, entries, valueSize, p, values, memory.address(read));
  else memory.product({ at: p, rows, columns: entries }, { at: values, rows: entries, columns: valueSize }, memory.address(read));
  return [read, weights];
});

interface BackwardOptions extends Sizes {
  /** Whether the gradients of queries, keys, values and strength are wanted. */
  readonly needed: readonly boolean[];
}

const backward = wasmKernel<BackwardOptions>("EngramAttentionGradient", (memory, inputs, { rows, entries, keySize, valueSize, l2, needed }) => {
  const [q, k, values, strength, p, dy] = inputs as [Address, Address, Address, Address, Address, Address];
  const { kernels } = memory;
  const beta = memory.numbers[strength / 4]!;
  const shapes = [[rows, keySize], [entries, keySize], [entries, valueSize], [1]]; // prettier-ignore
  const results = shapes.map((shape, i) => memory.output(needed[i]! || i === 0 ? shape : [0])) as [TensorInfo, TensorInfo, TensorInfo, TensorInfo];
  const [dq, dk, dv, dStrength] = results.map((result) => memory.address(result)) as [Address, Address, Address, Address];
  const dRead = { at: dy, rows, columns: valueSize };
  if (needed[2]!) memory.product({ at: p, rows, columns: entries, transposed: true }, dRead, dv);
  // The gradient of the scores, ds; its sums over the queries; and ds · k, dsᵀ · q.
  const scratch = memory.reserve(rows * entries + 2 * entries);
  const [ds, sums, squares] = [scratch, scratch + 4 * rows * entries, scratch + 4 * (rows + 1) * entries];
  if (memory.numbers[p / 4 + rows * entries] === 1) {
    memory.numbers.fill(0, sums / 4, sums / 4 + entries);
    if (needed[1]!) memory.numbers.fill(0, dk / 4, dk / 4 + entries * keySize);
    kernels.sparseBackward(rows, entries, keySize, valueSize, p, values, dy, q, k, ds, dq, needed[1]! ? dk : 0, sums);
  } else {
    memory.product(dRead, { at: values, rows: entries, columns: valueSize, transposed: true }, ds);
    kernels.attentionBackward(rows, entries, p, ds);
    if (l2) kernels.columnSums(1, rows, entries, ds, sums, 0, false);
    const dScores = { at: ds, rows, columns: entries };
    memory.product(dScores, { at: k, rows: entries, columns: keySize }, dq);
    if (needed[1]!) memory.product({ ...dScores, transposed: true }, { at: q, rows, columns: keySize }, dk);
  }
  const factor = l2 ? 2 : 1;
  if (needed[3]!) {
    // Of s = β(2 q·k − |k|²), or β q·k: ∂β = Σ ds s / β.
    kernels.rowSquares(entries, keySize, k, 1, squares);
    memory.numbers[dStrength / 4] = factor * kernels.dots(rows * keySize, q, dq) - (l2 ? kernels.dots(entries, squares, sums) : 0);
  }
  kernels.keyGradient(rows, keySize, factor * beta, 0, q, dq);
  if (needed[1]!) kernels.keyGradient(entries, keySize, factor * beta, l2 ? sums : 0, k, dk);
  memory.release(scratch);
  return results;
});
