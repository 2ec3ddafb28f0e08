import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidValueError, SnapshotError } from "../../src/contract/errors.ts";
import { emptyRecall, type EntryId, type EntryMarks, type MemoryEntry, type RecallFilter, type StoreChanges } from "../../src/contract/memory.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { attend } from "../../src/memory/reading/attention.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import type { RekeyReport } from "../../src/memory/rekey.ts";
import { wholeEntry } from "./whole-entry.ts";

const shape = { keySize: 2, valueSize: 1, observationSize: 2 };
const [even, odd] = [asTaskId("even"), asTaskId("odd")];

function filled(count: number): EpisodicMemory {
  const memory = new EpisodicMemory({ shape, metric: "l2" });
  for (let i = 0; i < count; i++) {
    memory.remember({
      key: Float32Array.of(i, 0),
      value: Float32Array.of(i),
      observation: Float32Array.of(i, i % 7),
      task: i % 2 === 0 ? even : odd,
      kind: i % 3 === 0 ? "demonstration" : "experience",
      time: 10 * i,
      episode: i >> 3,
      step: i % 8,
    });
  }
  return memory;
}

/** Ids count from 1, what they remember from 0. */
const found = (memory: EpisodicMemory, x: number, k: number, filter?: RecallFilter): number[] => {
  const { ids, count } = memory.recall(Float32Array.of(x, 0), k, emptyRecall(k), filter && { filter });
  return Array.from(ids.subarray(0, count), (id) => id - 1);
};

