/**
 * @file Whether one method's figure is above another's, or it is chance: the difference by seed with its bootstrap interval, how often chance
 * alone would do as much, and Holm's correction for having asked many times. Where two methods had the same seeds they met the same
 * demonstrations and placements, so that differences are taken seed by seed.
 * @see Efron & Tibshirani (1993), ch. 13 (bootstrap) and 15 (permutation); Holm (1979), "A simple sequentially rejective multiple test procedure".
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
  /**
   * How often chance alone would do as much, were the methods alike: of all ways to swap them within seeds (or seeds between them), the share
   * with as large a difference. With n shared seeds it is 2^(1−n) at least: unlike an interval, it knows how little three seeds can say.
   */
  readonly p: number;
}

const RESAMPLES = 10_000;
/** Up to so many seeds, every way of swapping is tried. */
const EXACT = 12;
/** What rounding may do to a sum. */
const ROUNDING = 1e-12;

/** Over the shared seeds where there are any; otherwise between the means, each method's seeds resampled for themselves. */
export function differenceBySeed(one: BySeed, other: BySeed): Difference {
  const shared = [...one.keys()].filter((seed) => other.has(seed));
  if (shared.length > 0) {
    const gaps = shared.map((seed) => one.get(seed)! - other.get(seed)!);
    return { difference: resampled([gaps], ([gap]) => gap!), p: bySwapping(gaps), paired: true, seeds: gaps.length };
  }
  const [own, against] = [[...one.values()], [...other.values()]];
  const difference = resampled([own, against], ([a, b]) => a! - b!);
  return { difference, p: byExchanging(own, against), paired: false, seeds: Math.min(own.length, against.length) };
}

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

/** The sign-flip test of paired differences: exact for few seeds, by random flips for many. */
function bySwapping(gaps: readonly number[]): number {
  const measured = Math.abs(mean(gaps)) - ROUNDING;
  const isExact = gaps.length <= EXACT;
  const random = RandomStream.fromSeed(0).split("swaps");
  const ways = isExact ? 2 ** gaps.length : RESAMPLES;
  let asLarge = 0;
  for (let way = 0; way < ways; way++) {
    let sum = 0;
    for (const [i, gap] of gaps.entries()) sum += (isExact ? (way >> i) & 1 : random.integer(2)) === 1 ? gap : -gap;
    if (Math.abs(sum / gaps.length) >= measured) asLarge++;
  }
  return isExact ? asLarge / ways : (1 + asLarge) / (1 + ways);
}

/** The permutation test of two independent samples, by random exchanges. */
function byExchanging(own: readonly number[], against: readonly number[]): number {
  const measured = Math.abs(mean(own) - mean(against)) - ROUNDING;
  const random = RandomStream.fromSeed(0).split("exchanges");
  const all = [...own, ...against];
  let asLarge = 0;
  for (let way = 0; way < RESAMPLES; way++) {
    random.shuffle(all);
    if (Math.abs(mean(all.slice(0, own.length)) - mean(all.slice(own.length))) >= measured) asLarge++;
  }
  return (1 + asLarge) / (1 + RESAMPLES);
}

/** Holm's adjusted p-values, in the order given: what is below 0.05 among them holds for all of them together at 5 %. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).toSorted((a, b) => values[a]! - values[b]!);
  const adjusted = values.map(() => 1);
  let least = 0;
  order.forEach((at, rank) => {
    least = Math.max(least, Math.min(1, (values.length - rank) * values[at]!));
    adjusted[at] = least;
  });
  return adjusted;
}
