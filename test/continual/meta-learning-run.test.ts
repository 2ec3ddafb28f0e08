/** @file Runs through meta-learning suites: tasks that are only tested, frozen placements; and worlds that are lost on the way. */
import { describe, expect, it } from "vitest";
import { configOf, parseSuite } from "../../src/continual/suite.ts";
import { renderReport } from "../../src/continual/report.ts";
import type { Evaluated, RunEvent } from "../../src/continual/run-event.ts";
import { summarize } from "../../src/continual/summary.ts";
import { renderTable } from "../../src/continual/table.ts";
import type { EnvironmentEntry } from "../../src/contract/environment.ts";
import { truncated } from "../../src/contract/step.ts";
import { performed, pointRun } from "./point-run.ts";
import { pointEntry, pointEnvironments, PointWorld } from "./point-world.ts";

const suite = parseSuite({
  name: "ml",
  worlds: [{ world: "point/left@1" }, { world: "point/right@1" }],
  test: [{ world: "point/up@1" }],
  placements: 4,
});
const evaluated = (events: readonly RunEvent[]): Evaluated[] => events.filter((event): event is Evaluated => event.kind === "evaluated");

/** Point worlds that are all kept, to be asked afterwards what seeds they were reset with. */
function watched(): { readonly worlds: Map<string, PointWorld>; readonly environments: ReadonlyMap<string, EnvironmentEntry> } {
  const worlds = new Map<string, PointWorld>();
  const sides = ["left", "right", "up", "down"] as const;
  const entries = sides.map((side): [string, EnvironmentEntry] => [
    `point/${side}@1`,
    {
      ...pointEntry(side),
      make() {
        const world = new PointWorld(side);
        worlds.set(side, world);
        return world;
      },
    },
  ]);
  return { worlds, environments: new Map(entries) };
}

describe("a run through a meta-learning suite", () => {
  it("tests every agent on the tasks that are only tested, at every row, and learns from none of them", async () => {
    const { events, run } = await performed({ config: configOf(suite) });
    expect(run.tasks.map(({ id }) => id)).toEqual(["left", "right"]);
    expect(run.testTasks.map(({ id }) => id)).toEqual(["up"]);
    expect(events[0]).toMatchObject({ tasks: [{ id: "left" }, { id: "right" }], testTasks: [{ id: "up", environment: "point/up@1" }] });
    expect(evaluated(events).filter(({ task }) => task === "up")).toHaveLength(3 * 2);
    expect(events.filter(({ kind }) => kind === "demonstrated")).toMatchObject([{ task: "left" }, { task: "right" }]);
  });

  it("shows them beside the success matrix, which they do not touch", async () => {
    const { events } = await performed({ config: configOf(suite) });
    const summary = summarize(events);
    const { testTasks: _, ...started } = events[0] as Extract<RunEvent, { kind: "run-started" }>;
    const without = summarize([started, ...events.slice(1)]);
    summary.agents.forEach(({ tests, rates, metrics }, k) => {
      expect([rates, metrics]).toEqual([without.agents[k]!.rates, without.agents[k]!.metrics]);
      expect(without.agents[k]!.tests).toEqual([]);
      expect(tests.map((row) => row.length)).toEqual([1, 1, 1]);
      expect(tests.flat().every((cell) => cell !== null)).toBe(true);
    });
    expect(renderTable(summary)).toMatch(/only tested \(columns\)\n +up\n {2}nothing yet +\d+ %\n {2}\+ left +\d+ %\n {2}\+ right +\d+ %/u);
    const report = renderReport({ summary, events, config: {}, command: "" });
    expect(report).toContain("Tasks that are only tested");
    expect(renderReport({ summary: without, events, config: {}, command: "" })).not.toContain("Tasks that are only tested");
  });

  it("has as many placements of each task as the suite says, others for tests than for demonstrations", async () => {
    const { worlds, environments } = watched();
    const { events } = await performed({ config: { ...configOf(suite), demonstrations: 20, evaluationEpisodes: 8 }, environments });
    // On each once: what an agent does again in the same place tells nothing more.
    expect(new Set(evaluated(events).map(({ successes }) => successes.length))).toEqual(new Set([4]));
    for (const side of ["left", "right"]) {
      const seeds = new Set(worlds.get(side)!.seeds);
      expect([...seeds].filter((seed) => seed % 2 === 0)).toHaveLength(4);
      expect([...seeds].filter((seed) => seed % 2 === 1)).toHaveLength(4);
    }
    expect(new Set(worlds.get("up")!.seeds).size).toBe(4);
    const plain = watched();
    await performed({ config: { ...configOf({ ...suite, placements: undefined }), demonstrations: 20 }, environments: plain.environments });
    expect(new Set(plain.worlds.get("left")!.seeds.filter((seed) => seed % 2 === 0)).size).toBe(20);
  });

  it("may demonstrate a task that is tested, and test what a few demonstrations do", async () => {
    const { run, events } = await pointRun({ config: configOf(suite) });
    const [task] = run.testTasks;
    await run.demonstrate(task!);
    for (const agent of run.agents) await run.sleep(agent, task!);
    for (const agent of run.agents) await run.evaluate(agent, task!, 2);
    const [rememberer] = evaluated(events);
    expect(rememberer).toMatchObject({ task: "up", learned: 2 });
    expect(rememberer!.successes.filter(Boolean).length).toBeGreaterThan(2);
    run.dispose();
  });

  it("takes a world that is learned from and tested for one task, since tests have placements of their own", () => {
    const ml1 = parseSuite({ name: "ml1/left", worlds: [{ world: "point/left@1" }], test: [{ world: "point/left@1" }], placements: 50 });
    expect(configOf(ml1)).toEqual({ tasks: ["point/left@1"], testTasks: [], placements: 50, demonstrationSets: {} });
  });
});

