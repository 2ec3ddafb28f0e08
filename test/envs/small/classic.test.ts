/** @file Grids, mazes, points and processes: their rules, and the figures that are known of them. */
import { describe, expect, it } from "vitest";
import { ACTIONS, STATES, Tables } from "../../../envs/classic/tabular-mdp.ts";
import { isLast, type NextStep } from "../../../src/contract/step.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { demonstrated, live, meanOf, returnOf, taskOf, worldOf } from "./live.ts";

/** The returns of a trial's episodes. @param begins Index of the number that tells that an episode begins. */
function episodes(steps: readonly NextStep[], begins: number): number[] {
  const returns = [0];
  for (const step of steps) {
    returns[returns.length - 1]! += step.reward;
    if (step.observation[begins] === 1 && !isLast(step)) returns.push(0);
  }
  return returns;
}

describe("grid-navi", () => {
  const id = "classic/grid-navi@1";

  it("stops at its walls, and pays 1 at the goal and −0.1 elsewhere", () => {
    const steps = live(worldOf(id), { task: taskOf(id, [4, 0]) }, () => [2]);
    expect(steps.map(({ observation }) => observation[0])).toEqual([1, 2, 3, ...Array.from({ length: 12 }, () => 4)]);
    expect(returnOf(steps)).toBeCloseTo(3 * -0.1 + 12, 5);
  });

  it("has its goal in one of the 21 cells away from the start, each as often", () => {
    const environment = worldOf(id);
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 4200; seed++) {
      environment.reset({ seed });
      const cell = String(environment.variation);
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    expect(counts.size).toBe(21);
    const chi2 = [...counts.values()].reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
    // χ² with 20 degrees of freedom: 45.3 at p = 0.001.
    expect(chi2).toBeLessThan(45.3);
  });

  it("is searched by the Bayes-optimal 4.0 in a first episode, and worth 11.07 once the goal is known", () => {
    const trial = worldOf("classic/grid-navi-trial@1");
    const returns: number[][] = [[], [], [], []];
    for (let x = 0; x < 5; x++) {
      for (let y = 0; y < 5; y++) {
        if (x < 2 && y < 2) continue;
        episodes(demonstrated(trial, { task: taskOf(trial.spec.id, [x, y]) }), 4).forEach((value, k) => returns[k]!.push(value));
      }
    }
    expect(meanOf(returns[0]!)).toBeCloseTo(4, 1);
    expect(meanOf(returns[2]!)).toBeCloseTo(11.07, 1);
    expect(meanOf(returns[3]!)).toBeCloseTo(11.07, 1);
  });
});

describe("the passive T-maze", () => {
  const id = "classic/t-maze-passive@1";

  it.each([1, 10, 1500])("is solved by who remembers the first observation, over a corridor of %d", (corridor) => {
    for (const goal of [0, 1]) {
      const steps = demonstrated(worldOf(id), { task: taskOf(id, [goal], { corridor }) });
      expect(steps).toHaveLength(corridor + 1);
      expect(returnOf(steps)).toBe(1);
      expect(steps.slice(0, corridor - 1).every(({ observation }) => observation[0] === 0 && observation[1] === 0)).toBe(true);
    }
  });

  it("pays a half to who cannot remember, and takes 1/L for every step lost", () => {
    const up = (goal: number): number => returnOf(live(worldOf(id), { task: taskOf(id, [goal]) }, (observation) => [observation[0] === 1 ? 1 : 0]));
    expect(meanOf([up(0), up(1)])).toBe(0.5);
    const idle = live(worldOf(id), { task: taskOf(id, [1], { corridor: 4 }) }, () => [2]);
    expect(returnOf(idle)).toBeCloseTo(-1, 6);
  });
});

describe("2-D navigation", () => {
  it("rewards with minus the distance, clips strides, and ends within a centimetre of the goal along both axes", () => {
    const id = "classic/navigation-2d@1";
    const steps = live(worldOf(id), { task: taskOf(id, [0.3, -0.4]) }, ([x, y]: Float32Array) => [0.3 - x!, -0.4 - y!]);
    expect([...steps[0]!.observation]).toEqual([Math.fround(0.1), Math.fround(-0.1)]);
    expect(steps[0]!.reward).toBeCloseTo(-Math.hypot(0.2, 0.3), 6);
    expect(steps).toHaveLength(4);
    expect(steps.at(-1)).toMatchObject({ kind: "terminated", success: true });
  });
});

