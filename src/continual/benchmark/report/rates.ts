/** @file The success matrices of a method's seeds as one: the mean of each cell, with its interval. */
import { mean, type Estimate } from "../../../numerics/statistics.ts";
import { estimated } from "../aggregate.ts";
import type { RunResult } from "../result.ts";

/** N + 1 rows of N; null where a seed was not tested. With one seed `low` and `high` are NaN. */
export function meanRates(runs: readonly RunResult[]): readonly (readonly (Estimate | null)[])[] {
  const [first] = runs;
  return (first?.rates ?? []).map((row, i) =>
    row.map((_, j) => {
      const values = runs.map(({ rates }) => rates[i]![j]!);
      const tested = values.filter((value) => value !== null);
      return tested.length < values.length ? null : estimated(tested, mean);
    }),
  );
}
