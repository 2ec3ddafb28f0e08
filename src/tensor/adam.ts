/**
 * @file Adam on a flat vector, as data and a function.
 * @see Kingma & Ba (2015), "Adam: a method for stochastic optimization", algorithm 1.
 */
import { SnapshotError } from "../contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../contract/snapshot.ts";

export interface AdamState {
  /** Steps taken so far. */
  readonly count: number;
  /** Running mean of the gradient. */
  readonly mean: Float32Array;
  /** Running mean of its square. */
  readonly square: Float32Array;
}

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export const adamState = (size: number): AdamState => ({ count: 0, mean: new Float32Array(size), square: new Float32Array(size) });

/** Moves the vector by one step, in place, and returns the state after it; the state's arrays are updated in place too. */
export function adamStep(vector: Float32Array, gradient: Float32Array, state: AdamState, options: AdamOptions): AdamState {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { mean, square } = state;
  const count = state.count + 1;
  const meanScale = 1 / (1 - beta1 ** count);
  const squareScale = 1 / (1 - beta2 ** count);
  for (let i = 0; i < vector.length; i++) {
    const g = gradient[i]!;
    const m = beta1 * mean[i]! + (1 - beta1) * g;
    const v = beta2 * square[i]! + (1 - beta2) * g * g;
    mean[i] = m;
    square[i] = v;
    vector[i] = vector[i]! - (learningRate * m * meanScale) / (Math.sqrt(v * squareScale) + epsilon);
  }
  return { count, mean, square };
}

/**
 * Scales a gradient, in place, to at most the given Euclidean length, and returns the length it had.
 * @see Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks", algorithm 1.
 */
export function clipByGlobalNorm(gradient: Float32Array, limit: number): number {
  let squares = 0;
  for (let i = 0; i < gradient.length; i++) squares += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(squares);
  if (norm > limit) for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * (limit / norm);
  return norm;
}

export const snapshotAdam = ({ count, mean, square }: AdamState): Snapshot => ({ count, mean: mean.slice(), square: square.slice() });

/** @throws {SnapshotError} Not the state of Adam over `size` parameters. */
export function restoreAdam(value: SnapshotValue | undefined, size: number): AdamState {
  const { count, mean, square } = (value ?? {}) as Snapshot;
  if (typeof count === "number" && mean instanceof Float32Array && square instanceof Float32Array && mean.length === size && square.length === size) {
    return { count, mean: mean.slice(), square: square.slice() };
  }
  throw new SnapshotError(`Expected the state of Adam over ${size} parameters.`);
}
