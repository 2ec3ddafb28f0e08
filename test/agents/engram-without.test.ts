import { beforeAll, describe, expect, it } from "vitest";
import { engram } from "../../agents/engram/agent.ts";
import { engramConfig } from "../../agents/engram/config.ts";
import { readerShape } from "../../agents/engram/networks.ts";
import type { Agent } from "../../src/contract/agent.ts";
import { InvalidValueError } from "../../src/contract/errors.ts";
import { emptyRecall } from "../../src/contract/memory.ts";
import { nested } from "../../src/contract/snapshot.ts";
import { middle } from "../../src/contract/step.ts";
import { asTaskId } from "../../src/contract/task.ts";
import type { Features } from "../../src/learning/features.ts";
import { retrievalLayout, retrievalParts, type RetrievalPart, type RetrievalShape } from "../../src/learning/meta/retrieval-policy.ts";
import { RetrievalReader } from "../../src/learning/meta/retrieval-reader.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { placeOf } from "../../src/tensor/parameters.ts";
import { pointSpec as spec } from "./point-spec.ts";

const place = Float32Array.of(0.3, -0.2);

/** Six episodes of a task whose right action is by where it is. */
function show(agent: Agent, name: string, direction: number): void {
  const random = RandomStream.fromSeed(7);
  agent.beginTask(asTaskId(name));
  for (let step = 0; step < 120; step++) {
    const observation = Float32Array.of(random.uniform(-1, 1), random.uniform(-1, 1));
    const action = Float32Array.of(direction * observation[0]!, 0);
    agent.observe({ task: asTaskId(name), episode: Math.floor(step / 20), index: step % 20, actor: "demonstrator", observation, decision: { action }, action, step: middle(observation, 0, false) }); // prettier-ignore
  }
}

const settings = { support: 64, queries: 32, neighbours: 8, encoderHidden: [16], headHidden: [16], slowHidden: [16] };

async function made(config: Readonly<Record<string, unknown>> = {}): Promise<Agent> {
  return engram.make({ spec, seed: 1, config: { ...settings, ...config } });
}

/** Two tasks, slept on each. @param between Called after the first. */
async function lived(config: Readonly<Record<string, unknown>> = {}, between?: (agent: Agent) => void): Promise<Agent> {
  const agent = await made(config);
  show(agent, "one", 1);
  for (const _ of agent.consolidate({ gradientSteps: 200 }));
  between?.(agent);
  show(agent, "two", -1);
  for (const _ of agent.consolidate({ gradientSteps: 10 }));
  return agent;
}

const without = async (part: RetrievalPart, between?: (agent: Agent) => void): Promise<Agent> => lived({ without: [part] }, between);
const act = (agent: Agent, memory: "on" | "off" = "on"): number[] => [
  ...agent.act(place.slice(), { first: true, task: asTaskId("one"), memory }).action,
];

/** What an agent has learned so far of one of its networks. */
function learned(agent: Agent, part: string): Float32Array {
  const all = nested(agent.snapshot(), "descent")["parameters"] as Float32Array;
  const { offset, size } = placeOf(layoutOfSize(all.length), part);
  return all.slice(offset, offset + size);
}

