/** @file Every tabletop task is solved by its own scripted controller, also when its actions are shaken, and what it does is a function of what it sees. */
import { describe, expect, it } from "vitest";
import { environments } from "../../../envs/index.ts";
import { solve, type Outcome } from "./solve.ts";

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
