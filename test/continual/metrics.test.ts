import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asTaskId } from "../../src/contract/task.ts";
import { difference, estimate as estimateOf, metrics, resample, type Metric, type Rates } from "../../src/continual/metrics.ts";
import type { RunEvent } from "../../src/continual/run-event.ts";
import type { Estimate } from "../../src/numerics/statistics.ts";
import { successMatrices, type SuccessMatrix } from "../../src/continual/success-matrix.ts";
import { madeUpRun } from "./made-up-run.ts";

const named = (id: string): Metric => metrics.find((metric) => metric.id === id)!;
const value = (id: string, rates: Rates): number => named(id).of(rates);

/** Three tasks; row 0 is before any learning. */
const worked: Rates = [
  [0.1, 0.0, 0.2],
  [0.9, 0.1, 0.2],
  [0.6, 0.8, 0.5],
  [0.7, 0.4, 1.0],
];

describe("the figures of continual learning, by hand", () => {
  it("average performance is the mean of the last row", () => {
    expect(value("average-performance", worked)).toBeCloseTo((0.7 + 0.4 + 1.0) / 3, 12);
  });

  it("success right after learning is the mean of the diagonal", () => {
    // (R[1][1] + R[2][2] + R[3][3]) / 3
    expect(value("learning-accuracy", worked)).toBeCloseTo((0.9 + 0.8 + 1.0) / 3, 12);
  });

  it("forgetting (Continual World) is what each task lost since it was learned, the last one included", () => {
    // ((0.9 − 0.7) + (0.8 − 0.4) + (1.0 − 1.0)) / 3
    expect(value("forgetting-continual-world", worked)).toBeCloseTo(0.6 / 3, 12);
  });

  it("forgetting (Chaudhry) is what each earlier task lost since its best", () => {
    // ((max(0.9, 0.6) − 0.7) + (max(0.1, 0.8) − 0.4)) / 2
    expect(value("forgetting-chaudhry", worked)).toBeCloseTo(0.6 / 2, 12);
  });

  it("Chaudhry's best may lie before the task was learned, but not before any learning, nor at the end", () => {
    const rates: Rates = [
      [1.0, 1.0, 0],
      [0.5, 0.9, 0],
      [0.5, 0.6, 0],
      [0.7, 0.6, 0],
    ];
    // ((0.5 − 0.7) + (0.9 − 0.6)) / 2
    expect(value("forgetting-chaudhry", rates)).toBeCloseTo((-0.2 + 0.3) / 2, 12);
    // ((0.5 − 0.7) + (0.6 − 0.6) + (0 − 0)) / 3
    expect(value("forgetting-continual-world", rates)).toBeCloseTo(-0.2 / 3, 12);
  });

  it("backward transfer is what later learning did to earlier tasks", () => {
    // ((0.7 − 0.9) + (0.4 − 0.8)) / 2
    expect(value("backward-transfer", worked)).toBeCloseTo(-0.3, 12);
  });

  it("forward transfer is success on a task just before it is learned, against the untrained agent", () => {
    // ((R[1][2] − R[0][2]) + (R[2][3] − R[0][3])) / 2 = ((0.1 − 0.0) + (0.5 − 0.2)) / 2
    expect(value("forward-transfer", worked)).toBeCloseTo(0.2, 12);
  });

  it("each names its formula and its source", () => {
    expect(new Set(metrics.map(({ id }) => id)).size).toBe(metrics.length);
    for (const { formula } of metrics) expect(formula).toMatch(/R\[.*et al\. 20\d\d|R\[.*Ranzato 2017/);
  });
});

describe("the figures, whatever the matrix", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const row = (n: number): fc.Arbitrary<number[]> => fc.array(share, { minLength: n, maxLength: n });
  const rates = fc.integer({ min: 2, max: 6 }).chain((n) => fc.array(row(n), { minLength: n + 1, maxLength: n + 1 }));
  const changes = metrics.filter(({ id }) => id !== "average-performance" && id !== "learning-accuracy");

  it("lie between −1 and 1, levels between 0 and 1", () => {
    fc.assert(
      fc.property(rates, (matrix) => {
        for (const metric of metrics) {
          expect(metric.of(matrix)).toBeLessThanOrEqual(1 + 1e-12);
          expect(metric.of(matrix)).toBeGreaterThanOrEqual((changes.includes(metric) ? -1 : 0) - 1e-12);
        }
      }),
    );
  });

  it("show no forgetting and no transfer where nothing ever changes", () => {
    fc.assert(
      fc.property(rates, (matrix) => {
        const still = matrix.map(() => matrix[0]!);
        for (const metric of changes) expect(metric.of(still)).toBeCloseTo(0, 9);
        expect(value("learning-accuracy", still)).toBeCloseTo(value("average-performance", still), 9);
      }),
    );
  });

  it("hang together: what was learned less what was forgotten is what is left, and Chaudhry sees at least what backward transfer lost", () => {
    fc.assert(
      fc.property(rates, (matrix) => {
        const left = value("learning-accuracy", matrix) - value("forgetting-continual-world", matrix);
        expect(left).toBeCloseTo(value("average-performance", matrix), 9);
        expect(value("forgetting-chaudhry", matrix)).toBeGreaterThanOrEqual(-value("backward-transfer", matrix) - 1e-12);
        const n = matrix.length - 1;
        expect((n - 1) * value("backward-transfer", matrix)).toBeCloseTo(-n * value("forgetting-continual-world", matrix), 9);
      }),
    );
  });

  it("do not see by how much everything was better or worse, if they are of changes", () => {
    fc.assert(
      fc.property(rates, share, (matrix, shift) => {
        const shifted = matrix.map((line) => line.map((rate) => rate / 2 + shift / 2));
        for (const metric of changes) expect(metric.of(shifted)).toBeCloseTo(metric.of(matrix) / 2, 9);
      }),
    );
  });
});

describe("an estimate", () => {
  const [a, b] = [asTaskId("a"), asTaskId("b")];
  const started: RunEvent = {
    kind: "run-started",
    scenario: "s",
    seed: 1,
    agents: ["x"],
    tasks: [
      { id: a, environment: "w/a@1", summary: "" },
      { id: b, environment: "w/b@1", summary: "" },
    ],
  };
  const cell = (learned: number, task: typeof a, successes: boolean[]): RunEvent => ({
    kind: "evaluated",
    agent: "x",
    learned,
    task,
    successes,
    steps: successes.map(() => 1),
    returns: successes.map(() => 0),
    readShares: {},
  });
  const half = Array.from({ length: 20 }, (_, i) => i % 2 === 0);
  const full = half.map(() => true);
  const none = half.map(() => false);
  const events = [started, cell(0, a, none), cell(0, b, none), cell(1, a, full), cell(1, b, none), cell(2, a, half), cell(2, b, full)];
  const estimate = (metric: Metric, matrix: SuccessMatrix): Estimate | undefined => {
    const resampled = resample(matrix);
    return resampled && estimateOf(metric, resampled);
  };
  const matrixOf = (list: readonly RunEvent[]): SuccessMatrix => successMatrices(list)[0]!;

  it("has an interval as wide as chance among the test episodes makes it", () => {
    const performance = estimate(named("average-performance"), matrixOf(events))!;
    expect(performance.mean).toBe(0.75); // (0.5 + 1) / 2
    // Standard error: half of √(0.25 / 20) = 0.056; 1.96 of them either side.
    expect(performance.high - performance.low).toBeCloseTo(2 * 1.96 * 0.056, 1);
  });

  it("resamples placements in all rows at once, so that a task done the same way twice has lost nothing for sure", () => {
    const same = [started, cell(0, a, none), cell(0, b, none), cell(1, a, half), cell(1, b, none), cell(2, a, half), cell(2, b, full)];
    expect(estimate(named("forgetting-continual-world"), matrixOf(same))).toEqual({ mean: 0, low: 0, high: 0 });
  });

  it("is the same every time, and absent while a cell is missing or tasks are too few", () => {
    const forgetting = named("forgetting-continual-world");
    expect(estimate(forgetting, matrixOf(events))).toEqual(estimate(forgetting, matrixOf(events)));
    expect(estimate(forgetting, matrixOf(events.slice(0, -1)))).toBeUndefined();
    const single = matrixOf([{ ...started, tasks: [started.tasks[0]!] }, cell(0, a, none), cell(1, a, full)]);
    expect(estimate(named("backward-transfer"), single)).toBeUndefined();
    expect(estimate(named("average-performance"), single)?.mean).toBe(1);
  });

  it("is absent where a task was tested on different numbers of placements", () => {
    expect(estimate(named("average-performance"), matrixOf([...events, cell(2, a, half.slice(1))]))).toBeUndefined();
  });

  it("counts the later of two tests of one cell, and ignores cells that R does not have", () => {
    const again = matrixOf([...events, cell(2, a, full), cell(3, a, none), cell(2, asTaskId("c"), none)]);
    expect(estimate(named("average-performance"), again)?.mean).toBe(1);
  });

  it("of a difference is by placement: agents that succeed and fail together do not differ for sure", () => {
    const twins = successMatrices(madeUpRun({ agents: ["one", "two"], successes: (_, i) => i % 2 === 0 }));
    expect(difference(named("average-performance"), resample(twins[0]!)!, resample(twins[1]!)!)).toEqual({ mean: 0, low: 0, high: 0 });
    const [keeper, forgetter] = successMatrices(madeUpRun());
    const gap = difference(named("average-performance"), resample(keeper!)!, resample(forgetter!)!)!;
    const [high, low] = [estimate(named("average-performance"), keeper!)!, estimate(named("average-performance"), forgetter!)!];
    expect(gap.mean).toBeCloseTo(high.mean - low.mean, 12);
    expect(gap.low).toBeGreaterThan(0.2);
    expect([gap.low <= gap.mean, gap.mean <= gap.high]).toEqual([true, true]);
  });
});
