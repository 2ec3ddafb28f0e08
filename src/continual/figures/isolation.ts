/**
 * @file What learning one task did to each other one: matrices that say which task is to blame for what was forgotten, and which to thank for what came free.
 * @see Powers et al. (2022), "CORA: benchmarks, baselines, and metrics as a platform for continual reinforcement learning agents".
 */
import { at, tasksOf, type Rates } from "../metrics.ts";
import type { FigureDefinition } from "./figure.ts";

/** N rows of N; cells that have no meaning are absent. */
export type IsolationMatrix = readonly (readonly (number | undefined)[])[];

/** F[i][j] = (R[j − 1][i] − R[j][i]) / max R[·][i] for i < j: how much of task i learning task j cost. Above 0 is loss. */
export const isolatedForgetting = (rates: Rates): IsolationMatrix => changes(rates, (i, j) => (i < j ? -1 : undefined));

/** Z[i][j] = (R[j][i] − R[j − 1][i]) / max R[·][i] for i > j: how much of task i, not learned yet, came with learning task j. */
export const isolatedTransfer = (rates: Rates): IsolationMatrix => changes(rates, (i, j) => (i > j ? 1 : undefined));

export const isolationFigures: readonly FigureDefinition[] = [
  {
    id: "isolated-forgetting",
    name: "isolated forgetting (CORA)",
    formula:
      "mean over i < j of F[i][j] = (R[j − 1][i] − R[j][i]) / (max of R[·][i]), by the best of this run; 0 for a task that never succeeded (Powers et al. 2022, who print it tenfold)",
    better: "lower",
    minimumTasks: 2,
    of: ({ rates }) => rates && meanOf(isolatedForgetting(rates)),
  },
  {
    id: "isolated-transfer",
    name: "isolated zero-shot transfer (CORA)",
    formula:
      "mean over i > j of Z[i][j] = (R[j][i] − R[j − 1][i]) / (max of R[·][i]), by the best of this run; 0 for a task that never succeeded (Powers et al. 2022, who print it tenfold)",
    better: "higher",
    minimumTasks: 2,
    of: ({ rates }) => rates && meanOf(isolatedTransfer(rates)),
  },
];

/** The change of each task i by learning each task j, relative to the best of task i, times a sign; absent where that is. */
function changes(rates: Rates, sign: (i: number, j: number) => number | undefined): IsolationMatrix {
  const numbers = Array.from({ length: tasksOf(rates) }, (_, k) => k + 1);
  return numbers.map((i) => {
    const best = Math.max(...rates.map((row) => row[i - 1]!));
    return numbers.map((j) => {
      const counts = sign(i, j);
      if (counts === undefined) return undefined;
      const change = at(rates, j, i) - at(rates, j - 1, i);
      return change === 0 ? 0 : (counts * change) / best;
    });
  });
}

function meanOf(matrix: IsolationMatrix): number {
  const values = matrix.flat().filter((value) => value !== undefined);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
