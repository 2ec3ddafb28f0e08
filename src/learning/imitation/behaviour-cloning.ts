/**
 * @file Behaviour cloning: a network reproduces the actions that were shown, by mean squared error.
 * @see Pomerleau (1989), "ALVINN: an autonomous land vehicle in a neural network".
 */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { adamState, adamStep, type AdamState } from "../../tensor/adam.ts";
import { valueAndGradient } from "../../tensor/gradient.ts";
import { mlp, mlpLayout, type MlpShape } from "../../tensor/mlp.ts";
import { matrix, meanSquaredError } from "../../tensor/ops.ts";
import { layoutOf, type ParameterLayout } from "../../tensor/parameters.ts";
import { drawBalanced } from "../consolidation/strategy.ts";
import { gather } from "../gather.ts";
import type { PolicyInput } from "../policy-input.ts";

/** The parameters of a cloning policy: one network called `policy`. */
export const cloningLayout = (shape: MlpShape): ParameterLayout => layoutOf(mlpLayout("policy", shape));

export interface CloningLearnerOptions {
  /** Input → action. */
  readonly shape: MlpShape;
  /** Changed in place by every step. */
  readonly parameters: Float32Array;
  readonly input: PolicyInput;
  /** What was shown: observations, with actions as values. */
  readonly memory: EpisodicMemory;
  /** States a gradient step learns from. */
  readonly batch: number;
  readonly learningRate: number;
}

export class CloningLearner {
  adam: AdamState;
  readonly #options: CloningLearnerOptions;
  readonly #layout: ParameterLayout;
  readonly #gradient: Float32Array;

  constructor(options: CloningLearnerOptions) {
    this.#options = options;
    this.#layout = cloningLayout(options.shape);
    this.#gradient = new Float32Array(this.#layout.size);
    this.adam = adamState(this.#layout.size);
  }

  /** Gradient steps on the given tasks in equal shares, for ever; each value is a step's loss. Memory must not change meanwhile. */
  *steps(tasks: readonly TaskId[], random: RandomStream): Generator<number, never> {
    const { shape, parameters, input, memory, batch, learningRate } = this.#options;
    const inputs = input.rows(memory);
    const actions = memory.shape.valueSize;
    const rows = new Int32Array(batch);
    for (;;) {
      drawBalanced(memory, tasks, random, rows);
      const loss = valueAndGradient(
        (views) => {
          const predicted = mlp(matrix(gather(inputs, rows, input.size), batch, input.size), views, "policy", shape);
          return meanSquaredError(predicted, matrix(gather(memory.values, rows, actions), batch, actions));
        },
        this.#layout,
        parameters,
        this.#gradient,
      );
      this.adam = adamStep(parameters, this.#gradient, this.adam, { learningRate });
      yield loss;
    }
  }
}
