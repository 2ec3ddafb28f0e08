import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidValueError } from "../../../src/contract/errors.ts";
import { mergeNearDuplicates } from "../../../src/memory/forgetting/near-duplicates.ts";
import { emptyMemory, idsOf, point } from "../points.ts";

describe("merging near-duplicates", () => {
  it("makes one of two that are near in key and value: the older stays, with the reads and importance of both", () => {
    const memory = emptyMemory();
    const old = memory.remember(point({ at: [0, 0], value: 1, importance: 2, episode: 1 }));
    const young = memory.remember(point({ at: [0.1, 0], value: 1.1, importance: 3, episode: 2 }));
    const elsewhere = memory.remember(point({ at: [5, 0], value: 1 }));
    memory.mark(old, { reads: 4, lastRead: 10 });
    memory.mark(young, { reads: 0.5, lastRead: 20 });
    expect(mergeNearDuplicates(memory, { keys: 0.5, values: 0.5 })).toBe(1);
    expect(idsOf(memory)).toEqual([old, elsewhere]);
    expect(memory.entry(old)).toMatchObject({
      key: Float32Array.of(0, 0),
      value: Float32Array.of(1),
      importance: 5,
      reads: 4.5,
      lastRead: 20,
      episode: 1,
    });
  });

  it.each([
    ["far apart in key", { at: [1, 0] as const }],
    ["far apart in value", { value: 1 }],
    ["of another task", { task: "other" }],
    ["of another kind", { kind: "demonstration" }],
  ])("leaves two that are %s", (_, part) => {
    const memory = emptyMemory();
    memory.remember(point({ at: [0, 0] }));
    memory.remember(point({ at: [0, 0], ...part }));
    expect(mergeNearDuplicates(memory, { keys: 1, values: 1 })).toBe(0);
  });

  it("lets no pinned entry go, and merges none along a chain of small steps into one", () => {
    const memory = emptyMemory();
    for (let i = 0; i < 3; i++) memory.remember(point({ at: [0, 0] }));
    memory.mark(idsOf(memory)[1]!, { pinned: true });
    expect(mergeNearDuplicates(memory, { keys: 1, values: 1 })).toBe(1);
    expect(idsOf(memory)).toEqual([1, 2]);
    const chain = emptyMemory();
    for (let i = 0; i < 9; i++) chain.remember(point({ at: [0.6 * i, 0] })); // squared: 0.36 to the next, 1.44 to the one after
    mergeNearDuplicates(chain, { keys: 1, values: 1 });
    expect(idsOf(chain)).toEqual([1, 3, 5, 7, 9]);
  });

  it("finds however many there are of one, loses no read and no importance, and leaves no two that are near", () => {
    const grid = fc.array(fc.record({ x: fc.integer({ min: 0, max: 4 }), task: fc.nat(1) }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(grid, (all) => {
        const memory = emptyMemory();
        for (const { x, task } of all) memory.remember(point({ at: [10 * x, 0], task: `${task}` }));
        memory.noteRead(memory.recall(Float32Array.of(0, 0), 40), 5);
        const total = (of: "reads" | "importance"): number => [...memory.entries()].reduce((sum, entry) => sum + entry[of], 0);
        const [reads, importance] = [total("reads"), total("importance")];
        mergeNearDuplicates(memory, { keys: 1, values: 1 });
        expect(memory.size).toBe(new Set(all.map(({ x, task }) => `${x} ${task}`)).size);
        expect(total("reads")).toBeCloseTo(reads, 4);
        expect(total("importance")).toBeCloseTo(importance, 4);
        memory.dispose();
      }),
      { numRuns: 40 },
    );
  });

  it("refuses a nearness that is none", () => {
    expect(() => mergeNearDuplicates(emptyMemory(), { keys: -1, values: 1 })).toThrow(InvalidValueError);
    expect(() => mergeNearDuplicates(emptyMemory(), { keys: 1, values: Number.NaN })).toThrow("values");
  });
});
