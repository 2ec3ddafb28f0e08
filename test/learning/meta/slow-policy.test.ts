import { beforeAll, describe, expect, it } from "vitest";
import { emptyRecall, type Recall } from "../../../src/contract/memory.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import type { Features } from "../../../src/learning/features.ts";
import { retrievalLayout, type RetrievalShape } from "../../../src/learning/meta/retrieval-policy.ts";
import { RetrievalReader } from "../../../src/learning/meta/retrieval-reader.ts";
import { SlowPolicy, trust } from "../../../src/learning/meta/slow-policy.ts";
import { PolicyInput } from "../../../src/learning/policy-input.ts";
import { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { placeOf } from "../../../src/tensor/parameters.ts";

/** A place on a line is its own feature and its own key. The reader corrects nothing; the slow policy answers three times the place. */
const features: Features = { size: 1, names: ["place"], vectors: [], write: (from, count, into, at = 0) => into.set(from.subarray(0, count), at) };
const shape: RetrievalShape = {
  encoder: { sizes: [1, 1], activation: "identity" },
  cue: 0,
  head: { sizes: [3, 1], activation: "identity" },
  slow: { sizes: [1, 1], activation: "identity" },
};
const layout = retrievalLayout(shape);
const task = asTaskId("walk");

function walker(entries: readonly (readonly [place: number, value: number])[]): { memory: EpisodicMemory; parameters: FlatVector } {
  const parameters = new FlatVector(layout.size);
  parameters.numbers.fill(0);
  parameters.numbers[placeOf(layout, "encoder").offset] = 1;
  parameters.numbers[placeOf(layout, "slow").offset] = 3;
  const memory = new EpisodicMemory({ shape: { keySize: 1, valueSize: 1, observationSize: 1 }, metric: "l2" });
  for (const [place, value] of entries) {
    const [key, own] = [Float32Array.of(place), Float32Array.of(value)];
    memory.remember({ key, value: own, observation: key, task, episode: 0, step: 0, time: 0 });
  }
  return { memory, parameters };
}

function answer(entries: readonly (readonly [number, number])[], place: number): number {
  const { memory, parameters } = walker(entries);
  const reader = new RetrievalReader({ shape, parameters, features, memory, neighbours: 4 });
  const action = new Float32Array(1);
  reader.act(Float32Array.of(place), task, action);
  return action[0]!;
}

beforeAll(async () => {
  await selectBackend("cpu");
});

describe("trust in the slow policy", () => {
  it("is half of the action without an error, a quarter at 0.05, and fades with its square", () => {
    expect(trust(0)).toBe(0.5);
    expect(trust(0.05)).toBeCloseTo(0.25, 12);
    expect(trust(1)).toBeCloseTo(0.5 / 401, 12);
  });
});

describe("a slow policy", () => {
  it("is asked about what was recalled, as it weighs", () => {
    const { memory, parameters } = walker([
      [1, 3], // it answers 3: no error
      [2, 8], // it answers 6: squared error 4
    ]);
    const policy = new SlowPolicy({ shape: shape.slow, layout, parameters, memory, input: new PolicyInput(features, 0) });
    const recall: Recall = emptyRecall(2);
    recall.count = 2;
    recall.ids.set([0, 1]);
    recall.rows.set([0, 1]);
    recall.weights.set([0.75, 0.25]);
    expect(policy.errorOn(recall, recall.rows)).toBeCloseTo(0.25 * 4, 6);
    // With the values exchanged: 0.75 · (8 − 3)² + 0.25 · (3 − 6)².
    expect(policy.errorOn(recall, Int32Array.of(1, 0))).toBeCloseTo(0.75 * 25 + 0.25 * 9, 5);
    // Asked again it answers the same; and anew when it has learned, here to answer 0 to everything.
    expect(policy.errorOn(recall, recall.rows)).toBeCloseTo(0.25 * 4, 6);
    parameters.numbers[placeOf(layout, "slow").offset] = 0;
    const { count, rows, weights } = recall;
    const expected = Array.from({ length: count }, (_, i) => weights[i]! * memory.values[rows[i]!]! ** 2).reduce((sum, square) => sum + square, 0);
    expect(policy.errorOn(recall, recall.rows)).toBeCloseTo(expected, 5);
  });

  it("has half of the say where it reproduces what is remembered, hardly any where it does not, and all where nothing is", () => {
    // Read alone, the value remembered at 1; the slow policy says 3 · 2 = 6 at 2.
    expect(answer([[1, 3]], 2)).toBeCloseTo((3 + 6) / 2, 5);
    expect(answer([[1, -3]], 2)).toBeCloseTo(-3, 3);
    expect(answer([], 2)).toBeCloseTo(6, 5);
  });
});
