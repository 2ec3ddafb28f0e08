/**
 * @file How far two methods differ in a figure: by seed where they had the same ones, which met the same demonstrations and placements, with a
 * bootstrap interval.
 * @see Efron & Tibshirani (1993), "An introduction to the bootstrap", ch. 13.
 */
import { RandomStream } from "../../numerics/random.ts";
import { mean, quantile, type Estimate } from "../../numerics/statistics.ts";

/** A figure of one method: its value of each seed. */
export type BySeed = ReadonlyMap<number, number>;

export interface Difference {
  /** One minus other, with its 95 % interval; `low` and `high` are NaN with one seed. */
  readonly difference: Estimate;
  /** Whether it was taken seed by seed. */
  readonly paired: boolean;
  /** How many seeds it was taken over: the shared ones, or those of the method that has fewer. */
  readonly seeds: number;
}

const RESAMPLES = 10_000;

/** Over the shared seeds where there are any; otherwise between the means, each method's seeds resampled for themselves. */
export function differenceBySeed(one: BySeed, other: BySeed): Difference {
  const shared = sharedSeeds(one, other);
  if (shared.length > 0) {
    const gaps = shared.map((seed) => one.get(seed)! - other.get(seed)!);
    return { difference: resampled([gaps], ([gap]) => gap!), paired: true, seeds: gaps.length };
  }
  const [own, against] = [[...one.values()], [...other.values()]];
  return { difference: resampled([own, against], ([a, b]) => a! - b!), paired: false, seeds: Math.min(own.length, against.length) };
}

export const sharedSeeds = (one: BySeed, other: BySeed): readonly number[] => [...one.keys()].filter((seed) => other.has(seed));

/** Percentile bootstrap at 95 % of a statistic of groups' means, each group resampled for itself. */
function resampled(groups: readonly (readonly number[])[], statistic: (means: readonly number[]) => number): Estimate {
  const measured = statistic(groups.map(mean));
  if (groups.some((group) => group.length < 2)) return { mean: measured, low: Number.NaN, high: Number.NaN };
  const random = RandomStream.fromSeed(0).split("differences");
  const drawn = (group: readonly number[]): number => {
    let sum = 0;
    for (let i = 0; i < group.length; i++) sum += group[random.integer(group.length)]!;
    return sum / group.length;
  };
  const values = Float64Array.from({ length: RESAMPLES }, () => statistic(groups.map(drawn))).toSorted();
  return { mean: measured, low: quantile(values, 0.025), high: quantile(values, 0.975) };
}
