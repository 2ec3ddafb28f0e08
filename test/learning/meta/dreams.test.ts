import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { asTaskId } from "../../../src/contract/task.ts";
import type { Features } from "../../../src/learning/features.ts";
import { dreamsOf, type Dreamer } from "../../../src/learning/meta/dreams.ts";
import { retrievalLayout, type RetrievalShape } from "../../../src/learning/meta/retrieval-policy.ts";
import { RetrievalReader } from "../../../src/learning/meta/retrieval-reader.ts";
import { PolicyInput } from "../../../src/learning/policy-input.ts";
import { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { placeOf } from "../../../src/tensor/parameters.ts";

beforeAll(async () => void (await selectBackend("wasm")));

/** Two places are their own features and their own key. */
const features: Features = {
  size: 2,
  names: ["x", "y"],
  vectors: [],
  write: (from, count, into, at = 0) => into.set(from.subarray(0, 2 * count), at),
};
const shape: RetrievalShape = {
  encoder: { sizes: [2, 2], activation: "identity" },
  cue: 0,
  head: { sizes: [5, 1], activation: "identity" },
  slow: { sizes: [2, 1], activation: "identity" },
};
const layout = retrievalLayout(shape);
const [difference, noise] = [asTaskId("difference"), asTaskId("noise")];
const tasks = [difference, noise];

/** Remembers ten states of each of two tasks; its slow policy answers w·x + b, its reader what is remembered nearby, which it believes four times as much as usual. */
function dreamer(weights: readonly number[], bias: number, done: (task: string, x: number, y: number, k: number) => number) {
  const parameters = new FlatVector(layout.size);
  parameters.numbers.fill(0);
  const encoder = placeOf(layout, "encoder").offset;
  parameters.numbers.set([1, 0, 0, 1], encoder);
  parameters.numbers.set([...weights, bias], placeOf(layout, "slow").offset);
  parameters.numbers[placeOf(layout, "strength").offset] = Math.log(4);
  const memory = new EpisodicMemory({ shape: { keySize: 2, valueSize: 1, observationSize: 2 }, metric: "l2" });
  const random = RandomStream.fromSeed(1);
  for (const [episode, task] of tasks.entries()) {
    for (let k = 0; k < 10; k++) {
      const place = Float32Array.of(random.uniform(), random.uniform());
      const value = Float32Array.of(done(task, place[0]!, place[1]!, k));
      memory.remember({ key: place, value, observation: place, task, episode, step: k, time: 10 * episode + k });
    }
  }
  const input = new PolicyInput(features, 0);
  input.rows(memory);
  const reader = new RetrievalReader({ shape, parameters, features, memory, neighbours: 20 });
  const me: Dreamer = { memory, input, reader };
  return { me, reader, parameters, memory };
}

/** What is done in the first task is x − y; in the second nothing that follows from the state. */
const one = (task: string, x: number, y: number, k: number): number => (task === difference ? x - y : k % 2);
const batch = { steps: 10, size: 8 };

describe("dreams", () => {
  it("lie on the line through two remembered states, at most three tenths beyond, with the agent's answers of before", () => {
    const { me, reader, parameters, memory } = dreamer([1, -1], 0, one);
    const batches = dreamsOf(me, tasks, { steps: 10, size: 64 }, RandomStream.fromSeed(2))!;
    const { inputs, actions } = batches(3);
    expect([inputs.length, actions.length]).toEqual([128, 64]);
    const states = Array.from(memory.rowsOf(difference), (row) => [memory.observations[2 * row]!, memory.observations[2 * row + 1]!] as const);
    const isBetween = (d: number): boolean =>
      states.some((a) =>
        states.some((b) => {
          const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
          const along = dx === 0 && dy === 0 ? 0 : ((inputs[2 * d]! - a[0]) * dx + (inputs[2 * d + 1]! - a[1]) * dy) / (dx * dx + dy * dy);
          const off = Math.hypot(a[0] + along * dx - inputs[2 * d]!, a[1] + along * dy - inputs[2 * d + 1]!);
          return off < 1e-5 && along > -0.3001 && along < 1.3001;
        }),
      );
    const answer = new Float32Array(1);
    for (let d = 0; d < 64; d++) {
      expect(isBetween(d)).toBe(true);
      reader.actWithin(inputs.slice(2 * d, 2 * d + 2), difference, answer);
      expect(actions[d]).toBe(answer[0]);
    }
    const kept = actions.slice();
    parameters.numbers.fill(9);
    expect(batches(3).actions).toEqual(kept);
  });

  it("are answered from what is remembered of their task, whatever was done in another where it looks the same", () => {
    const opposed = (sign: number) => dreamer([1, -1], 0, (task, x, y) => (task === difference ? x - y : sign * (x - y)));
    const answersOf = (sign: number): Float32Array => dreamsOf(opposed(sign).me, [difference], batch, RandomStream.fromSeed(1))!(0).actions;
    expect(answersOf(-1)).toEqual(answersOf(1));
    // To whoever reads everything it makes a difference.
    const place = Float32Array.of(0.9, 0.1);
    const read = (sign: number): number => {
      const action = new Float32Array(1);
      opposed(sign).reader.act(place, difference, action);
      return action[0]!;
    };
    expect(read(-1)).toBeLessThan(read(1) - 0.1);
  });

  it("are other ones in every batch, and the same from the same seed", () => {
    const { me } = dreamer([1, -1], 0, one);
    const dream = (seed: number, step: number): number[] => [...dreamsOf(me, tasks, batch, RandomStream.fromSeed(seed))!(step).inputs];
    expect(dream(1, 5)).toEqual(dream(1, 5));
    expect(dream(1, 5)).not.toEqual(dream(1, 6));
    expect(dream(1, 5)).not.toEqual(dream(2, 5));
  });

  it("are of no task that the slow policy does not know, so that one that has learned nothing has none", () => {
    const dreams = (weights: readonly number[], bias: number, done = one) =>
      dreamsOf(dreamer(weights, bias, done).me, tasks, batch, RandomStream.fromSeed(1));
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }), (w, b) => {
        // Both weights alike: it answers to the sum, where the difference is asked for.
        expect(dreams([w, w], b)).toBeUndefined();
      }),
    );
    expect(dreams([0, 0], 0.5, () => 0.5)).toBeUndefined();
    expect(dreamsOf(dreamer([1, -1], 0, one).me, [], batch, RandomStream.fromSeed(1))).toBeUndefined();
  });
});
