/**
 * @file Behaviour cloning: a network reproduces the actions that were shown, by mean squared error.
 * @see Pomerleau (1989), "ALVINN: an autonomous land vehicle in a neural network".
 */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { Loss } from "../../tensor/gradient.ts";
import { mlpPart, type MlpShape } from "../../tensor/mlp-shape.ts";
import { mlpError } from "../../tensor/mlp-error.ts";
import { matrix } from "../../tensor/ops.ts";
import { layoutOf, tensorView, type ParameterLayout } from "../../tensor/parameters.ts";
import { drawBalanced } from "../consolidation/strategy.ts";
import { gather } from "../gather.ts";
import type { GradientDescent } from "../gradient-descent.ts";
import type { PolicyInput } from "../policy-input.ts";

/** The parameters of a cloning policy: one network called `policy`. */
export const cloningLayout = (shape: MlpShape): ParameterLayout => layoutOf([mlpPart("policy", shape)]);

export interface CloningLearnerOptions {
  /** Input → action. */
  readonly shape: MlpShape;
  readonly descent: GradientDescent;
  readonly input: PolicyInput;
  /** What was shown: observations, with actions as values. */
  readonly memory: EpisodicMemory;
  /** States a gradient step learns from. */
  readonly batch: number;
}

export class CloningLearner {
  readonly #options: CloningLearnerOptions;

  constructor(options: CloningLearnerOptions) {
    this.#options = options;
  }

  /** Gradient steps on the given tasks in equal shares, for ever; each value is a step's loss. Memory must not change meanwhile. */
  *steps(tasks: readonly TaskId[], random: RandomStream): Generator<number, never> {
    const { shape, descent, input, memory, batch } = this.#options;
    const inputs = input.rows(memory);
    const actions = memory.shape.valueSize;
    const rows = new Int32Array(batch);
    for (;;) {
      drawBalanced(memory, tasks, random, rows);
      const loss: Loss = (views) => {
        const states = matrix(gather(inputs, rows, input.size), batch, input.size);
        return mlpError(states, tensorView(views, "policy"), matrix(gather(memory.values, rows, actions), batch, actions), shape);
      };
      yield descent.step(loss, () => ({ batch: Array.from(rows, (row) => memory.idOf(row)) }));
    }
  }
}
