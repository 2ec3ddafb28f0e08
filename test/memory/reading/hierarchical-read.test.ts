import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidValueError } from "../../../src/contract/errors.ts";
import { emptyRecall, type EntryId } from "../../../src/contract/memory.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import type { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import type { Metric } from "../../../src/memory/key-index.ts";
import { HierarchicalRead } from "../../../src/memory/reading/hierarchical-read.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { emptyMemory, idsOf, point } from "../points.ts";

/** Tasks a hundred apart, episodes ten apart, states about one. */
function world(memory: EpisodicMemory, { tasks, episodes, steps }: { tasks: number; episodes: number; steps: number }, from = 0): void {
  const random = RandomStream.fromSeed(from);
  for (let t = from; t < from + tasks; t++) {
    for (let e = 0; e < episodes; e++) {
      for (let step = 0; step < steps; step++) {
        const at = [100 * t + random.normal(), 10 * e + random.normal()] as const;
        memory.remember(point({ at, task: `task ${t}`, episode: t * episodes + e, step }));
      }
    }
  }
}

const everything = { tasks: Infinity, episodes: Infinity };
const query = (x: number, y: number): Float32Array => Float32Array.of(x, y);

describe("a hierarchical read", () => {
  it.each<Metric>(["l2", "cosine", "inner product"])(
    "by %s, with all tasks and episodes chosen, is exactly the flat one, whatever memory went through",
    (metric) => {
      const change = fc.oneof(
        fc.record({ kind: fc.constant("add" as const), x: fc.integer({ min: -5, max: 5 }), y: fc.integer({ min: 1, max: 5 }), episode: fc.nat(4) }),
        fc.record({ kind: fc.constant("forget" as const), which: fc.nat(100) }),
        fc.record({ kind: fc.constant("revise" as const), which: fc.nat(100), x: fc.integer({ min: -5, max: 5 }) }),
        fc.constant({ kind: "settle" as const }),
        fc.constant({ kind: "rekey" as const }),
      );
      fc.assert(
        fc.property(fc.array(change, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (changes, k) => {
          const memory = emptyMemory(metric);
          const reads = [everything, { tasks: 100, episodes: 100 }].map((breadth) => new HierarchicalRead(memory, breadth));
          const [flat, deep] = [emptyRecall(k), emptyRecall(k)];
          for (const each of changes) {
            const ids = idsOf(memory);
            if (each.kind === "add") memory.remember(point({ at: [each.x, each.y], task: `task ${each.episode % 2}`, episode: each.episode }));
            else if (each.kind === "settle") memory.settle();
            else if (each.kind === "rekey") while (memory.rekey(memory.encoder + 1, (_, row, key) => key.set([row % 5, 1])).next().done !== true);
            else if (ids.length > 0 && each.kind === "forget") memory.forget([ids[each.which % ids.length]!]);
            else if (ids.length > 0 && each.kind === "revise") memory.revise(ids[each.which % ids.length]!, { key: query(each.x, 1) });
            memory.recall(query(1, 2), k, flat);
            for (const read of reads) expect(read.recall(query(1, 2), k, deep)).toEqual(flat);
          }
          for (const read of reads) read.dispose();
          memory.dispose();
        }),
        { numRuns: 40 },
      );
    },
  );

  it("finds what the flat read finds where the nearest are of the nearest episodes, and says what it looked at", () => {
    const memory = emptyMemory();
    world(memory, { tasks: 5, episodes: 6, steps: 20 });
    const read = new HierarchicalRead(memory, { tasks: 1, episodes: 2 });
    expect(read.recall(query(201, 29), 10)).toEqual(memory.recall(query(201, 29), 10));
    expect(read.looked).toEqual({ tasks: 5, episodes: 6, entries: 40 });
    // Entries of an episode that was not chosen are not found.
    expect(read.recall(query(201, 29), 100).count).toBe(40);
  });

  it("looks at no more entries and episodes when tasks come that have nothing to do with the question", () => {
    const memory = emptyMemory();
    world(memory, { tasks: 3, episodes: 5, steps: 30 });
    const read = new HierarchicalRead(memory, { tasks: 2, episodes: 3 });
    const before = structuredClone(read.recall(query(100, 11), 8));
    const looked = { ...read.looked };
    world(memory, { tasks: 40, episodes: 5, steps: 30 }, 10);
    expect(read.recall(query(100, 11), 8)).toEqual(before);
    expect(read.looked).toEqual({ ...looked, tasks: 43 });
  });

  it("knows at once what was added, and no more what was forgotten or moved", () => {
    const memory = emptyMemory();
    world(memory, { tasks: 2, episodes: 2, steps: 4 });
    const read = new HierarchicalRead(memory, { tasks: 1, episodes: 1 });
    const nearest = (x: number, y: number): number => read.recall(query(x, y), 1).ids[0]!;
    const id = memory.remember(point({ at: [900, 0], task: "new", episode: 77 }));
    expect(nearest(901, 0)).toBe(id);
    memory.revise(id, { key: query(-900, 0) });
    expect(nearest(-901, 0)).toBe(id);
    memory.forget([id]);
    expect(nearest(-901, 0)).not.toBe(id);
    expect(memory.entry(nearest(-901, 0) as EntryId)?.task).toBe(asTaskId("task 0"));
  });

  it("answers nothing from nothing, finds directions that cancel, and refuses what a flat read refuses", () => {
    const memory = emptyMemory("cosine");
    const read = new HierarchicalRead(memory, { tasks: 1, episodes: 1 });
    expect(read.recall(query(1, 1), 3).count).toBe(0);
    memory.remember(point({ at: [1, 0], episode: 1 }));
    memory.remember(point({ at: [-1, 0], episode: 1 }));
    memory.remember(point({ at: [0, 1], episode: 2, task: "other" }));
    expect(read.recall(query(-1, 0.1), 2).count).toBe(2);
    for (const bad of [new Float32Array(3), query(Number.NaN, 1), query(0, 0)]) expect(() => read.recall(bad, 1)).toThrow(InvalidValueError);
    expect(() => read.recall(query(1, 1), 0)).toThrow(InvalidValueError);
    for (const tasks of [0, 1.5, Number.NaN]) expect(() => new HierarchicalRead(memory, { tasks, episodes: 1 })).toThrow("tasks");
  });
});
