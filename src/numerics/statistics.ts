/** @file Means, intervals and resampling. Every interval says what it is of, how it was made and at what level. */
import type { RandomStream } from "./random.ts";

/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * Linear interpolation between order statistics (R's type 7, NumPy's default).
 * @param sorted Ascending, not empty.
 * @param q In [0, 1].
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}

/**
 * Wilson's score interval at 95 % for a success rate; unlike the normal interval it holds at 0 and 1.
 * @see Wilson (1927), "Probable inference, the law of succession, and statistical inference".
 */
export function successRate(successes: number, trials: number): Estimate {
  const z = 1.959963984540054;
  const rate = successes / trials;
  const scale = 1 + (z * z) / trials;
  const centre = (rate + (z * z) / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials));
  return { mean: rate, low: successes === 0 ? 0 : Math.max(0, centre - half), high: successes === trials ? 1 : Math.min(1, centre + half) };
}

/**
 * Percentile bootstrap at 95 %, resampling within each group: the statistic of the groups as they are, and the 2.5 % and 97.5 %
 * quantiles of the statistic of resampled groups; of those that have one, where it can be NaN.
 * @see Efron & Tibshirani (1993), ch. 13; stratified as in Agarwal et al. (2021).
 */
export function stratifiedBootstrap(
  groups: readonly ArrayLike<number>[],
  statistic: (groups: readonly ArrayLike<number>[]) => number,
  random: RandomStream,
  resamples = 2000,
): Estimate {
  const scratch = groups.map((group) => new Float64Array(group.length));
  const values = Float64Array.from({ length: resamples }, () => {
    groups.forEach((group, g) => {
      const into = scratch[g]!;
      for (let i = 0; i < into.length; i++) into[i] = group[random.integer(group.length)]!;
    });
    return statistic(scratch);
  })
    .filter((value) => !Number.isNaN(value))
    .toSorted();
  return { mean: statistic(groups), low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

/**
 * The mean of the middle half: the lowest and the highest quarter of the values are left out, a quarter rounded down.
 * @param values In any order, not empty.
 * @see Agarwal et al. (2021), "Deep reinforcement learning at the edge of the statistical precipice": there SciPy's `trim_mean(…, 0.25)`.
 */
export function interquartileMean(values: ArrayLike<number>): number {
  const cut = Math.floor(values.length / 4);
  return mean(
    Float64Array.from(values)
      .toSorted()
      .subarray(cut, values.length - cut),
  );
}

/**
 * How many standard errors, estimated with so many degrees of freedom, are as improbable as z of a normal distribution whose deviation is known: the
 * quantile of Student's distribution, by the first terms of its expansion in 1/ν. Within 1 % for z up to 2 and ν from 3 up.
 * @see Abramowitz & Stegun (1964), eq. 26.7.5.
 * @param z From 0 up. @param freedom ν, from 1 up.
 */
export function studentT(z: number, freedom: number): number {
  const terms = [(z ** 3 + z) / 4, (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96, (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384];
  return terms.reduce((sum, term, k) => sum + term / freedom ** (k + 1), z);
}
