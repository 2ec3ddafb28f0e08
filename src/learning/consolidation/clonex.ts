/**
 * @file Policy cloning from memory: when a task ends, what the policy does in its states takes the place of what was shown in them, and while other tasks
 * are learned the loss gains λ·mean(f(x) − f_then(x))² on states that were kept, from all earlier tasks in equal shares.
 * @see Wołczyk et al. (2022), "Disentangling transfer in continual reinforcement learning" (ClonEx-SAC), without its exploration, which cloning has none of.
 */
import { z } from "zod";
import { drawBalanced, tasksBut } from "./drawing.ts";
import { keeping, keepOption } from "./keeping.ts";
import { defineStrategy, stateless } from "./strategy.ts";

export const clonex = defineStrategy({
  name: "clonex",
  summary: "learns from the current task, and clones in remembered states what it did when their task ended",
  options: z.strictObject({
    strength: z.number().min(0).describe("λ, of what was done then beside what is shown now.").default(3),
    keep: keepOption,
  }),
  make(learner, { strength, keep }) {
    const { memory } = learner;
    return {
      ...stateless,
      keep: keeping(memory, keep),
      taskEnded(task) {
        const rows = memory.rowsOf(task);
        const answers = learner.answers(learner.examples(rows).inputs);
        const { valueSize } = memory.shape;
        const ids = Array.from(rows, (row) => memory.idOf(row));
        ids.forEach((id, i) => memory.revise(id, { value: answers.slice(i * valueSize, (i + 1) * valueSize) }));
      },
      terms({ task, random }, { count }) {
        const earlier = tasksBut(memory, task);
        if (earlier.length === 0) return [];
        const rows = new Int32Array(count);
        drawBalanced(memory, earlier, random, rows);
        return [{ examples: learner.examples(rows), weight: strength }];
      },
    };
  },
});