describe("episodic memory", () => {
  it("shows its columns row by row in the order of ids once it has settled, through growth and forgetting", () => {
    const memory = filled(1000);
    memory.forget([memory.idOf(0), memory.idOf(500)]);
    expect(memory.size).toBe(998);
    memory.settle();
    expect([memory.observations[0], memory.values[498], memory.values[499]]).toEqual([1, 499, 501]);
    expect(memory.tasks()).toEqual(["odd", "even"]);
    expect(memory.rowsOf(odd)).toHaveLength(500);
    const row = 499;
    expect([memory.taskOf(row), memory.episodeOf(row), memory.idOf(row)]).toEqual(["odd", 501 >> 3, 502]);
  });

  it("is the same to those who recall from it whether it has settled or not", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(299), { maxLength: 200 }), fc.nat(299), (doomed, x) => {
        const [one, other] = [filled(300), filled(300)];
        for (const i of doomed) {
          for (const memory of [one, other]) memory.forget([(i + 1) as EntryId]);
          other.settle();
        }
        expect(found(one, x, 9)).toEqual(found(other, x, 9));
        expect([...one.entries()]).toEqual([...other.entries()]);
        one.dispose();
        other.dispose();
      }),
      { numRuns: 30 },
    );
  });

  it("recalls by task, kind and time, and without some", () => {
    const memory = filled(300);
    expect(found(memory, 100, 3, { tasks: [odd] })).toEqual([99, 101, 97]);
    expect(found(memory, 100, 2, { tasks: [odd], kinds: ["demonstration"] })).toEqual([99, 105]);
    expect(found(memory, 100, 2, { since: 1500 })).toEqual([150, 151]);
    expect(found(memory, 100, 1, { before: 500 })).toEqual([49]);
    // One after the other: a selection is kept for the next recall with the same filter.
    expect(found(memory, 100, 1, { since: Infinity })).toEqual([]);
    expect(found(memory, 100, 1, { since: -Infinity })).toEqual([100]);
    expect(found(memory, 100, 1, { since: Number.NaN })).toEqual([]);
    expect(found(memory, 100, 1, { without: [101 as EntryId] })).toEqual([99]);
    expect(found(memory, 100, 4, { tasks: [asTaskId("unheard of")] })).toEqual([]);
    memory.forget([100 as EntryId]);
    expect(found(memory, 100, 1, { tasks: [odd] })).toEqual([101]);
  });

  it("finds fewer where there are fewer, however many are asked for", () => {
    expect(found(filled(3), 1, 1000)).toHaveLength(3);
    expect(found(filled(300), 1, 1000, { tasks: [even] })).toHaveLength(150);
  });

  it("answers several queries at once as it answers each", () => {
    const memory = filled(200);
    const queries = [3, 50, 77.5, 120, 199].map((x) => Float32Array.of(x, 2));
    const together = queries.map(() => emptyRecall(6));
    memory.recallAll(Float32Array.from(queries.flatMap((query) => [...query])), 6, together, { filter: { tasks: [even] } });
    queries.forEach((query, i) => expect(together[i]).toEqual(memory.recall(query, 6, emptyRecall(6), { filter: { tasks: [even] } })));
    expect(() => memory.recallAll(new Float32Array(3), 6, together)).toThrow(InvalidValueError);
  });

  it("weighs importance against distance exactly as attention of the same strength does", () => {
    const memory = filled(0);
    const importances = [1, 20, 0.5, 3];
    importances.forEach((importance, i) =>
      memory.remember({ key: Float32Array.of(i, 0), value: Float32Array.of(i), observation: Float32Array.of(0, 0), task: even, episode: 0, step: i, importance }),
    ); // prettier-ignore
    const strength = 0.7;
    const recall = memory.recall(Float32Array.of(0, 0), 4, emptyRecall(4), { strength });
    attend(recall, strength);
    // importance · exp(−strength · distance): 1, 20 e^−0.7 = 9.93, 0.5 e^−2.8 = 0.0304, 3 e^−6.3 = 0.00551.
    const weights = importances.map((importance, i) => importance * Math.exp(-strength * i * i));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    expect(Array.from(recall.ids)).toEqual([2, 1, 3, 4]);
    Array.from(recall.ids).forEach((id, i) => expect(recall.weights[i]).toBeCloseTo(weights[id - 1]! / sum, 5));
    memory.mark(4 as EntryId, { importance: 1e6 });
    expect(memory.recall(Float32Array.of(0, 0), 1, emptyRecall(1), { strength }).ids[0]).toBe(4);
    expect(() => memory.mark(4 as EntryId, { importance: 0 })).toThrow(InvalidValueError);
    expect(() => memory.mark(9 as EntryId, { pinned: true })).toThrow(InvalidValueError);
  });

  it("keeps count of what is read, and revises what an entry says", () => {
    const memory = filled(20);
    const recall = memory.recall(Float32Array.of(5, 5), 2);
    recall.weights.set([0.75, 0.25]);
    memory.noteRead(recall, 123);
    memory.noteRead(recall, 456);
    const id = recall.ids[0]! as EntryId;
    expect(memory.entry(id)).toMatchObject({ reads: 1.5, lastRead: 456, pinned: false });
    expect(memory.entry(9 as EntryId)).toMatchObject({ reads: 0, lastRead: -1 });
    memory.revise(id, { key: Float32Array.of(-50, 0), value: Float32Array.of(9) });
    expect(memory.entry(id)).toMatchObject({ key: Float32Array.of(-50, 0), value: Float32Array.of(9), reads: 1.5 });
    expect(found(memory, -49, 1)).toEqual([id - 1]);
    expect(() => memory.revise(id, { value: Float32Array.of(1, 2) })).toThrow(InvalidValueError);
  });

  it("takes room for little more than its entries", () => {
    const memory = new EpisodicMemory({ shape: { keySize: 64, valueSize: 4, observationSize: 39 }, metric: "l2" });
    const entry = { key: new Float32Array(64), value: new Float32Array(4), observation: new Float32Array(39), task: even, episode: 0, step: 0 };
    let most = 0;
    for (let i = 1; i <= 20_000; i++) {
      memory.remember(entry);
      if (i >= 5000) most = Math.max(most, memory.bytes / (i * 4 * (64 + 4 + 39)));
    }
    memory.dispose();
    expect(most).toBeLessThan(1.3);
  });

  it.each<[string, Partial<MemoryEntry>]>([
    ["a key too long to tell distances apart", { key: Float32Array.of(1e30, 0) }],
    ["an importance of 0", { importance: 0 }],
    ["an importance that is not a number", { importance: Number.NaN }],
    ["an importance that is 0 in float32", { importance: 1e-46 }],
    ["an importance that is infinite in float32", { importance: 1e39 }],
    ["an episode that int32 cannot hold", { episode: 2 ** 31 }],
    ["a step that int32 cannot hold", { step: -(2 ** 31) - 1 }],
    ["a step between two", { step: 0.5 }],
  ])("refuses %s and stays as it was", (_, part) => {
    const memory = filled(2);
    expect(() => memory.remember({ ...memory.entry(1 as EntryId)!, ...part })).toThrow(InvalidValueError);
    expect(memory.size).toBe(2);
  });

  it("takes the last episode and step that int32 holds, and says so of the next", () => {
    const memory = filled(1);
    const [episode, step] = [2 ** 31 - 1, -(2 ** 31)];
    const entry = memory.entry(1 as EntryId)!;
    expect(memory.entry(memory.remember({ ...entry, episode, step }))).toMatchObject({ episode, step });
    expect(() => memory.remember({ ...entry, episode: episode + 1 })).toThrow("Expected `episode` to be an integer from -2147483648 to 2147483647");
  });

  it("where directions are compared, refuses keys and queries too short to have one, and finds the shortest that do", () => {
    const memory = new EpisodicMemory({ shape, metric: "cosine" });
    const remember = (x: number): EntryId => memory.remember({ ...filled(1).entry(1 as EntryId)!, key: Float32Array.of(x, 0) });
    for (const x of [0, 1e-40, 3e-20]) {
      expect(() => remember(x)).toThrow("a length from 2.2e-19 up");
      expect(() => memory.recall(Float32Array.of(x, 0), 1)).toThrow("a length from 2.2e-19 up");
    }
    expect(remember(3e-19)).toBe(1);
    for (const x of [3e-19, 1, 4e18]) expect(memory.recall(Float32Array.of(x, 0), 1).distances[0]).toBeCloseTo(0, 6);
  });
});

