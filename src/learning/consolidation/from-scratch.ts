/**
 * @file A fresh network and optimiser for every task. It keeps nothing and gains nothing from what came before, so that what it reaches on a task is
 * what one learner alone reaches: the reference of transfer and intransigence.
 */
import { z } from "zod";
import { defineStrategy, stateless } from "./strategy.ts";

export const fromScratch = defineStrategy({
  name: "from-scratch",
  summary: "learns every task with a fresh network, as if it were the first (the single-task reference)",
  options: z.strictObject({}),
  make: (learner) => ({ ...stateless, taskBegan: (task, random) => learner.become(learner.network, random.split(task)) }),
});
