/**
 * @file Methods over seeds: for each figure its mean and its interquartile mean (IQM), with 95 % stratified bootstrap intervals.
 * @see Agarwal et al. (2021), "Deep reinforcement learning at the edge of the statistical precipice".
 */
import { RandomStream } from "../../numerics/random.ts";
import { interquartileMean, mean, quantile, type Estimate } from "../../numerics/statistics.ts";
import type { BenchResult, RunResult } from "./result.ts";
import { PERFORMANCE } from "./run-result.ts";

export interface FigureSummary {
  readonly id: string;
  /** Over seeds. With one seed nothing is known of the spread: `low` and `high` are NaN. */
  readonly mean: Estimate;
  /** Over all scores: of seeds and tasks where each task has a score of its own, otherwise of seeds. */
  readonly iqm: Estimate;
}

export interface MethodSummary {
  readonly method: string;
  /** Those that came to their end. */
  readonly seeds: readonly number[];
  /** Of the figures that every one of its runs has. */
  readonly figures: readonly FigureSummary[];
}

type Measured = Pick<BenchResult, "methods" | "runs" | "figures">;

/** Tables, files and pages ask for the same. */
const known = new WeakMap<Measured, readonly MethodSummary[]>();

/** The methods by average performance, the best first; those without a run that ended come last. */
export function summarizeMethods(result: Measured): readonly MethodSummary[] {
  const summaries = known.get(result) ?? summarized(result);
  known.set(result, summaries);
  return summaries;
}

function summarized({ methods, runs, figures }: Measured): readonly MethodSummary[] {
  const summaries = methods.map(({ name }) => {
    const own = runs.filter(({ method }) => method === name);
    const shared = figures.filter(({ id }) => own.length > 0 && own.every((run) => run.figures[id] !== undefined));
    return { method: name, seeds: own.map(({ seed }) => seed), figures: shared.map(({ id }) => summarizeFigure(id, own)) };
  });
  const performance = (summary: MethodSummary): number => figureOf(summary, PERFORMANCE)?.mean.mean ?? -Infinity;
  return summaries.toSorted((a, b) => performance(b) - performance(a) || 0);
}

export const figureOf = ({ figures }: MethodSummary, id: string): FigureSummary | undefined => figures.find((figure) => figure.id === id);

/** What is resampled: an entry a seed in each stratum. */
type Strata = readonly (readonly number[])[];

function summarizeFigure(id: string, runs: readonly RunResult[]): FigureSummary {
  const strata = strataOf(id, runs);
  return {
    id,
    mean: estimated(strata, meanOfMeans),
    iqm: estimated(strata, (groups) => interquartileMean(groups.flatMap((group) => Array.from(group)))),
  };
}

/** The scores of each task, where the figure is their mean; the figure itself for any other. */
function strataOf(id: string, runs: readonly RunResult[]): Strata {
  const pick = perTask[id];
  const tasks = runs[0]!.rates[0]!.length;
  if (pick === undefined) return [runs.map(({ figures }) => figures[id]!)];
  return Array.from({ length: tasks }, (_, j) => runs.map(({ rates }) => pick(rates, j)!));
}

/** Figures that are means over tasks of one cell each. */
const perTask: Readonly<Record<string, (rates: RunResult["rates"], task: number) => number | null>> = {
  [PERFORMANCE]: (rates, j) => rates.at(-1)![j]!,
  "learning-accuracy": (rates, j) => rates[j + 1]![j]!,
};

const meanOfMeans = (groups: readonly ArrayLike<number>[]): number => mean(groups.map(mean));

/** Percentile bootstrap at 95 %: seeds are resampled within each stratum. */
export function estimated(strata: Strata, statistic: (groups: readonly ArrayLike<number>[]) => number): Estimate {
  const seeds = strata[0]!.length;
  if (seeds < 2) return { mean: statistic(strata), low: Number.NaN, high: Number.NaN };
  const picks = picksOf(strata.length, seeds);
  const groups = strata.map(() => new Float64Array(seeds));
  let at = 0;
  const values = Float64Array.from({ length: RESAMPLES }, () => {
    for (const [k, group] of groups.entries()) for (let i = 0; i < seeds; i++) group[i] = strata[k]![picks[at++]!]!;
    return statistic(groups);
  }).toSorted();
  return { mean: statistic(strata), low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

const RESAMPLES = 2000;

/** Of each shape once: every figure of the same shape is resampled alike, and drawing takes longer than summing. */
const drawn = new Map<string, Uint16Array>();

/** [RESAMPLES, strata, seeds]: which seed is taken. */
function picksOf(strata: number, seeds: number): Uint16Array {
  const shape = `${strata} ${seeds}`;
  let picks = drawn.get(shape);
  if (picks === undefined) {
    const random = RandomStream.fromSeed(0).split("methods");
    picks = Uint16Array.from({ length: RESAMPLES * strata * seeds }, () => random.integer(seeds));
    drawn.set(shape, picks);
  }
  return picks;
}