describe("a mark", () => {
  it.each<[string, Partial<EntryMarks>]>([
    ["reads that are not a number", { reads: Number.NaN }],
    ["reads that are infinite in float32", { reads: 1e39 }],
    ["a last read that is not a number", { lastRead: Number.NaN }],
    ["an importance that is 0 in float32", { importance: 1e-46 }],
  ])("of %s is refused, and the entry stays as it was", (_, marks) => {
    const memory = filled(2);
    expect(() => memory.mark(1 as EntryId, marks)).toThrow(InvalidValueError);
    expect(memory.entry(1 as EntryId)).toMatchObject({ importance: 1, reads: 0, lastRead: -1 });
  });

  it("of a read at no time is refused", () => {
    const memory = filled(2);
    expect(() => memory.noteRead(memory.recall(Float32Array.of(1, 0), 1), Number.NaN)).toThrow("Expected `time` to be a finite number");
    expect(memory.entry(2 as EntryId)).toMatchObject({ reads: 0, lastRead: -1 });
  });

  it("of a read with a weight that is not a number is refused, and none of what was read is marked", () => {
    const memory = filled(2);
    const recall = memory.recall(Float32Array.of(1, 0), 2);
    recall.weights[1] = Number.NaN;
    expect(() => memory.noteRead(recall, 5)).toThrow("Expected `weights` to be a finite number");
    for (const { reads, lastRead } of memory.entries()) expect([reads, lastRead]).toEqual([0, -1]);
  });
});

