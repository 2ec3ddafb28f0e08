/** @file Multi-layer perceptrons: their parameters, their differentiable form, and a plain loop that acts without tfjs. */
import type { RandomStream } from "../numerics/random.ts";
import { dense, relu, tanh } from "./ops.ts";
import { tensorView, view, type ParameterLayout, type ParameterPart, type TensorViews } from "./parameters.ts";
import type { Tensor1D, Tensor2D } from "./types.ts";

export interface MlpShape {
  /** Inputs, hidden layers, outputs. */
  readonly sizes: readonly number[];
  /** Between layers; the last layer is linear. */
  readonly activation: "tanh" | "relu";
}

/** The parts `name/0/weights` [in, out], `name/0/bias` [out], `name/1/weights`, … */
export function mlpLayout(name: string, { sizes }: MlpShape): ParameterPart[] {
  return sizes.slice(1).flatMap((out, k) => [
    { name: `${name}/${k}/weights`, shape: [sizes[k]!, out] },
    { name: `${name}/${k}/bias`, shape: [out] },
  ]);
}

/**
 * Weights uniform in ±√(6 / (in + out)), biases zero.
 * @see Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", eq. 16.
 */
export function initializeMlp(name: string, { sizes }: MlpShape, layout: ParameterLayout, vector: Float32Array, random: RandomStream): void {
  sizes.slice(1).forEach((out, k) => {
    const limit = Math.sqrt(6 / (sizes[k]! + out));
    const weights = view(layout, vector, `${name}/${k}/weights`);
    for (let i = 0; i < weights.length; i++) weights[i] = random.uniform(-limit, limit);
    view(layout, vector, `${name}/${k}/bias`).fill(0);
  });
}

/** [n, in] → [n, out], differentiable in inputs and parameters to every order. @throws {UnknownNameError} No such parameters. */
export function mlp(x: Tensor2D, views: TensorViews, name: string, { sizes, activation }: MlpShape): Tensor2D {
  const last = sizes.length - 2;
  let h = x;
  for (let k = 0; k <= last; k++) {
    const z = dense(h, tensorView(views, `${name}/${k}/weights`) as Tensor2D, tensorView(views, `${name}/${k}/bias`) as Tensor1D);
    h = k === last ? z : activation === "tanh" ? tanh(z) : relu(z);
  }
  return h;
}

/**
 * The forward pass as plain loops: no tfjs and no allocation, a few microseconds a call. Reads the parameters in place, so it always
 * acts with the latest. Sums in float64 and rounds to float32 after each layer: within 1e-5 of the differentiable form.
 */
export class MlpActor {
  readonly #shape: MlpShape;
  readonly #weights: readonly Float32Array[];
  readonly #biases: readonly Float32Array[];
  readonly #hidden: readonly Float32Array[];

  constructor(name: string, shape: MlpShape, layout: ParameterLayout, vector: Float32Array) {
    const layers = shape.sizes.slice(1).map((_, k) => k);
    this.#shape = shape;
    this.#weights = layers.map((k) => view(layout, vector, `${name}/${k}/weights`));
    this.#biases = layers.map((k) => view(layout, vector, `${name}/${k}/bias`));
    this.#hidden = shape.sizes.slice(1, -1).map((size) => new Float32Array(size));
  }

  /** Writes the outputs for one input; `at` is where each begins in its array. */
  forward(input: Float32Array, output: Float32Array, inputAt = 0, outputAt = 0): void {
    const { sizes, activation } = this.#shape;
    const last = sizes.length - 2;
    let from = input;
    let fromAt = inputAt;
    for (let k = 0; k <= last; k++) {
      const into = k === last ? output : this.#hidden[k]!;
      const intoAt = k === last ? outputAt : 0;
      affine(from, fromAt, sizes[k]!, this.#weights[k]!, this.#biases[k]!, into, intoAt);
      if (k < last) activate(into, activation);
      from = into;
      fromAt = intoAt;
    }
  }
}

/** into = from · W + b; four outputs at a time, so that each input is read once for all of them. */
function affine(
  from: Float32Array,
  fromAt: number,
  width: number,
  weights: Float32Array,
  bias: Float32Array,
  into: Float32Array,
  intoAt: number,
): void {
  const out = bias.length;
  let j = 0;
  for (; j + 4 <= out; j += 4) {
    let s0 = bias[j]!;
    let s1 = bias[j + 1]!;
    let s2 = bias[j + 2]!;
    let s3 = bias[j + 3]!;
    for (let i = 0, w = j; i < width; i++, w += out) {
      const x = from[fromAt + i]!;
      s0 += x * weights[w]!;
      s1 += x * weights[w + 1]!;
      s2 += x * weights[w + 2]!;
      s3 += x * weights[w + 3]!;
    }
    into[intoAt + j] = s0;
    into[intoAt + j + 1] = s1;
    into[intoAt + j + 2] = s2;
    into[intoAt + j + 3] = s3;
  }
  for (; j < out; j++) {
    let s = bias[j]!;
    for (let i = 0, w = j; i < width; i++, w += out) s += from[fromAt + i]! * weights[w]!;
    into[intoAt + j] = s;
  }
}

function activate(values: Float32Array, activation: MlpShape["activation"]): void {
  if (activation === "relu") {
    for (let i = 0; i < values.length; i++) if (values[i]! < 0) values[i] = 0;
  } else {
    for (let i = 0; i < values.length; i++) values[i] = Math.tanh(values[i]!);
  }
}
