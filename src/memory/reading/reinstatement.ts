/**
 * @file Reinstatement: what a recurrent network had in mind when it was last in this place comes back into its state, as far as a gate lets it. Entries hold
 * the state as their value; it is read with any of the weights in this folder. Plain loops for acting, operations for learning the gate.
 * @see Ritter et al. (2018), "Been there, done that: meta-learning with episodic recall", eq. 3.
 */
import { ShapeError } from "../../contract/errors.ts";
import { add, mul, tanh } from "../../tensor/ops.ts";
import type { Tensor } from "../../tensor/types.ts";

/**
 * c ← c + r ⊙ tanh(m), in place.
 * @param state c, after its own gates have forgotten and written. @param gate r, in [0, 1], one number for each of c. @param recalled m, what memory gave back.
 * @throws {ShapeError} Vectors of different lengths.
 */
export function reinstate(state: Float32Array, gate: Float32Array, recalled: Float32Array): void {
  const { length } = state;
  if (gate.length !== length || recalled.length !== length)
    throw new ShapeError("reinstate", { state: [length], gate: [gate.length], recalled: [recalled.length] }, "vectors of one length");
  for (let i = 0; i < length; i++) state[i] = state[i]! + gate[i]! * Math.tanh(recalled[i]!);
}

/** c + r ⊙ tanh(m), differentiable in all three; shapes alike, such as [B, H]. */
export const reinstated = <T extends Tensor>(state: T, gate: T, recalled: T): T => add(state, mul(gate, tanh(recalled)));
