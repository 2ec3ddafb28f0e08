/** @file The programs of a benchmark's jobs, run on worlds of points. */
import { beforeAll, describe, expect, it } from "vitest";
import { behaviourCloning } from "../../../agents/behaviour-cloning/agent.ts";
import { knownMethods, type Method } from "../../../src/continual/benchmark/methods.ts";
import { benchScenario } from "../../../src/continual/benchmark/program.ts";
import { configOfJob, parseProtocol } from "../../../src/continual/benchmark/protocol.ts";
import { ContinualRun } from "../../../src/continual/continual-run.ts";
import { figuresOf } from "../../../src/continual/figures.ts";
import type { Outcomes, RunEvent } from "../../../src/continual/run-event.ts";
import { parseSuite } from "../../../src/continual/suite.ts";
import { findEnvironment } from "../../../src/environments/find-environment.ts";
import { runEvent } from "../../../src/runtime/read-run.ts";
import { Pace } from "../../../src/streams/pace.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { pointEnvironments } from "../point-world.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

const sides = ["left", "right", "up", "down"];
const suite = parseSuite({ name: "points", worlds: sides.map((side) => ({ world: `point/${side}@1` })) });
const agents = new Map([[behaviourCloning.name, behaviourCloning]]);

/** What is logged of a job of a method, with the real cloning agent. */
async function eventsOf(name: string, choices: object = {}): Promise<readonly RunEvent[]> {
  const method: Method = knownMethods(agents).get(name)!;
  const protocol = parseProtocol({
    demonstrations: 3,
    gradientSteps: 100,
    hidden: [16],
    evaluationEpisodes: 5,
    testsWhileLearning: null,
    ...choices,
  });
  const config = configOfJob({ suite, protocol, method, agent: behaviourCloning });
  const scenario = benchScenario(suite, method.curriculum, config);
  const events: RunEvent[] = [];
  const run = await ContinualRun.create({
    scenario,
    config,
    seed: 1,
    openEnvironment: async (id) => findEnvironment(id, pointEnvironments),
    agents,
    pace: new Pace(),
    onEvent: (event) => events.push(event),
    onLoop() {},
    onProgress() {},
  });
  try {
    await scenario.main(run);
  } finally {
    run.dispose();
  }
  return events;
}

/** What is done with which task, each line once where it follows itself. */
const courseOf = (events: readonly RunEvent[]): readonly string[] =>
  events
    .filter((event) => event.kind === "demonstrated" || event.kind === "learned" || event.kind === "evaluated")
    .map((event) => (event.kind === "evaluated" ? `tested after ${event.learned}` : `${event.kind} ${event.task}`))
    .filter((line, i, all) => line !== all[i - 1]);

describe("joint training", () => {
  it.each(["given", "noisy", "none"])(
    "sleeps once, after all demonstrations of all tasks, with the steps of all (boundaries %s)",
    async (boundaries) => {
      const events = await eventsOf("joint", { boundaries, gradientSteps: 5 });
      expect(courseOf(events)).toEqual([...sides.map((side) => `demonstrated ${side}`), "learned down", "tested after 4"]);
      expect(events.filter(({ kind }) => kind === "learned")).toMatchObject([{ gradientSteps: 4 * 5 }]);
      const tested = events.flatMap((event) => (event.kind === "evaluated" ? [event.task as string] : []));
      expect(tested).toEqual(sides);
    },
  );

  it("has everything that was shown in memory when it sleeps, whatever the protocol says may be kept, and learns every task", async () => {
    const events = await eventsOf("joint", { memoryPerTask: 1, gradientSteps: 400, hidden: [32] });
    const shown = events.reduce((sum, event) => sum + (event.kind === "demonstrated" ? event.steps : 0), 0);
    expect(events.find(({ kind }) => kind === "learned")).toMatchObject({ memorySize: shown });
    for (const event of events) if (event.kind === "evaluated") expect([event.task, event.successes]).toEqual([event.task, Array(5).fill(true)]);
  });
});

describe("gradient steps while acting", () => {
  const tests = (events: readonly RunEvent[]): readonly (RunEvent & Outcomes)[] =>
    events.filter((event) => event.kind === "evaluated" || event.kind === "tested-while-learning");
  const choices = { gradientSteps: 10, evaluationEpisodes: 2, testsWhileLearning: { every: 5, episodes: 1, tasks: "current" } };

  it("are logged of every test, for every action or every episode that a method adapts to, and add up to a figure of their own", async () => {
    for (const [method, stepsOf] of [
      ["mbpa", (steps: number) => steps],
      ["weighted-local-adaptation", () => 20],
    ] as const) {
      const events = await eventsOf(method, choices);
      const expected = tests(events).map((event) =>
        event.kind === "evaluated" && event.learned === 0 ? event.steps.map(() => 0) : event.steps.map(stepsOf),
      );
      expect(tests(events).map(({ adaptationSteps }) => adaptationSteps)).toEqual(expected);
      // Two tests in each of four sleeps, or one, where the last step is that of the test after it; and all four tasks five times.
      expect(expected.length).toBeGreaterThanOrEqual(4 + 4 * 5);
      const figure = figuresOf(events, "behaviour-cloning").find(({ id }) => id === "adaptation-steps");
      expect(figure?.value).toBe(expected.flat().reduce((sum, steps) => sum + steps, 0));
      for (const event of events) expect(runEvent.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
    }
  });

  it("are not said of methods that never adapt, nor of logs from before they were counted", async () => {
    const events = await eventsOf("replay", choices);
    for (const event of tests(events)) expect(event).not.toHaveProperty("adaptationSteps");
    expect(figuresOf(events, "behaviour-cloning").map(({ id }) => id)).not.toContain("adaptation-steps");
  });
});

describe("a sequence", () => {
  it("is tested on every task before any, and sleeps on each as soon as it was shown", async () => {
    const events = await eventsOf("none", { gradientSteps: 5 });
    const visits = sides.flatMap((side, i) => [`demonstrated ${side}`, `learned ${side}`, `tested after ${i + 1}`]);
    expect(courseOf(events)).toEqual(["tested after 0", ...visits]);
  });
});
