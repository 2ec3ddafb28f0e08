/** @file How a cloned policy computes its answers from a parameter vector; what the ways not to forget may exchange for another. */
import type { RandomStream } from "../../numerics/random.ts";
import type { FlatVector } from "../../tensor/flat-vector.ts";
import { MlpActor } from "../../tensor/mlp-actor.ts";
import { mlpError } from "../../tensor/mlp-error.ts";
import { initializeMlp, mlpPart, type MlpShape } from "../../tensor/mlp-shape.ts";
import { layoutOf, tensorView, type ParameterLayout, type TensorViews } from "../../tensor/parameters.ts";
import type { Scalar, Tensor2D } from "../../tensor/types.ts";

/** Writes the action for one input. */
export type Actor = (input: Float32Array, action: Float32Array) => void;

export interface Network {
  readonly layout: ParameterLayout;
  /** How many of the parameters it acts by, which are the first ones; all where absent. */
  readonly acting?: number;
  /** Writes fresh parameters. */
  initialize(parameters: Float32Array, random: RandomStream): void;
  /**
   * Mean over all numbers of (f(x) − y)².
   * @param inputs [B, I] @param targets [B, A] @param random For networks that draw.
   */
  error(views: TensorViews, inputs: Tensor2D, targets: Tensor2D, random: RandomStream): Scalar;
  /** Acts by whatever the parameters are then; without tfjs and without allocating. */
  actor(parameters: FlatVector): Actor;
  /** What the hidden layers answer to one input, by plain loops; a view each, valid until the next. Absent where there are none to be seen. */
  hidden?(parameters: FlatVector): (input: Float32Array) => readonly Float32Array[];
}

/** A multi-layer perceptron, called `policy` in the layout. */
export function plainNetwork(shape: MlpShape): Network {
  const layout = layoutOf([mlpPart("policy", shape)]);
  return {
    layout,
    initialize: (parameters, random) => initializeMlp("policy", shape, layout, parameters, random),
    error: (views, inputs, targets) => mlpError(inputs, tensorView(views, "policy"), targets, shape),
    ...policyAnswers(shape, layout),
  };
}

/** How the perceptron called `policy` in a layout answers. */
export const policyAnswers = (shape: MlpShape, layout: ParameterLayout): Pick<Required<Network>, "actor" | "hidden"> => ({
  actor(parameters) {
    const policy = new MlpActor("policy", shape, layout, parameters);
    return (input, action) => policy.forward(input, action);
  },
  hidden(parameters) {
    const policy = new MlpActor("policy", shape, layout, parameters);
    return (input) => policy.hidden(input);
  },
});
