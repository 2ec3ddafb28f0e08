/**
 * @file Riemannian walk: the running Fisher information of online EWC and the usefulness of SI in one penalty. Over every `interval` steps the loss'
 * decrease by a parameter is divided by how far the policy moved with it, in KL divergence: s ← s + ω / (½ F Δθ² + ε). When a task ends, scores
 * before and now are averaged, both parts are scaled to a largest value of 1, and the loss gains λ·Σ (F + max(0, s)) (θ − θ*)².
 * @see Chaudhry et al. (2018), "Riemannian walk for incremental learning: understanding forgetting and intransigence", eq. 5 to 8. As in the authors'
 * program F is made of squared gradients of batches, F ← α·g² + (1 − α)·F, here once in an interval.
 */
import { z } from "zod";
import { SnapshotError } from "../../contract/errors.ts";
import { nested } from "../../contract/snapshot.ts";
import { PathIntegral } from "./path-integral.ts";
import { QuadraticPenalty, restoredNumbers } from "./quadratic-penalty.ts";
import { defineStrategy } from "./strategy.ts";

export const rwalk = defineStrategy({
  name: "rwalk",
  summary: "learns from the current task, held back from moving parameters that mattered or were useful before, by a walk on the Fisher metric",
  options: z.strictObject({
    strength: z.number().min(0).describe("λ, of the penalty λ·Σ (F + s) (θ − θ*)², with F and s scaled to 1 at most.").default(1),
    interval: z.int().min(1).describe("Gradient steps that a score is made over, and between estimates of the Fisher information.").default(10),
    rate: z.number().gt(0).max(1).describe("α, the share of an estimate in the running Fisher information.").default(0.1),
    damping: z.number().positive().describe("ε, added to the movement in KL divergence that the loss' decrease is divided by.").default(1e-6),
  }),
  make({ parameters }, { strength, interval, rate, damping }) {
    const penalty = new QuadraticPenalty(parameters.size);
    const path = new PathIntegral(parameters.size);
    const fisher = new Float32Array(parameters.size);
    /** s, of the current task. */
    const score = new Float32Array(parameters.size);
    /** Where the interval began. */
    const begun = new Float32Array(parameters.size);
    /** s after the tasks that have ended. */
    let scores: Float32Array | undefined;
    /** Steps of the interval that have been taken, and estimates of the Fisher information. */
    let [taken, estimates] = [0, 0];

    const beginInterval = (numbers: Float32Array, gradient: Float32Array): void => {
      begun.set(numbers);
      const share = estimates++ === 0 ? 1 : rate;
      for (let i = 0; i < fisher.length; i++) fisher[i] = fisher[i]! + share * (gradient[i]! * gradient[i]! - fisher[i]!);
    };
    const endInterval = (): void => {
      const { numbers } = parameters;
      const decrease = path.decrease.numbers;
      for (let i = 0; i < score.length; i++) {
        const moved = numbers[i]! - begun[i]!;
        score[i] = score[i]! + decrease[i]! / (0.5 * fisher[i]! * moved * moved + damping);
      }
      decrease.fill(0);
      taken = 0;
    };

    return {
      get bytes() {
        return penalty.bytes + 4 * fisher.byteLength + (scores?.byteLength ?? 0);
      },
      adjustGradient(gradient) {
        if (taken === 0) beginInterval(parameters.numbers, gradient.numbers);
        path.leave(parameters, gradient);
        penalty.pull(gradient, parameters, 2 * strength);
      },
      afterStep() {
        path.arrive(parameters);
        if (++taken === interval) endInterval();
      },
      taskEnded() {
        if (taken > 0) endInterval();
        const mean = scores === undefined ? score.slice() : scores.map((number, i) => (number + score[i]!) / 2);
        const [fisherShare, scoreShare] = [1 / largest(fisher), 1 / largest(mean)];
        penalty.renew(parameters.numbers, (_, i) => fisher[i]! * fisherShare + Math.max(0, mean[i]!) * scoreShare);
        scores = mean;
        score.fill(0);
      },
      snapshot: () => ({
        penalty: penalty.snapshot(),
        path: path.snapshot(),
        fisher: fisher.slice(),
        score: score.slice(),
        begun: begun.slice(),
        scores: scores?.slice() ?? null,
        taken,
        estimates,
      }),
      restore(snapshot) {
        penalty.restore(nested(snapshot, "penalty"));
        path.restore(nested(snapshot, "path"));
        for (const [key, vector] of Object.entries({ fisher, score, begun })) {
          const saved = restoredNumbers(snapshot, key, vector.length);
          if (saved === undefined) throw new SnapshotError(`Expected \`${key}\` to be numbers, one a parameter.`);
          vector.set(saved);
        }
        scores = restoredNumbers(snapshot, "scores", score.length);
        const { taken: steps, estimates: count } = snapshot;
        if (typeof steps !== "number" || typeof count !== "number") throw new SnapshotError("Expected `taken` and `estimates` to be numbers.");
        [taken, estimates] = [steps, count];
      },
      dispose() {
        penalty.dispose();
        path.dispose();
      },
    };
  },
});

/** The largest positive number, or 1 where there is none. */
const largest = (numbers: Float32Array): number => numbers.reduce((most, number) => Math.max(most, number), 0) || 1;
