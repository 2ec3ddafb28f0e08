/**
 * @file The figures of continual learning, from one matrix R. R[i][j] is the success on task j after learning i of N tasks; row 0 is
 * before any learning. The same words name different formulas in the literature, so each figure here carries its own.
 */
import { mean, stratifiedBootstrap, type Estimate } from "../numerics/statistics.ts";
import { RandomStream } from "../numerics/random.ts";
import type { SuccessMatrix } from "./success-matrix.ts";

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

const tasksOf = (rates: Rates): number => rates.length - 1;
const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);

export const metrics: readonly Metric[] = [
  {
    id: "average-performance",
    name: "average performance",
    formula: "mean over j of R[N][j]",
    better: "higher",
    minimumTasks: 1,
    of: (rates) => mean(rates[tasksOf(rates)]!),
  },
  {
    id: "forgetting-continual-world",
    name: "forgetting (Continual World)",
    formula: "mean over j ≤ N of R[j][j] − R[N][j], the last task included (Wołczyk et al. 2021)",
    better: "lower",
    minimumTasks: 1,
    of(rates) {
      const n = tasksOf(rates);
      return mean(range(1, n + 1).map((j) => rates[j]![j - 1]! - rates[n]![j - 1]!));
    },
  },
  {
    id: "forgetting-chaudhry",
    name: "forgetting (Chaudhry)",
    formula: "mean over j < N of max over 1 ≤ i < N of R[i][j], minus R[N][j] (Chaudhry et al. 2018)",
    better: "lower",
    minimumTasks: 2,
    of(rates) {
      const n = tasksOf(rates);
      return mean(range(1, n).map((j) => Math.max(...range(1, n).map((i) => rates[i]![j - 1]!)) - rates[n]![j - 1]!));
    },
  },
  {
    id: "backward-transfer",
    name: "backward transfer",
    formula: "mean over j < N of R[N][j] − R[j][j] (Lopez-Paz & Ranzato 2017)",
    better: "higher",
    minimumTasks: 2,
    of(rates) {
      const n = tasksOf(rates);
      return mean(range(1, n).map((j) => rates[n]![j - 1]! - rates[j]![j - 1]!));
    },
  },
  {
    id: "forward-transfer",
    name: "forward transfer",
    formula: "mean over j > 1 of R[j − 1][j] − R[0][j]: on a task just before it is learned, against the untrained agent (Lopez-Paz & Ranzato 2017)",
    better: "higher",
    minimumTasks: 2,
    of(rates) {
      const n = tasksOf(rates);
      return mean(range(2, n + 1).map((j) => rates[j - 1]![j - 1]! - rates[0]![j - 1]!));
    },
  },
];

/** A figure with its 95 % interval: a bootstrap that resamples test episodes within each cell of R. Absent while R is not full. */
export function estimate(metric: Metric, { tasks, cells }: SuccessMatrix): Estimate | undefined {
  if (tasks.length < metric.minimumTasks) return undefined;
  const flat = cells.flat();
  const groups = flat.flatMap((cell) => (cell === undefined ? [] : [cell.successes.map(Number)]));
  if (groups.length < flat.length) return undefined;
  const width = tasks.length;
  const statistic = (resampled: readonly ArrayLike<number>[]): number =>
    metric.of(cells.map((_, i) => range(0, width).map((j) => mean(resampled[i * width + j]!))));
  return stratifiedBootstrap(groups, statistic, RandomStream.fromSeed(0).split(metric.id));
}
