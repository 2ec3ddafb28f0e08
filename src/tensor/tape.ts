/**
 * @file Reverse-mode differentiation to any order. While a derivative is being taken, every operation notes its inputs, its outputs
 * and how gradients pass from these to those; that rule is written in operations too, so a derivative can be differentiated
 * again. tfjs has a tape of its own, which is not used: it copies what a gradient needs and loses the path through it, and it
 * computes the gradients of constants. Not for code that waits: a derivative is taken within one synchronous call.
 */
import * as tf from "@tensorflow/tfjs-core";
import { InvalidValueError } from "../contract/errors.ts";
import { sum, upload } from "./kernels.ts";
import type { Scalar, Tensor } from "./types.ts";

/**
 * From the gradients of the outputs (undefined for one that the result does not depend on) to those of the inputs that are needed; the others are
 * not looked at.
 */
export type JointGradient = (dys: readonly (Tensor | undefined)[], needed: readonly boolean[]) => readonly (Tensor | undefined)[];

interface Note {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly gradient: JointGradient;
}

/** What was computed since the outermost derivative began; undefined where none is being taken. */
let tape: Note[] | undefined;

/**
 * Notes an operation and returns its value. What is not noted counts as constant.
 * @param gradients For each input, the vector–Jacobian product dy ↦ dy·∂output/∂input, written in noted operations.
 */
export function operation<Output extends Tensor>(output: Output, inputs: readonly Tensor[], ...gradients: ((dy: Output) => Tensor)[]): Output {
  tape?.push({
    inputs,
    outputs: [output],
    gradient: ([dy], needed) => gradients.map((gradient, k) => (needed[k]! ? gradient(dy as Output) : undefined)),
  });
  return output;
}

/** As `operation`, of several outputs whose gradients belong together. */
export function jointOperation(outputs: readonly Tensor[], inputs: readonly Tensor[], gradient: JointGradient): void {
  tape?.push({ inputs, outputs, gradient });
}

/**
 * The value of f and its gradients with respect to tensors that it uses; what was computed before f began is constant to it, even where it depends on
 * them. Inside another derivative the result can be differentiated again. Every tensor on the way lives until the caller's tidy ends.
 */
export function differentiate(f: () => Scalar, xs: readonly Tensor[]): { readonly value: Scalar; readonly gradients: Tensor[] } {
  const outer = tape;
  const notes = (tape ??= []);
  const first = notes.length;
  try {
    const value = f();
    if (value.size !== 1)
      throw new InvalidValueError("value", value.shape, "a scalar, since it is to be differentiated", "Take its `sum` or `mean`.");
    // The way back is noted for an outer derivative alone.
    tape = outer;
    return { value, gradients: backward(notes.slice(first), value, xs) };
  } finally {
    tape = outer;
  }
}

/** Walks the notes from y back to xs; only along paths that join them. */
function backward(notes: readonly Note[], y: Scalar, xs: readonly Tensor[]): Tensor[] {
  const onPath = new Set(xs.map((x) => x.id));
  for (const { inputs, outputs } of notes) if (inputs.some(({ id }) => onPath.has(id))) for (const { id } of outputs) onPath.add(id);
  const gradients = new Map<number, Tensor>([[y.id, upload(Float32Array.of(1), y.shape)]]);
  for (let k = notes.length - 1; k >= 0; k--) {
    const { inputs, outputs, gradient } = notes[k]!;
    const dys = outputs.map(({ id }) => (onPath.has(id) ? gradients.get(id) : undefined));
    if (dys.every((dy) => dy === undefined)) continue;
    const needed = inputs.map(({ id }) => onPath.has(id));
    gradient(dys, needed).forEach((dx, i) => {
      if (dx === undefined || !needed[i]!) return;
      const { id } = inputs[i]!;
      const sofar = gradients.get(id);
      gradients.set(id, sofar === undefined ? dx : accumulate(sofar, dx));
    });
  }
  return xs.map((x) => gradients.get(x.id) ?? tf.zerosLike(x));
}

const accumulate = (a: Tensor, b: Tensor): Tensor =>
  operation(
    sum(a, b),
    [a, b],
    (dy) => dy,
    (dy) => dy,
  );