describe("keys that age", () => {
  const mirrored = (observation: Float32Array, _: number, key: Float32Array): void => {
    key.set([-observation[0]!, 0]);
  };
  function finish(turns: Generator<number, RekeyReport>): RekeyReport {
    for (;;) {
      const turn = turns.next();
      if (turn.done === true) return turn.value;
    }
  }

  it("are made anew in turns; until the last one memory is found by the old keys, then by the new", () => {
    const memory = filled(1000);
    const turns = memory.rekey(1, mirrored);
    expect(turns.next()).toEqual({ done: false, value: 256 });
    expect(found(memory, 3, 1)).toEqual([3]);
    // What comes in and goes meanwhile is keyed anew, or not, as well.
    memory.forget([1 as EntryId, 600 as EntryId]);
    memory.remember({ ...memory.entry(5 as EntryId)!, observation: Float32Array.of(5000, 0), key: Float32Array.of(5000, 0) });
    expect(found(memory, 5000, 1)).toEqual([1000]);
    memory.mark(4 as EntryId, { importance: 1e9 });
    expect(finish(turns)).toEqual({ entries: 999, drift: 0 });
    expect(memory.recall(Float32Array.of(-900, 0), 1, emptyRecall(1), { strength: 1e-5 }).ids[0]).toBe(4);
    expect(memory.encoder).toBe(1);
    expect(found(memory, -5000, 1)).toEqual([1000]);
    expect(memory.entry(4 as EntryId)).toMatchObject({ value: Float32Array.of(3), key: Float32Array.of(-3, 0), encoder: 1 });
    expect(memory.size).toBe(999);
  });

  it("report how much neighbours changed", () => {
    const memory = filled(500);
    // Sheds one number of two: rows with the same remainder by 7 become one point, whose ten nearest are its first ten.
    const { drift } = finish(memory.rekey(1, (observation, _, key) => key.set([0, observation[1]!])));
    expect(drift).toBeGreaterThan(0.8);
    expect(drift).toBeLessThanOrEqual(1);
  });

  it("stay as they were when nobody waits for the last turn", () => {
    const memory = filled(600);
    const { bytes } = memory;
    const turns = memory.rekey(1, mirrored);
    turns.next();
    turns.return({ entries: 0, drift: 0 });
    expect([memory.encoder, found(memory, 3, 1), memory.bytes]).toEqual([0, [3], bytes]);
    memory.forget(Array.from({ length: 400 }, (_, i) => (i + 1) as EntryId));
    // Rows may move again.
    expect(memory.rows).toBe(200);
    expect(finish(memory.rekey(1, mirrored)).entries).toBe(200);
  });

  it("leave everything as it was when the encoder fails", () => {
    const memory = filled(600);
    const turns = memory.rekey(1, (observation, row, key) => {
      if (row === 500) throw new Error("out of ideas");
      mirrored(observation, row, key);
    });
    turns.next();
    expect(() => turns.next()).toThrow("out of ideas");
    expect([memory.encoder, found(memory, 3, 1)]).toEqual([0, [3]]);
    expect(finish(memory.rekey(1, mirrored)).entries).toBe(600);
  });

  it.each([Number.NaN, 1e30])("leave everything as it was when the encoder makes one that memory refuses, such as %d", (x) => {
    const memory = filled(600);
    const broken = memory.rekey(1, (_, row, key) => key.set([row === 500 ? x : row, 0]));
    expect(() => finish(broken)).toThrow("Expected `key`");
    expect([memory.encoder, found(memory, 3, 1)]).toEqual([0, [3]]);
    expect(finish(memory.rekey(1, mirrored)).entries).toBe(600);
  });

  it("are not lost to a snapshot: it is restored when they are made, or nobody makes them any more", () => {
    const memory = filled(300);
    const snapshot = structuredClone(memory.snapshot());
    for (const entry of filled(300).entries()) memory.remember(entry);
    const turns = memory.rekey(1, mirrored);
    turns.next();
    expect(() => memory.restore(snapshot)).toThrow("Expected `memory` to be at rest");
    expect(memory.size).toBe(600);
    turns.return({ entries: 0, drift: 0 });
    memory.restore(snapshot);
    expect([memory.size, memory.entry(300 as EntryId)?.key, found(memory, 3, 1)]).toEqual([300, Float32Array.of(299, 0), [3]]);
  });
});

