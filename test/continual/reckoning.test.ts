import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRecall, type MemoryEntry, type Recall } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { LossCurve } from "../../src/continual/loss-curve.ts";
import { ReadShares } from "../../src/continual/read-shares.ts";
import { parseConfig } from "../../src/continual/scenario.ts";
import { WorkEstimate } from "../../src/continual/work-estimate.ts";
import { wholeEntry } from "../memory/whole-entry.ts";

describe("a loss curve", () => {
  it("has at most twenty points and a last one at the end, and counts every loss once, whatever the budget and the stride", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 7 }), (budget, stride) => {
        const curve = new LossCurve(budget);
        const points: { readonly gradientStep: number; readonly loss: number }[] = [];
        const heard: number[] = [];
        for (let step = stride; step <= budget; step += stride) {
          heard.push(step);
          const point = curve.add({ gradientSteps: step, loss: step });
          if (point !== undefined) points.push(point);
        }
        const rest = curve.rest();
        if (rest !== undefined) points.push(rest);
        expect(points.length).toBeLessThanOrEqual(21);
        expect(points.at(-1)?.gradientStep).toBe(heard.at(-1));
        // The loss at step n is n, so the mean of the points, weighed by how many losses each stands for, is the mean of all.
        let from = 0;
        for (const { gradientStep, loss } of points) {
          const own = heard.filter((step) => step > from && step <= gradientStep);
          expect(loss).toBeCloseTo(own.reduce((sum, step) => sum + step, 0) / own.length, 9);
          from = gradientStep;
        }
      }),
    );
  });

  it("has exactly twenty points for 500 steps, at every 25th", () => {
    const curve = new LossCurve(500);
    const steps = Array.from({ length: 500 }, (_, i) => curve.add({ gradientSteps: i + 1, loss: 0 })?.gradientStep).filter(
      (step) => step !== undefined,
    );
    expect([steps, curve.rest()]).toEqual([Array.from({ length: 20 }, (_, i) => 25 * (i + 1)), undefined]);
  });
});

describe("the shares of what was read", () => {
  const vector = new Float32Array(1);
  const entries = new Map<number, MemoryEntry>(
    [
      [1, "push"],
      [2, "reach"],
      [3, "push"],
    ].map(([id, task]) => [
      id as number,
      wholeEntry({ id: id as number, key: vector, value: vector, observation: vector, task: asTaskId(task as string), episode: 1, step: 0 }),
    ]),
  );
  const recall = (ids: readonly number[], weights: readonly number[]): Recall => {
    const result = emptyRecall(4);
    result.ids.set(ids);
    result.weights.set(weights);
    result.count = ids.length;
    return result;
  };
  const action = new Float32Array(1);

  it("weigh every read by its source, and sum to 1", () => {
    const shares = new ReadShares((id) => entries.get(id));
    shares.add({ action, recall: recall([1, 2, 3], [0.5, 0.25, 0.25]) });
    shares.add({ action, recall: recall([2], [1]) });
    shares.add({ action, recall: recall([2, 9], [0.5, 0.5]) });
    // Of three decisions: push .5 + .25, reach .25 + 1 + .5, and an entry that is gone .5.
    expect(shares.shares()).toEqual({ forgotten: 0.5 / 3, push: 0.75 / 3, reach: 1.75 / 3 });
    expect(Object.keys(shares.shares())).toEqual(["forgotten", "push", "reach"]);
  });

  it("are none for decisions without reads", () => {
    const shares = new ReadShares(() => undefined);
    shares.add({ action });
    shares.add({ action, recall: recall([], []) });
    expect(shares.shares()).toEqual({});
  });
});

describe("an estimate of work", () => {
  const config = parseConfig({
    tasks: ["w/a@1", "w/b@1"],
    agents: { quick: {}, slow: {} },
    demonstrations: 5,
    gradientSteps: 100,
    evaluationEpisodes: 10,
  });

  /** Does all of a run's work at given costs in ms, and returns [share of time, fraction told] after each unit. */
  function work(cost: (phase: string, agent: string) => number): [number, number][] {
    let now = 0;
    const estimate = new WorkEstimate(config, () => now);
    const told: [number, number][] = [];
    const advance = (phase: "demonstrate" | "learn" | "evaluate", agent: string, units: number): void => {
      for (let i = 0; i < units; i++) {
        now += cost(phase, agent);
        told.push([now, estimate.advance(phase, agent, 1)]);
      }
    };
    const test = (): void => {
      for (const agent of ["quick", "slow"]) for (let task = 0; task < 2; task++) advance("evaluate", agent, 10);
    };
    test();
    for (let task = 0; task < 2; task++) {
      advance("demonstrate", "", 5);
      for (const agent of ["quick", "slow"]) advance("learn", agent, 100);
      test();
    }
    return told.map(([time, fraction]) => [time / now, fraction]);
  }

  it("is of what a scenario says it will do, where that is not the usual protocol", () => {
    let now = 0;
    const estimate = new WorkEstimate(config, () => now);
    estimate.expect({ sleeps: 1, rows: 1 });
    const told: number[] = [];
    const advance = (phase: "demonstrate" | "learn" | "evaluate", agent: string, units: number): void => {
      for (let i = 0; i < units; i++) {
        now += 10;
        told.push(estimate.advance(phase, agent, 1));
      }
    };
    advance("demonstrate", "", 10);
    for (const agent of ["quick", "slow"]) advance("learn", agent, 100);
    for (const agent of ["quick", "slow"]) advance("evaluate", agent, 20);
    expect(told.at(-1)).toBe(1);
    expect(told.at(-2)).toBeLessThan(1);
  });

  it("knows the share of time that is done once it has measured each kind of work", () => {
    const told = work((phase, agent) => (phase === "learn" ? (agent === "slow" ? 50 : 5) : phase === "evaluate" ? 20 : 40));
    const second = told.slice(Math.floor(told.length / 2));
    for (const [time, fraction] of second) expect(Math.abs(fraction - time)).toBeLessThan(0.02);
    expect(told.at(-1)).toEqual([1, 1]);
  });

  it("never falls, whatever work turns out to cost", () => {
    let n = 0;
    const fractions = work(() => (n++ % 7) * (n % 3)).map(([, fraction]) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect([fractions[0]! >= 0, fractions.at(-1)]).toEqual([true, 1]);
  });

  it("reaches the whole though an agent leaves out its gradient steps", () => {
    let now = 0;
    const estimate = new WorkEstimate({ ...config, agents: { still: {} } }, () => now);
    const step = (phase: "demonstrate" | "evaluate", agent: string, units: number): number => {
      now += 10 * units;
      return estimate.advance(phase, agent, units);
    };
    step("demonstrate", "", 10);
    expect(step("evaluate", "still", 60)).toBeLessThan(0.9);
    estimate.skip("learn", "still", 200);
    now += 1;
    expect(estimate.advance("learn", "still", 0)).toBe(1);
  });

  it("is not led astray by a pause in the middle of a unit", () => {
    let n = 0;
    const told = work(() => (n++ === 300 ? 1e7 : 10));
    expect(told.at(-2)![1]).toBeGreaterThan(0.9);
  });
});
