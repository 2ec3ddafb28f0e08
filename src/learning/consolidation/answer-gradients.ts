/**
 * @file How a policy's answers depend on its parameters, example by example: what the importance of parameters is made of.
 * @see van de Ven (2025), "On the computation of the Fisher information in continual learning", on how much the ways to compute it differ.
 */
import type { TaskId } from "../../contract/task.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { FlatVector } from "../../tensor/flat-vector.ts";
import type { Examples, Learner } from "./strategy.ts";

/**
 * Ways to estimate the diagonal of the Fisher information of a policy that answers with the mean f(x) of a Gaussian of unit variance, at states x
 * that were shown with actions y. It is meant to be E_x Σ_k (∂f_k/∂θ)².
 * - `exact`: that sum over the outputs k, at each state.
 * - `sampled`: the mean of (∂ log p(ŷ|x)/∂θ)² with one answer ŷ a state drawn from the policy itself; the same in expectation, at 1/A of the cost.
 * - `empirical`: the mean of the squared gradient of each state's own error, (∂ ½‖f − y‖²/∂θ)²: it fades where the policy errs little.
 * - `batch`: the squares of gradients that were averaged over 32 states before, as many programs have it; cheap, and no estimate of the Fisher
 *   information.
 */
export const fisherKinds = ["exact", "sampled", "empirical", "batch"] as const;
export type FisherKind = (typeof fisherKinds)[number];

const BATCH = 32;

/** Up to so many of a task's examples that are in memory, each at most once. */
export function sampleOf({ memory }: Learner, task: TaskId, samples: number, random: RandomStream): Int32Array {
  const rows = memory.rowsOf(task);
  return random.sample(Math.min(samples, rows.length), rows.length).map((k) => rows[k]!);
}

/** The diagonal of the Fisher information at the present parameters, one number ≥ 0 a parameter. */
export function fisherDiagonal(learner: Learner, rows: Int32Array, kind: FisherKind, random: RandomStream): Float32Array {
  const mean = new Float32Array(learner.parameters.size);
  const gradient = new FlatVector(learner.parameters.size);
  const batch = kind === "batch" ? BATCH : 1;
  for (let from = 0; from < rows.length; from += batch) {
    const examples = learner.examples(rows.subarray(from, from + batch));
    const answers = learner.answers(examples.inputs);
    for (const weights of weightings(kind, answers, examples, random)) {
      answerGradient(learner, { ...examples, answers, weights }, gradient);
      const { numbers } = gradient;
      const share = examples.count / rows.length;
      for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + share * numbers[i]! * numbers[i]!;
    }
  }
  gradient.dispose();
  return mean;
}

/** Of the answers, whose weighted sum is differentiated. */
function weightings(kind: FisherKind, answers: Float32Array, { targets }: Examples, random: RandomStream): readonly Float32Array[] {
  if (kind === "exact") return Array.from(answers, (_, k) => answers.map((_number, j) => (j === k ? 1 : 0)));
  if (kind === "sampled") return [answers.map(() => random.normal())];
  return [answers.map((answer, k) => answer - targets[k]!)];
}

export interface WeightedAnswers extends Pick<Examples, "count" | "inputs"> {
  /** f(x), [n, A]. */
  readonly answers: Float32Array;
  /** w, [n, A]. */
  readonly weights: Float32Array;
}

/** Writes ∂/∂θ of (1/n)·Σ_x Σ_k w_k(x) f_k(x). */
export function answerGradient(learner: Learner, { count, inputs, answers, weights }: WeightedAnswers, into: FlatVector): void {
  // The error is the mean of (f − t)² over n·A numbers, with the gradient 2/(n·A)·Σ (f − t) ∂f: that is asked for where f − t = w·A/2.
  const half = answers.length / count / 2;
  learner.gradient({ count, inputs, targets: answers.map((answer, k) => answer - half * weights[k]!) }, into);
}
