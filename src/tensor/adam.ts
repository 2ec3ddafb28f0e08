/**
 * @file Adam on a flat vector, as data and a function.
 * @see Kingma & Ba (2015), "Adam: a method for stochastic optimization", algorithm 1.
 */
import { SnapshotError } from "../contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../contract/snapshot.ts";
import { checkSizes, FlatVector } from "./flat-vector.ts";

export interface AdamState {
  /** Steps taken so far. */
  readonly count: number;
  /** Running mean of the gradient. */
  readonly mean: FlatVector;
  /** Running mean of its square. */
  readonly square: FlatVector;
}

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export const adamState = (size: number): AdamState => ({ count: 0, mean: new FlatVector(size), square: new FlatVector(size) });

export function disposeAdam({ mean, square }: AdamState): void {
  mean.dispose();
  square.dispose();
}

/** Moves the vector by one step, in place, and returns the state after it; the state's vectors are updated in place too. @throws {ShapeError} */
export function adamStep(vector: FlatVector, gradient: FlatVector, state: AdamState, options: AdamOptions): AdamState {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { mean, square } = state;
  checkSizes("adamStep", { vector, gradient, mean, square });
  const count = state.count + 1;
  const rate = learningRate / (1 - beta1 ** count);
  const squareScale = 1 / (1 - beta2 ** count);
  if (vector.heap === undefined) adamByLoop(vector.numbers, gradient.numbers, { mean, square, rate, squareScale, beta1, beta2, epsilon });
  else
    vector.heap.kernels.adam(vector.size, vector.address, gradient.address, mean.address, square.address, rate, squareScale, beta1, beta2, epsilon);
  return { count, mean, square };
}

interface AdamLoop extends Required<Omit<AdamOptions, "learningRate">> {
  readonly mean: FlatVector;
  readonly square: FlatVector;
  readonly rate: number;
  readonly squareScale: number;
}

function adamByLoop(w: Float32Array, g: Float32Array, { mean, square, rate, squareScale, beta1, beta2, epsilon }: AdamLoop): void {
  const m = mean.numbers;
  const v = square.numbers;
  for (let i = 0; i < w.length; i++) {
    m[i] = flushed(beta1 * m[i]! + (1 - beta1) * g[i]!);
    v[i] = flushed(beta2 * v[i]! + (1 - beta2) * g[i]! * g[i]!);
    w[i] = w[i]! - (rate * m[i]!) / (Math.sqrt(v[i]! * squareScale) + epsilon);
  }
}

/** Numbers below float32's smallest normal one become 0, as in the kernel. */
const flushed = (x: number): number => (Math.abs(x) < 1.17549435e-38 ? 0 : x);

/**
 * Scales a gradient, in place, to at most the given Euclidean length, and returns the length it had.
 * @see Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks", algorithm 1.
 */
export function clipByGlobalNorm(gradient: FlatVector, limit: number): number {
  const norm = Math.sqrt(gradient.squares);
  if (norm > limit) gradient.scale(limit / norm);
  return norm;
}

export const snapshotAdam = ({ count, mean, square }: AdamState): Snapshot => ({ count, mean: mean.numbers.slice(), square: square.numbers.slice() });

/** Copies a saved state over another. @throws {SnapshotError} Not the state of Adam over as many parameters. */
export function restoreAdam(value: SnapshotValue | undefined, { mean, square }: AdamState): AdamState {
  const saved = (value ?? {}) as Snapshot;
  const count = saved["count"];
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0)
    throw new SnapshotError(`Expected the state of Adam over ${mean.size} parameters.`);
  mean.restore(saved["mean"]);
  square.restore(saved["square"]);
  return { count, mean, square };
}
