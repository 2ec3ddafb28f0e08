/** @file What fused operations have in common: beyond the derivatives that their kernels compute, their composites are differentiated. */
import { reshaped } from "./kernels.ts";
import { add, mul, sum } from "./ops.ts";
import { differentiate, jointOperation, operation } from "./tape.ts";
import type { Scalar, Tensor } from "./types.ts";

/** Σ aₖ·bₖ over those that are there. */
export function dots(as: readonly Tensor[], bs: readonly (Tensor | undefined)[]): Scalar {
  const products = as.flatMap((a, k) => (bs[k] === undefined ? [] : [sum(mul(a, bs[k]))]));
  return products.reduce((total, part) => add(total, part));
}

/**
 * The inputs of a fused operation, with an input that is there twice as a tensor of its own the second time: gradients are told apart by the tensors that
 * they are of, and a kernel computes one for each place.
 */
export const apart = <Inputs extends readonly Tensor[]>(...inputs: Inputs): Inputs =>
  inputs.map((x, k) => (inputs.indexOf(x) === k ? x : operation(reshaped(x, x.shape), [x], (dy) => dy))) as readonly Tensor[] as Inputs;

/**
 * Notes that a kernel computed the gradients of a scalar, so that they can be differentiated in turn.
 * @param results For each of `xs`, ∂scalar/∂x; undefined for one that was not computed.
 * @param inputs All that the scalar depends on; `xs` are among them, each once. What is there twice, as the gradient of two outputs may be, gets its whole
 *   gradient the first time.
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
  jointOperation(computed, inputs, (cs, onPath) => {
    const needed = onPath.map((need, k) => need && inputs.indexOf(inputs[k]!) === k);
    const targets = inputs.filter((_, k) => needed[k]!);
    const { gradients } = differentiate(() => dots(differentiate(scalar, of).gradients, cs), targets);
    let next = 0;
    return needed.map((need) => (need ? gradients[next++] : undefined));
  });
}
