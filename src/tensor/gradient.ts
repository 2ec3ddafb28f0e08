/** @file The bridge from a flat parameter vector to tfjs' gradients and back. */
import * as tf from "@tensorflow/tfjs-core";
import { NumericalError } from "../contract/errors.ts";
import type { ParameterLayout, TensorViews } from "./parameters.ts";
import type { Scalar, Tensor } from "./types.ts";

/**
 * The loss at a vector and its gradient there, written into `gradient`. Every tensor made on the way is disposed.
 * @param loss Makes a scalar from the parameters' parts; may make tensors of its own, which are disposed too.
 * @param gradient Length of the vector.
 * @throws {NumericalError} A loss that is not finite.
 */
export function valueAndGradient(
  loss: (views: TensorViews) => Scalar,
  layout: ParameterLayout,
  vector: Float32Array,
  gradient: Float32Array,
): number {
  return tf.tidy(() => {
    const parts = layout.parts.map(({ shape, offset, size }) => tf.tensor(vector.subarray(offset, offset + size), [...shape], "float32"));
    const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => loss(viewsOf(layout, tensors)))(parts);
    const number = value.dataSync()[0]!;
    if (!Number.isFinite(number))
      throw new NumericalError(`Expected the loss to be finite, got ${number}. Lower the learning rate, or look for NaN in the data.`);
    layout.parts.forEach(({ offset }, k) => gradient.set(grads[k]!.dataSync() as Float32Array, offset));
    return number;
  });
}

/** The parts of a layout, given as tensors in its order, by name. */
export function viewsOf(layout: ParameterLayout, tensors: readonly Tensor[]): TensorViews {
  return Object.fromEntries(layout.parts.map(({ name }, k) => [name, tensors[k]!]));
}
