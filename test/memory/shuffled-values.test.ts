import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRecall, type EntryId } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { ShuffledValues } from "../../src/memory/shuffled-values.ts";

const remember = (memory: EpisodicMemory, place: number): EntryId =>
  memory.remember({ key: Float32Array.of(place), value: Float32Array.of(place), observation: Float32Array.of(place), task: asTaskId("t"), episode: 0, step: 0 }); // prettier-ignore

/** The values read instead of everybody's own, by id. */
function exchanged(memory: EpisodicMemory, shuffled: ShuffledValues): Map<number, number> {
  const all = memory.recall(Float32Array.of(0), memory.size, emptyRecall(memory.size));
  const rows = new Int32Array(memory.size);
  shuffled.exchange(all, rows);
  return new Map(Array.from(rows, (row, i) => [all.ids[i]!, memory.values[row]!]));
}

describe("shuffled values", () => {
  it("are each entry's value once, the same every time, whatever was forgotten and wherever rows have moved since", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.array(fc.nat(60)), (count, doomed) => {
        const memory = new EpisodicMemory({ shape: { keySize: 1, valueSize: 1, observationSize: 1 }, metric: "l2" });
        const ids = Array.from({ length: count }, (_, place) => remember(memory, place));
        const shuffled = new ShuffledValues(memory);
        exchanged(memory, shuffled);
        memory.forget(doomed.flatMap((i) => (i > 0 ? (ids[i] ?? []) : [])));
        const before = exchanged(memory, shuffled);
        expect([...before.values()].toSorted((a, b) => a - b)).toEqual(Array.from(memory.entries(), ({ value }) => value[0]!));
        memory.settle();
        expect(exchanged(memory, shuffled)).toEqual(before);
        expect(exchanged(memory, new ShuffledValues(memory))).toEqual(before);
      }),
    );
  });
});
