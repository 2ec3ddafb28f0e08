/** @file What every registered agent must do. A new one gets these tests by its line in the registry. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { agents } from "../../agents/index.ts";
import type { Agent, AgentEntry, Transition } from "../../src/contract/agent.ts";
import { asEnvironmentId, type EnvironmentSpec } from "../../src/contract/environment.ts";
import { EngramError } from "../../src/contract/errors.ts";
import { space, type PartOptions } from "../../src/contract/space.ts";
import { middle } from "../../src/contract/step.ts";
import { asTaskId, type TaskId } from "../../src/contract/task.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { backends } from "../tensor/backends.ts";

const position = (name: string, age: number): PartOptions => ({ name, quantity: "position", unit: "m", size: 2, low: -1, high: 1, age });
const spec: EnvironmentSpec = {
  id: asEnvironmentId("test/point@1"),
  summary: "A point moves to its goal.",
  observation: space([position("hand", 0), position("hand", 1), position("goal", 0)]),
  action: space([{ name: "velocity", quantity: "velocity", unit: "m/s", size: 2, low: -1, high: 1 }]),
  variation: space([position("goal", 0)]),
  settings: [],
  controlPeriod: 0.05,
  horizon: 40,
};

/** Two short demonstrations of a task whose right action is a fixed direction for each task. */
function show(agent: Agent, task: TaskId, direction: readonly [number, number], seed: number): void {
  const random = RandomStream.fromSeed(seed);
  agent.beginTask(task);
  for (let episode = 0; episode < 2; episode++) {
    for (let index = 0; index < 12; index++) {
      const observation = Float32Array.from({ length: spec.observation.size }, () => random.uniform(-1, 1));
      const action = Float32Array.from(direction);
      const transition: Transition = {
        task,
        episode,
        index,
        actor: "demonstrator",
        observation,
        decision: { action },
        action,
        step: middle(observation, 0, false),
      };
      agent.observe(transition);
      // Buffers are the caller's again once the call is over.
      observation.fill(Number.NaN);
      action.fill(Number.NaN);
    }
  }
}

/** @param steps Whether fewer are taken than were planned. */
function sleep(
  agent: Agent,
  gradientSteps: number,
  steps = gradientSteps,
): ReturnType<Agent["consolidate"]> extends Generator<unknown, infer R> ? R : never {
  let taken = 0;
  const generator = agent.consolidate({ gradientSteps, isOver: () => ++taken >= steps });
  for (;;) {
    const next = generator.next();
    if (next.done === true) return next.value;
  }
}

const observation = Float32Array.of(0.1, -0.2, 0.1, -0.2, 0.5, 0.5);
const decide = (agent: Agent): number[] => [...agent.act(observation.slice(), { first: true, task: first }).action];
const [first, second] = [asTaskId("first"), asTaskId("second")];

/** A life of two tasks. */
async function live(entry: AgentEntry, seed: number): Promise<Agent> {
  const agent = await entry.make({ spec, seed });
  show(agent, first, [1, 0], 1);
  sleep(agent, 5);
  show(agent, second, [0, 1], 2);
  sleep(agent, 5);
  return agent;
}

