/**
 * @file A network whose weights are known only as independent Gaussians: it errs with weights drawn from them, and acts by their means,
 * which are also what its hidden layers are measured by.
 * @see Blundell et al. (2015), "Weight uncertainty in neural networks", section 3.2.
 */
import { RandomStream } from "../../numerics/random.ts";
import { mlpError } from "../../tensor/mlp-error.ts";
import { mlpPart, mlpPlan, type MlpShape } from "../../tensor/mlp-shape.ts";
import { add, exp, matrix, mul, reshape } from "../../tensor/ops.ts";
import { layoutOf, tensorView } from "../../tensor/parameters.ts";
import { policyAnswers, type Network } from "../imitation/network.ts";

/** What the Gaussians are at first. */
export interface GaussianStart {
  /** [P] */
  readonly means: Float32Array;
  /** Of every weight. */
  readonly deviation: number;
}

/** Its parameters are the means [P], as the plain network's, then the logarithms of the deviations [P]. */
export function gaussianNetwork(shape: MlpShape, { means, deviation }: GaussianStart): Network {
  const { size } = mlpPlan(shape);
  const layout = layoutOf([mlpPart("policy", shape), { name: "logDeviations", shape: [size] }]);
  return {
    layout,
    acting: size,
    initialize(parameters) {
      parameters.set(means);
      parameters.fill(Math.log(deviation), size);
    },
    error(views, inputs, targets, random) {
      const noise = reshape(matrix(noiseOf(size, random), 1, size), [size]);
      const drawn = add(tensorView(views, "policy"), mul(exp(tensorView(views, "logDeviations")), noise));
      return mlpError(inputs, drawn, targets, shape);
    },
    ...policyAnswers(shape, layout),
  };
}

const TABLE = 2 ** 18;
let table: Float32Array | undefined;

/**
 * Standard normal numbers, one a weight, from a random place on in a table that everybody shares: drawing them afresh would take longer than all the
 * rest of a gradient step.
 * @see Salimans et al. (2017), "Evolution strategies as a scalable alternative to reinforcement learning", section 2.1, for the table.
 */
function noiseOf(size: number, random: RandomStream): Float32Array {
  const length = Math.max(TABLE, 2 * size);
  if (table === undefined || table.length < length) {
    const drawing = RandomStream.fromSeed(0).split("noise");
    table = Float32Array.from({ length }, () => drawing.normal());
  }
  // Of a table that a larger network made longer, what is drawn stays in the beginning, which is the same.
  const from = random.integer(length - size + 1);
  return table.subarray(from, from + size);
}
