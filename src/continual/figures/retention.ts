/** @file What is left of what was learned: average performance and forgetting, as each benchmark defines them. */
import { mean } from "../../numerics/statistics.ts";
import { at, meanOver, metrics, tasksOf, type Rates } from "../metrics.ts";
import type { AgentLog, Tested } from "./agent-log.ts";
import type { FigureDefinition } from "./figure.ts";

const backwardTransfer = metrics.find(({ id }) => id === "backward-transfer")!;

/** The tasks of a log, from 1 up. */
const numbersOf = ({ tasks }: AgentLog): number[] => tasks.map((_, k) => k + 1);

/** Of the tests of each task from before one phase on to the end; absent where R has a gap. */
function histories(log: AgentLog, from: (j: number) => number): readonly (readonly Tested[])[] | undefined {
  const tests = numbersOf(log).map((j) => log.tests(j, from(j), log.tasks.length));
  return tests.includes(undefined) ? undefined : (tests as readonly (readonly Tested[])[]);
}

export const retentionFigures: readonly FigureDefinition[] = [
  // Those that come with an interval over placements.
  ...metrics.map((metric): FigureDefinition => {
    const { id, name, formula, better, minimumTasks } = metric;
    return { id, name, formula, better, minimumTasks, of: ({ rates }) => rates && metric.of(rates) };
  }),
  {
    id: "average-performance-coom",
    name: "average performance (COOM)",
    formula:
      "mean over j ≤ i of the mean of p_j over the tests in the sleep on task i and right after it: success over the whole time since a task was met, not at the end (Tomilin et al. 2023)",
    better: "higher",
    minimumTasks: 1,
    of(log) {
      const tests = histories(log, (j) => j);
      return tests && mean(tests.flatMap((history) => phaseMeans(history.slice(1))));
    },
  },
  {
    id: "forgetting-coom",
    name: "forgetting (COOM)",
    formula: "mean over j < N of R[j][j] − R[N][j], the last task left out: backward transfer (GEM) with the other sign (Tomilin et al. 2023)",
    better: "lower",
    minimumTasks: 2,
    of: ({ rates }) => rates && -backwardTransfer.of(rates),
  },
  {
    id: "forgetting-meal",
    name: "forgetting (MEAL, weighted)",
    formula:
      "mean over j of Σ w_k·max(0, R[j][j] − p_k) / (R[j][j]·Σ w_k) over the K later tests p_k of task j, w_k = exp(−2k/(K − 1)), k = 0 … K − 1, so that early losses count more; 0 for the last task; tasks never learned are left out (Tomilin et al. 2025)",
    better: "lower",
    minimumTasks: 2,
    of(log) {
      const tests = histories(log, (j) => j + 1);
      const losses = tests?.map(weightedLoss).filter((loss) => loss !== undefined);
      return losses === undefined || losses.length === 0 ? undefined : mean(losses);
    },
  },
  {
    id: "forgetting-meal-peak",
    name: "forgetting (MEAL, from the peak)",
    formula:
      "mean over j of max(0, (max of p_j over all its tests, those before it was learned included) − R[N][j]) (“peak_final”, Tomilin et al. 2025)",
    better: "lower",
    minimumTasks: 1,
    of(log) {
      const tests = histories(log, () => 1);
      return tests && mean(tests.map((history) => Math.max(...history.map(({ success }) => success)) - history.at(-1)!.success));
    },
  },
  {
    id: "negative-backward-transfer",
    name: "negative backward transfer (LIBERO)",
    formula:
      "mean over k ≤ N of NBT_k = mean over i > k of R[k][k] − R[i][k], NBT_N = 0: what a task has lost at all later times, not only at the end (Liu et al. 2023)",
    better: "lower",
    minimumTasks: 2,
    of: ({ rates }) => rates && lossAtAllTimes(rates),
  },
];

/** The mean success of each phase. */
function phaseMeans(tests: readonly Tested[]): number[] {
  const phases = [...new Set(tests.map(({ phase }) => phase))];
  return phases.map((of) => mean(tests.filter(({ phase }) => phase === of).map(({ success }) => success)));
}

/** @param tests How it stood when it was learned, and then its later tests. Absent for a task that never succeeded. */
function weightedLoss([learned, ...later]: readonly Tested[]): number | undefined {
  const from = learned!.success;
  if (from === 0) return undefined;
  if (later.length === 0) return 0;
  const weights = later.map((_, k) => (later.length === 1 ? 1 : Math.exp((-2 * k) / (later.length - 1))));
  const loss = later.reduce((sum, { success }, k) => sum + weights[k]! * Math.max(0, from - success), 0);
  return loss / (from * weights.reduce((sum, weight) => sum + weight, 0));
}

function lossAtAllTimes(rates: Rates): number {
  const n = tasksOf(rates);
  return ((n - 1) / n) * meanOver(1, n - 1, (k) => meanOver(k + 1, n, (i) => at(rates, k, k) - at(rates, i, k)));
}
