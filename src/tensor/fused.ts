/** @file What fused operations have in common: beyond the derivatives that their kernels compute, their composites are differentiated. */
import { add, mul, sum } from "./ops.ts";
import { differentiate, jointOperation } from "./tape.ts";
import type { Scalar, Tensor } from "./types.ts";

/** Σ aₖ·bₖ over those that are there. */
export function dots(as: readonly Tensor[], bs: readonly (Tensor | undefined)[]): Scalar {
  const products = as.flatMap((a, k) => (bs[k] === undefined ? [] : [sum(mul(a, bs[k]))]));
  return products.reduce((total, part) => add(total, part));
}

/**
 * Notes that a kernel computed the gradients of a scalar, so that they can be differentiated in turn.
 * @param results For each of `xs`, ∂scalar/∂x; undefined for one that was not computed.
 * @param inputs All that the scalar depends on; `xs` are among them.
 * @param scalar The same, as a composite.
 */
export function noteGradients(
  results: readonly (Tensor | undefined)[],
  xs: readonly Tensor[],
  inputs: readonly Tensor[],
  scalar: () => Scalar,
): void {
  const computed = results.filter((result) => result !== undefined);
  const of = xs.filter((_, k) => results[k] !== undefined);
  jointOperation(computed, inputs, (cs, needed) => {
    const targets = inputs.filter((_, k) => needed[k]!);
    const { gradients } = differentiate(() => dots(differentiate(scalar, of).gradients, cs), targets);
    let next = 0;
    return needed.map((need) => (need ? gradients[next++] : undefined));
  });
}
