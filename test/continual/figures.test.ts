import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { figures, figuresOf, type FigureReferences } from "../../src/continual/figures.ts";
import { AgentLog } from "../../src/continual/figures/agent-log.ts";
import { isolatedForgetting, isolatedTransfer } from "../../src/continual/figures/isolation.ts";
import { metrics } from "../../src/continual/metrics.ts";
import type { Measured, RunEvent } from "../../src/continual/run-event.ts";
import { inSleep, PLACEMENTS, worked, workedLog } from "./worked-log.ts";

const value = (id: string, events: readonly RunEvent[], references?: FigureReferences): number | undefined =>
  figuresOf(events, "x", references).find((figure) => figure.id === id)?.value;

/** With R alone, and with every task tested in every sleep. */
const [plain, tested] = [workedLog(), workedLog({ tests: inSleep })];

const curve = (...successes: number[]): { gradientStep: number; success: number }[] =>
  successes.map((success, k) => ({ gradientStep: 10 * (k + 1), success }));
/** ref_j = 0.4, 0.6, 0.5 */
const references: FigureReferences = {
  singleTaskCurves: { seeds: [1], tasks: { a: curve(0.2, 0.4, 0.6), b: curve(0.4, 0.6, 0.8), c: curve(0.5, 0.5, 0.5) } },
  jointFinal: { seeds: [1], tasks: { a: 0.95, b: 0.9, c: 0.8 } },
};

describe("what is left of what was learned, by hand", () => {
  it("begins with the figures that the report shows", () => {
    for (const metric of metrics) expect(value(metric.id, plain)).toBeCloseTo(metric.of(worked), 12);
  });

  it("average performance (COOM) is over all the time since a task was met", () => {
    // R alone: (R11 + R21 + R31 + R22 + R32 + R33) / 6
    expect(value("average-performance-coom", plain)).toBeCloseTo((0.9 + 0.6 + 0.7 + 0.8 + 0.4 + 1.0) / 6, 12);
    // Task 1: (0.3 + 0.5 + 0.9)/3, (0.2 + 0.4 + 0.6)/3, (0.5 + 0.6 + 0.7)/3; task 2: (0.4 + 0.6 + 0.8)/3, (0.5 + 0.3 + 0.4)/3; task 3: (0.6 + 0.8 + 1.0)/3
    expect(value("average-performance-coom", tested)).toBeCloseTo((1.7 / 3 + 0.4 + 0.6 + 0.6 + 0.4 + 0.8) / 6, 12);
  });

  it("forgetting (COOM) leaves the last task out", () => {
    // ((0.9 − 0.7) + (0.8 − 0.4)) / 2
    expect(value("forgetting-coom", plain)).toBeCloseTo(0.3, 12);
  });

  it("forgetting (MEAL, weighted) counts early losses more, as shares of what was learned", () => {
    // R alone. Task 1: losses 0.3 and 0.2 of 0.9 with the weights 1 and e⁻²: (0.3 + 0.2·0.13534)/(0.9·1.13534). Task 2: 0.4 of 0.8. Task 3: nothing.
    const first = (0.3 + 0.2 * Math.exp(-2)) / (0.9 * (1 + Math.exp(-2)));
    expect(value("forgetting-meal", plain)).toBeCloseTo((first + 0.5 + 0) / 3, 12);
    // Task 1: losses 0.7, 0.5, 0.3, 0.4, 0.3, 0.2 with the weights 1, 0.67032, 0.44933, 0.30119, 0.20190, 0.13534, which sum to 2.75808:
    // 1.37799/(0.9·2.75808) = 0.55514. Task 2: 0.3, 0.5, 0.4 with 1, 0.36788, 0.13534: 0.53807/(0.8·1.50321) = 0.44743.
    expect(value("forgetting-meal", tested)).toBeCloseTo((0.55514 + 0.44743 + 0) / 3, 4);
  });

  it("forgetting (MEAL, weighted) is 0 where later tests are better, and leaves out a task that never succeeded", () => {
    // Task 1 gains, task 2 is never done.
    const rates = [[0, 0, 0], [0.5, 0, 0], [0.8, 0, 0], [0.6, 0, 1]]; // prettier-ignore
    expect(value("forgetting-meal", workedLog({ rates }))).toBe(0);
    expect(value("forgetting-meal", workedLog({ rates: worked.map((row) => row.map(() => 0)) }))).toBeUndefined();
  });

  it("forgetting (MEAL, from the peak) knows a peak from before a task was learned", () => {
    // (0.9 − 0.7) + (0.8 − 0.4) + (1 − 1)
    expect(value("forgetting-meal-peak", plain)).toBeCloseTo(0.6 / 3, 12);
    const rates = [[0.1, 0.9, 0.2], ...worked.slice(1)];
    // Task 2 had 0.9 before anything was learned: 0.2 + 0.5 + 0.
    expect(value("forgetting-meal-peak", workedLog({ rates }))).toBeCloseTo(0.7 / 3, 12);
  });

  it("negative backward transfer (LIBERO) is over all later times", () => {
    // NBT_1 = ((0.9 − 0.6) + (0.9 − 0.7))/2 = 0.25; NBT_2 = 0.8 − 0.4; NBT_3 = 0
    expect(value("negative-backward-transfer", plain)).toBeCloseTo((0.25 + 0.4 + 0) / 3, 12);
  });
});

