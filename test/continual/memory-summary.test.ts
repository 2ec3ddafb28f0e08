import { beforeAll, describe, expect, it } from "vitest";
import { engram } from "../../agents/engram/agent.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { OrderError } from "../../src/contract/errors.ts";
import { emptyRecall } from "../../src/contract/memory.ts";
import { ReadShares } from "../../src/continual/read-shares.ts";
import type { MemoryRead, Probed, RunEvent } from "../../src/continual/run-event.ts";
import { summarize, type AgentSummary } from "../../src/continual/summary.ts";
import { renderTable } from "../../src/continual/table.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { wholeEntry } from "../memory/whole-entry.ts";
import { pointAgents } from "./point-agents.ts";
import { logText, pointRun } from "./point-run.ts";

const [a, b] = [asTaskId("a"), asTaskId("bb")];
const [yes, no] = [true, false];
const told = (successes: readonly boolean[]): Pick<Probed, "successes" | "steps" | "returns"> => ({
  successes,
  steps: successes.map(() => 1),
  returns: successes.map(() => 0),
});
const cell = (learned: number, task: typeof a, successes: boolean[], readAge?: number): RunEvent => ({
  kind: "evaluated",
  agent: "x",
  learned,
  task,
  ...told(successes),
  readShares: readAge === undefined ? {} : { [task]: 1 },
  ...(readAge !== undefined && { readAge }),
});
const probed = (memory: Probed["memory"], task: typeof a, successes: boolean[]): RunEvent => ({
  kind: "probed",
  agent: "x",
  learned: 2,
  task,
  memory,
  ...told(successes),
});
const started: RunEvent = {
  kind: "run-started",
  scenario: "s",
  seed: 1,
  agents: ["x"],
  tasks: [a, b].map((id) => ({ id, environment: `w/${id}@1`, summary: "" })),
};
const read: MemoryRead = {
  kind: "memory-read",
  agent: "x",
  learned: 2,
  sources: [
    { task: a, entries: 40, neverRead: 10 },
    { task: b, entries: 20, neverRead: 0 },
  ],
};
/** Two placements of four were asked about again. */
const log: readonly RunEvent[] = [
  started,
  ...[0, 1].flatMap((learned) => [cell(learned, a, [no, no, no, no]), cell(learned, b, [no, no, no, no])]),
  cell(2, a, [yes, yes, no, no], 30),
  cell(2, b, [yes, no, no, no], 12.4),
  read,
  probed("off", a, [no, no]),
  probed("off", b, [no, no]),
  probed("shuffled", a, [yes, no]),
  probed("shuffled", b, [no, no]),
];
const summaryOf = (events: readonly RunEvent[]): AgentSummary => summarize(events).agents[0]!;

describe("what memory is worth", () => {
  it("is success with it, without it and with it shuffled, on the placements that all three had", () => {
    const { memory, reads } = summaryOf(log);
    expect(memory).toMatchObject({ learned: 2, placements: 2, sources: read.sources });
    // On: a 2 of 2, bb 1 of 2, mean 0.75. Shuffled: a 1 of 2, bb 0, mean 0.25.
    const [on, off, shuffled] = memory!.conditions;
    expect(on).toMatchObject({ memory: "on", rates: [{ mean: 1 }, { mean: 0.5 }], success: { mean: 0.75 } });
    expect(on).not.toHaveProperty("gain");
    expect(off).toMatchObject({ memory: "off", success: { mean: 0, low: 0, high: 0 }, gain: { mean: 0.75 } });
    expect(shuffled).toMatchObject({ memory: "shuffled", rates: [{ mean: 0.5 }, { mean: 0 }], success: { mean: 0.25 }, gain: { mean: 0.5 } });
    // Of bb either placement may be drawn twice: without memory on is 0.5, 0.75 or 1.
    expect(off!.gain).toEqual({ mean: 0.75, low: 0.5, high: 1 });
    expect(reads.map(({ age }) => age)).toEqual([30, 12.4]);
  });

  it("is in the terminal's table", () => {
    expect(renderTable(summarize(log)).split("\n\n").slice(2).join("\n\n")).toBe(
      `
x: where memory was read from (columns) when tested on each task (rows)
          a     bb  mean age
  a   100 %    0 %        30
  bb    0 %  100 %        12

x: what its memory is worth, success on 2 of the same placements a task with 95 % intervals
                       a    bb             all tasks  less than with memory
  memory on        100 %  50 %  0.750 [0.500, 1.000]
  memory off         0 %   0 %  0.000 [0.000, 0.000]   0.750 [0.500, 1.000]
  memory shuffled   50 %   0 %  0.250 [0.000, 0.500]   0.500 [0.000, 1.000]

x: how much of its memory these tests never read
      entries  never read
  a        40          10  25 %
  bb       20           0   0 %`.slice(1),
    );
  });

  it("has no figures of what was stopped in between, and counts tests of the same row alone", () => {
    expect(summaryOf(log.slice(0, -1)).memory).toMatchObject({ conditions: [], sources: read.sources });
    expect(summaryOf(log.filter(({ kind }) => kind !== "memory-read"))).not.toHaveProperty("memory");
    expect(summaryOf([...log, cell(1, a, [yes, yes, yes, yes])]).memory).toEqual(summaryOf(log).memory);
  });
});