describe("a test whose world is lost", () => {
  /** A world that is lost at its third step, in the episodes that `isLost` names, counted from 0. */
  function losing(isLost: (episode: number) => boolean, seeds: number[] = []): ReadonlyMap<string, EnvironmentEntry> {
    let episode = -1;
    class Losing extends PointWorld {
      #left = Infinity;
      override reset(options: Parameters<PointWorld["reset"]>[0]): ReturnType<PointWorld["reset"]> {
        this.#left = isLost(++episode) ? 3 : Infinity;
        seeds.push(options!.seed!);
        return super.reset(options);
      }
      override step(action: Float32Array): ReturnType<PointWorld["step"]> {
        const step = super.step(action);
        return --this.#left === 0 ? truncated(step.observation, 0, false, "disconnected") : step;
      }
    }
    return new Map([...pointEnvironments, ["point/left@1", { ...pointEntry("left"), make: () => new Losing("left") }]]);
  }
  const config = { tasks: ["point/left@1"], agents: { rememberer: {} }, evaluationEpisodes: 5 };

  it("is played again in the same placement", async () => {
    const seeds: number[] = [];
    const { run, events } = await pointRun({
      config,
      environments: losing((episode) => episode === 1 || episode === 2, seeds),
    });
    await run.evaluateAll(0);
    run.dispose();
    expect(evaluated(events)[0]!.steps).toEqual([40, 40, 40, 40, 40]);
    expect(seeds).toHaveLength(7);
    expect(new Set(seeds).size).toBe(5);
    expect(new Set(seeds.slice(1, 4)).size).toBe(1);
  });

  it("counts as it ended when that happens over and over", async () => {
    const { run, events } = await pointRun({ config, environments: losing(() => true) });
    await run.evaluateAll(0);
    run.dispose();
    expect(evaluated(events)[0]).toMatchObject({ successes: [false, false, false, false, false], steps: [3, 3, 3, 3, 3] });
  });
});
