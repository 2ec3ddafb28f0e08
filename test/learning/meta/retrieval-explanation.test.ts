import { beforeAll, describe, expect, it } from "vitest";
import type { EntryId } from "../../../src/contract/memory.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import type { Features } from "../../../src/learning/features.ts";
import { explainRetrieval } from "../../../src/learning/meta/retrieval-explanation.ts";
import { retrievalLayout, type RetrievalShape } from "../../../src/learning/meta/retrieval-policy.ts";
import { RetrievalReader } from "../../../src/learning/meta/retrieval-reader.ts";
import { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { placeOf } from "../../../src/tensor/parameters.ts";

/**
 * A place on a line is its own feature and its own key; nothing is corrected; β = ln 2, so that a weight halves with each unit of squared distance.
 * The slow policy answers 0 to everything: so far off that less than 1e-4 of an action is its.
 */
const features: Features = { size: 1, names: ["place"], vectors: [], write: (from, count, into, at = 0) => into.set(from.subarray(0, count), at) };
const shape: RetrievalShape = {
  encoder: { sizes: [1, 1], activation: "identity" },
  cue: 0,
  head: { sizes: [3, 1], activation: "identity" },
  slow: { sizes: [1, 1], activation: "identity" },
};
const task = asTaskId("walk");
const at = (place: number): Float32Array => Float32Array.of(place);

function walker(): { memory: EpisodicMemory; reader: RetrievalReader; ids: EntryId[] } {
  const layout = retrievalLayout(shape);
  const parameters = new FlatVector(layout.size);
  parameters.numbers.fill(0);
  parameters.numbers[placeOf(layout, "encoder").offset] = 1;
  parameters.numbers[placeOf(layout, "strength").offset] = Math.log(Math.LN2);
  const memory = new EpisodicMemory({ shape: { keySize: 1, valueSize: 1, observationSize: 1 }, metric: "l2" });
  const remember = (place: number, value: number, episode: number): EntryId =>
    memory.remember({ key: at(place), value: at(value), observation: at(place), task, episode, step: 0, time: episode });
  const ids = [remember(1, 8, 0), remember(0, 2, 1), remember(2, 32, 2)];
  return { memory, reader: new RetrievalReader({ shape, parameters, features, memory, neighbours: 2 }), ids };
}

beforeAll(async () => {
  await selectBackend("cpu");
});

describe("an explanation", () => {
  it("is what one works out by hand", () => {
    const { memory, reader, ids } = walker();
    const explained = explainRetrieval({ reader, memory, neighbours: 2, now: 10 }, at(0), { task });
    // From 0 the two nearest are at 0 and 1, squared distances 0 and 1: weights 2/3 and 1/3, action 2/3 · 2 + 1/3 · 8 = 4.
    expect(explained.action[0]).toBeCloseTo(4, 3);
    expect(explained.recall).toMatchObject([
      { id: ids[1], distance: 0, age: 9, task, episode: 1, step: 0, kind: "experience" },
      { id: ids[0], distance: 1, age: 10, task, episode: 0 },
    ]);
    expect(explained.recall.map(({ weight }) => weight)).toEqual([expect.closeTo(2 / 3, 6), expect.closeTo(1 / 3, 6)]);
    // Without the one at 0: distances 1 and 4, weights 8/9 and 1/9, 8/9 · 8 + 1/9 · 32 = 96/9. Without the one at 1: 0 and 4, 16/17 · 2 + 1/17 · 32 = 64/17.
    expect(explained.withoutEntry.map(({ action }) => action[0])).toEqual([expect.closeTo(96 / 9, 3), expect.closeTo(64 / 17, 3)]);
    expect(explained.withoutEntry.map(({ moved }) => moved)).toEqual([expect.closeTo(96 / 9 - 4, 3), expect.closeTo(4 - 64 / 17, 3)]);
    expect(explained.withoutMemory).toEqual({ action: at(0), moved: expect.closeTo(4, 3) as number });
  });

  it("exchanges values over the whole memory: the shuffled action is a blend of two of the three, by the same weights", () => {
    const { memory, reader } = walker();
    const { shuffled } = explainRetrieval({ reader, memory, neighbours: 2, now: 10 }, at(0), { task });
    const blends = [2, 8, 32].flatMap((first) => [2, 8, 32].filter((other) => other !== first).map((other) => (2 * first + other) / 3));
    expect(Math.min(...blends.map((blend) => Math.abs(blend - shuffled.action[0]!)))).toBeLessThan(1e-3);
  });

  it("of a filtered question reads what the filter lets through, and nothing is nothing to read", () => {
    const { memory, reader, ids } = walker();
    const options = { reader, memory, neighbours: 2, now: 10 };
    const past = explainRetrieval(options, at(0), { task, filter: { before: 1 } });
    expect(past.recall.map(({ id }) => id)).toEqual([ids[0]]);
    expect(past.withoutEntry[0]).toEqual({ action: at(0), moved: expect.closeTo(8, 3) as number });
    const nothing = explainRetrieval(options, at(0), { task, filter: { before: 0 } });
    expect(nothing).toMatchObject({ action: at(0), recall: [], withoutEntry: [], withoutMemory: { moved: 0 }, shuffled: { moved: 0 } });
  });
});