describe("what one task did to another (CORA), by hand", () => {
  it("is to blame for what was forgotten while it was learned", () => {
    // F(1, 2) = (0.9 − 0.6)/0.9; F(1, 3) = (0.6 − 0.7)/0.9; F(2, 3) = (0.8 − 0.4)/0.8
    const matrix = isolatedForgetting(worked);
    expect(matrix.map((row) => row.map((cell) => cell !== undefined))).toEqual([[false, true, true], [false, false, true], [false, false, false]]); // prettier-ignore
    expect([matrix[0]![1], matrix[0]![2], matrix[1]![2]]).toEqual([expect.closeTo(1 / 3, 12), expect.closeTo(-1 / 9, 12), expect.closeTo(0.5, 12)]);
    expect(value("isolated-forgetting", plain)).toBeCloseTo((1 / 3 - 1 / 9 + 0.5) / 3, 12);
  });

  it("is to thank for what came with it before it was learned", () => {
    // Z(2, 1) = (0.1 − 0.0)/0.8; Z(3, 1) = (0.2 − 0.2)/1; Z(3, 2) = (0.5 − 0.2)/1
    const matrix = isolatedTransfer(worked);
    expect([matrix[1]![0], matrix[2]![0], matrix[2]![1]]).toEqual([expect.closeTo(0.125, 12), 0, expect.closeTo(0.3, 12)]);
    expect(value("isolated-transfer", plain)).toBeCloseTo(0.425 / 3, 12);
  });

  it("is nothing where nothing ever succeeds", () => {
    expect(value("isolated-forgetting", workedLog({ rates: worked.map((row) => row.map(() => 0)) }))).toBe(0);
  });
});

describe("old tasks in a sleep, by hand", () => {
  it("fall and recover: the stability gap", () => {
    // Task 1 in sleep 2: min(0.9, 0.6) − 0.2; in sleep 3: min(0.6, 0.7) − 0.5; task 2 in sleep 3: min(0.8, 0.4) − 0.3
    expect(value("stability-gap", tested)).toBeCloseTo((0.4 + 0.1 + 0.1) / 3, 12);
  });

  it("fall, whether they recover or not", () => {
    // (0.9 − 0.2) + (0.6 − 0.5) + (0.8 − 0.3)
    expect(value("switch-drop", tested)).toBeCloseTo(1.3 / 3, 12);
  });

  it("have a minimum, and with it there is a worst case", () => {
    // Task 1 never does worse than 0.2, task 2 than 0.3.
    expect(value("minimum-accuracy", tested)).toBeCloseTo(0.25, 12);
    // 1.0/3 + 2/3 · 0.25
    expect(value("worst-case-accuracy", tested)).toBeCloseTo(0.5, 12);
  });

  it("and the last one are looked at on the placements of the tests in sleeps", () => {
    const half = [0.5, 0.5];
    const events = workedLog({ rates: worked.map(() => [0.5, 0.5, 0.5]), tests: [[half], [half, half], [half, half, half]], placements: 5 });
    // On the first five placements everything always succeeds.
    for (const id of ["minimum-accuracy", "worst-case-accuracy"]) expect(value(id, events)).toBe(1);
  });

  it("are not seen unless every one of them is tested in every sleep", () => {
    const own = tested.filter((event) => event.kind !== "tested-while-learning" || event.learning === event.task);
    for (const id of ["stability-gap", "switch-drop", "minimum-accuracy", "worst-case-accuracy"])
      expect([value(id, plain), value(id, own)]).toEqual([undefined, undefined]);
  });
});

