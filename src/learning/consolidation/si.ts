/**
 * @file Synaptic intelligence: a parameter is as important as it was useful on the way. While a task is learned, ω sums up by how much its movement
 * lowered the loss (without the penalty); when the task ends, Ω ← Ω + max(0, ω / (Δθ² + ξ)), with Δθ its movement over the task. The loss gains c·Σ Ω
 * (θ − θ*)².
 * @see Zenke, Poole & Ganguli (2017), "Continual learning through synaptic intelligence", eq. 3 to 5; that Ω stays ≥ 0 is from the authors' program.
 */
import { z } from "zod";
import { nested } from "../../contract/snapshot.ts";
import { PathIntegral } from "./path-integral.ts";
import { QuadraticPenalty, restoredNumbers } from "./quadratic-penalty.ts";
import { defineStrategy } from "./strategy.ts";

export const si = defineStrategy({
  name: "si",
  summary: "learns from the current task, held back from moving parameters whose movement lowered the loss before",
  options: z.strictObject({
    strength: z.number().min(0).describe("c, of the penalty c·Σ Ω (θ − θ*)².").default(0.1),
    damping: z.number().positive().describe("ξ, added to the squared movement over a task that importance is divided by.").default(1e-3),
  }),
  make({ parameters }, { strength, damping }) {
    const penalty = new QuadraticPenalty(parameters.size);
    const path = new PathIntegral(parameters.size);
    /** Where the task began. */
    let start: Float32Array | undefined;
    return {
      get bytes() {
        return penalty.bytes + (start?.byteLength ?? 0) + Float32Array.BYTES_PER_ELEMENT * parameters.size;
      },
      adjustGradient(gradient) {
        start ??= parameters.numbers.slice();
        path.leave(parameters, gradient);
        penalty.pull(gradient, parameters, 2 * strength);
      },
      afterStep: () => path.arrive(parameters),
      taskEnded() {
        const { numbers } = parameters;
        const decrease = path.decrease.numbers;
        const begun = start ?? numbers;
        penalty.renew(numbers, (sum, i) => sum + Math.max(0, decrease[i]! / ((numbers[i]! - begun[i]!) ** 2 + damping)));
        decrease.fill(0);
        start = undefined;
      },
      snapshot: () => ({ penalty: penalty.snapshot(), path: path.snapshot(), start: start?.slice() ?? null }),
      restore(snapshot) {
        penalty.restore(nested(snapshot, "penalty"));
        path.restore(nested(snapshot, "path"));
        start = restoredNumbers(snapshot, "start", parameters.size);
      },
      dispose() {
        penalty.dispose();
        path.dispose();
      },
    };
  },
});
