/**
 * @file What figures of our suites compare with: success while each task is learned from scratch, and after all were learned jointly. Of
 * `engram bench cw10 --methods engram,replay,joint,none,from-scratch --seeds 1-10` (docs/results).
 */
import type { References } from "../src/continual/references.ts";

const cw10: References = {
  suite: "cw10",
  protocol: {
    demonstrations: 30,
    demonstrationNoise: 0.2,
    gradientSteps: 2000,
    taskCue: 0,
    hidden: [128, 128],
    evaluationEpisodes: 20,
    testsWhileLearning: {
      every: 250,
      episodes: 5,
      tasks: "current",
    },
  },
  singleTaskCurves: {
    seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    tasks: {
      hammer: [
        {
          gradientStep: 250,
          success: 1,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 1,
        },
        {
          gradientStep: 1000,
          success: 1,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      "push-wall": [
        {
          gradientStep: 250,
          success: 0.98,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 1,
        },
        {
          gradientStep: 1000,
          success: 1,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      "faucet-close": [
        {
          gradientStep: 250,
          success: 1,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 1,
        },
        {
          gradientStep: 1000,
          success: 1,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      "push-back": [
        {
          gradientStep: 250,
          success: 0.96,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 1,
        },
        {
          gradientStep: 1000,
          success: 1,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      "stick-pull": [
        {
          gradientStep: 250,
          success: 0.88,
        },
        {
          gradientStep: 500,
          success: 0.96,
        },
        {
          gradientStep: 750,
          success: 0.98,
        },
        {
          gradientStep: 1000,
          success: 0.96,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 0.98,
        },
        {
          gradientStep: 1750,
          success: 0.96,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      "handle-press-side": [
        {
          gradientStep: 250,
          success: 1,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 1,
        },
        {
          gradientStep: 1000,
          success: 1,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      push: [
        {
          gradientStep: 250,
          success: 1,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 1,
        },
        {
          gradientStep: 1000,
          success: 1,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      "shelf-place": [
        {
          gradientStep: 250,
          success: 0.94,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 1,
        },
        {
          gradientStep: 1000,
          success: 1,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      "window-close": [
        {
          gradientStep: 250,
          success: 1,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 1,
        },
        {
          gradientStep: 1000,
          success: 1,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
      "peg-unplug-side": [
        {
          gradientStep: 250,
          success: 0.6,
        },
        {
          gradientStep: 500,
          success: 1,
        },
        {
          gradientStep: 750,
          success: 0.98,
        },
        {
          gradientStep: 1000,
          success: 0.98,
        },
        {
          gradientStep: 1250,
          success: 1,
        },
        {
          gradientStep: 1500,
          success: 1,
        },
        {
          gradientStep: 1750,
          success: 1,
        },
        {
          gradientStep: 2000,
          success: 1,
        },
      ],
    },
  },
  jointFinal: {
    seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
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