describe("a task with two sleeps, by hand", () => {
  /** Each sleep of 30 steps as one of 10 and one of 20: both are tested after their own tenth step. */
  const twoSleeps = workedLog({ tests: inSleep }).flatMap((event): RunEvent[] => {
    if (event.kind === "tested-while-learning" && event.gradientStep === 20) return [{ ...event, gradientStep: 10 }];
    if (event.kind === "learned") return [{ ...event, gradientSteps: 20 }];
    return [event];
  });
  for (let i = twoSleeps.length - 1; i > 0; i--) {
    const [before, event] = [twoSleeps[i - 1]!, twoSleeps[i]!];
    const ends = before.kind === "tested-while-learning" && event.kind === "tested-while-learning" && before.task >= event.task;
    if (!ends) continue;
    const { agent, learning: task } = event;
    twoSleeps.splice(i, 0, { kind: "learned", trigger: "drift", agent, task, gradientSteps: 10, loss: 0, memorySize: 0 });
  }

  it("has one row of tests, at the steps since the task began", () => {
    const at = new AgentLog(twoSleeps, "x").tests(1, 1, 2)!.map(({ phase, gradientStep, success }) => [phase, gradientStep, success]);
    expect(at).toEqual([
      [1, 0, 0.1],
      [1, 10, 0.3],
      [1, 20, 0.5],
      [1, 30, 0.9],
      [2, 10, 0.2],
      [2, 20, 0.4],
      [2, 30, 0.6],
    ]);
  });

  it("has the figures of one sleep as long as both", () => {
    expect(figuresOf(twoSleeps, "x")).toEqual(figuresOf(workedLog({ tests: inSleep }), "x"));
  });
});

describe("how fast a task is learned, by hand", () => {
  // AUC_1 = (0.3 + 0.5 + 0.9)/3; AUC_2 = (0.4 + 0.6 + 0.8)/3 = 0.6; AUC_3 = (0.6 + 0.8 + 1.0)/3 = 0.8
  const first = 1.7 / 3;

  it("forward transfer (Continual World) is the mean share of what was left to gain", () => {
    expect(value("forward-transfer-continual-world", tested, references)).toBeCloseTo(((first - 0.4) / 0.6 + 0 + 0.3 / 0.5) / 3, 12);
  });

  it("forward transfer (COOM) is the same of the means", () => {
    // Means: AUC (1.7/3 + 0.6 + 0.8)/3, ref (0.4 + 0.6 + 0.5)/3 = 0.5
    expect(value("forward-transfer-coom", tested, references)).toBeCloseTo(((first + 1.4) / 3 - 0.5) / 0.5, 12);
  });

  it("forward transfer (MEAL) is relative to the reference itself", () => {
    expect(value("forward-transfer-meal", tested, references)).toBeCloseTo(((first - 0.4) / 0.4 + 0 + 0.3 / 0.5) / 3, 12);
  });

  it("of tasks that leave nothing to gain, or to divide by, there is no forward transfer", () => {
    const tasks = { a: curve(1, 1, 1), b: curve(0, 0, 0), c: curve(0.5, 0.5, 0.5) };
    const extreme = { singleTaskCurves: { seeds: [1], tasks } };
    // b: (0.6 − 0)/1, c: (0.8 − 0.5)/0.5
    expect(value("forward-transfer-continual-world", tested, extreme)).toBeCloseTo((0.6 + 0.6) / 2, 12);
    // a: (1.7/3 − 1)/1, c: (0.8 − 0.5)/0.5
    expect(value("forward-transfer-meal", tested, extreme)).toBeCloseTo((first - 1 + 0.6) / 2, 12);
    const done = { singleTaskCurves: { seeds: [1], tasks: { a: curve(1, 1, 1), b: curve(1, 1, 1), c: curve(1, 1, 1) } } };
    for (const id of ["forward-transfer-continual-world", "forward-transfer-coom"]) expect(value(id, tested, done)).toBeUndefined();
  });

  it("the references must have been tested at the same gradient steps, and every task be among them", () => {
    const { tasks, seeds } = references.singleTaskCurves!;
    const others = [
      { ...tasks, c: curve(0.5, 0.5) },
      { ...tasks, c: curve(0.5, 0.5, 0.5).map(({ gradientStep, success }) => ({ gradientStep: 2 * gradientStep, success })) },
      { a: tasks["a"]!, b: tasks["b"]! },
    ];
    for (const each of others) expect(value("forward-transfer-coom", tested, { singleTaskCurves: { seeds, tasks: each } })).toBeUndefined();
    expect(value("forward-transfer-coom", plain, references)).toBeUndefined();
  });

  it("learning speed (LIBERO) begins before the first step", () => {
    // (0.1 + 0.3 + 0.5 + 0.9)/4 = 0.45; (0.1 + 0.4 + 0.6 + 0.8)/4 = 0.475; (0.5 + 0.6 + 0.8 + 1.0)/4 = 0.725
    expect(value("forward-transfer-libero", tested)).toBeCloseTo((0.45 + 0.475 + 0.725) / 3, 12);
  });

  it("the area under the success curve (LIBERO) goes on with what is left later", () => {
    // (0.45 + 0.6 + 0.7)/3; (0.475 + 0.4)/2; 0.725
    expect(value("area-under-curve-libero", tested)).toBeCloseTo((1.75 / 3 + 0.4375 + 0.725) / 3, 12);
  });

  it("intransigence is what joint learning could and this did not", () => {
    // (0.95 − 0.9) + (0.9 − 0.8) + (0.8 − 1.0)
    expect(value("intransigence", plain, references)).toBeCloseTo(-0.05 / 3, 12);
    expect(value("intransigence", plain)).toBeUndefined();
    expect(value("intransigence", plain, { jointFinal: { seeds: [1], tasks: { a: 1, b: 1 } } })).toBeUndefined();
  });

  it("compares tests on the same placements alone", () => {
    const events = workedLog({ tests: inSleep, placements: 5 });
    // Of ten placements the first succeed, so that 0.3 of all is 3 of the first 5, and 0.5 and more are all of them: AUC_1 = (0.6 + 1 + 1)/3,
    // AUC_2 = (0.8 + 1 + 1)/3, AUC_3 = 1.
    expect(value("forward-transfer-coom", events, references)).toBeCloseTo(((2.6 + 2.8 + 3) / 9 - 0.5) / 0.5, 12);
  });
});

