import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asTaskId } from "../../src/contract/task.ts";
import { estimate, metrics, type Rates } from "../../src/continual/metrics.ts";
import type { RunEvent } from "../../src/continual/run-event.ts";
import { successMatrices } from "../../src/continual/success-matrix.ts";

const value = (id: string, rates: Rates): number => metrics.find((metric) => metric.id === id)!.of(rates);

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

  it("forgetting (Continual World) is what each task lost since it was learned, the last one included", () => {
    // ((0.9 − 0.7) + (0.8 − 0.4) + (1.0 − 1.0)) / 3
    expect(value("forgetting-continual-world", worked)).toBeCloseTo(0.6 / 3, 12);
  });

  it("forgetting (Chaudhry) is what each earlier task lost since its best", () => {
    // ((max(0.9, 0.6) − 0.7) + (max(0.1, 0.8) − 0.4)) / 2
    expect(value("forgetting-chaudhry", worked)).toBeCloseTo(0.6 / 2, 12);
  });

  it("Chaudhry's best may lie before the task was learned", () => {
    const rates: Rates = [
      [0, 0, 0],
      [0.5, 0.9, 0],
      [0.5, 0.6, 0],
      [0.5, 0.6, 0],
    ];
    expect(value("forgetting-chaudhry", rates)).toBeCloseTo((0 + 0.3) / 2, 12);
    expect(value("forgetting-continual-world", rates)).toBe(0);
  });

  it("backward transfer is what later learning did to earlier tasks", () => {
    // ((0.7 − 0.9) + (0.4 − 0.8)) / 2
    expect(value("backward-transfer", worked)).toBeCloseTo(-0.3, 12);
  });

  it("forward transfer is success on a task just before it is learned, against the untrained agent", () => {
    // ((R[1][2] − R[0][2]) + (R[2][3] − R[0][3])) / 2 = ((0.1 − 0.0) + (0.5 − 0.2)) / 2
    expect(value("forward-transfer", worked)).toBeCloseTo(0.2, 12);
  });
});

describe("the figures, whatever the matrix", () => {
  const rates = fc
    .integer({ min: 2, max: 6 })
    .chain((n) =>
      fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: n, maxLength: n }), { minLength: n + 1, maxLength: n + 1 }),
    );

  it("lie between −1 and 1, and Chaudhry's forgetting is never below the negated backward transfer", () => {
    fc.assert(
      fc.property(rates, (matrix) => {
        for (const metric of metrics) expect(Math.abs(metric.of(matrix))).toBeLessThanOrEqual(1);
        expect(value("forgetting-chaudhry", matrix)).toBeGreaterThanOrEqual(-value("backward-transfer", matrix) - 1e-12);
      }),
    );
  });

  it("show no forgetting and no transfer where nothing ever changes", () => {
    fc.assert(
      fc.property(rates, (matrix) => {
        const still = matrix.map(() => matrix[0]!);
        for (const metric of metrics.slice(1)) expect(metric.of(still)).toBeCloseTo(0, 12);
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

  it("has an interval as wide as chance among the test episodes makes it", () => {
    const [matrix] = successMatrices(events);
    const performance = estimate(metrics[0]!, matrix!)!;
    expect(performance.mean).toBe(0.75); // (0.5 + 1) / 2
    // Standard error: half of √(0.25 / 20) = 0.056; 1.96 of them either side.
    expect(performance.high - performance.low).toBeCloseTo(2 * 1.96 * 0.056, 1);
  });

  it("is the same every time, and absent while a cell is missing or tasks are too few", () => {
    const [matrix] = successMatrices(events);
    expect(estimate(metrics[1]!, matrix!)).toEqual(estimate(metrics[1]!, matrix!));
    const [partial] = successMatrices(events.slice(0, -1));
    expect(estimate(metrics[0]!, partial!)).toBeUndefined();
    const [single] = successMatrices([{ ...started, tasks: [started.tasks[0]!] }, cell(0, a, none), cell(1, a, full)]);
    expect(
      estimate(
        metrics.find((metric) => metric.id === "backward-transfer")!,
        single!,
      ),
    ).toBeUndefined();
    expect(estimate(metrics[0]!, single!)?.mean).toBe(1);
  });
});
