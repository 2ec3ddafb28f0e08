/** @file From a flat parameter vector to a loss and its gradient, and back. */
import * as tf from "@tensorflow/tfjs-core";
import { NumericalError, ShapeError } from "../contract/errors.ts";
import type { FlatVector } from "./flat-vector.ts";
import { requireBackend } from "./kernels.ts";
import { view, type ParameterLayout, type TensorViews } from "./parameters.ts";
import { differentiate } from "./tape.ts";
import type { Scalar, Tensor } from "./types.ts";

/** A loss of the parameters' parts. Tensors that it makes are disposed after it. */
export type Loss = (views: TensorViews) => Scalar;

/**
 * The loss at a vector and its gradient there, written into `gradient`. Every tensor made on the way is disposed.
 * @param gradient Length of the vector.
 * @throws {NumericalError} A loss or a gradient that is not finite. @throws {OrderError} No backend has been selected.
 * @throws {ShapeError} A vector or gradient that is not as long as the layout.
 */
export function valueAndGradient(loss: Loss, layout: ParameterLayout, vector: FlatVector, gradient: FlatVector): number {
  checkFits("valueAndGradient", layout, { vector, gradient });
  return withTensors(layout, vector, (tensors) => {
    const { value, gradients } = differentiate(() => loss(viewsOf(layout, tensors)), tensors);
    const number = finite(value);
    layout.parts.forEach(({ offset }, k) => gradient.set(gradients[k]!, offset));
    if (!gradient.isFinite) {
      const part = layout.parts.find(({ name }) => !view(layout, gradient.numbers, name).every(Number.isFinite))!;
      throw new NumericalError(notFinite(`the gradient of \`${part.name}\``, "numbers that are not"));
    }
    return number;
  });
}

/** The loss alone; throws as `valueAndGradient` does. */
export function valueOf(loss: Loss, layout: ParameterLayout, vector: FlatVector): number {
  checkFits("valueOf", layout, { vector });
  return withTensors(layout, vector, (tensors) => finite(loss(viewsOf(layout, tensors))));
}

function checkFits(operation: string, { size }: ParameterLayout, vectors: Readonly<Record<string, FlatVector>>): void {
  const entries = Object.entries(vectors);
  if (entries.every(([, vector]) => vector.size === size)) return;
  throw new ShapeError(operation, Object.fromEntries(entries.map(([name, vector]) => [name, [vector.size]])), `${size} numbers, as the layout says`);
}

/** The parts of a layout, given as tensors in its order, by name. */
export function viewsOf(layout: ParameterLayout, tensors: readonly Tensor[]): TensorViews {
  return Object.fromEntries(layout.parts.map(({ name }, k) => [name, tensors[k]!]));
}

function withTensors(layout: ParameterLayout, vector: FlatVector, use: (tensors: Tensor[]) => number): number {
  requireBackend();
  return tf.tidy(() => use(layout.parts.map(({ shape, offset }) => vector.tensor(offset, shape))));
}

function finite(loss: Scalar): number {
  const number = loss.dataSync()[0]!;
  if (Number.isFinite(number)) return number;
  throw new NumericalError(notFinite("the loss", String(number)));
}

const notFinite = (what: string, got: string): string =>
  `Expected ${what} to be finite, got ${got}. Lower the learning rate, or look for NaN in the data.`;