/** The same log of an agent that took three gradient steps in every test episode. */
const adapted = (event: RunEvent): RunEvent =>
  event.kind === "evaluated" || event.kind === "tested-while-learning" ? { ...event, adaptationSteps: event.steps.map(() => 3) } : event;

describe("what an agent measured, and what it took", () => {
  const measured = (learned: number, more: Partial<Measured>): Measured => ({
    kind: "measured",
    agent: "x",
    learned,
    parameterBytes: 400,
    memoryBytes: 0,
    ...more,
  });
  const shape = { dormant: 0.25, effectiveRank: 5.5, stableRank: 2.5, approximateRank: 7, weightNorm: 0.125 };

  it("is what it was after the last sleep", () => {
    const events = [
      ...plain,
      measured(1, { memoryBytes: 100, ...shape, dormant: 0 }),
      measured(2, { memoryBytes: 200, strategyBytes: 800, ...shape }),
    ];
    const ids = [
      "memory-bytes",
      "parameter-bytes",
      "strategy-bytes",
      "dormant-share",
      "effective-rank",
      "stable-rank",
      "approximate-rank",
      "weight-norm",
    ];
    expect(ids.map((id) => value(id, events))).toEqual([200, 400, 800, 0.25, 5.5, 2.5, 7, 0.125]);
  });

  it("is absent where it was not measured", () => {
    for (const id of ["memory-bytes", "dormant-share"]) expect(value(id, plain)).toBeUndefined();
    expect(value("dormant-share", [...plain, measured(1, {})])).toBeUndefined();
  });

  it("counts the gradient steps taken for decisions, in all tests; none is said where no test says any", () => {
    // 12 tests of ten episodes, and 12 in sleeps, of three steps each.
    expect(value("adaptation-steps", tested.map(adapted))).toBe((12 + 12) * 10 * 3);
    expect(value("adaptation-steps", tested)).toBeUndefined();
  });

  it("is counted from everything that the agent did, and that was shown", () => {
    // Three sleeps of 30 steps; 100 + 200 + 300 demonstrated steps; 12 tests of 1 + 2 + … + 10 = 55 steps.
    expect(["gradient-steps", "demonstration-steps", "decisions"].map((id) => value(id, plain))).toEqual([90, 600, 12 * 55]);
    // 2 · (1 + 2 + 3) tests in sleeps.
    expect(value("decisions", tested)).toBe((12 + 12) * 55);
    const others = plain.map((event): RunEvent => (event.kind === "learned" ? { ...event, agent: "y" } : event));
    expect(value("gradient-steps", [...plain, ...others.filter(({ kind }) => kind === "learned")])).toBe(90);
  });
});

