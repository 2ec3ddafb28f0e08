import { describe, expect, it } from "vitest";
import { asTaskId } from "../../../src/contract/task.ts";
import type { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import { evict } from "../../../src/memory/forgetting/eviction.ts";
import { thinning, thinTask } from "../../../src/memory/forgetting/thinning.ts";
import { emptyMemory, idsOf, point } from "../points.ts";

function remember(memory: EpisodicMemory, episodes: number, steps: number): EpisodicMemory {
  for (let episode = 0; episode < episodes; episode++) for (let step = 0; step < steps; step++) memory.remember(point({ episode, step }));
  return memory;
}

const stepsOf = (memory: EpisodicMemory, episode: number): number[] =>
  [...memory.entries()].filter((entry) => entry.episode === episode).map(({ step }) => step);

describe("thinning", () => {
  it("keeps steps of an episode at no more than three distances, others of other episodes, and the same ones in one go and in many", () => {
    const [once, often] = [remember(emptyMemory(), 6, 80), remember(emptyMemory(), 6, 80)];
    for (let budget = 479; budget >= 60; budget--) evict(often, { entries: budget }, thinning);
    evict(once, { entries: 60 }, thinning);
    expect(idsOf(often)).toEqual(idsOf(once));
    const kept = Array.from({ length: 6 }, (_, episode) => stepsOf(once, episode));
    for (const steps of kept) {
      const gaps = steps.slice(1).map((step, i) => step - steps[i]!);
      expect(new Set(gaps).size).toBeLessThanOrEqual(3);
      // 60 of 480: one of eight, and ten of each episode, on average.
      expect(Math.max(...gaps)).toBeLessThanOrEqual(32);
      expect(Math.abs(steps.length - 10)).toBeLessThanOrEqual(3);
    }
    expect(new Set(kept.flat()).size).toBeGreaterThan(45);
  });

  it("keeps every part of a task where less than one state of an episode may stay", () => {
    const memory = remember(emptyMemory(), 30, 80);
    evict(memory, { entries: 25 }, thinning);
    const steps = [...memory.entries()].map(({ step }) => step);
    const perTenth = Array.from({ length: 10 }, (_, tenth) => steps.filter((step) => Math.floor(step / 8) === tenth).length);
    expect(Math.min(...perTenth)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...perTenth)).toBeLessThanOrEqual(4);
    expect(Math.max(...Array.from({ length: 30 }, (_, episode) => stepsOf(memory, episode).length))).toBeLessThanOrEqual(2);
  });

  it("forgets a task's surplus alone, and thins again evenly as episodes arrive", () => {
    const memory = emptyMemory();
    const push = asTaskId("push");
    const show = (task: string, episode: number): void => {
      for (let step = 0; step < 30; step++) memory.remember(point({ task, episode, step }));
    };
    show("other", 0);
    for (let episode = 1; episode <= 6; episode++) {
      show("push", episode);
      thinTask(memory, push, 40);
      expect(memory.rowsOf(push).length).toBe(Math.min(40, 30 * episode));
    }
    expect(memory.rowsOf(asTaskId("other"))).toHaveLength(30);
    for (const episode of [1, 2, 3, 4, 5, 6]) expect(Math.abs(stepsOf(memory, episode).length - 40 / 6)).toBeLessThan(3);
  });
});
