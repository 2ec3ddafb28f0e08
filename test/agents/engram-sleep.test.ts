import { beforeAll, describe, expect, it } from "vitest";
import { engram } from "../../agents/engram/agent.ts";
import type { Agent, ConsolidationProgress, ConsolidationReport } from "../../src/contract/agent.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { middle } from "../../src/contract/step.ts";
import { asTaskId, type TaskId } from "../../src/contract/task.ts";
import { entryBytes } from "../../src/memory/forgetting/eviction.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { pointSpec as spec } from "./point-spec.ts";

const task = asTaskId("task");
const ENTRIES = 600;
const STEPS = 4;

/** Thirty episodes of a task. */
function show(agent: Agent, of: TaskId, seed: number): void {
  const random = RandomStream.fromSeed(seed);
  agent.beginTask(of);
  for (let index = 0; index < ENTRIES; index++) {
    const observation = Float32Array.of(random.uniform(-1, 1), random.uniform(-1, 1));
    const action = Float32Array.of(observation[0]! > 0 ? 1 : -1, 0);
    agent.observe({ task: of, episode: Math.floor(index / 20), index: index % 20, actor: "demonstrator", observation, decision: { action }, action, step: middle(observation, 0, false) }); // prettier-ignore
  }
}

/** One with more memories than are keyed anew at a turn, and no sleep yet. */
async function shown(config: Readonly<Record<string, unknown>> = {}): Promise<Agent> {
  const agent = await engram.make({ spec, seed: 1, config: { memoryPerTask: ENTRIES, neighbours: 4, ...config } });
  show(agent, task, 2);
  return agent;
}

function reportOf(sleep: Generator<ConsolidationProgress, ConsolidationReport>): ConsolidationReport {
  for (;;) {
    const next = sleep.next();
    if (next.done === true) return next.value;
  }
}

/** An agent after a whole sleep of so many steps. */
async function slept(gradientSteps: number): Promise<Agent> {
  const agent = await shown();
  for (const _ of agent.consolidate({ gradientSteps }));
  return agent;
}

