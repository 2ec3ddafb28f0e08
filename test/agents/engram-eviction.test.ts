import { beforeAll, describe, expect, it } from "vitest";
import { engram } from "../../agents/engram/agent.ts";
import type { Agent } from "../../src/contract/agent.ts";
import { middle } from "../../src/contract/step.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { evictionRules } from "../../src/memory/forgetting/eviction-rules.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { pointSpec as spec } from "./point-spec.ts";

const lookWith = (random: RandomStream): Float32Array => Float32Array.of(random.uniform(-1, 1), random.uniform(-1, 1));

/** Three demonstrations of 20 steps. */
function show(agent: Agent, name: string, seed: number): RandomStream {
  const task = asTaskId(name);
  const random = RandomStream.fromSeed(seed);
  agent.beginTask(task);
  for (let episode = 0; episode < 3; episode++) {
    for (let index = 0; index < 20; index++) {
      const observation = lookWith(random);
      const action = Float32Array.of(observation[0]! > 0 ? 1 : -1, 0);
      const step = middle(observation, 0, false);
      agent.observe({ task, episode, index, actor: "demonstrator", observation, decision: { action }, action, step });
    }
  }
  return random;
}

/** Three demonstrations, a sleep, and a look around. */
function learn(agent: Agent, name: string, seed: number): void {
  const random = show(agent, name, seed);
  for (const _ of agent.consolidate({ gradientSteps: 3 }));
  for (let i = 0; i < 10; i++) agent.act(lookWith(random), { first: i === 0, task: asTaskId(name) });
}

const make = (config: Readonly<Record<string, unknown>>, seed = 1): Promise<Agent> => engram.make({ spec, seed, config });

interface SavedRows {
  readonly ids: Float64Array;
  readonly tasks: readonly string[];
  readonly reads: Float32Array;
  readonly lastReads: Float64Array;
  readonly times: Float64Array;
}

const rowsOf = (agent: Agent): SavedRows => (agent.snapshot()["memory"] as unknown as { readonly rows: SavedRows }).rows;

beforeAll(async () => {
  await selectBackend("wasm");
});

describe.each(Object.keys(evictionRules))("an engram that forgets by %s", (eviction) => {
  const config = { eviction, memoryPerTask: 30, memoryTotal: 40 };

  it("keeps each task and all of them within their budgets when it sleeps", async () => {
    const agent = await make(config);
    learn(agent, "one", 1);
    expect(rowsOf(agent).ids).toHaveLength(30);
    learn(agent, "two", 2);
    learn(agent, "three", 3);
    const { ids, tasks } = rowsOf(agent);
    expect(ids).toHaveLength(40);
    for (const task of ["one", "two", "three"]) expect(tasks.filter((each) => each === task).length).toBeLessThanOrEqual(30);
    agent.dispose();
  });

  it("lives the same life from the same seed and from a snapshot", async () => {
    const [agent, again, restored] = [await make(config), await make(config), await make(config, 9)];
    for (const each of [agent, again]) learn(each, "one", 1);
    restored.restore(structuredClone(agent.snapshot()));
    for (const each of [agent, again, restored]) learn(each, "two", 2);
    expect(again.snapshot()).toEqual(agent.snapshot());
    expect(restored.snapshot()).toEqual(agent.snapshot());
    for (const each of [agent, again, restored]) each.dispose();
  });
});

describe("an engram", () => {
  it("keeps a task whole until it has slept on it or is shown another", async () => {
    const agent = await make({ memoryPerTask: 30 });
    show(agent, "one", 1);
    expect(rowsOf(agent).tasks).toHaveLength(60);
    show(agent, "two", 2);
    expect(rowsOf(agent).tasks.filter((task) => task === "one")).toHaveLength(30);
    expect(rowsOf(agent).tasks.filter((task) => task === "two")).toHaveLength(60);
    for (const _ of agent.consolidate({ gradientSteps: 0 }));
    expect(rowsOf(agent).tasks).toHaveLength(60);
    agent.dispose();
  });

  it("notes what it reads with the step it lives in, on one clock with what it was shown", async () => {
    const agent = await make({ neighbours: 4 });
    learn(agent, "one", 1);
    const { times, reads, lastReads } = rowsOf(agent);
    expect([...times]).toEqual(Array.from({ length: 60 }, (_, i) => i));
    // Ten decisions, each of which weighs what it reads to 1, at steps 60 … 69.
    expect(reads.reduce((sum, each) => sum + each, 0)).toBeCloseTo(10, 4);
    expect(Math.max(...lastReads)).toBe(69);
    expect(lastReads.every((step) => step === -1 || step >= 60)).toBe(true);
    const { recall } = agent.act(Float32Array.of(0.5, 0.5), { first: true, task: asTaskId("one") });
    expect(agent.remembered?.(recall!.ids[0]!)?.lastRead).toBe(70);
    agent.dispose();
  });

  it.each(["thinning", "random", "balanced"])("forgets by %s the same, however often it was tested", async (eviction) => {
    const config = { eviction, memoryPerTask: 20, memoryTotal: 30 };
    const [one, other] = [await make(config), await make(config)];
    for (const each of [one, other]) learn(each, "one", 1);
    for (let i = 0; i < 30; i++) other.act(Float32Array.of(0.1, 0.1), { first: false, task: asTaskId("one") });
    for (const each of [one, other]) learn(each, "two", 2);
    expect(rowsOf(other).ids).toEqual(rowsOf(one).ids);
    for (const each of [one, other]) each.dispose();
  });

  it("decides as it does whatever was read before, unless reads decide what it forgets", async () => {
    const [one, other] = [await make({ memoryPerTask: 30 }), await make({ memoryPerTask: 30 })];
    for (const each of [one, other]) learn(each, "one", 1);
    for (let i = 0; i < 30; i++) other.act(Float32Array.of(0.1, 0.1), { first: false, task: asTaskId("one") });
    for (const each of [one, other]) learn(each, "two", 2);
    const decide = (agent: Agent): number[] => [...agent.act(Float32Array.of(0.2, -0.3), { first: true, task: asTaskId("one") }).action];
    expect(decide(other)).toEqual(decide(one));
    expect(rowsOf(other).ids).toEqual(rowsOf(one).ids);
  });
});
