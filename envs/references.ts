/**
 * @file What figures of our suites compare with: success while each task is learned from scratch, and after all were learned jointly. Of
 * `engram bench cw10 --methods joint,from-scratch --seeds 1-10` (docs/results/cw10-references).
 */
import type { References } from "../src/continual/references.ts";

/** Between two tests, in gradient steps. */
const EVERY = 50;
const STEPS = 2000;
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

type Curve = NonNullable<References["singleTaskCurves"]>["tasks"][string];
/** Success [%] at every test of a sleep and right after it; 100 from where no more is said. */
const curve = (...successes: readonly number[]): Curve =>
  Array.from({ length: STEPS / EVERY }, (_, k) => ({ gradientStep: EVERY * (k + 1), success: (successes[k] ?? 100) / 100 }));

const cw10: References = {
  suite: "cw10",
  protocol: {
    demonstrations: 30,
    demonstrationNoise: 0.2,
    gradientSteps: STEPS,
    taskCue: 0,
    hidden: [128, 128],
    evaluationEpisodes: 20,
    testsWhileLearning: { every: EVERY, episodes: 10, tasks: "current" },
  },
  singleTaskCurves: {
    seeds,
    tasks: {
      hammer: curve(73, 98),
      "push-wall": curve(42, 89, 95, 99, 99, 99),
      "faucet-close": curve(),
      "push-back": curve(46, 70, 89, 96, 100, 99, 99, 100, 99),
      // prettier-ignore
      "stick-pull": curve(23, 74, 83, 85, 97, 91, 91, 92, 93, 94, 92, 95, 97, 98, 92, 96, 94, 94, 97, 96, 95, 94, 95, 93, 94, 96, 96, 97, 95, 96, 94, 95, 96, 94, 96, 96, 95, 96, 96, 95),
      "handle-press-side": curve(99, 99, 99),
      push: curve(44, 74, 97, 98),
      "shelf-place": curve(27, 75, 85, 100, 100, 100, 100, 100, 100, 100, 100, 99, 100, 99, 100, 100, 99),
      "window-close": curve(95, 98),
      "peg-unplug-side": curve(41, 69, 66, 73, 84, 92, 82, 97, 94, 94, 99, 97, 99, 100, 100, 99),
    },
  },
  jointFinal: {
    seeds,
    tasks: {
      hammer: 1,
      "push-wall": 0.955,
      "faucet-close": 1,
      "push-back": 1,
      "stick-pull": 0.98,
      "handle-press-side": 1,
      push: 1,
      "shelf-place": 1,
      "window-close": 1,
      "peg-unplug-side": 1,
    },
  },
};

export const references: ReadonlyMap<string, References> = new Map([cw10].map((each) => [each.suite, each]));
