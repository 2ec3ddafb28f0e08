/**
 * @file What figures of our suites compare with: success while each task is learned from scratch, and after all were learned jointly. Of
 * `engram bench cw10 --methods engram,replay,joint,none,from-scratch --seeds 1-10` (docs/results).
 */
import type { References } from "../src/continual/references.ts";

/** Between two tests, in gradient steps. */
const EVERY = 250;
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

type Curve = NonNullable<References["singleTaskCurves"]>["tasks"][string];
/** Success at every test of a sleep and right after it. */
const curve = (...successes: readonly number[]): Curve => successes.map((success, k) => ({ gradientStep: EVERY * (k + 1), success }));

const cw10: References = {
  suite: "cw10",
  protocol: {
    demonstrations: 30,
    demonstrationNoise: 0.2,
    gradientSteps: 2000,
    taskCue: 0,
    hidden: [128, 128],
    evaluationEpisodes: 20,
    testsWhileLearning: { every: EVERY, episodes: 5, tasks: "current" },
  },
  singleTaskCurves: {
    seeds,
    tasks: {
      hammer: curve(1, 1, 1, 1, 1, 1, 1, 1),
      "push-wall": curve(0.98, 1, 1, 1, 1, 1, 1, 1),
      "faucet-close": curve(1, 1, 1, 1, 1, 1, 1, 1),
      "push-back": curve(0.96, 1, 1, 1, 1, 1, 1, 1),
      "stick-pull": curve(0.88, 0.96, 0.98, 0.96, 1, 0.98, 0.96, 1),
      "handle-press-side": curve(1, 1, 1, 1, 1, 1, 1, 1),
      push: curve(1, 1, 1, 1, 1, 1, 1, 1),
      "shelf-place": curve(0.94, 1, 1, 1, 1, 1, 1, 1),
      "window-close": curve(1, 1, 1, 1, 1, 1, 1, 1),
      "peg-unplug-side": curve(0.6, 1, 0.98, 0.98, 1, 1, 1, 1),
    },
  },
  jointFinal: {
    seeds,
    tasks: {
      hammer: 1,
      "push-wall": 0.97,
      "faucet-close": 1,
      "push-back": 1,
      "stick-pull": 0.975,
      "handle-press-side": 1,
      push: 1,
      "shelf-place": 1,
      "window-close": 1,
      "peg-unplug-side": 1,
    },
  },
};

export const references: ReadonlyMap<string, References> = new Map([cw10].map((each) => [each.suite, each]));