/** The layout of as many parameters: the number of features follows from it. */
function layoutOfSize(size: number): ReturnType<typeof retrievalLayout> {
  for (let features = 1; features < 20; features++) {
    const layout = retrievalLayout(readerShape(features, 2, engramConfig.parse(settings)));
    if (layout.size === size) return layout;
  }
  throw new Error("No number of features makes as many parameters.");
}

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("an engram", () => {
  it("without memory reads nothing when it acts, and acts as one whose memory is off", async () => {
    const [agent, whole] = [await without("memory"), await lived()];
    expect(agent.act(place.slice(), { first: true, task: asTaskId("one") }).recall!.count).toBe(0);
    expect(agent.memory!.size).toBe(whole.memory!.size);
    // What is learned is the same; only that it is not read.
    expect(act(agent)).toEqual(act(whole, "off"));
    expect(act(agent)).not.toEqual(act(whole));
    for (const each of [agent, whole]) each.dispose();
  });

  it("without its slow policy does not train it, and stands still without memory", async () => {
    const [agent, fresh, whole] = [await without("slow policy"), await made(), await lived()];
    expect(learned(agent, "slow")).toEqual(learned(fresh, "slow"));
    expect(learned(agent, "encoder")).not.toEqual(learned(fresh, "encoder"));
    expect(act(agent, "off")).toEqual([0, 0]);
    expect(act(whole, "off")).not.toEqual([0, 0]);
    for (const each of [agent, fresh, whole]) each.dispose();
  });

  it.each(["encoder", "head", "slow"])(
    "without dreams learns the first task as with them, and its %s another way from the second on",
    async (part) => {
      const first: Float32Array[] = [];
      const note = (agent: Agent): void => void first.push(learned(agent, part));
      const [agent, whole] = [await without("dreams", note), await lived({}, note)];
      expect(first[0]).toEqual(first[1]);
      expect(learned(agent, part)).not.toEqual(learned(whole, part));
      for (const each of [agent, whole]) each.dispose();
    },
  );

  it("without the difference term learns another way from the first step on", async () => {
    const first: Float32Array[] = [];
    const note = (agent: Agent): void => void first.push(learned(agent, "head"));
    const [agent, whole] = [await without("difference", note), await lived({}, note)];
    expect(first[0]).not.toEqual(first[1]);
    for (const each of [agent, whole]) each.dispose();
  });

  it("compares keys by their angle where it is told to", async () => {
    const agent = await lived({ similarity: "cosine" });
    const { recall } = agent.act(place.slice(), { first: true, task: asTaskId("one") });
    const keyOf = (id: number): Float32Array => agent.remembered!(id)!.key;
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, number, k) => sum + number * b[k]!, 0);
    const cosine = (a: Float32Array, b: Float32Array): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    const { observation, key } = agent.remembered!(recall!.ids[0]!)!;
    const here = agent.act(observation.slice(), { first: true, task: asTaskId("one") }).recall!;
    for (let i = 0; i < here.count; i++) expect(here.distances[i]).toBeCloseTo(1 - cosine(key, keyOf(here.ids[i]!)), 5);
    agent.dispose();
  });

  it.each([...retrievalParts.map((part) => ({ without: [part] })), { similarity: "cosine" }])(
    "with %j goes on from a snapshot as it would have",
    async (config) => {
      const [agent, copy] = [await lived(config), await made(config)];
      copy.restore(structuredClone(agent.snapshot()));
      expect(act(copy)).toEqual(act(agent));
      for (const each of [agent, copy]) each.dispose();
    },
  );

  it.each([
    ["what is no part", { without: ["sleep"] }, "agents.engram.without"],
    ["both that could act", { without: ["memory", "slow policy"] }, "memory or the slow policy"],
    ["another similarity", { similarity: "taste" }, "agents.engram.similarity"],
  ])("refuses to be without %s", async (_, config, message) => {
    await expect(made(config)).rejects.toThrow(InvalidValueError);
    await expect(made(config)).rejects.toThrow(message);
  });
});

describe("a reader", () => {
  it("without the difference term corrects nothing by how far what it recalls is from here", () => {
    const features: Features = {
      size: 1,
      names: ["place"],
      vectors: [],
      write: (from, count, into, at = 0) => into.set(from.subarray(0, count), at),
    };
    const line = (sizes: readonly number[]) => ({ sizes, activation: "identity" as const });
    const plain: RetrievalShape = { encoder: line([1, 1]), cue: 0, head: line([3, 1]), slow: line([1, 1]), without: ["slow policy"] };
    const memory = new EpisodicMemory({ shape: { keySize: 1, valueSize: 1, observationSize: 1 }, metric: "l2" });
    const one = Float32Array.of(1);
    memory.remember({ key: one, value: Float32Array.of(5), observation: one, task: asTaskId("walk"), episode: 0, step: 0, time: 0 });
    const answer = (shape: RetrievalShape): number => {
      const layout = retrievalLayout(shape);
      const parameters = FlatVector.from(new Float32Array(layout.size));
      parameters.numbers[placeOf(layout, "encoder").offset] = 1;
      // Of the head's three inputs the last is the difference, which it adds.
      parameters.numbers[placeOf(layout, "head").offset + 2] = 1;
      const reader = new RetrievalReader({ shape, parameters, features, memory, neighbours: 4 });
      const action = new Float32Array(1);
      const recall = emptyRecall(4);
      reader.find(Float32Array.of(0.25), asTaskId("walk"), recall);
      reader.answer(Float32Array.of(0.25), asTaskId("walk"), recall, action);
      return action[0]!;
    };
    // 5 + (1 − .25), and 5 alone.
    expect(answer(plain)).toBeCloseTo(5.75, 6);
    expect(answer({ ...plain, without: ["slow policy", "difference"] })).toBeCloseTo(5, 6);
  });
});

it("is measured on every state that it remembers, also where it reads none of them", async () => {
  const agent = await without("memory");
  expect(agent.measure!().effectiveRank).toBeGreaterThan(1.5);
  agent.dispose();
});
