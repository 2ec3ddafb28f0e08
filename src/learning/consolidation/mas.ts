/**
 * @file Memory aware synapses: a parameter is as important as the policy's answers are sensitive to it, Ω = mean |∂‖f(x)‖²/∂θ|, whatever was shown.
 * Tasks' Ω add up; the loss gains λ·Σ Ω (θ − θ*)², with θ* where the last task ended.
 * @see Aljundi et al. (2018), "Memory aware synapses: learning what (not) to forget", eq. 2 to 4; one backward pass for all outputs, as in its
 * section 4.1.
 */
import { z } from "zod";
import { FlatVector } from "../../tensor/flat-vector.ts";
import { answerGradient, sampleOf } from "./answer-gradients.ts";
import { byPenalty } from "./quadratic-penalty.ts";
import { defineStrategy, type Learner } from "./strategy.ts";

export const mas = defineStrategy({
  name: "mas",
  summary: "learns from the current task, held back from moving parameters that its answers were sensitive to",
  options: z.strictObject({
    strength: z.number().min(0).describe("λ, of the penalty λ·Σ Ω (θ − θ*)².").default(0.1),
    samples: z.int().min(1).describe("States of a task that the sensitivity is measured at, when the task ends.").default(100),
  }),
  make: (learner, { strength, samples }) =>
    byPenalty(learner, 2 * strength, (penalty, task, random) => {
      const sensitivity = sensitivityOf(learner, sampleOf(learner, task, samples, random));
      penalty.renew(learner.parameters.numbers, (sum, i) => sum + sensitivity[i]!);
    }),
});

/** Mean over examples of |∂‖f‖²/∂θ|, where ∂‖f‖² = Σ 2 f_k ∂f_k. */
function sensitivityOf(learner: Learner, rows: Int32Array): Float32Array {
  const mean = new Float32Array(learner.parameters.size);
  const gradient = new FlatVector(mean.length);
  for (let k = 0; k < rows.length; k++) {
    const { count, inputs } = learner.examples(rows.subarray(k, k + 1));
    const answers = learner.answers(inputs);
    answerGradient(learner, { count, inputs, answers, weights: answers.map((answer) => 2 * answer) }, gradient);
    const { numbers } = gradient;
    for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + Math.abs(numbers[i]!) / rows.length;
  }
  gradient.dispose();
  return mean;
}