describe("the sparse point", () => {
  it("pays only within 0.2 of the goal, as much as it is near", () => {
    const id = "classic/sparse-point@1";
    const steps = live(worldOf(id), { task: taskOf(id, [Math.PI / 2]) }, () => [0, 0.1]);
    steps.forEach(({ reward, observation }) => {
      const away = Math.abs(1 - observation[1]!);
      expect(reward).toBeCloseTo(away <= 0.2 ? 1 - away : 0, 5);
    });
  });

  it("is found by sweeping, and gone to at once in the episodes after", () => {
    const trial = worldOf("classic/sparse-point-trial@1");
    const returns: number[][] = [[], [], []];
    for (let seed = 0; seed < 50; seed++) episodes(demonstrated(trial, { seed }), 5).forEach((value, k) => returns[k]!.push(value));
    expect(meanOf(returns[2]!)).toBeGreaterThan(8);
    expect(meanOf(returns[2]!)).toBeGreaterThan(2 * meanOf(returns[0]!));
  });
});

describe("a tabular process", () => {
  const id = "classic/tabular-mdp@1";

  it("has transitions that are chances, flat Dirichlet, and means from N(1, 1)", () => {
    const tables = new Tables();
    const [chances, means]: [number[], number[]] = [[], []];
    for (let process = 0; process < 200; process++) {
      tables.take([0, process]);
      for (let state = 0; state < STATES; state++) {
        for (let action = 0; action < ACTIONS; action++) {
          const row = tables.row(state, action);
          const next = Array.from({ length: STATES }, (_, k) => tables.chance(row, k));
          expect(next.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
          chances.push(next[3]!);
          means.push(tables.means[row]!);
        }
      }
    }
    const spread = (values: readonly number[]): number => meanOf(values.map((value) => (value - meanOf(values)) ** 2));
    expect(meanOf(means)).toBeCloseTo(1, 1);
    expect(Math.sqrt(meanOf(means.map((value) => (value - 1) ** 2)))).toBeCloseTo(1, 1);
    expect(meanOf(chances)).toBeCloseTo(0.1, 2);
    // Dirichlet(1, …, 1) over ten: variance 9/1100.
    expect(spread(chances)).toBeCloseTo(9 / 1100, 3);
  });

  it("goes where its chances say, with rewards of unit variance about the mean", () => {
    const environment = worldOf(id);
    const tables = new Tables();
    tables.take([0, 5]);
    const [counts, rewards]: [number[], number[]] = [Array.from({ length: STATES }, () => 0), []];
    for (let seed = 0; seed < 4000; seed++) {
      environment.reset({ seed, task: taskOf(id, [0, 5]) });
      const step = environment.step(Float32Array.of(2));
      counts[step.observation[0]!]!++;
      rewards.push(step.reward);
    }
    const row = tables.row(0, 2);
    const chi2 = counts.reduce((sum, count, k) => sum + (count - 4000 * tables.chance(row, k)) ** 2 / (4000 * tables.chance(row, k)), 0);
    // χ² with 9 degrees of freedom: 27.9 at p = 0.001.
    expect(chi2).toBeLessThan(27.9);
    expect(Math.abs(meanOf(rewards) - tables.means[row]!)).toBeLessThan(4 / Math.sqrt(4000));
    expect(meanOf(rewards.map((reward) => (reward - tables.means[row]!) ** 2))).toBeCloseTo(1, 0);
  });

  it("lives through ten episodes of a process in a trial, telling what was done and what came of it", () => {
    const trial = worldOf("classic/tabular-mdp-trial@1");
    const random = RandomStream.fromSeed(1);
    const done: number[] = [];
    const steps = live(trial, { seed: 1 }, () => [done[done.push(random.integer(ACTIONS)) - 1]!]);
    expect(steps).toHaveLength(100);
    steps.forEach(({ observation, reward }, time) => {
      expect(observation[1]).toBe(done[time]);
      expect(observation[2]).toBe(Math.fround(reward));
      expect(observation[3]).toBe((time + 1) % 10 === 0 ? 1 : 0);
      if (observation[3] === 1 && time < 99) expect(observation[0]).toBe(0);
    });
  });
});
