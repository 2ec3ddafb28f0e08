/**
 * @file Elastic weight consolidation: each task that ends adds a penalty λ/2·Σ F (θ − θ*)², with F the diagonal of the Fisher information where it
 * ended. All penalties stay; as their sum is one quadratic, they take the room of one.
 * @see Kirkpatrick et al. (2017), "Overcoming catastrophic forgetting in neural networks", eq. 3; Huszár (2018), "Note on the quadratic penalties in
 * elastic weight consolidation".
 */
import { z } from "zod";
import { fisherDiagonal, fisherKinds, sampleOf } from "./answer-gradients.ts";
import { byPenalty } from "./quadratic-penalty.ts";
import { defineStrategy } from "./strategy.ts";

export const fisherOptions = {
  fisher: z
    .enum(fisherKinds)
    .describe("How the Fisher information is estimated: exact over outputs, by sampled answers, empirical, or crudely by batches.")
    .default("exact"),
  samples: z.int().min(1).describe("States of a task that it is estimated at, when the task ends.").default(100),
};

export const ewc = defineStrategy({
  name: "ewc",
  summary: "learns from the current task, held back from moving parameters that mattered to each earlier one, by its Fisher information",
  options: z.strictObject({
    strength: z
      .number()
      .min(0)
      .describe("λ, of the penalty λ/2·Σ F (θ − θ*)². With actions of A numbers, 2/A makes each earlier task count about as much as the current one.")
      .default(0.1),
    ...fisherOptions,
  }),
  make: (learner, { strength, fisher, samples }) =>
    byPenalty(learner, strength, (penalty, task, random) => {
      const rows = sampleOf(learner, task, samples, random.split("examples"));
      penalty.add(fisherDiagonal(learner, rows, fisher, random.split("fisher")), learner.parameters.numbers);
    }),
});
