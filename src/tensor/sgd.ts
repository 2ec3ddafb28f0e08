/** @file Stochastic gradient descent on a flat vector, with heavy-ball momentum. @see Polyak (1964); Sutskever et al. (2013), eq. 1–2. */
import { checkSizes, FlatVector } from "./flat-vector.ts";

export interface SgdState {
  /** v, the decaying sum of gradients. */
  readonly velocity: FlatVector;
}

export interface SgdOptions {
  readonly learningRate: number;
  /** μ of v = μv + g; 0 by default. */
  readonly momentum?: number;
}

export const sgdState = (size: number): SgdState => ({ velocity: new FlatVector(size) });

/** Moves the vector by one step, in place: v = μv + g, w = w − αv. The state is updated in place. @throws {ShapeError} */
export function sgdStep(vector: FlatVector, gradient: FlatVector, { velocity }: SgdState, { learningRate, momentum = 0 }: SgdOptions): void {
  checkSizes("sgdStep", { vector, gradient, velocity });
  velocity.scale(momentum);
  velocity.addScaled(1, gradient);
  vector.addScaled(-learningRate, velocity);
}
