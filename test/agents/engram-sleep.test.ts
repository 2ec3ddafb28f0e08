import { beforeAll, describe, expect, it } from "vitest";
import { engram } from "../../agents/engram/agent.ts";
import type { Agent } from "../../src/contract/agent.ts";
import { asEnvironmentId, type EnvironmentSpec } from "../../src/contract/environment.ts";
import { space } from "../../src/contract/space.ts";
import { middle } from "../../src/contract/step.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";

const spec: EnvironmentSpec = {
  id: asEnvironmentId("test/point@1"),
  summary: "A point moves to its goal.",
  observation: space([{ name: "hand", quantity: "position", unit: "m", size: 2, low: -1, high: 1 }]),
  action: space([{ name: "velocity", quantity: "velocity", unit: "m/s", size: 2, low: -1, high: 1 }]),
  variation: space([{ name: "goal", quantity: "position", unit: "m", size: 1, low: -1, high: 1 }]),
  settings: [],
  controlPeriod: 0.05,
  horizon: 40,
};

const task = asTaskId("task");
const ENTRIES = 600;
const STEPS = 4;

/** One with more memories than are keyed anew at a turn, and no sleep yet. */
async function shown(): Promise<Agent> {
  const agent = await engram.make({ spec, seed: 1, config: { memoryPerTask: ENTRIES, neighbours: 4 } });
  const random = RandomStream.fromSeed(2);
  agent.beginTask(task);
  for (let index = 0; index < ENTRIES; index++) {
    const observation = Float32Array.of(random.uniform(-1, 1), random.uniform(-1, 1));
    const action = Float32Array.of(observation[0]! > 0 ? 1 : -1, 0);
    agent.observe({ task, episode: Math.floor(index / 20), index: index % 20, actor: "demonstrator", observation, decision: { action }, action, step: middle(observation, 0, false) }); // prettier-ignore
  }
  return agent;
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
    const turns = [...agent.consolidate({ gradientSteps: STEPS })].map((progress) => progress.gradientSteps);
    expect(turns).toEqual([1, 2, 3, 4, 4, 4]);
    agent.dispose();
  });

  it("never compares keys of two encoders, at whatever turn memory is read", async () => {
    const agent = await shown();
    const keyOf = (): string => agent.remembered!(300)!.key.join();
    const [before, keys] = [keyOf(), [] as string[]];
    for (const _ of agent.consolidate({ gradientSteps: STEPS })) {
      // Of the same encoder, equal observations have equal keys.
      for (const id of [1, 300, ENTRIES]) expect(distanceToItself(agent, id)).toBe(0);
      keys.push(keyOf());
    }
    expect(new Set(keys)).toEqual(new Set([before]));
    expect(keyOf()).not.toBe(before);
    for (const id of [1, 300, ENTRIES]) expect(distanceToItself(agent, id)).toBe(0);
    agent.dispose();
  });

  it.each([
    ["is left", 2],
    ["is left while keys are made anew", STEPS + 1],
    ["fails", 2],
  ] as const)("that %s in turn %i ends like a shorter one, with all keys by the encoder it leaves", async (how, turn) => {
    const [agent, whole] = [await shown(), await slept(Math.min(turn, STEPS))];
    const sleep = agent.consolidate({ gradientSteps: STEPS });
    for (let i = 0; i < turn; i++) expect(sleep.next().done).toBe(false);
    if (how === "fails") expect(() => sleep.throw(new Error("an accident"))).toThrow("an accident");
    else sleep.return({ gradientSteps: turn, loss: 0, memorySize: 0 });
    expect(agent.snapshot()).toEqual(whole.snapshot());
    expect(distanceToItself(agent, 300)).toBe(0);
    agent.dispose();
    whole.dispose();
  });

  it("that was never begun changes nothing", async () => {
    const agent = await shown();
    const before = agent.snapshot();
    agent.consolidate({ gradientSteps: STEPS }).return({ gradientSteps: 0, loss: 0, memorySize: 0 });
    expect(agent.snapshot()).toEqual(before);
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
