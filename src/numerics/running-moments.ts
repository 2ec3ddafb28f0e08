/** @file Mean and variance of vectors that come one by one. */
import { InvalidValueError, SnapshotError } from "../contract/errors.ts";
import type { Snapshot } from "../contract/snapshot.ts";

/** Plain numbers, for files. */
export interface Moments {
  readonly count: number;
  readonly mean: readonly number[];
  /** Of the population: divided by the count. */
  readonly variance: readonly number[];
}

/** Welford's recurrence, in float64. Before anything came, the mean is 0 and the variance 1. */
export class RunningMoments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  #count = 0;

  /** @throws {InvalidValueError} Moments of another length, or that are none. */
  constructor(size: number, moments?: Moments) {
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
    if (moments === undefined) return;
    const { count, mean, variance } = moments;
    if (!Number.isInteger(count) || count < 0) throw new InvalidValueError("statistics.count", count, "a whole number from 0 up");
    if (mean.length !== size || !mean.every(Number.isFinite)) throw new InvalidValueError("statistics.mean", mean, `${size} finite numbers`);
    if (variance.length !== size || !variance.every((value) => value >= 0 && Number.isFinite(value)))
      throw new InvalidValueError("statistics.variance", variance, `${size} finite numbers from 0 up`);
    this.#count = count;
    this.mean.set(mean);
    this.variance.set(variance);
  }

  get moments(): Moments {
    return { count: this.#count, mean: [...this.mean], variance: [...this.variance] };
  }

  add(vector: ArrayLike<number>): void {
    const count = ++this.#count;
    for (let k = 0; k < this.mean.length; k++) {
      const before = vector[k]! - this.mean[k]!;
      this.mean[k] = this.mean[k]! + before / count;
      const squares = count === 1 ? 0 : this.variance[k]! * (count - 1);
      this.variance[k] = (squares + before * (vector[k]! - this.mean[k]!)) / count;
    }
  }

  snapshot(): Snapshot {
    return { count: this.#count, mean: this.mean.slice(), variance: this.variance.slice() };
  }

  restore({ count, mean, variance }: Snapshot): void {
    const fits = (value: unknown): value is Float64Array => value instanceof Float64Array && value.length === this.mean.length;
    if (typeof count !== "number" || !fits(mean) || !fits(variance))
      throw new SnapshotError(`Expected \`count\`, \`mean\` and \`variance\` of ${this.mean.length} numbers.`);
    this.#count = count;
    this.mean.set(mean);
    this.variance.set(variance);
  }
}
