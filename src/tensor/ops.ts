/**
 * @file Differentiable operations that are right to every order. tfjs' own gradients of tanh, exp, softmax and their kin save the
 * operation's output, and the path through it is lost when the gradient is differentiated again: second-order gradients come out
 * 8–44 % wrong without an error. Ours keep inputs and are written in these very operations, so the set is closed under
 * differentiation; tfjs' registry of gradients is not used. Transposes are explicit, because the wasm backend multiplies only
 * untransposed operands fast.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor, Tensor1D, Tensor2D } from "./types.ts";

/** What an operation computes with tfjs' kernels, and its vector–Jacobian product in operations of this file, one for each input. */
interface Operation<Inputs extends readonly Tensor[], Output extends Tensor> {
  value(...inputs: Inputs): Output;
  gradient(dy: Output, ...inputs: Inputs): readonly Tensor[];
}

function apply<Inputs extends readonly Tensor[], Output extends Tensor>(op: Operation<Inputs, Output>, ...inputs: Inputs): Output {
  const custom = tf.customGrad((...args) => {
    const save = args.pop() as (tensors: Tensor[]) => void;
    save(args as Tensor[]);
    return {
      value: op.value(...(args as unknown as Inputs)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [...op.gradient(dy as Output, ...(saved as unknown as Inputs))],
    };
  });
  return custom(...inputs) as Output;
}

/** A matrix from row-major numbers; whoever makes it disposes it, or a tidy does. */
export const matrix = (numbers: Float32Array, rows: number, columns: number): Tensor2D => tf.tensor2d(numbers, [rows, columns]);

// ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((length, k) => length === b[k]);

/** Repeats along new or single axes until the shape fits. */
function broadcastTo<T extends Tensor>(x: Tensor, shape: readonly number[]): T {
  if (same(x.shape, shape)) return x as T;
  return apply({ value: (input: Tensor) => tf.broadcastTo(input, [...shape]), gradient: (dy, input) => [sumTo(dy, input.shape)] }, x) as T;
}

/** Sums over the axes along which `shape` would be repeated: the transpose of broadcasting. */
function sumTo<T extends Tensor>(x: Tensor, shape: readonly number[]): T {
  if (same(x.shape, shape)) return x as T;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.map((_, k) => k).filter((k) => k < lead || (shape[k - lead] === 1 && x.shape[k] !== 1));
  return apply(
    {
      value: (input: Tensor) => tf.reshape(tf.sum(input, axes), [...shape]),
      gradient: (dy, input) => [broadcastTo(reshape(dy, keptShape(input, axes)), input.shape)],
    },
    x,
  ) as T;
}

const keptShape = (x: Tensor, axes: readonly number[]): number[] => x.shape.map((length, k) => (axes.includes(k) ? 1 : length));

function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (same(x.shape, shape)) return x;
  return apply({ value: (input: Tensor) => tf.reshape(input, [...shape]), gradient: (dy, input) => [reshape(dy, input.shape)] }, x);
}

/** [n, m] → [m, n]. */
export const transpose = (a: Tensor2D): Tensor2D =>
  apply({ value: (x: Tensor2D): Tensor2D => tf.transpose(x), gradient: (dy) => [transpose(dy)] }, a);

/** Columns [from, from + width). */
function columns(a: Tensor2D, from: number, width: number): Tensor2D {
  return apply(
    { value: (x: Tensor2D) => tf.slice2d(x, [0, from], [x.shape[0], width]), gradient: (dy, x) => [padColumns(dy, from, x.shape[1] - from - width)] },
    a,
  );
}

/** Zeros before and after the columns. */
function padColumns(a: Tensor2D, before: number, after: number): Tensor2D {
  return apply(
    { value: (x: Tensor2D) => tf.pad2d(x, [[0, 0], [before, after]]), gradient: (dy, x) => [columns(dy, before, x.shape[1])] }, // prettier-ignore
    a,
  );
}

/** [n, a], [n, b], … → [n, a + b + …]. */
export function concat(...parts: Tensor2D[]): Tensor2D {
  return apply(
    {
      value: (...inputs: Tensor2D[]): Tensor2D => tf.concat2d(inputs, 1),
      gradient: (dy, ...inputs) => {
        let from = 0;
        return inputs.map((input) => columns(dy, (from += input.shape[1]) - input.shape[1], input.shape[1]));
      },
    },
    ...parts,
  );
}

// ── arithmetic, with broadcasting ───────────────────────────────────────────────────────────────────────────────────────────────

const tensorOf = (x: Tensor | number): Tensor => (typeof x === "number" ? tf.scalar(x) : x);

/** The result has the first operand's shape; the second is repeated to fit, or the other way round. */
export function add<T extends Tensor>(a: T, b: Tensor | number): T {
  return apply(
    { value: (x: Tensor, y: Tensor) => tf.add(x, y), gradient: (dy, x, y) => [sumTo(dy, x.shape), sumTo(dy, y.shape)] },
    a,
    tensorOf(b),
  ) as T;
}

export function sub<T extends Tensor>(a: T, b: Tensor | number): T {
  return apply(
    { value: (x: Tensor, y: Tensor) => tf.sub(x, y), gradient: (dy, x, y) => [sumTo(dy, x.shape), sumTo(neg(dy), y.shape)] },
    a,
    tensorOf(b),
  ) as T;
}

