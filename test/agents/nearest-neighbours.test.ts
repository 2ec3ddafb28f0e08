import { describe, expect, it } from "vitest";
import { nearestNeighbours } from "../../agents/nearest-neighbours/agent.ts";
import type { Agent } from "../../src/contract/agent.ts";
import { middle } from "../../src/contract/step.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { pointSpec as spec } from "./point-spec.ts";

const task = asTaskId("one");

function show(agent: Agent, name: string, states: readonly (readonly [number, number])[], actionOf: (x: number) => number): void {
  agent.beginTask(asTaskId(name));
  states.forEach((state, index) => {
    const action = Float32Array.of(actionOf(state[0]), 0);
    const observation = Float32Array.from(state);
    const step = middle(observation, 0, false);
    agent.observe({ task: asTaskId(name), episode: 0, index, actor: "demonstrator", observation, decision: { action }, action, step });
  });
}

const act = (agent: Agent, x: number, asked = task): number => agent.act(Float32Array.of(x, 0), { first: true, task: asked }).action[0]!;

describe("nearest neighbours", () => {
  it("mix what was done in the nearest states by softmax(−β · squared distance): a worked example", async () => {
    const agent = await nearestNeighbours.make({ spec, seed: 1, config: { neighbours: 2, taskCue: 0, strength: 0.5 } });
    show(agent, "one", [[0, 0], [0.04, 0], [0.8, 0]], (x) => 10 * x); // prettier-ignore
    // Positions are told in units of 4 cm: the two nearest of 0.01 lie at .25 and .75 of one.
    const [a, b] = [Math.exp(-0.5 * 0.25 ** 2), Math.exp(-0.5 * 0.75 ** 2)];
    expect(act(agent, 0.01)).toBeCloseTo((b * 0.4) / (a + b), 5);
    const { recall } = agent.act(Float32Array.of(0.01, 0), { first: true, task });
    expect(Array.from(recall!.ids.slice(0, recall!.count), (id) => agent.remembered!(id)!.step)).toEqual([0, 1]);
    agent.dispose();
  });

  it("say when they read and when what they read was seen, also after a snapshot", async () => {
    const agent = await nearestNeighbours.make({ spec, seed: 1, config: { neighbours: 1 } });
    show(agent, "one", [[0, 0], [0.8, 0]], (x) => x); // prettier-ignore
    const before = agent.snapshot();
    const look = (): (number | undefined)[] => {
      const { recall, time } = agent.act(Float32Array.of(0.8, 0), { first: true, task });
      return [time, agent.remembered!(recall!.ids[0]!)!.time];
    };
    expect([look(), look()]).toEqual([[2, 1], [3, 1]]); // prettier-ignore
    agent.restore(before);
    expect(look()).toEqual([2, 1]);
    expect(() => agent.restore({ ...before, lived: null })).toThrow("`lived`");
    agent.dispose();
  });

  it("tell tasks apart by their codes, and not without", async () => {
    for (const taskCue of [8, 0]) {
      const agent = await nearestNeighbours.make({ spec, seed: 1, config: { neighbours: 1, taskCue } });
      show(agent, "one", [[0, 0]], () => 1); // prettier-ignore
      show(agent, "two", [[0.02, 0]], () => -1); // prettier-ignore
      expect(act(agent, 0)).toBe(1);
      expect(act(agent, 0, asTaskId("two"))).toBe(taskCue === 0 ? 1 : -1);
      agent.dispose();
    }
  });

  it("keep a task whole until it is over, and then its budget", async () => {
    const agent = await nearestNeighbours.make({ spec, seed: 1, config: { memoryPerTask: 5 } });
    const states = Array.from({ length: 40 }, (_, k) => [k / 40, 0] as const);
    show(agent, "one", states, (x) => x);
    const whole = agent.measure!().memoryBytes;
    show(agent, "two", states, (x) => x);
    expect(agent.measure!().memoryBytes).toBe((whole * 45) / 40);
    for (const _ of agent.consolidate({ gradientSteps: 100 }));
    expect(agent.measure!().memoryBytes).toBe((whole * 10) / 40);
    agent.dispose();
  });

  it("stay still where nothing was shown", async () => {
    const agent = await nearestNeighbours.make({ spec, seed: 1 });
    expect(act(agent, 0.3)).toBe(0);
    agent.dispose();
  });
});