describe("a memory that is shared", () => {
  /** A store in which others' changes are at hand. */
  class Others {
    readonly shape = shape;
    readonly firstId = 1 as EntryId;
    waiting: StoreChanges = { put: [], removed: [] };
    readonly first: readonly MemoryEntry[];
    constructor(first: readonly MemoryEntry[]) {
      this.first = first;
    }
    entries(): readonly MemoryEntry[] {
      return this.first;
    }
    put(): void {}
    mark(): void {}
    remove(): void {}
    async flush(): Promise<void> {}
    async close(): Promise<void> {}
    async changes(): Promise<StoreChanges> {
      const changes = this.waiting;
      this.waiting = { put: [], removed: [] };
      return changes;
    }
  }

  const entryOf = (id: number, parts: Partial<MemoryEntry> = {}): MemoryEntry => ({
    ...wholeEntry({
      id,
      key: Float32Array.of(id, 0),
      value: Float32Array.of(id),
      observation: Float32Array.of(id, 0),
      task: even,
      episode: 0,
      step: 0,
    }),
    ...parts,
  });

  it("is the same whatever the order in which entries came in", async () => {
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(ids, fc.array(fc.nat(120), { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 500 })), async (all, cuts, removed) => {
        const store = new Others([]);
        const memory = new EpisodicMemory({ shape, metric: "l2", store });
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), all.length];
        for (let i = 1; i < bounds.length; i++) {
          store.waiting = { put: all.slice(bounds[i - 1], bounds[i]).map((id) => entryOf(id)), removed: [] };
          await memory.refresh();
        }
        store.waiting = { put: [], removed: removed as EntryId[] };
        await memory.refresh();
        const left = all.filter((id) => !removed.includes(id)).toSorted((a, b) => a - b); // prettier-ignore
        expect([...memory.entries()]).toEqual(left.map((id) => entryOf(id)));
        const once = new EpisodicMemory({ shape, metric: "l2", store: new Others(left.map((id) => entryOf(id))) });
        const query = Float32Array.of(250, 1);
        expect(memory.recall(query, 20).ids).toEqual(once.recall(query, 20).ids);
        memory.dispose();
        once.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it("takes over what another changed in an entry", async () => {
    const store = new Others([1, 2, 3].map((id) => entryOf(id)));
    const memory = new EpisodicMemory({ shape, metric: "l2", store });
    store.waiting = { put: [entryOf(2, { key: Float32Array.of(-9, 0), pinned: true })], removed: [] };
    expect(await memory.refresh()).toBe(1);
    expect(found(memory, -9, 1)).toEqual([1]);
    expect(memory.marksOf(1).pinned).toBe(true);
  });

  it("never compares keys of another encoder: they are out of every search until they are made anew", async () => {
    const store = new Others([1, 2, 3].map((id) => entryOf(id)));
    const memory = new EpisodicMemory({ shape, metric: "l2", store });
    store.waiting = { put: [entryOf(4, { encoder: 7 })], removed: [] };
    await memory.refresh();
    expect([memory.size, found(memory, 4, 4)]).toEqual([4, [2, 1, 0]]);
    const turns = memory.rekey(7, (observation, _, key) => key.set(observation));
    while (turns.next().done !== true);
    expect(found(memory, 4, 4)).toEqual([3, 2, 1, 0]);
  });
});

describe("a memory's snapshot", () => {
  it("is gone on from exactly, ids and marks included; another's is refused without a change", () => {
    const memory = filled(50);
    memory.forget([memory.idOf(49), memory.idOf(20)]);
    memory.mark(5 as EntryId, { importance: 2, pinned: true });
    const copy = filled(3);
    copy.restore(structuredClone(memory.snapshot()));
    expect([...copy.entries()]).toEqual([...memory.entries()]);
    const fresh = { ...memory.entry(1 as EntryId)!, task: asTaskId("new") };
    expect(copy.remember(fresh)).toBe(memory.remember(fresh));
    const rows = memory.snapshot()["rows"] as Snapshot;
    for (const name of Object.keys(rows)) expect(() => copy.restore({ ...memory.snapshot(), rows: { ...rows, [name]: new Float32Array(3) } })).toThrow(SnapshotError); // prettier-ignore
    expect(() => copy.restore({ ...memory.snapshot(), rows: null })).toThrow(SnapshotError);
    expect(copy.size).toBe(49);
  });
});
