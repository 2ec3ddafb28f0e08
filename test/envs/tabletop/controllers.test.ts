/** @file Every tabletop task is solved by its own scripted controller, also when its actions are shaken, and what it does is a function of what it sees. */
import { describe, expect, it } from "vitest";
import { environments } from "../../../envs/index.ts";
import type { EnvironmentEntry } from "../../../src/contract/environment.ts";
import { isLast } from "../../../src/contract/step.ts";
import { RandomStream } from "../../../src/numerics/random.ts";

const PLACEMENTS = 100;

interface Outcome {
  readonly rate: number;
  /** Over the successes. */
  readonly meanSteps: number;
}

/** Success is the first step that satisfies the test, as Meta-World counts it. */
function solve(entry: EnvironmentEntry, noise: number): Outcome {
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
      if (step.success) steps.push(k);
      if (step.success || isLast(step)) break;
    }
  }
  return { rate: steps.length / PLACEMENTS, meanSteps: steps.reduce((sum, k) => sum + k, 0) / steps.length };
}

const report = (id: string, { rate, meanSteps }: Outcome): void =>
  console.log(`${id}: ${(100 * rate).toFixed(0)} % in ${meanSteps.toFixed(0)} steps`);

describe.each([...environments.values()].filter(({ spec }) => spec.id.startsWith("tabletop/")).map((entry) => [entry.spec.id, entry] as const))(
  "%s",
  (id, entry) => {
    it("is solved in at least 95 of 100 placements", () => {
      const outcome = solve(entry, 0);
      report(id, outcome);
      expect(outcome.rate).toBeGreaterThanOrEqual(0.95);
    });

    it("is solved in at least 90 of 100 placements with noise of 0.2 on every action", () => {
      const outcome = solve(entry, 0.2);
      report(`${id}, noise 0.2`, outcome);
      expect(outcome.rate).toBeGreaterThanOrEqual(0.9);
    });

    it("has a controller without memory that acts within the action space", () => {
      const environment = entry.make();
      const [seasoned, fresh] = [entry.controller!(environment), entry.controller!(environment)];
      const [action, other] = [new Float32Array(4), new Float32Array(4)];
      let { observation } = environment.reset({ seed: 1 });
      for (let k = 0; k < 100; k++) {
        seasoned.act(observation, action);
        for (const x of action) expect(Math.abs(x)).toBeLessThanOrEqual(1);
        ({ observation } = environment.step(action));
      }
      seasoned.act(observation, action);
      fresh.act(observation, other);
      expect([...other]).toEqual([...action]);
    });
  },
);
