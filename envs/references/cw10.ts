/** @file Written by `embed.js`; of `engram bench cw10 --methods joint,from-scratch --seeds 1-10`, 2026-11-30. */
import type { CompactReferences } from "./compact.ts";

export const cw10: CompactReferences = {
  suite: "cw10",
  protocol: {
    demonstrations: 30,
    demonstrationNoise: 0.2,
    memoryPerTask: 400,
    gradientSteps: 2000,
    taskCue: 0,
    hidden: [128, 128],
    evaluationEpisodes: 20,
    boundaries: "given",
    testsWhileLearning: { every: 50, episodes: 10, tasks: "current" },
  },
  alone: {
    seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    every: 50,
    last: 2000,
    tasks: {
      hammer: [73, 98],
      "push-wall": [42, 89, 95, 99, 99, 99],
      "faucet-close": [],
      "push-back": [46, 70, 89, 96, 100, 99, 99, 100, 99],
      "stick-pull": [
        23, 74, 83, 85, 97, 91, 91, 92, 93, 94, 92, 95, 97, 98, 92, 96, 94, 94, 97, 96, 95, 94, 95, 93, 94, 96, 96, 97, 95, 96, 94, 95, 96, 94, 96,
        96, 95, 96, 96, 95,
      ],
      "handle-press-side": [99, 99, 99],
      push: [44, 74, 97, 98],
      "shelf-place": [27, 75, 85, 100, 100, 100, 100, 100, 100, 100, 100, 99, 100, 99, 100, 100, 99],
      "window-close": [95, 98],
      "peg-unplug-side": [41, 69, 66, 73, 84, 92, 82, 97, 94, 94, 99, 97, 99, 100, 100, 99],
    },
  },
  jointly: {
    seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    tasks: {
      hammer: 100,
      "push-wall": 96.5,
      "faucet-close": 100,
      "push-back": 100,
      "stick-pull": 97.5,
      "handle-press-side": 100,
      push: 100,
      "shelf-place": 100,
      "window-close": 100,
      "peg-unplug-side": 100,
    },
  },
};
