/** @file Multi-layer perceptrons as data: their sizes, how their parameters lie in a vector, and how they start. */
import { InvalidValueError } from "../contract/errors.ts";
import type { RandomStream } from "../numerics/random.ts";
import { placeOf, type ParameterLayout, type ParameterPart } from "./parameters.ts";

/** `gelu` in its tanh form (Hendrycks & Gimpel 2016). */
export type Activation = "identity" | "tanh" | "relu" | "gelu";

/** As `assembly/activation.ts` counts them. */
export const activationKinds: Readonly<Record<Activation, number>> = { identity: 0, tanh: 1, relu: 2, gelu: 3 };

export interface MlpShape {
  /** Inputs, hidden layers, outputs. */
  readonly sizes: readonly number[];
  /** After each hidden layer; the last layer is linear. */
  readonly activation: Activation;
  /** Normalises what each hidden layer's activation gets (Ba et al. 2016). */
  readonly layerNorm?: boolean;
}

/** One layer, with the offsets of its arrays from the network's first parameter. */
export interface MlpLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs, outputs] */
  readonly weights: number;
  /** [outputs] */
  readonly bias: number;
  /** [outputs] each; undefined in the last layer and without layer norm. */
  readonly norm: { readonly gain: number; readonly shift: number } | undefined;
}

export interface MlpPlan {
  readonly layers: readonly MlpLayer[];
  /** Parameters in all. */
  readonly size: number;
}

const plans = new WeakMap<MlpShape, MlpPlan>();

/** @throws {InvalidValueError} Fewer than two sizes, one that is not a positive integer, or an unknown activation. */
export function mlpPlan(shape: MlpShape): MlpPlan {
  let plan = plans.get(shape);
  if (plan === undefined) plans.set(shape, (plan = planOf(shape)));
  return plan;
}

function planOf({ sizes, activation, layerNorm = false }: MlpShape): MlpPlan {
  if (!Object.hasOwn(activationKinds, activation))
    throw new InvalidValueError("activation", activation, `one of ${Object.keys(activationKinds).join(", ")}`);
  if (sizes.length < 2 || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
    throw new InvalidValueError("sizes", sizes, "two or more positive integers: inputs, hidden layers, outputs");
  }
  let size = 0;
  const take = (count: number): number => (size += count) - count;
  const layers = sizes.slice(1).map((outputs, k): MlpLayer => {
    const inputs = sizes[k]!;
    const [weights, bias] = [take(inputs * outputs), take(outputs)];
    const norm = layerNorm && k < sizes.length - 2 ? { gain: take(outputs), shift: take(outputs) } : undefined;
    return { inputs, outputs, weights, bias, norm };
  });
  return { layers, size };
}

/** A network as one part of a layout; within it `name/0/weights`, `name/0/bias`, with layer norm `name/0/gain`, `name/0/shift`, then `name/1/…`. */
export function mlpPart(name: string, shape: MlpShape): ParameterPart {
  const { layers, size } = mlpPlan(shape);
  const within = layers.flatMap(({ inputs, outputs, norm }, k) => {
    const vectors = norm === undefined ? ["bias"] : ["bias", "gain", "shift"];
    const arrays = vectors.map((array) => ({ name: `${name}/${k}/${array}`, shape: [outputs] }));
    return [{ name: `${name}/${k}/weights`, shape: [inputs, outputs] }].concat(arrays);
  });
  return { name, shape: [size], within };
}

/**
 * Weights uniform in ±√(6 / (in + out)), gains 1, all else 0.
 * @see Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", eq. 16.
 */
export function initializeMlp(name: string, shape: MlpShape, layout: ParameterLayout, vector: Float32Array, random: RandomStream): void {
  const { layers, size } = mlpPlan(shape);
  const { offset } = placeOf(layout, name);
  vector.fill(0, offset, offset + size);
  for (const { inputs, outputs, weights, norm } of layers) {
    const limit = Math.sqrt(6 / (inputs + outputs));
    for (let i = 0; i < inputs * outputs; i++) vector[offset + weights + i] = random.uniform(-limit, limit);
    if (norm !== undefined) vector.fill(1, offset + norm.gain, offset + norm.gain + outputs);
  }
}