describe("the figures of a log", () => {
  it("are those that it has everything for", () => {
    const ids = (events: readonly RunEvent[], given?: FigureReferences): string[] => figuresOf(events, "x", given).map(({ id }) => id);
    const whole = [...tested.map(adapted), { kind: "measured", agent: "x", learned: 3, parameterBytes: 4, memoryBytes: 4, strategyBytes: 4, dormant: 0, effectiveRank: 1, stableRank: 1, approximateRank: 1, weightNorm: 1 } as const]; // prettier-ignore
    expect(ids(whole, references)).toEqual(figures.map(({ id }) => id));
    expect(ids(plain.slice(0, -2))).toEqual(["gradient-steps", "demonstration-steps", "decisions"]);
    expect(figuresOf(plain, "nobody")).toEqual([]);
    expect(figuresOf([], "x")).toEqual([]);
  });

  it("are fewer of a single task", () => {
    const events = workedLog({ tasks: ["a"], rates: [[0.1], [0.9]], tests: [[[0.3, 0.5]]] });
    const found = figuresOf(events, "x", references).map(({ id }) => id);
    expect(found).toEqual(expect.arrayContaining(["average-performance", "forward-transfer-continual-world", "intransigence"]));
    expect(figures.filter(({ id, minimumTasks }) => minimumTasks > 1 && found.includes(id))).toEqual([]);
  });

  it("each have an id of their own, a source unless they merely count, and a line in docs/figures.md", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/figures.md"), "utf8");
    const listed = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map((match) => match[1]!);
    expect(listed.toSorted()).toEqual(figures.map(({ id }) => id).toSorted());
    for (const { id, formula } of figures) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      if (!/-bytes$|-steps$|^decisions$/.test(id)) expect(formula).toMatch(/\b(19|20)\d\d\b|van de Ven/);
    }
  });
});

describe("the figures, whatever the log", () => {
  const rate = fc.integer({ min: 0, max: PLACEMENTS }).map((successes) => successes / PLACEMENTS);
  const row = fc.array(rate, { minLength: 3, maxLength: 3 });
  const rates = fc.array(row, { minLength: 4, maxLength: 4 });
  const points = fc.array(rate, { minLength: 2, maxLength: 2 });
  const tests = fc.tuple(...[1, 2, 3].map((length) => fc.array(points, { minLength: length, maxLength: length })));
  const compared = /^forward-transfer-(coom|meal|continual-world)$/;

  it("are finite, and between −1 and 1 where they are of success alone", () => {
    fc.assert(
      fc.property(rates, tests, (matrix, curves) => {
        for (const { id, value: got } of figuresOf(workedLog({ rates: matrix, tests: curves }), "x", references)) {
          expect([id, Number.isFinite(got)]).toEqual([id, true]);
          if (compared.test(id) || /steps|decisions/.test(id)) continue;
          expect([id, Math.abs(got) <= 1 + 1e-12]).toEqual([id, true]);
        }
      }),
    );
  });

  it("show neither forgetting nor gap nor drop where nothing ever changes", () => {
    fc.assert(
      fc.property(row, (still) => {
        const [matrix, curves] = [[still, still, still, still], inSleep.map((phase) => phase.map((_, j) => [still[j]!, still[j]!]))];
        const events = workedLog({ rates: matrix, tests: curves });
        const changes = ["forgetting-coom", "forgetting-meal-peak", "negative-backward-transfer", "isolated-forgetting", "isolated-transfer", "stability-gap", "switch-drop"]; // prettier-ignore
        for (const id of changes) expect([id, value(id, events)]).toEqual([id, expect.closeTo(0, 12)]);
        expect(value("forgetting-meal", events) ?? 0).toBe(0);
        expect(value("forward-transfer-libero", events)).toBeCloseTo(value("average-performance", events)!, 12);
      }),
    );
  });

  it("hang together: what came to a task and left it again by others is the change from before its sleep", () => {
    fc.assert(
      fc.property(rates, tests, (matrix, curves) => {
        const events = workedLog({ rates: matrix, tests: curves });
        // Σ over j of F(i, j) · best = R[i][i] − R[N][i]
        const forgotten = isolatedForgetting(matrix);
        for (let i = 0; i < 2; i++) {
          const best = Math.max(...matrix.map((each) => each[i]!));
          const sum = forgotten[i]!.reduce<number>((total, cell) => total + (cell ?? 0), 0) * best;
          expect(sum).toBeCloseTo(matrix[i + 1]![i]! - matrix[3]![i]!, 9);
        }
        expect(value("stability-gap", events)!).toBeLessThanOrEqual(1 - value("minimum-accuracy", events)! + 1e-12);
        expect(value("forgetting-meal-peak", events)!).toBeGreaterThanOrEqual(0);
        expect(value("worst-case-accuracy", events)!).toBeLessThanOrEqual(value("average-performance", events)! + 1e-12);
      }),
    );
  });
});
