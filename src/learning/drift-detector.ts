/**
 * @file Notices that what is shown has become something else. A demonstration is summed up by the means of its features and actions; one whose summary
 * departs from those before by several of their standard deviations, over all its numbers together, belongs to another task.
 * @see Mahalanobis (1936), "On the generalised distance in statistics"; here with a diagonal covariance, its root mean square over the numbers.
 */
import { SnapshotError } from "../contract/errors.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import { mean } from "../numerics/statistics.ts";

/** So many standard deviations, as root mean square over all numbers, are another task's. */
const LIMIT = 2.5;
/** No number counts for more: some hardly vary within a task, and one that moves a little must not decide alone. */
const MOST_DEVIATIONS = 10;
/** With fewer demonstrations nothing can be said of how they vary. */
const FEWEST = 4;
/** Of how many demonstrations at most it knows: the latest. */
const MOST = 64;
/** A number varies at least by this share of the variance of all numbers together. */
const LEAST_VARIANCE = 1e-4;

export class DriftDetector {
  /** One after another, of the present task alone. */
  #known: Float32Array[] = [];

  /** Hears a demonstration, and says whether another task began with it. @param summary All of one length. */
  hear(summary: Float32Array): boolean {
    const isOther = this.#isOther(summary);
    if (isOther) this.#known = [];
    this.#known.push(summary.slice());
    if (this.#known.length > MOST) this.#known.shift();
    return isOther;
  }

  #isOther(summary: Float32Array): boolean {
    return this.#known.length >= FEWEST && deviation(summary, this.#known) > LIMIT;
  }

  snapshot(): Snapshot {
    return { known: this.#known.map((summary) => summary.slice()) };
  }

  /** @throws {SnapshotError} Not a snapshot of a drift detector. */
  restore({ known }: Snapshot): void {
    if (!Array.isArray(known) || !known.every((summary) => summary instanceof Float32Array)) {
      throw new SnapshotError("Expected the snapshot of a drift detector, with the summaries of demonstrations under `known`.");
    }
    this.#known = known.map((summary: Float32Array) => summary.slice());
  }
}

/**
 * √(mean over k of min(|z_k|, 10)²), z_k = (x_k − mean_k) / (s_k·√(1 + 1/n)): how many standard deviations a further draw from the same source would be off,
 * were the numbers independent.
 */
function deviation(x: Float32Array, known: readonly Float32Array[]): number {
  const n = known.length;
  const means = Float64Array.from(x, (_, k) => mean(known.map((one) => one[k]!)));
  const variances = Float64Array.from(x, (_, k) => known.reduce((sum, one) => sum + (one[k]! - means[k]!) ** 2, 0) / (n - 1));
  const centre = mean(means);
  const whole = mean(known.map((one) => mean(Float64Array.from(one, (number) => (number - centre) ** 2))));
  const least = LEAST_VARIANCE * whole + Number.MIN_VALUE;
  const squares = Float64Array.from(x, (number, k) => {
    const z = Math.abs(number - means[k]!) / Math.sqrt((variances[k]! + least) * (1 + 1 / n));
    return Math.min(z, MOST_DEVIATIONS) ** 2;
  });
  return Math.sqrt(mean(squares));
}
