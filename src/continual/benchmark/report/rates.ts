/** @file The success matrices of a method's seeds as one: the mean of each cell, with its interval. */
import { mean, type Estimate } from "../../../numerics/statistics.ts";
import { estimated } from "../aggregate.ts";
import type { RunResult } from "../result.ts";

/** As many rows and columns as each has; null where a seed was not tested. With one seed `low` and `high` are NaN. */
export function meanRates(matrices: readonly RunResult["rates"][]): readonly (readonly (Estimate | null)[])[] {
  const [first] = matrices;
  return (first ?? []).map((row, i) =>
    row.map((_, j) => {
      const values = matrices.map((rates) => rates[i]![j]!);
      const tested = values.filter((value) => value !== null);
      return tested.length < values.length ? null : estimated(tested, mean);
    }),
  );
}
