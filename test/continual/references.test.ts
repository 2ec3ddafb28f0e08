import { describe, expect, it } from "vitest";
import { InvalidValueError } from "../../src/contract/errors.ts";
import { validate } from "../../src/contract/validate.ts";
import { figuresOf } from "../../src/continual/figures.ts";
import { jointFinal, partFor, references, singleTaskCurves } from "../../src/continual/references.ts";
import type { Suite } from "../../src/continual/suite.ts";
import type { RunEvent } from "../../src/continual/run-event.ts";
import { inSleep, workedLog } from "./worked-log.ts";

const alone = (task: string, seed: number, curve: readonly [number, number], end: number): RunEvent[] =>
  workedLog({ tasks: [task], seed, rates: [[0], [end]], tests: [[curve]] });

describe("single-task curves", () => {
  it("are the mean over the runs of each task, at every test and at the end", () => {
    const curves = singleTaskCurves([alone("a", 2, [0.2, 0.4], 0.8), alone("a", 1, [0.4, 0.4], 0.6), alone("b", 1, [0.1, 0.2], 0.3)]);
    expect(curves.seeds).toEqual([1, 2]);
    const successes = (task: string): number[] => curves.tasks[task]!.map(({ success }) => success);
    // (0.2 + 0.4)/2, (0.4 + 0.4)/2, (0.8 + 0.6)/2
    for (const [k, wanted] of [0.3, 0.4, 0.7].entries()) expect(successes("a")[k]).toBeCloseTo(wanted, 12);
    expect(successes("b")).toEqual([0.1, 0.2, 0.3]);
    expect(curves.tasks["a"]!.map(({ gradientStep }) => gradientStep)).toEqual([10, 20, 30]);
  });

  it("give no forward transfer to a run that learns just as fast", () => {
    const tasks = ["a", "b", "c"].map((task, i) => alone(task, 1, inSleep[i]![i] as [number, number], [0.9, 0.8, 1][i]!));
    const found = figuresOf(workedLog({ tests: inSleep }), "x", { singleTaskCurves: singleTaskCurves(tasks) });
    for (const id of ["forward-transfer-continual-world", "forward-transfer-coom", "forward-transfer-meal"])
      expect(found.find((figure) => figure.id === id)?.value).toBeCloseTo(0, 12);
  });

  it("of a task are those of whenever a sequence comes to it again", () => {
    const tasks = ["a", "b", "a#2"];
    const again = { singleTaskCurves: singleTaskCurves([alone("a", 1, [0.2, 0.4], 0.8), alone("b", 1, [0.4, 0.4], 0.6)]) };
    const curve = (i: number): [number, number] => (i === 1 ? [0.4, 0.4] : [0.2, 0.4]);
    const rates = [[0, 0, 0], [0.8, 0, 0], [0.8, 0.6, 0], [0.8, 0.6, 0.8]]; // prettier-ignore
    const found = figuresOf(workedLog({ tasks, rates, tests: tasks.map((_, i) => tasks.map(() => curve(i))) }), "x", again);
    expect(found.find(({ id }) => id === "forward-transfer-continual-world")?.value).toBeCloseTo(0, 12);
    const unknown = figuresOf(workedLog({ tasks: ["a", "b", "c"], rates, tests: tasks.map((_, i) => tasks.map(() => curve(i))) }), "x", again);
    expect(unknown.map(({ id }) => id)).not.toContain("forward-transfer-continual-world");
  });

  it("are those of each task of a run that learned all of them from scratch", () => {
    const { tasks } = singleTaskCurves([workedLog({ tests: inSleep })]);
    expect(Object.keys(tasks)).toEqual(["a", "b", "c"]);
    expect(tasks["b"]!.slice(0, 2).map(({ success }) => success)).toEqual([...inSleep[1]![1]!]);
  });

  it("refuse runs without tests in the sleep, or tested at other gradient steps", () => {
    expect(() => singleTaskCurves([workedLog({ tasks: ["a"], rates: [[0], [1]] })])).toThrow(InvalidValueError);
    const twice = alone("a", 1, [0.2, 0.4], 0.8).map((event) => (event.kind === "learned" ? Object.assign(event, { gradientSteps: 60 }) : event));
    expect(() => singleTaskCurves([alone("a", 1, [0.2, 0.4], 0.8), twice])).toThrow("runs of a tested at the gradient steps 10,20,30");
  });
});

describe("joint success", () => {
  it("is the mean of the last rows", () => {
    const other = workedLog({ seed: 5, rates: [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0.9, 0.8, 0.8]] }); // prettier-ignore
    const { seeds, tasks } = jointFinal([workedLog(), other]);
    expect(seeds).toEqual([1, 5]);
    // (0.7 + 0.9)/2, (0.4 + 0.8)/2, (1.0 + 0.8)/2
    for (const [task, wanted] of Object.entries({ a: 0.8, b: 0.6, c: 0.9 })) expect(tasks[task]).toBeCloseTo(wanted, 12);
  });

  it("refuses a run that was cut short, runs of different tasks, and no run at all", () => {
    const log = workedLog();
    expect(() => jointFinal([log.slice(0, -2)])).toThrow("whole runs of the same tasks");
    expect(() => jointFinal([log, workedLog({ tasks: ["a", "b", "d"] })])).toThrow(InvalidValueError);
    expect(() => jointFinal([])).toThrow("one run at least");
    expect(() => jointFinal([[]])).toThrow("logs of runs with one agent each");
  });
});

it("references have for another suite the curves of worlds that are all theirs, and joint success where nothing differs", () => {
  const [a, b, c] = ["a", "b", "c"].map((world) => ({ world }));
  const own = { suite: "one", worlds: [a!, b!], protocol: {}, singleTaskCurves: singleTaskCurves([alone("a", 1, [0.2, 0.4], 0.8)]), jointFinal: jointFinal([workedLog()]) }; // prettier-ignore
  const partOf = (worlds: readonly Suite["worlds"][number][], placements?: number): string[] =>
    Object.keys(partFor({ worlds: [...worlds], placements }, own) ?? {}).filter((key) => key === "singleTaskCurves" || key === "jointFinal");
  expect(partOf([a!, b!])).toEqual(["singleTaskCurves", "jointFinal"]);
  for (const other of [[b!, a!], [a!], [a!, b!, a!, b!]]) expect(partOf(other)).toEqual(["singleTaskCurves"]);
  for (const [other, placements] of [[[a!, c!]], [[a!, b!], 50], [[{ ...a!, demonstrations: "mine-v0" }]]] as const)
    expect(partOf(other, placements)).toEqual([]);
});

it("references are saved as plain JSON, and read back with everything checked", () => {
  const saved = {
    suite: "worked",
    protocol: { gradientSteps: 30, demonstrations: 10 },
    singleTaskCurves: singleTaskCurves([alone("a", 1, [0.2, 0.4], 0.8)]),
    jointFinal: jointFinal([workedLog()]),
  };
  expect(validate(references, JSON.parse(JSON.stringify(saved)), "references")).toEqual(saved);
  const wrong = structuredClone(saved);
  wrong.singleTaskCurves.tasks["a"]![1]!.success = 1.5;
  expect(() => validate(references, wrong, "references")).toThrow("`references.singleTaskCurves.tasks.a.1.success`");
});
