/**
 * @file Methods over seeds: for each figure its mean and its interquartile mean (IQM), with 95 % bootstrap intervals. Whole seeds are resampled: one agent lives
 * through all tasks of a sequence, so that its scores in them are no independent witnesses, as those of the stratified bootstrap are, where an agent has
 * but one task.
 * @see Agarwal et al. (2021), "Deep reinforcement learning at the edge of the statistical precipice"; Davison & Hinkley (1997), "Bootstrap methods and their application", §3.8.
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

function summarizeFigure(id: string, runs: readonly RunResult[]): FigureSummary {
  const scores = runs.map((run) => scoresOf(id, run));
  return {
    id,
    mean: estimated(scores, (drawn) => mean(drawn.map(mean))),
    iqm: estimated(scores, (drawn) => interquartileMean(drawn.flat())),
  };
}

/** Of each task, where the figure is their mean; the figure itself for any other. */
function scoresOf(id: string, { rates, figures }: RunResult): readonly number[] {
  const pick = perTask[id];
  return pick === undefined ? [figures[id]!] : Array.from({ length: rates[0]!.length }, (_, j) => pick(rates, j)!);
}

/** Figures that are means over tasks of one cell each. */
const perTask: Readonly<Record<string, (rates: RunResult["rates"], task: number) => number | null>> = {
  [PERFORMANCE]: (rates, j) => rates.at(-1)![j]!,
  "learning-accuracy": (rates, j) => rates[j + 1]![j]!,
};

/** Percentile bootstrap at 95 %. @param seeds What came of each: drawn as a whole, with all of its tasks. */
export function estimated<T>(seeds: readonly T[], statistic: (drawn: readonly T[]) => number): Estimate {
  const all = statistic(seeds);
  if (seeds.length < 2) return { mean: all, low: Number.NaN, high: Number.NaN };
  const picks = picksOf(seeds.length);
  const drawn = [...seeds];
  let at = 0;
  const values = Float64Array.from({ length: RESAMPLES }, () => {
    for (let i = 0; i < drawn.length; i++) drawn[i] = seeds[picks[at++]!]!;
    return statistic(drawn);
  }).toSorted();
  return { mean: all, low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

const RESAMPLES = 2000;

/** For each number of seeds once: every figure is resampled alike, and drawing takes longer than summing. */
const resamples = new Map<number, Uint16Array>();

/** [RESAMPLES, seeds]: which seed is taken. */
function picksOf(seeds: number): Uint16Array {
  let picks = resamples.get(seeds);
  if (picks === undefined) {
    const random = RandomStream.fromSeed(0).split("methods");
    picks = Uint16Array.from({ length: RESAMPLES * seeds }, () => random.integer(seeds));
    resamples.set(seeds, picks);
  }
  return picks;
}
