import { describe, expect, it } from "vitest";
import { estimated, figureOf, summarizeMethods } from "../../../src/continual/benchmark/aggregate.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { interquartileMean, mean } from "../../../src/numerics/statistics.ts";
import { madeUpResult } from "./made-up-result.ts";

describe("the interquartile mean", () => {
  it("is the mean of the middle half", () => {
    // Of 1 … 8, the two lowest and the two highest go: (3 + 4 + 5 + 6) / 4.
    expect(interquartileMean([8, 1, 7, 2, 6, 3, 5, 4])).toBe(4.5);
    // Of ten, a quarter is two and a half, rounded down: (0.2 + 0.3 + 0.4 + 0.5 + 0.6 + 0.7) / 6; one wild value changes nothing.
    expect(interquartileMean([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 100])).toBeCloseTo(0.45, 12);
    // Of three nothing can go.
    expect(interquartileMean([1, 2, 6])).toBe(3);
  });
});

describe("methods over seeds", () => {
  it("have the mean of their seeds' figures, the best method first", () => {
    const result = madeUpResult();
    const summaries = summarizeMethods(result);
    expect(summaries.map(({ method }) => method)).toEqual(["joint", "keeper", "none"]);
    const own = result.runs.filter(({ method }) => method === "keeper");
    const performance = figureOf(summaries[1]!, "average-performance")!;
    expect(performance.mean.mean).toBeCloseTo(mean(own.map(({ figures }) => figures["average-performance"]!)), 12);
    expect(performance.mean.low).toBeLessThan(performance.mean.mean);
    expect(performance.mean.high).toBeGreaterThan(performance.mean.mean);
    // The scores of all seeds and tasks together.
    expect(performance.iqm.mean).toBeCloseTo(interquartileMean(own.flatMap(({ rates }) => rates.at(-1)!.map((rate) => rate!))), 12);
  });

  it("that learned all tasks at once have forgotten nothing and not 0: the figure is absent", () => {
    const joint = summarizeMethods(madeUpResult()).find(({ method }) => method === "joint")!;
    const ids = joint.figures.map(({ id }) => id);
    expect(ids).toContain("average-performance");
    expect(ids.filter((id) => id.includes("forgetting") || id.includes("transfer"))).toEqual([]);
  });

  it("have no interval from a single seed", () => {
    const [best] = summarizeMethods(madeUpResult({ seeds: [7] }));
    expect(figureOf(best!, "average-performance")!.mean).toMatchObject({ low: Number.NaN, high: Number.NaN });
  });

  it("come last without a run that ended", () => {
    const result = madeUpResult();
    const runs = result.runs.filter(({ method }) => method !== "joint");
    expect(summarizeMethods({ ...result, runs }).at(-1)).toEqual({ method: "joint", seeds: [], figures: [] });
  });
});

describe("the bootstrap interval", () => {
  it("holds the true mean about as often as it says, though the tasks of a seed go well or badly together", () => {
    // Three tasks of different difficulty, ten seeds with good and bad days, scores of twenty episodes each; the true mean of task means is 0.6.
    const random = RandomStream.fromSeed(11);
    const chances = [0.8, 0.6, 0.4];
    const rounds = 200;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const seeds = Array.from({ length: 10 }, () => {
        const day = random.uniform(-0.2, 0.2);
        return chances.map((chance) => mean(Array.from({ length: 20 }, () => (random.uniform() < chance + day ? 1 : 0))));
      });
      const { low, high } = estimated(seeds, (drawn) => mean(drawn.map(mean)));
      if (low <= 0.6 && 0.6 <= high) held++;
    }
    // 95 % promised; the percentile bootstrap of ten values is a little narrow. Three standard errors of 200 rounds are 4.6 points. With seeds resampled within
    // each task for itself it would be 77 %.
    expect(held / rounds).toBeGreaterThan(0.87);
    expect(held / rounds).toBeLessThan(0.99);
  });

  it("is exact where it can be counted", () => {
    // Two seeds of one task, 0 and 1: a resample's mean is 0, ½ or 1, so the interval is [0, 1].
    expect(estimated([0, 1], mean)).toEqual({ mean: 0.5, low: 0, high: 1 });
    // A seed is drawn with all of its tasks: 0 in one and 1 in the other give ½ in every resample.
    const seeds = [
      [0, 1],
      [0, 1],
    ];
    expect(estimated(seeds, (drawn) => mean(drawn.map(mean)))).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
    // Both at once in one seed and neither in the other: so does the mean of all.
    const together = [
      [0, 0],
      [1, 1],
    ];
    expect(estimated(together, (drawn) => mean(drawn.map(mean)))).toEqual({ mean: 0.5, low: 0, high: 1 });
  });
});
