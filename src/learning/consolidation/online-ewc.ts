/**
 * @file Online EWC: one running Fisher information, F ← γ·F + F_task when a task ends, and one anchor, where the last task ended. Earlier tasks fade
 * by γ and no longer pull to where they themselves ended.
 * @see Schwarz et al. (2018), "Progress & compress: a scalable framework for continual learning", eq. 8 and 9. Their loss pulls by γ·F where this one
 * pulls by F: a strength of λ here is one of λ/γ there, and where γ is 1, the default, the two are the same.
 */
import { z } from "zod";
import { fisherDiagonal, sampleOf } from "./answer-gradients.ts";
import { fisherOptions } from "./ewc.ts";
import { byPenalty } from "./quadratic-penalty.ts";
import { defineStrategy } from "./strategy.ts";

export const onlineEwc = defineStrategy({
  name: "online-ewc",
  summary: "learns from the current task, held back from moving parameters that mattered before, by a running Fisher information",
  options: z.strictObject({
    strength: z.number().min(0).describe("λ, of the penalty λ/2·Σ F (θ − θ*)².").default(0.1),
    decay: z.number().min(0).max(1).describe("γ, how much of the earlier tasks' Fisher information stays when another task ends.").default(1),
    ...fisherOptions,
  }),
  make: (learner, { strength, decay, fisher, samples }) =>
    byPenalty(learner, strength, (penalty, task, random) => {
      const rows = sampleOf(learner, task, samples, random.split("examples"));
      const latest = fisherDiagonal(learner, rows, fisher, random.split("fisher"));
      penalty.renew(learner.parameters.numbers, (running, i) => decay * running + latest[i]!);
    }),
});