export function mul<T extends Tensor>(a: T, b: Tensor | number): T {
  if (typeof b === "number") return scale(a, b);
  return apply(
    { value: (x: Tensor, y: Tensor) => tf.mul(x, y), gradient: (dy, x, y) => [sumTo(mul(dy, y), x.shape), sumTo(mul(dy, x), y.shape)] },
    a,
    b,
  ) as T;
}

const scale = <T extends Tensor>(a: T, by: number): T => apply({ value: (x: Tensor) => tf.mul(x, by), gradient: (dy) => [scale(dy, by)] }, a) as T;
export const neg = <T extends Tensor>(a: T): T => scale(a, -1);
export const square = <T extends Tensor>(a: T): T =>
  apply({ value: (x: Tensor) => tf.square(x), gradient: (dy, x) => [mul(dy, scale(x, 2))] }, a) as T;

/** Sum over all numbers. */
export const sum = (a: Tensor): Scalar => sumTo(a, []);
/** Mean over all numbers. */
export const mean = (a: Tensor): Scalar => scale(sum(a), 1 / a.size);
/** [n, m] → [n, 1]. */
export const sumRows = (a: Tensor2D): Tensor2D => sumTo(a, [a.shape[0], 1]);

// tfjs adds up gradients that reach a tensor along several paths with its own Add, which must be differentiable for second order.
if (tf.getGradient("Add") === undefined) {
  tf.registerGradient({
    kernelName: "Add",
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => ({ a: () => sumTo(dy as Tensor, saved[0]!.shape), b: () => sumTo(dy as Tensor, saved[1]!.shape) }),
  });
}

// ── elementwise functions ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const exp = <T extends Tensor>(a: T): T => apply({ value: (x: Tensor) => tf.exp(x), gradient: (dy, x) => [mul(dy, exp(x))] }, a) as T;

/** tanh′ = 1 − tanh². */
export const tanh = <T extends Tensor>(a: T): T =>
  apply({ value: (x: Tensor) => tf.tanh(x), gradient: (dy, x) => [sub(dy, mul(dy, square(tanh(x))))] }, a) as T;

/** max(x, 0); the derivative at 0 is 0. */
export const relu = <T extends Tensor>(a: T): T => apply({ value: (x: Tensor) => tf.relu(x), gradient: (dy, x) => [mul(dy, step(x))] }, a) as T;

/** 1 where positive, else 0; flat everywhere else, so its gradient is nothing. */
const step = (a: Tensor): Tensor => apply({ value: (x: Tensor) => tf.step(x), gradient: (dy) => [tf.zerosLike(dy)] }, a);

// ── networks ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** [n, k] · [k, m] → [n, m]. */
export const matMul = (a: Tensor2D, b: Tensor2D): Tensor2D =>
  apply(
    { value: (x: Tensor2D, y: Tensor2D): Tensor2D => tf.matMul(x, y), gradient: (dy, x, y) => [matMul(dy, transpose(y)), matMul(transpose(x), dy)] },
    a,
    b,
  );

/** x·W + b: [n, k] · [k, m] + [m] → [n, m]. */
export const dense = (x: Tensor2D, weights: Tensor2D, bias: Tensor1D): Tensor2D =>
  apply(
    {
      value: (input: Tensor2D, w: Tensor2D, b: Tensor1D): Tensor2D => tf.add(tf.matMul(input, w), b),
      gradient: (dy, input, w, b) => [matMul(dy, transpose(w)), matMul(transpose(input), dy), sumTo(dy, b.shape)],
    },
    x,
    weights,
    bias,
  );

/** Over each row. ∂L/∂x = y ⊙ (dy − Σ dy ⊙ y). */
export const softmax = (logits: Tensor2D): Tensor2D =>
  apply(
    {
      value: (x: Tensor2D): Tensor2D => tf.softmax(x),
      gradient: (dy, x) => {
        const y = softmax(x);
        return [mul(y, sub(dy, sumRows(mul(dy, y))))];
      },
    },
    logits,
  );

/** Over each row. ∂L/∂x = dy − softmax(x) Σ dy. */
export const logSoftmax = (logits: Tensor2D): Tensor2D =>
  apply({ value: (x: Tensor2D): Tensor2D => tf.logSoftmax(x), gradient: (dy, x) => [sub(dy, mul(softmax(x), sumRows(dy)))] }, logits);

/** ‖aᵢ − bⱼ‖² = ‖aᵢ‖² + ‖bⱼ‖² − 2 aᵢ·bⱼ: [n, d], [m, d] → [n, m]. Float32 cancellation leaves errors of about 1e-6 ‖a‖². */
export function squaredDistances(a: Tensor2D, b: Tensor2D): Tensor2D {
  const across = add(mul(matMul(a, transpose(b)), -2), transpose(sumRows(square(b))));
  return add(across, sumRows(square(a)));
}

/** Mean over all numbers of (prediction − target)². */
export const meanSquaredError = (prediction: Tensor, target: Tensor): Scalar => mean(square(sub(prediction, target)));

/** Mean over rows of −log p(label): logits [n, c], one-hot labels [n, c]. */
export const crossEntropy = (logits: Tensor2D, labels: Tensor2D): Scalar => mul(sum(mul(logSoftmax(logits), labels)), -1 / logits.shape[0]);
