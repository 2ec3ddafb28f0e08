/**
 * @file Variational continual learning: every weight is a Gaussian, and what was believed of it after the last task is the prior of the next. The
 * loss is the error of drawn weights, plus the KL divergence of the present belief from that prior, per example. Without a core set.
 * @see Nguyen et al. (2018), "Variational continual learning", eq. 4 and 6; Continual World (Wołczyk et al. 2021) for no prior before the first task.
 */
import { z } from "zod";
import { RandomStream } from "../../numerics/random.ts";
import { gaussianNetwork } from "./gaussian-network.ts";
import { restoredNumbers } from "./quadratic-penalty.ts";
import { defineStrategy } from "./strategy.ts";

export const vcl = defineStrategy({
  name: "vcl",
  summary: "believes of every weight a Gaussian, and departs from what it believed after the last task only as far as the current one asks",
  options: z.strictObject({
    strength: z
      .number()
      .min(0)
      .describe(
        "Of the KL divergence, per example of the task. For actions of A numbers with Gaussian noise of variance σ², 2σ²/A is the posterior's own.",
      )
      .default(1e-4),
    deviation: z.number().positive().describe("Standard deviation of every weight at first.").default(0.02),
    prior: z.number().min(0).describe("Standard deviation of the weights' prior N(0, σ²) before the first task; 0 for none.").default(0),
  }),
  make(learner, { strength, deviation, prior: priorDeviation }) {
    const size = learner.parameters.size;
    const start = { means: learner.parameters.numbers.slice(), deviation };
    learner.become(gaussianNetwork(learner.shape, start), RandomStream.fromSeed(0));
    /** Means, then precisions 1/σ². */
    let prior: Float32Array | undefined = priorDeviation === 0 ? undefined : new Float32Array(2 * size).fill(priorDeviation ** -2, size);
    return {
      get bytes() {
        return Float32Array.BYTES_PER_ELEMENT * size + (prior?.byteLength ?? 0);
      },
      adjustGradient({ numbers: gradient }, { task }) {
        if (prior === undefined) return;
        addDivergenceGradient(gradient, learner.parameters.numbers, prior, strength / learner.memory.rowsOf(task).length);
      },
      taskEnded: () => void (prior = learner.parameters.numbers.map((number, i) => (i < size ? number : Math.exp(-2 * number)))),
      snapshot: () => ({ prior: prior?.slice() ?? null }),
      restore: (snapshot) => void (prior = restoredNumbers(snapshot, "prior", 2 * size)),
    };
  },
});

/**
 * Adds weight · ∂KL(q‖p), KL = Σ log(σp/σq) + (σq² + (μq − μp)²) / 2σp² − ½, with respect to the means and the logarithms of the deviations of q.
 * @param q Means [P], then logarithms of deviations [P]; as the gradient. @param p Means [P], then precisions 1/σp² [P].
 */
export function addDivergenceGradient(gradient: Float32Array, q: Float32Array, p: Float32Array, weight: number): void {
  const size = gradient.length / 2;
  for (let i = 0; i < size; i++) {
    const precision = p[size + i]!;
    gradient[i] = gradient[i]! + weight * (q[i]! - p[i]!) * precision;
    gradient[size + i] = gradient[size + i]! + weight * (Math.exp(2 * q[size + i]!) * precision - 1);
  }
}
