/** @file Reading by a kernel whose tail is heavy: far entries keep some say. Allocation-free. */
import { InvalidValueError } from "../../contract/errors.ts";
import type { Recall } from "../../contract/memory.ts";

/**
 * Sets the weights in proportion to 1 / (d + δ) over what was recalled.
 * @param delta δ > 0: how near an entry is whose say is half of one at distance 0; in the metric's units, squared for L2.
 * @see Pritzel et al. (2017), "Neural episodic control", eq. 5; there d is the squared L2 distance and δ is 10⁻³.
 * @throws {InvalidValueError} A δ that is not above 0, or a distance below 0, such as an inner product gives.
 */
export function weighByInverseDistance({ count, distances, weights }: Recall, delta = 1e-3): void {
  if (!(delta > 0)) throw new InvalidValueError("delta", delta, "a number above 0");
  let sum = 0;
  for (let i = 0; i < count; i++) {
    // Distances by cosine may be below 0 by what float32 rounds.
    if (!(distances[i]! > -1e-5)) throw new InvalidValueError("distance", distances[i], "from 0 up", "Use the metric l2 or cosine.");
    const weight = 1 / (Math.max(0, distances[i]!) + delta);
    weights[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < count; i++) weights[i] = weights[i]! / sum;
}
