/**
 * @file The figures of continual learning, from one matrix R. R[i][j] is the success on task j after learning i of N tasks; row 0 is
 * before any learning. The same words name different formulas in the literature, so each figure here carries its own.
 */
import { RandomStream } from "../numerics/random.ts";
import { quantile, type Estimate } from "../numerics/statistics.ts";
import type { Evaluated } from "./run-event.ts";

/** R as numbers: N + 1 rows of N. */
export type Rates = readonly (readonly number[])[];

export interface Metric {
  readonly id: string;
  readonly name: string;
  /** With its source. */
  readonly formula: string;
  readonly better: "higher" | "lower";
  /** How many tasks it needs. */
  readonly minimumTasks: number;
  of(rates: Rates): number;
}

/** N */
export const tasksOf = (rates: Rates): number => rates.length - 1;
/** R[i][j], with tasks counted from 1 as in the formulas. */
export const at = (rates: Rates, i: number, j: number): number => rates[i]![j - 1]!;
/** The mean of a term over j = from … to. */
export function meanOver(from: number, to: number, term: (j: number) => number): number {
  let sum = 0;
  for (let j = from; j <= to; j++) sum += term(j);
  return sum / (to - from + 1);
}

export const metrics: readonly Metric[] = [
  {
    id: "average-performance",
    name: "average performance",
    formula: "mean over j of R[N][j] (Continual World, Wołczyk et al. 2021; “ACC” of Lopez-Paz & Ranzato 2017)",
    better: "higher",
    minimumTasks: 1,
    of: (rates) => meanOver(1, tasksOf(rates), (j) => at(rates, tasksOf(rates), j)),
  },
  {
    id: "learning-accuracy",
    name: "right after learning",
    formula: "mean over j of R[j][j] (“learning accuracy”, Riemer et al. 2019)",
    better: "higher",
    minimumTasks: 1,
    of: (rates) => meanOver(1, tasksOf(rates), (j) => at(rates, j, j)),
  },
  {
    id: "forgetting-continual-world",
    name: "forgetting (Continual World)",
    formula: "mean over j ≤ N of R[j][j] − R[N][j], the last task included (Wołczyk et al. 2021)",
    better: "lower",
    minimumTasks: 1,
    of: (rates) => meanOver(1, tasksOf(rates), (j) => at(rates, j, j) - at(rates, tasksOf(rates), j)),
  },
  {
    id: "forgetting-chaudhry",
    name: "forgetting (Chaudhry)",
    formula: "mean over j < N of (max over 1 ≤ i < N of R[i][j]) − R[N][j] (Chaudhry et al. 2018)",
    better: "lower",
    minimumTasks: 2,
    of(rates) {
      const n = tasksOf(rates);
      return meanOver(1, n - 1, (j) => {
        let best = -Infinity;
        for (let i = 1; i < n; i++) best = Math.max(best, at(rates, i, j));
        return best - at(rates, n, j);
      });
    },
  },
  {
    id: "backward-transfer",
    name: "backward transfer (GEM)",
    formula: "mean over j < N of R[N][j] − R[j][j] (Lopez-Paz & Ranzato 2017)",
    better: "higher",
    minimumTasks: 2,
    of: (rates) => meanOver(1, tasksOf(rates) - 1, (j) => at(rates, tasksOf(rates), j) - at(rates, j, j)),
  },
  {
    id: "forward-transfer",
    name: "forward transfer (GEM)",
    formula: "mean over j > 1 of R[j − 1][j] − R[0][j]: just before a task is learned, against the untrained agent (Lopez-Paz & Ranzato 2017)",
    better: "higher",
    minimumTasks: 2,
    of: (rates) => meanOver(2, tasksOf(rates), (j) => at(rates, j - 1, j) - at(rates, 0, j)),
  },
];

/** R as it was measured, and R again and again over resampled placements. */
export interface ResampledRates {
  readonly measured: Rates;
  readonly resamples: readonly Rates[];
}

/** What is resampled of a cell: an entry an episode. */
type Tested = Pick<Evaluated, "successes">;

const RESAMPLES = 2000;

/**
 * A bootstrap over test episodes, by task. All cells of a task met the same placements, so whole placements are resampled, in every row at once; and
 * with one seed for all agents, in every agent at once. Absent while R has a gap, or a task tested on different numbers of placements.
 * @see Efron & Tibshirani (1993), ch. 13.
 */
export function resample({ cells }: { readonly cells: readonly (readonly (Tested | undefined)[])[] }): ResampledRates | undefined {
  const outcomes = cells.map((row) => row.map((cell) => Uint8Array.from(cell?.successes ?? [], Number)));
  const counts = outcomes[0]?.map((cell) => cell.length) ?? [];
  if (counts.length === 0 || !outcomes.every((row) => row.every((cell, j) => cell.length > 0 && cell.length === counts[j]))) return undefined;
  const random = RandomStream.fromSeed(0).split("intervals");
  const picks = counts.map((count) => Uint32Array.from({ length: count }, (_, i) => i));
  const ratesOfPicks = (): Rates => outcomes.map((row) => row.map((cell, j) => meanOfPicked(cell, picks[j]!)));
  const measured = ratesOfPicks();
  const resamples = Array.from({ length: RESAMPLES }, () => {
    for (const pick of picks) for (let i = 0; i < pick.length; i++) pick[i] = random.integer(pick.length);
    return ratesOfPicks();
  });
  return { measured, resamples };
}

/** A figure with its 95 % percentile interval. Absent with too few tasks. */
export function estimate(metric: Metric, resampled: ResampledRates): Estimate | undefined {
  return tasksOf(resampled.measured) < metric.minimumTasks ? undefined : estimateOf(resampled, (rates) => metric.of(rates));
}

/** Any figure of the rates, with its 95 % percentile interval. */
export function estimateOf({ measured, resamples }: ResampledRates, figure: (rates: Rates) => number): Estimate {
  return percentiles(figure(measured), Float64Array.from(resamples, figure));
}

/** By how much one agent's figure is above another's, with the interval of the difference on the same placements. Absent with too few tasks. */
export function difference(metric: Metric, one: ResampledRates, other: ResampledRates): Estimate | undefined {
  if (tasksOf(one.measured) < metric.minimumTasks) return undefined;
  const gaps = Float64Array.from(one.resamples, (rates, i) => metric.of(rates) - metric.of(other.resamples[i]!));
  return percentiles(metric.of(one.measured) - metric.of(other.measured), gaps);
}

function percentiles(mean: number, values: Float64Array): Estimate {
  const sorted = values.toSorted();
  return { mean, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

function meanOfPicked(values: Uint8Array, picked: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < picked.length; i++) sum += values[picked[i]!]!;
  return sum / picked.length;
}
