/** A log of three tasks whose every test is given as a number, so that figures can be worked out by hand. */
import { asTaskId } from "../../src/contract/task.ts";
import type { Probed, RunEvent } from "../../src/continual/run-event.ts";

export const PLACEMENTS = 10;

/** R, with the row before any learning; each a multiple of a tenth. */
export const worked: readonly (readonly number[])[] = [
  [0.1, 0.0, 0.2],
  [0.9, 0.1, 0.2],
  [0.6, 0.8, 0.5],
  [0.7, 0.4, 1.0],
];

/** p_j at the gradient steps 10 and 20 of the sleep on each task, of 30 steps each: by phase, by task. */
export const inSleep: readonly (readonly (readonly number[])[])[] = [
  [[0.3, 0.5]],
  [
    [0.2, 0.4],
    [0.4, 0.6],
  ],
  [
    [0.5, 0.6],
    [0.5, 0.3],
    [0.6, 0.8],
  ],
];

export interface WorkedLogOptions {
  readonly rates?: readonly (readonly number[])[];
  /** None by default. */
  readonly tests?: readonly (readonly (readonly number[])[])[];
  /** Of how many of the placements the tests in sleeps are; all by default. */
  readonly placements?: number;
  readonly seed?: number;
  readonly tasks?: readonly string[];
}

/** Of the placements, the first ones succeed; the k-th episode of a test takes k steps. */
export function workedLog(options: WorkedLogOptions = {}): RunEvent[] {
  const { rates = worked, tests = [], placements = PLACEMENTS, seed = 1, tasks = ["a", "b", "c"] } = options;
  const ids = tasks.map(asTaskId);
  const described = ids.map((id) => ({ id, environment: `w/${id}@1`, summary: "" }));
  const events: RunEvent[] = [{ kind: "run-started", scenario: "worked", seed, agents: ["x"], tasks: described }];
  const evaluate = (learned: number): void => {
    for (const [j, task] of ids.entries()) {
      events.push({ kind: "evaluated", agent: "x", learned, task, readShares: {}, ...outcomes(rates[learned]![j]!, PLACEMENTS) });
    }
  };
  evaluate(0);
  for (const [learned, learning] of ids.entries()) {
    events.push({ kind: "demonstrated", task: learning, episodes: 12, successes: 10, steps: 100 * (learned + 1) });
    for (const k of [0, 1]) {
      for (const [j, curve] of (tests[learned] ?? []).entries()) {
        const where = { agent: "x", learned, learning, gradientStep: 10 * (k + 1), task: ids[j]! };
        events.push({ kind: "tested-while-learning", ...where, ...outcomes(curve[k]!, placements) });
      }
    }
    events.push({ kind: "learned", trigger: "boundary", agent: "x", task: learning, gradientSteps: 30, loss: 0, memorySize: 0 });
    evaluate(learned + 1);
  }
  events.push({ kind: "run-finished", complete: true });
  return events;
}

const outcomes = (rate: number, placements: number): Pick<Probed, "successes" | "steps" | "returns"> => ({
  successes: Array.from({ length: placements }, (_, i) => i < Math.round(rate * PLACEMENTS)),
  steps: Array.from({ length: placements }, (_, i) => i + 1),
  returns: Array.from({ length: placements }, () => 0),
});