describe.each(backends.flatMap((backend) => [...agents].map(([name, entry]) => [name, backend, entry] as const)))(
  "%s on the %s backend",
  (name, backend, entry) => {
    beforeAll(async () => {
      await selectBackend(backend);
    });

    it("is called what its entry is called, and acts at once, before it has been shown anything", async () => {
      const agent = await entry.make({ spec, seed: 1 });
      expect([entry.name, agent.name]).toEqual([name, name]);
      expect(decide(agent)).toHaveLength(spec.action.size);
      expect(decide(agent).every(Number.isFinite)).toBe(true);
      expect(sleep(agent, 3).memorySize).toBe(0);
    });

    it("lives the same life from the same seed", async () => {
      const [one, two] = [await live(entry, 4), await live(entry, 4)];
      expect(decide(one)).toEqual(decide(two));
      expect(one.snapshot()).toEqual(two.snapshot());
    });

    it("keeps nothing of the buffers it was shown, and only reads what it acts on", async () => {
      const agent = await live(entry, 4);
      const seen = observation.slice();
      expect([...agent.act(seen, { first: true, task: first }).action].every(Number.isFinite)).toBe(true);
      expect(seen).toEqual(observation);
    });

    it("goes on from a snapshot as if nothing had happened", async () => {
      const agent = await live(entry, 4);
      const copy = await entry.make({ spec, seed: 77 });
      copy.restore(structuredClone(agent.snapshot()));
      expect(copy.snapshot()).toEqual(agent.snapshot());
      for (const each of [agent, copy]) {
        show(each, first, [1, 0], 3);
        sleep(each, 3);
      }
      expect(decide(copy)).toEqual(decide(agent));
      expect(() => copy.restore({ strange: 1 })).toThrow(EngramError);
    });

    it("reports each gradient step of its sleep, and how it ended", async () => {
      const agent = await entry.make({ spec, seed: 1 });
      show(agent, first, [1, 0], 1);
      const progress = [...agent.consolidate({ gradientSteps: 4 })].filter(({ doing }) => doing === undefined).map((step) => step.gradientSteps);
      expect(progress.length === 0 || progress.join() === "1,2,3,4").toBe(true);
    });

    it("says how much the neighbours in its memory changed, where it reads one", async () => {
      const agent = await entry.make({ spec, seed: 1 });
      show(agent, first, [1, 0], 30);
      const { drift } = sleep(agent, 4);
      expect(drift === undefined).toBe(agent.memory === undefined);
      expect(drift ?? 0).toBeGreaterThanOrEqual(0);
      expect(drift ?? 0).toBeLessThanOrEqual(1);
      // Nothing is keyed anew where nothing was learned.
      expect(sleep(agent, 0).drift).toBeUndefined();
    });

    it("can be saved in the middle of a sleep, which goes on as if nobody had looked; what is restored acts by what was learned so far", async () => {
      const [looked, left, short] = [await live(entry, 4), await live(entry, 4), await live(entry, 4)];
      for (const each of [looked, left, short]) show(each, first, [1, 0], 3);
      const copy = await entry.make({ spec, seed: 77 });
      let acted: number[] | undefined;
      for (const { gradientSteps, doing } of looked.consolidate({ gradientSteps: 6 })) {
        if (gradientSteps !== 3 || doing !== undefined) continue;
        copy.restore(looked.snapshot());
        acted = decide(copy);
      }
      sleep(left, 6);
      sleep(short, 6, 3);
      expect(looked.snapshot()).toEqual(left.snapshot());
      if (acted !== undefined) expect(acted).toEqual(decide(short));
    });

    it("measures itself and is as it was", async () => {
      const agent = await live(entry, 4);
      const before = structuredClone(agent.snapshot());
      const measured = agent.measure?.();
      expect(agent.measure?.()).toEqual(measured);
      expect(agent.snapshot()).toEqual(before);
      for (const value of Object.values(measured ?? {})) expect(value).toBeGreaterThanOrEqual(0);
    });

    it("leaves no tensor behind, step by step, and none when it acts", async () => {
      const agent = await live(entry, 4);
      const { numTensors } = tf.memory();
      show(agent, first, [1, 0], 3);
      for (const _ of agent.consolidate({ gradientSteps: 4 })) expect(tf.memory().numTensors).toBe(numTensors);
      decide(agent);
      expect(tf.memory().numTensors).toBe(numTensors);
    });

    it("fills in its defaults and refuses a key it does not know", async () => {
      await expect(entry.make({ spec, seed: 1, config: entry.defaults })).resolves.toBeDefined();
      await expect(entry.make({ spec, seed: 1, config: { noSuchKey: 1 } })).rejects.toThrow(EngramError);
      for (const [key, value] of Object.entries(entry.defaults)) {
        if (typeof value === "number") await expect(entry.make({ spec, seed: 1, config: { [key]: -1 } })).rejects.toThrow(key);
      }
    });

    it("weighs what it recalls to 1, and can say where each entry came from", async () => {
      const agent = await live(entry, 4);
      const { recall } = agent.act(observation, { first: true, task: first });
      if (recall === undefined) return;
      const weights = [...recall.weights.subarray(0, recall.count)];
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      const tasks = [...recall.ids.subarray(0, recall.count)].map((id) => agent.remembered?.(id)?.task);
      expect(tasks.every((task) => task === first || task === second)).toBe(true);
    });

    it("explains what it does, and is as it was afterwards", async () => {
      const agent = await live(entry, 4);
      if (agent.explain === undefined) return;
      const decision = agent.act(observation, { first: true, task: first });
      const before = structuredClone([agent.snapshot(), decision]);
      const elsewhere = observation.map((x) => x / 2);
      agent.explain(elsewhere, { task: second });
      const asked = { task: first, filter: { before: decision.time! } };
      const explained = agent.explain(observation, asked);
      expect(agent.explain(observation, asked)).toEqual(explained);
      expect([agent.snapshot(), decision]).toEqual(before);
      expect(explained.action).toEqual(decision.action);
      const { recall, time } = decision;
      expect(explained.recall.map(({ id, weight, distance }) => [id, weight, distance])).toEqual(
        Array.from({ length: recall!.count }, (_, i) => [recall!.ids[i], recall!.weights[i], recall!.distances[i]]),
      );
      for (const { id, age, ...source } of explained.recall) {
        const { task, episode, step, kind, time: happened } = agent.remembered!(id)!;
        expect({ age, ...source }).toMatchObject({ age: time! - happened, task, episode, step, kind });
      }
    });

    it("explains a past decision by what was remembered when it was made", async () => {
      const agent = await live(entry, 4);
      if (agent.explain === undefined) return;
      const { action, time } = structuredClone(agent.act(observation, { first: true, task: first }));
      const told = agent.explain(observation, { task: first });
      show(agent, first, [-1, 0], 5);
      expect(agent.act(observation, { first: true, task: first }).action).not.toEqual(action);
      const past = agent.explain(observation, { task: first, filter: { before: time! } });
      expect([past.action, past.withoutEntry]).toEqual([action, told.withoutEntry]);
    });

    it("acts without an entry, and without memory, as it would had it forgotten them", async () => {
      const agent = await live(entry, 4);
      if (agent.explain === undefined) return;
      const { action, recall, withoutEntry, withoutMemory, shuffled } = agent.explain(observation, { task: first });
      const snapshot = structuredClone(agent.snapshot());
      const distance = (other: Float32Array): number => Math.hypot(...Array.from(other, (x, k) => x - action[k]!));
      for (const [i, { id }] of recall.entries()) {
        const copy = await entry.make({ spec, seed: 4 });
        copy.restore(snapshot);
        copy.memory!.forget([id]);
        expect(copy.act(observation, { first: true, task: first }).action).toEqual(withoutEntry[i]!.action);
        expect(withoutEntry[i]!.moved).toBeCloseTo(distance(withoutEntry[i]!.action), 6);
        copy.dispose();
      }
      expect(agent.act(observation, { first: true, task: first, memory: "shuffled" }).action).toEqual(shuffled.action);
      expect(agent.act(observation, { first: true, task: first, memory: "off" }).action).toEqual(withoutMemory.action);
      agent.memory!.forget([...agent.memory!.entries()].map(({ id }) => id));
      expect(agent.act(observation, { first: true, task: first }).action).toEqual(withoutMemory.action);
    });
  },
);
