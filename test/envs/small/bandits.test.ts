/** @file Bandits: chances are what was drawn, and the published strategies earn what was published. */
import { describe, expect, it } from "vitest";
import { epochOf } from "../../../envs/bandits/contextual-recurring.ts";
import { demonstrated, live, meanOf, returnOf, taskOf, worldOf } from "./live.ts";

describe("a Bernoulli bandit", () => {
  it("pays as often as the chance of the arm says", () => {
    const id = "bandits/bernoulli@1";
    const environment = worldOf(id);
    const chances = [0.1, 0.3, 0.5, 0.7, 0.9];
    for (const [arm, chance] of chances.entries()) {
      const pulls = [0, 1, 2, 3].flatMap((seed) => live(environment, { seed, task: taskOf(id, chances, { pulls: 500 }) }, () => [arm]));
      // 2000 pulls: four standard deviations.
      expect(Math.abs(meanOf(pulls.map(({ reward }) => reward)) - chance)).toBeLessThan(4 * Math.sqrt((chance * (1 - chance)) / 2000));
      expect(pulls.every(({ success }) => success === (arm === 4))).toBe(true);
    }
  });

  it("tells the last arm and what it paid, and ends after as many pulls as a task asks for", () => {
    const id = "bandits/bernoulli@1";
    const steps = live(worldOf(id), { seed: 1, task: taskOf(id, [0, 0, 0, 1, 0], { pulls: 7 }) }, (_, time) => [time % 5]);
    expect(steps.map(({ observation }) => [...observation])).toEqual([0, 1, 2, 3, 4, 0, 1].map((arm) => [arm, arm === 3 ? 1 : 0]));
    expect(steps.at(-1)!.kind).toBe("terminated");
  });

  // Duan et al. (2016), table 1, the column of UCB1: mean reward of a trial over 1000 bandits.
  it.each([
    ["bandits/bernoulli@1", 10, 6.7, 0.15],
    ["bandits/bernoulli@1", 100, 78, 1.5],
    ["bandits/bernoulli-10@1", 10, 6.7, 0.15],
    ["bandits/bernoulli-10@1", 100, 82.4, 1.5],
    ["bandits/bernoulli-50@1", 100, 84.3, 1.5],
  ])("lets UCB1 earn what it earned in the paper: %s, %d pulls", (id, pulls, published, slack) => {
    const environment = worldOf(id);
    const earned = Array.from({ length: 1000 }, (_, seed) => returnOf(demonstrated(environment, { seed, task: taskOf(id, undefined, { pulls }) })));
    expect(Math.abs(meanOf(earned) - published)).toBeLessThan(slack);
  });
});

describe("recurring contextual bandits", () => {
  it("are ten contexts of different barcodes, one for each arm, ten visits each", () => {
    const { barcodes, arms, order } = epochOf([12, 345]);
    const codes = Array.from({ length: 10 }, (_, k) => barcodes.slice(10 * k, 10 * k + 10).join(""));
    expect(new Set(codes).size).toBe(10);
    expect(arms.toSorted((a, b) => a - b)).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    for (let context = 0; context < 10; context++) expect(order.filter((one) => one === context)).toHaveLength(10);
    expect(epochOf([12, 345])).toEqual({ barcodes, arms, order });
    expect(epochOf([12, 346])).not.toEqual({ barcodes, arms, order });
  });

  it("pay 0.9 at the right arm and 0.1 at others, and reward memory: later visits go better than first ones", () => {
    const id = "bandits/contextual-recurring@1";
    const environment = worldOf(id);
    const [right, wrong]: [number[], number[]] = [[], []];
    const visits: number[][] = [[], []];
    for (let seed = 0; seed < 20; seed++) {
      const seen = new Map<string, number>();
      const steps = demonstrated(environment, { seed });
      expect(steps).toHaveLength(1000);
      steps.forEach(({ reward, success, observation }, time) => {
        (success ? right : wrong).push(reward);
        const code = observation.slice(0, 10).join("");
        if (time % 10 === 5) {
          const visit = seen.get(code) ?? 0;
          visits[visit === 0 ? 0 : 1]!.push(Number(success));
          seen.set(code, visit + 1);
        }
      });
    }
    expect(meanOf(right)).toBeCloseTo(0.9, 1);
    expect(meanOf(wrong)).toBeCloseTo(0.1, 1);
    expect(meanOf(visits[1]!)).toBeGreaterThan(meanOf(visits[0]!) + 0.3);
  });
});
