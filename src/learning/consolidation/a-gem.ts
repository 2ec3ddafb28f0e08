/**
 * @file Averaged gradient episodic memory: where a step would raise the error on states of earlier tasks, its gradient g is projected to where, to first
 * order, it does not: g − (g·r / r·r)·r with r the gradient of that error, if g·r < 0. The states are drawn anew for every step, from all earlier tasks in
 * equal shares. The promise is one of plain gradient descent: Adam, which follows the gradient here, gives every parameter a rate of its own.
 * @see Chaudhry et al. (2019), "Efficient lifelong learning with A-GEM", eq. 11.
 */
import { z } from "zod";
import { FlatVector } from "../../tensor/flat-vector.ts";
import { drawBalanced, tasksBut } from "./drawing.ts";
import { keeping, keepOption } from "./keeping.ts";
import { defineStrategy, stateless } from "./strategy.ts";

export const aGem = defineStrategy({
  name: "a-gem",
  summary: "learns from the current task, by gradients that do not raise the error on remembered states",
  options: z.strictObject({
    states: z.int().min(1).describe("Remembered states that a gradient is compared on.").default(32),
    keep: keepOption,
  }),
  make(learner, { states, keep }) {
    const { memory } = learner;
    const reference = new FlatVector(learner.parameters.size);
    const rows = new Int32Array(states);
    return {
      ...stateless,
      keep: keeping(memory, keep),
      adjustGradient(gradient, { task, random }) {
        const earlier = tasksBut(memory, task);
        if (earlier.length === 0) return;
        drawBalanced(memory, earlier, random, rows);
        learner.gradient(learner.examples(rows), reference);
        const along = dot(gradient, reference);
        if (along < 0) gradient.addScaled(-along / reference.squares, reference);
      },
      dispose: () => reference.dispose(),
    };
  },
});

function dot({ numbers: a }: FlatVector, { numbers: b }: FlatVector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
