import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asTaskId } from "../../../src/contract/task.ts";
import { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import { thin, thinTask } from "../../../src/memory/forgetting/thinning.ts";

describe("thinning", () => {
  it("keeps evenly spread states of every episode, ends included: a worked example", () => {
    // 9 of 20 states: 4 and 4 in equal shares, and one more for the first.
    const [a, b] = thin([10, 10], 9);
    expect([...a!]).toEqual([0, 2, 5, 7, 9]);
    expect([...b!]).toEqual([0, 3, 6, 9]);
  });

  it("lets short episodes keep all they have and gives their rest to the long ones", () => {
    expect(thin([2, 50], 20).map((kept) => kept.length)).toEqual([2, 18]);
  });

  it("fills the budget, takes nobody's share, spreads evenly, whatever the episodes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }), fc.nat(200), (lengths, budget) => {
        const kept = thin(lengths, budget);
        const total = lengths.reduce((sum, length) => sum + length, 0);
        expect(kept.reduce((sum, rows) => sum + rows.length, 0)).toBe(Math.min(budget, total));
        const least = Math.min(...kept.map((rows, e) => (rows.length === lengths[e] ? Infinity : rows.length)));
        for (const [e, rows] of kept.entries()) {
          expect(rows.length).toBeLessThanOrEqual(Math.max(least + 1, 0));
          expect(new Set(rows).size).toBe(rows.length);
          expect(rows.every((row) => row >= 0 && row < lengths[e]!)).toBe(true);
          const gaps = rows.slice(1).map((row, i) => row - rows[i]!);
          if (gaps.length > 0) expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("forgets a task's surplus alone, and thins again evenly as episodes arrive", () => {
    const shape = { keySize: 1, valueSize: 1, observationSize: 1 };
    const memory = new EpisodicMemory({ shape, metric: "l2" });
    const one = Float32Array.of(1);
    const remember = (task: string, episode: number): void => {
      for (let step = 0; step < 30; step++) memory.remember({ key: one, value: one, observation: one, task: asTaskId(task), episode, step });
    };
    remember("other", 0);
    for (let episode = 1; episode <= 6; episode++) {
      remember("push", episode);
      thinTask(memory, asTaskId("push"), 40);
      expect(memory.rowsOf(asTaskId("push")).length).toBeLessThanOrEqual(40);
    }
    expect(memory.rowsOf(asTaskId("other"))).toHaveLength(30);
    const perEpisode = [1, 2, 3, 4, 5, 6].map((episode) => memory.rowsOf(asTaskId("push")).filter((row) => memory.episodeOf(row) === episode).length);
    expect(Math.max(...perEpisode) - Math.min(...perEpisode)).toBeLessThanOrEqual(1);
  });
});
