/**
 * @file What happens to old tasks while a new one is being learned, which tests between tasks do not see. Needs tests while learning of all tasks seen.
 * @see De Lange et al. (2023), "Continual evaluation for lifelong learning: identifying the stability gap".
 */
import { mean } from "../../numerics/statistics.ts";
import type { AgentLog } from "./agent-log.ts";
import type { FigureDefinition } from "./figure.ts";

export const stabilityFigures: readonly FigureDefinition[] = [
  {
    id: "stability-gap",
    name: "stability gap",
    formula:
      "mean over i > 1 and j < i of max(0, min(R[i − 1][j], R[i][j]) − (min of p_j over the tests in the sleep on task i)): how far an old task falls and recovers from, after De Lange et al. (2023)",
    better: "lower",
    minimumTasks: 2,
    of: (log) => meanOverOld(log, ({ before, lowest, after }) => Math.max(0, Math.min(before, after) - lowest)),
  },
  {
    id: "switch-drop",
    name: "drop after a switch",
    formula:
      "mean over i > 1 and j < i of R[i − 1][j] − (min of p_j over the tests in the sleep on task i and right after it), whether it recovers or not (van de Ven’s continual-learning code, by the iteration)",
    better: "lower",
    minimumTasks: 2,
    of: (log) => meanOverOld(log, ({ before, lowest, after }) => before - Math.min(lowest, after)),
  },
  {
    id: "minimum-accuracy",
    name: "minimum accuracy",
    formula: "“min-ACC”: mean over j < N of the min of p_j over all tests after task j was learned (De Lange et al. 2023)",
    better: "higher",
    minimumTasks: 2,
    of: minimumAccuracy,
  },
  {
    id: "worst-case-accuracy",
    name: "worst-case accuracy",
    formula: "“WC-ACC”: R[N][N]/N + (1 − 1/N)·min-ACC (De Lange et al. 2023)",
    better: "higher",
    minimumTasks: 2,
    of(log) {
      const [n, minimum] = [log.tasks.length, minimumAccuracy(log)];
      // Over the placements that the minima are over.
      const last = log.tests(n, n, n)?.at(-1);
      return minimum === undefined || last === undefined ? undefined : last.success / n + (1 - 1 / n) * minimum;
    },
  },
];

/** How an old task went through a sleep on a new one. */
interface Passage {
  readonly before: number;
  /** In the sleep. */
  readonly lowest: number;
  readonly after: number;
}

/** The passages of task j through the sleeps after its own, up to the last; absent where it was not tested in one of them. */
function passages(log: AgentLog, j: number): readonly Passage[] | undefined {
  const found: Passage[] = [];
  const tests = log.tests(j, j + 1, log.tasks.length);
  for (let i = j + 1; i <= log.tasks.length; i++) {
    const inPhase = tests?.filter(({ phase }) => phase === i) ?? [];
    const asleep = inPhase.filter((test) => test.asleep).map(({ success }) => success);
    if (asleep.length === 0) return undefined;
    const before = i === j + 1 ? tests![0]! : tests!.findLast(({ phase }) => phase === i - 1)!;
    found.push({ before: before.success, lowest: Math.min(...asleep), after: inPhase.at(-1)!.success });
  }
  return found;
}

/** Of all tasks but the last. */
function oldPassages(log: AgentLog): readonly (readonly Passage[])[] | undefined {
  if (log.rates === undefined) return undefined;
  const all = log.tasks.slice(1).map((_, k) => passages(log, k + 1));
  return all.includes(undefined) ? undefined : (all as readonly (readonly Passage[])[]);
}

function meanOverOld(log: AgentLog, term: (passage: Passage) => number): number | undefined {
  const all = oldPassages(log);
  return all && mean(all.flat().map(term));
}

function minimumAccuracy(log: AgentLog): number | undefined {
  const all = oldPassages(log);
  return all && mean(all.map((passed) => Math.min(...passed.flatMap(({ lowest, after }) => [lowest, after]))));
}
