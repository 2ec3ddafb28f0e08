/**
 * @file L2: a spring on every parameter, all of the same strength λ, back to where it stood when the last task ended: the loss gains
 * λ·‖θ − θ*‖². The plainest of the penalties; EWC and its kin differ only in giving each parameter a strength of its own.
 * @see Kirkpatrick et al. (2017), "Overcoming catastrophic forgetting in neural networks", where it is the baseline.
 */
import { z } from "zod";
import { restoredNumbers } from "./quadratic-penalty.ts";
import { defineStrategy } from "./strategy.ts";

export const l2 = defineStrategy({
  name: "l2",
  summary: "learns from the current task, with a spring on every parameter back to where the last task left it",
  options: z.strictObject({ strength: z.number().min(0).describe("λ, of the spring.").default(0.01) }),
  make({ parameters }, { strength }) {
    let anchor: Float32Array | undefined;
    return {
      get bytes() {
        return anchor?.byteLength ?? 0;
      },
      taskEnded: () => void (anchor = parameters.numbers.slice()),
      adjustGradient({ numbers: gradient }) {
        if (anchor === undefined) return;
        const { numbers } = parameters;
        for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! + 2 * strength * (numbers[i]! - anchor[i]!);
      },
      snapshot: () => ({ anchor: anchor?.slice() ?? null }),
      restore: (snapshot) => void (anchor = restoredNumbers(snapshot, "anchor", parameters.size)),
    };
  },
});
