import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/continual/run-event.ts";
import { figure, ranked, summarize } from "../../src/continual/summary.ts";
import { renderTable } from "../../src/continual/table.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { madeUpRun } from "./made-up-run.ts";

describe("a run's summary", () => {
  it("is plain data: what JSON makes of it is all of it", () => {
    const summary = summarize(madeUpRun());
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });

  it("has each agent's matrix with intervals, figures, reads and memory", () => {
    const { agents, complete, episodesPerCell, tasks } = summarize(madeUpRun());
    expect([complete, episodesPerCell, tasks.length]).toEqual([true, 10, 3]);
    const [keeper, forgetter] = agents;
    expect([keeper!.rates.length, keeper!.rates[0]!.length]).toEqual([4, 3]);
    expect(keeper!.metrics.map(({ id }) => id)).toContain("forgetting-chaudhry");
    expect([keeper!.memorySize, forgetter!.memorySize]).toEqual([1200, 0]);
    expect(keeper!.reads.map(({ task }) => task)).toEqual(["reach", "push", "pick-place"]);
    expect(forgetter!.reads).toEqual([]);
    expect(figure(keeper!, "forgetting-continual-world")!.mean).toBeLessThan(figure(forgetter!, "forgetting-continual-world")!.mean);
  });

  it("has how much keys changed in each agent's latest sleep on each task", () => {
    const events = madeUpRun();
    expect(summarize(events).agents.map(({ drifts }) => drifts)).toEqual([
      [0.64, 0.32, 0.16],
      [null, null, null],
    ]);
    const again: RunEvent = {
      kind: "learned",
      trigger: "boundary",
      agent: "keeper",
      task: asTaskId("push"),
      gradientSteps: 9,
      loss: 0,
      memorySize: 1200,
      drift: 0.06,
    };
    expect(summarize([...events, again]).agents[0]!.drifts).toEqual([0.64, 0.06, 0.16]);
  });

  it("compares the best agent with each other one, wherever it stands in the run", () => {
    const { agents, comparisons } = summarize(madeUpRun({ agents: ["forgetter", "keeper"], keeper: "keeper" }));
    expect(ranked(agents).map(({ agent }) => agent)).toEqual(["keeper", "forgetter"]);
    expect(new Set(comparisons.map(({ agent, against }) => `${agent} − ${against}`))).toEqual(new Set(["keeper − forgetter"]));
    expect(comparisons).toHaveLength(agents[0]!.metrics.length);
  });

  it("of a run that has hardly begun is empty, not broken", () => {
    expect(summarize([])).toMatchObject({ agents: [], complete: false, comparisons: [], tasks: [] });
    const [started] = madeUpRun();
    expect(summarize([started!]).agents.map(({ metrics, rates }) => [metrics.length, rates.length])).toEqual([
      [0, 4],
      [0, 4],
    ]);
  });
});

describe("the terminal's table", () => {
  it("says how much keys changed, and what that means, where keys were made anew", () => {
    const events = madeUpRun();
    expect(renderTable(summarize(events))).toMatch(
      /\n\nkeys made anew: the share of .*\n +keeper\n  reach +64 %\n  push +32 %\n  pick-place +16 %\n\n/,
    );
    const unchanged = events.filter(({ kind }) => kind !== "learned");
    expect(renderTable(summarize(unchanged))).not.toContain("keys made anew");
  });

  const [a, b] = [asTaskId("a"), asTaskId("bb")];
  const cell = (learned: number, task: typeof a, successes: boolean[], readShares: Record<string, number> = {}): RunEvent => ({
    kind: "evaluated",
    agent: "x",
    learned,
    task,
    successes,
    steps: [1, 1],
    returns: [0, 0],
    readShares,
  });

  it("is lined up, with every cell, figure and share", () => {
    const events: RunEvent[] = [
      { kind: "run-started", scenario: "s", seed: 1, agents: ["x"], tasks: [a, b].map((id) => ({ id, environment: `w/${id}@1`, summary: "" })) },
      cell(0, a, [false, false]),
      cell(0, b, [false, false]),
      cell(1, a, [true, true]),
      cell(1, b, [false, false]),
      cell(2, a, [true, true], { a: 0.75, bb: 0.25 }),
      cell(2, b, [true, true], { bb: 1 }),
    ];
    expect(renderTable(summarize(events))).toBe(
      `
x: success after learning (rows) on each task (columns)
                   a     bb
  nothing yet    0 %    0 %
  + a          100 %    0 %
  + bb         100 %  100 %

figures with 95 % intervals over 2 test placements a task
                                                                     x
  average performance (higher is better)          1.000 [1.000, 1.000]
  right after learning (higher is better)         1.000 [1.000, 1.000]
  forgetting (Continual World) (lower is better)  0.000 [0.000, 0.000]
  forgetting (Chaudhry) (lower is better)         0.000 [0.000, 0.000]
  backward transfer (GEM) (higher is better)      0.000 [0.000, 0.000]
  forward transfer (GEM) (higher is better)       0.000 [0.000, 0.000]

x: where memory was read from (columns) when tested on each task (rows)
         a     bb
  a   75 %   25 %
  bb   0 %  100 %`.slice(1),
    );
  });
});
