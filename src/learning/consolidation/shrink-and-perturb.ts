/**
 * @file Shrink and perturb: a task begins from the parameters of the last, made smaller, plus a little of a fresh network: θ ← λθ + σθ₀. What is half
 * forgotten is learned anew more easily than what is held with confidence. The optimiser begins afresh, as for any new training.
 * @see Ash & Adams (2020), "On warm-starting neural network training"; their noise is normal, ours the network's own initialisation.
 */
import { z } from "zod";
import { SnapshotError } from "../../contract/errors.ts";
import { defineStrategy } from "./strategy.ts";

export const shrinkAndPerturb = defineStrategy({
  name: "shrink-and-perturb",
  summary: "begins every task from shrunken parameters with fresh ones mixed in, to learn the new as easily as the first",
  options: z.strictObject({
    shrink: z.number().min(0).max(1).describe("λ, what stays of the parameters.").default(0.8),
    noise: z.number().min(0).describe("σ, how much of a fresh network is added.").default(0.05),
  }),
  make(learner, { shrink, noise }) {
    /** The first task begins with a network that has nothing to shrink. */
    let learned = false;
    return {
      bytes: 0,
      taskEnded: () => void (learned = true),
      taskBegan(task, random) {
        if (!learned) return;
        const before = learner.parameters.numbers.slice();
        learner.become(learner.network, random.split(task));
        const { numbers } = learner.parameters;
        for (let i = 0; i < numbers.length; i++) numbers[i] = shrink * before[i]! + noise * numbers[i]!;
      },
      snapshot: () => ({ learned }),
      restore({ learned: saved }) {
        if (typeof saved !== "boolean") throw new SnapshotError("Expected `learned` to say whether a task has ended.");
        learned = saved;
      },
    };
  },
});