/** How far it is from where an entry was made to the nearest entry, as the agent measures it now. */
function distanceToItself(agent: Agent, id: number): number {
  const { recall } = agent.act(agent.remembered!(id)!.observation.slice(), { first: true, task });
  expect(recall!.ids[0]).toBe(id);
  return recall!.distances[0]!;
}

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("an engram's sleep", () => {
  it("gives a turn after each step, and then while keys are made anew", async () => {
    const agent = await shown();
    const turns = [...agent.consolidate({ gradientSteps: STEPS })].map(({ gradientSteps, doing = "learning" }) => `${doing} ${gradientSteps}`);
    const learning = ["learning 1", "learning 2", "learning 3", "learning 4"];
    expect(turns).toEqual(["self-test 0", ...learning, "filing 4", "filing 4", "self-test 4", "tidying 4"]);
    agent.dispose();
  });

  it("never compares keys of two encoders, at whatever turn memory is read", async () => {
    const agent = await shown();
    const keyOf = (): string => agent.remembered!(300)!.key.join();
    const [before, keys] = [keyOf(), [] as string[]];
    for (const { doing, gradientSteps } of agent.consolidate({ gradientSteps: STEPS })) {
      // Of the same encoder, equal observations have equal keys.
      for (const id of [1, 300, ENTRIES]) expect(distanceToItself(agent, id)).toBe(0);
      if (doing === "tidying" || (doing === "self-test" && gradientSteps > 0)) expect(keyOf()).not.toBe(before);
      else keys.push(keyOf());
    }
    expect(new Set(keys)).toEqual(new Set([before]));
    expect(keyOf()).not.toBe(before);
    for (const id of [1, 300, ENTRIES]) expect(distanceToItself(agent, id)).toBe(0);
    agent.dispose();
  });

  it.each([
    ["is left", 2],
    ["is left while keys are made anew", STEPS],
    ["fails", 2],
  ] as const)("that %s after step %i ends as one that was over then, with all keys by the encoder it leaves", async (how, steps) => {
    const [agent, over] = [await shown(), await shown()];
    let taken = 0;
    for (const _ of over.consolidate({ gradientSteps: STEPS, isOver: () => ++taken >= steps }));
    const sleep = agent.consolidate({ gradientSteps: STEPS });
    // One turn more at first, for what it asks itself; and one while keys are made anew.
    for (let i = 0; i < steps + (how === "is left while keys are made anew" ? 2 : 1); i++) expect(sleep.next().done).toBe(false);
    if (how === "fails") expect(() => sleep.throw(new Error("an accident"))).toThrow("an accident");
    else sleep.return({ gradientSteps: steps, loss: 0, memorySize: 0 });
    expect(agent.snapshot()["descent"]).toEqual(over.snapshot()["descent"]);
    expect(agent.remembered!(300)!.key).toEqual(over.remembered!(300)!.key);
    expect(distanceToItself(agent, 300)).toBe(0);
    agent.dispose();
    over.dispose();
  });

  it("that was never begun changes nothing", async () => {
    const agent = await shown();
    const before = agent.snapshot();
    agent.consolidate({ gradientSteps: STEPS }).return({ gradientSteps: 0, loss: 0, memorySize: 0 });
    expect(agent.snapshot()).toEqual(before);
    agent.dispose();
  });

  it("asks itself a little of what it remembers before and after, and says how it went", async () => {
    const agent = await shown();
    const { selfTests, rolledBack, merged, forgotten } = reportOf(agent.consolidate({ gradientSteps: 40 }));
    // One in twenty of 600 states: three of each of ten episodes, which are an eighth of its twenty.
    expect(selfTests).toMatchObject([{ task, states: 30, worse: false }]);
    expect(selfTests![0]!.after).toBeLessThan(selfTests![0]!.before);
    expect({ rolledBack, merged, forgotten }).toMatchObject({ rolledBack: false, forgotten: 0 });
    agent.dispose();
  });

  it("is undone when an older task got worse, which one that learns far too fast finds out", async () => {
    const agent = await shown({ learningRate: 2 });
    const before = agent.snapshot()["descent"];
    show(agent, asTaskId("other"), 3);
    const report = reportOf(agent.consolidate({ gradientSteps: 10 }));
    expect(report.selfTests!.find((test) => test.task === task)!.worse).toBe(true);
    expect(report).toMatchObject({ rolledBack: true, drift: 0 });
    expect(agent.snapshot()["descent"]).toEqual(before);
    expect(distanceToItself(agent, 300)).toBe(0);
    // The next one draws other questions than the one that was undone,
    const firstLoss = (snapshot: Snapshot): number => {
      agent.restore(structuredClone(snapshot));
      const turns = agent.consolidate({ gradientSteps: 10 });
      for (let turn = turns.next(); turn.done !== true; turn = turns.next()) {
        if (turn.value.gradientSteps === 0) continue;
        turns.return(report);
        return turn.value.loss;
      }
      throw new Error("It took no step.");
    };
    const after = agent.snapshot();
    expect(firstLoss(after)).not.toBe(firstLoss({ ...after, owed: null }));
    agent.restore(after);
    // and stands: what is undone once would be found worse again.
    expect(reportOf(agent.consolidate({ gradientSteps: 10 })).rolledBack).toBe(false);
    agent.dispose();
  });

  it("forgets what its slow policy reproduces best, where memory must be smaller", async () => {
    const agent = await shown();
    const { forgotten, memorySize } = reportOf(agent.consolidate({ gradientSteps: 10, memoryBytes: 40_000 }));
    expect(forgotten).toBeGreaterThan(0);
    expect(memorySize * entryBytes(agent.memory!.shape)).toBeLessThanOrEqual(40_000);
    expect((memorySize + 1) * entryBytes(agent.memory!.shape)).toBeGreaterThan(40_000);
    agent.dispose();
  });

  it("makes one of states that are the same and were answered in the same way", async () => {
    const agent = await shown({ memoryPerTask: 2 * ENTRIES });
    show(agent, task, 2);
    const { merged, memorySize } = reportOf(agent.consolidate({ gradientSteps: 4 }));
    // All of them were shown twice.
    expect(merged).toBeGreaterThanOrEqual(ENTRIES);
    expect(memorySize).toBe(2 * ENTRIES - merged!);
    agent.dispose();
  });

  it("leaves an agent that acts after a restore as it would have without", async () => {
    const [agent, copy] = [await slept(STEPS), await shown()];
    copy.restore(structuredClone(agent.snapshot()));
    expect(distanceToItself(copy, 300)).toBe(0);
    agent.dispose();
    copy.dispose();
  });
});
