import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, showTask, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

const rules = ["thinned", "episodes", "reservoir"] as const;

const remembering = (keep: (typeof rules)[number], lengths: readonly number[]): Cloner => {
  const one = cloner({ consolidation: "replay", options: { keep }, inputs: 1 });
  lengths.forEach((length, episode) => {
    for (let k = 0; k < length; k++) one.show(first, [k], [0], episode);
  });
  return one;
};

const keep = (one: Cloner, budget: number, seed = 1): void => one.learner.consolidation.keep!(first, budget, RandomStream.fromSeed(seed));
const ids = (one: Cloner): number[] => Array.from(one.memory.rowsOf(first), (row) => one.memory.idOf(row));
const episodes = (one: Cloner): number[] => Array.from(one.memory.rowsOf(first), (row) => one.memory.episodeOf(row));

describe.each(rules)("what is kept, %s,", (rule) => {
  it("is within the budget, and is kept as it is when the question comes again", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 30 }), (lengths, budget) => {
        const one = remembering(rule, lengths);
        const all = ids(one);
        keep(one, budget);
        const kept = ids(one);
        expect(kept.length).toBeLessThanOrEqual(budget);
        if (all.length <= budget) expect(kept).toEqual(all);
        else if (rule !== "episodes") expect(kept).toHaveLength(budget);
        keep(one, budget, 2);
        expect(ids(one)).toEqual(kept);
      }),
    );
  });
});

it("keeps states of all episodes, others of each, when it thins: a worked example", () => {
  const one = remembering("thinned", [9, 9, 9]);
  keep(one, 9);
  // The smallest of the fractional parts of step · 0.7549 + episode · 0.5698, where steps go on from 0 to 26.
  expect(episodes(one)).toEqual([0, 0, 0, 0, 1, 1, 2, 2, 2]);
  expect(Array.from(one.memory.rowsOf(first), (row) => one.memory.observations[row])).toEqual([0, 3, 4, 8, 1, 5, 2, 6, 7]);
});

it("keeps as many whole episodes as fit, each as likely as another", () => {
  const chosen = [0, 0, 0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const one = remembering("episodes", [10, 10, 10, 10]);
    keep(one, 25, seed);
    const kept = episodes(one);
    expect(kept).toHaveLength(20);
    for (const episode of new Set(kept)) chosen[episode]!++;
  }
  // χ² with 3 degrees of freedom: 99.9 % below 16.3; without replacement smaller by 1 − 2/4.
  expect(chosen.reduce((sum, n) => sum + (n - 100) ** 2 / 100, 0) / (1 - 2 / 4)).toBeLessThan(16.3);
});

it.each(["episodes", "reservoir"] as const)("keeps a fair share of everything that was ever shown, %s, though it lets go again and again", (rule) => {
  const kept = [0, 0, 0, 0];
  for (let seed = 0; seed < 100; seed++) {
    const one = remembering(rule, []);
    for (let batch = 0; batch < 4; batch++) {
      for (let episode = 0; episode < 10; episode++) for (let k = 0; k < 4; k++) one.show(first, [k], [0], 10 * batch + episode);
      keep(one, 20, seed);
    }
    for (const episode of episodes(one)) kept[Math.floor(episode / 10)]!++;
  }
  // Twenty of 160, a quarter of each batch's: 500 each over the seeds, with a standard deviation of 18 by single states and of 38 by episodes of four.
  for (const count of kept) expect(Math.abs(count - 500)).toBeLessThan(rule === "reservoir" ? 72 : 152);
});

it("passes over an episode that is too long for what is left", () => {
  const one = remembering("episodes", [10, 3]);
  keep(one, 5);
  expect(episodes(one)).toEqual([1, 1, 1]);
});

it("keeps a uniform sample of a task's states as a reservoir", () => {
  const counts = Array.from({ length: 40 }, () => 0);
  const one = cloner({ consolidation: "replay", options: { keep: "reservoir" } });
  showTask(one, first, ([x]) => [x!]);
  const all = one.memory.snapshot();
  const firstId = ids(one)[0]!;
  for (let seed = 0; seed < 1000; seed++) {
    one.memory.restore(all);
    keep(one, 8, seed);
    for (const id of ids(one)) counts[id - firstId]!++;
  }
  // χ² of how often each was kept; 39 degrees of freedom: 99.9 % below 72.1; without replacement smaller by 1 − 8/40.
  expect(counts.reduce((sum, n) => sum + (n - 200) ** 2 / 200, 0) / (1 - 8 / 40)).toBeLessThan(72.1);
});