describe("what was read", () => {
  it("has a mean age by weight, and knows which entries counted for little", () => {
    const entries = [1, 2, 3].map((id) => wholeEntry({ id, key: new Float32Array(1), value: new Float32Array(1), observation: new Float32Array(1), task: id < 3 ? a : b, episode: 1, step: id, time: 10 * id })); // prettier-ignore
    const reads = new ReadShares((id) => entries.find((entry) => entry.id === id));
    const recall = { ...emptyRecall(2), count: 2 };
    recall.ids.set([1, 3]);
    recall.weights.set([0.75, 0.25]);
    reads.add({ action: new Float32Array(1), recall, time: 100 });
    // 0.75 · (100 − 10) + 0.25 · (100 − 30)
    expect(reads.age()).toBe(85);
    expect(reads.shares()).toEqual({ a: 0.75, bb: 0.25 });
    const weights = new Map([[3, 1]]);
    reads.addWeights(weights);
    expect([...weights]).toEqual([[3, 1.25], [1, 0.75]]); // prettier-ignore
    expect(new ReadShares(() => undefined).age()).toBeUndefined();
  });
});

describe("a run that asks what memory is worth", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  const agents = new Map([...pointAgents, ["engram", engram]]);
  const config = {
    tasks: ["point/left@1", "point/right@1"],
    agents: { engram: { memoryPerTask: 40, neighbours: 8, support: 32, queries: 16 }, forgetter: {} },
    demonstrations: 3,
    gradientSteps: 60,
    evaluationEpisodes: 4,
  };

  it("tests those that read one with it off and shuffled, on the same placements, and writes the same bytes each time", async () => {
    const logs = await Promise.all(
      [0, 1].map(async () => {
        const { run, scenario, events } = await pointRun({ agents, config });
        await scenario.main(run);
        await run.probeMemory({ placements: 3 });
        run.dispose();
        return events;
      }),
    );
    const [events] = logs as [RunEvent[], RunEvent[]];
    expect(logText(logs[1]!)).toBe(logText(events));
    const probes = events.filter((event): event is Probed => event.kind === "probed");
    expect(probes.map(({ agent, learned, memory, task, successes }) => [agent, learned, memory, task, successes.length])).toEqual(
      (["off", "shuffled"] as const).flatMap((memory) => ["left", "right"].map((task) => ["engram", 2, memory, task, 3])),
    );
    const { memory } = summarize(events).agents[0]!;
    expect(memory!.conditions.map(({ memory: condition }) => condition)).toEqual(["on", "off", "shuffled"]);
    // With memory off the slow policy knows the way by itself; what memory holds instead, the agent believes.
    const [, off, shuffled] = memory!.conditions;
    expect(off!.gain!.mean).toBeLessThan(0.5);
    expect(shuffled!.gain!.mean).toBeGreaterThan(0.5);
    expect(memory!.sources.map(({ task, entries, neverRead }) => [task, entries <= 40, neverRead < entries])).toEqual([
      ["left", true, true],
      ["right", true, true],
    ]);
    expect(summarize(events).agents[1]).not.toHaveProperty("memory");
  });

  it("must have tested them since they last learned", async () => {
    const { run } = await pointRun({ agents, config });
    await expect(run.probeMemory({ learned: 0 })).rejects.toThrow(OrderError);
    await run.evaluateAll(0);
    await run.probeMemory({ learned: 0 });
    await run.demonstrate(run.tasks[0]!);
    await run.sleep(run.agents[0]!, run.tasks[0]!);
    await expect(run.probeMemory({ learned: 0 })).rejects.toThrow("evaluateAll(0)");
    await expect(run.probeMemory({ placements: 0 })).rejects.toThrow("placements");
    run.dispose();
  });
});
