/** @file Reading by attention: how recalled entries are weighed and blended. Allocation-free. */
import { InvalidValueError } from "../../contract/errors.ts";
import type { Recall } from "../../contract/memory.ts";

/**
 * Sets the weights to softmax(−β · distance) over what was recalled.
 * @param strength β ≥ 0, learned elsewhere: 0 blends all alike, ∞ reads the nearest alone.
 * @see Graves et al. (2016), "Hybrid computing using a neural network with dynamic external memory", read strength.
 * @throws {InvalidValueError} A strength below 0 or NaN.
 */
export function attend(recall: Recall, strength: number): void {
  if (!(strength >= 0)) throw new InvalidValueError("strength", strength, "a number from 0 up");
  const { count, distances, weights } = recall;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    // The nearest comes first: subtracting its distance keeps every exponent at or below 0. Ties with it weigh the same at any strength.
    const beyond = distances[i]! - distances[0]!;
    const weight = beyond === 0 ? 1 : Math.exp(-strength * beyond);
    weights[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < count; i++) weights[i] = weights[i]! / sum;
}

/** out = Σ weightᵢ · column[rowᵢ], over what was recalled; `column` is row-major with rows of `width` numbers. */
export function weightedSum(column: Float32Array, width: number, { count, rows, weights }: Recall, out: Float32Array): void {
  out.fill(0, 0, width);
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!;
    if (weight < 1e-9) continue;
    const at = rows[i]! * width;
    for (let k = 0; k < width; k++) out[k] = out[k]! + weight * column[at + k]!;
  }
}
