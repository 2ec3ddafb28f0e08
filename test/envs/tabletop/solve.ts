/** @file How often a world's scripted controller succeeds, its actions shaken or not. */
import { expect } from "vitest";
import type { EnvironmentEntry } from "../../../src/contract/environment.ts";
import { isLast } from "../../../src/contract/step.ts";
import { RandomStream } from "../../../src/numerics/random.ts";

const PLACEMENTS = 100;

export interface Outcome {
  readonly rate: number;
  /** Over the successes. */
  readonly meanSteps: number;
}

/** Success is the first step that satisfies the test, as Meta-World counts it; a reward is 10 there and nowhere else. */
export function solve(entry: EnvironmentEntry, noise: number): Outcome {
  const environment = entry.make();
  const controller = entry.controller!(environment);
  const action = new Float32Array(entry.spec.action.size);
  const random = RandomStream.fromSeed(2026);
  const steps: number[] = [];
  for (let seed = 0; seed < PLACEMENTS; seed++) {
    controller.reset();
    let { observation } = environment.reset({ seed });
    for (let k = 1; ; k++) {
      controller.act(observation, action);
      for (let axis = 0; axis < action.length; axis++) action[axis] = action[axis]! + noise * random.normal();
      const step = environment.step(action);
      ({ observation } = step);
      if (step.reward < 0 || step.reward > 10 || (step.reward === 10) !== step.success) expect.fail(`a reward of ${step.reward}`);
      if (step.success) steps.push(k);
      if (step.success || isLast(step)) break;
    }
  }
  return { rate: steps.length / PLACEMENTS, meanSteps: steps.reduce((sum, k) => sum + k, 0) / steps.length };
}
