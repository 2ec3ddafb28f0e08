/** @file What every rule of eviction must do, and what each of them is for. A new rule gets the first tests by its line in the table. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidValueError } from "../../../src/contract/errors.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import {
  atRandom,
  balanced,
  evictionRules,
  leastImportant,
  leastRead,
  leastRecentlyRead,
  oldest,
  reproduced,
} from "../../../src/memory/forgetting/eviction-rules.ts";
import { entryBytes, evict, type EvictionRule } from "../../../src/memory/forgetting/eviction.ts";
import { thinning } from "../../../src/memory/forgetting/thinning.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { emptyMemory, idsOf, point, pointShape } from "../points.ts";

const valueOf = (memory: EpisodicMemory, row: number): number => Math.abs(memory.values[row]!);

const rules: Readonly<Record<string, (seed: number) => EvictionRule>> = {
  ...Object.fromEntries(
    Object.entries(evictionRules).map(([name, make]) => [name, (seed: number) => make({ random: RandomStream.fromSeed(seed), error: valueOf })]),
  ),
  "importance with a half-life": () => leastImportant(10),
  "balanced, oldest first": () => balanced(oldest),
  "balanced, thinning": () => balanced(thinning),
};

const entries = fc.array(
  fc.record({
    task: fc.nat(2),
    episode: fc.nat(3),
    value: fc.integer({ min: 0, max: 4 }),
    pinned: fc.boolean(),
    importance: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 60 },
);
type Entries = typeof entries extends fc.Arbitrary<infer T> ? T : never;

function filled(all: Entries, pins = false): EpisodicMemory {
  const memory = emptyMemory();
  all.forEach(({ task, episode, value, pinned, importance }, step) => {
    const id = memory.remember(point({ at: [step, value], task: `task ${task}`, episode, value, importance, step }));
    if (pins && pinned) memory.mark(id, { pinned });
    if (step % 3 === 0) memory.noteRead(memory.recall(Float32Array.of(value, value), 2), step);
  });
  return memory;
}

const evicted = (memory: EpisodicMemory, rule: EvictionRule, keep: number): number[] => {
  const before = idsOf(memory);
  evict(memory, { entries: keep }, rule);
  const left = new Set(idsOf(memory));
  return before.filter((id) => !left.has(id));
};

describe.each(Object.entries(rules))("evicting by %s", (_, make) => {
  it("brings memory to its budget exactly and no lower, and never a pinned entry to its end", () => {
    fc.assert(
      fc.property(entries, fc.nat(60), (all, budget) => {
        const memory = filled(all, true);
        const pinned = idsOf(memory).filter((id) => memory.entry(id)!.pinned);
        const size = memory.size;
        const gone = evict(memory, { entries: budget }, make(1));
        expect(memory.size).toBe(Math.min(size, Math.max(budget, pinned.length)));
        expect(gone).toBe(size - memory.size);
        expect(pinned.every((id) => memory.entry(id) !== undefined)).toBe(true);
        memory.dispose();
      }),
      { numRuns: 40 },
    );
  });

  it("does the same from the same seed, whether rows have settled or not", () => {
    fc.assert(
      fc.property(entries, fc.nat(40), fc.nat(60), (all, budget, early) => {
        const [one, other] = [filled(all), filled(all)];
        for (const memory of [one, other]) memory.forget(idsOf(memory).slice(early, early + 3));
        other.settle();
        for (const memory of [one, other]) evict(memory, { entries: budget }, make(4));
        expect([...other.entries()]).toEqual([...one.entries()]);
        for (const memory of [one, other]) memory.dispose();
      }),
      { numRuns: 25 },
    );
  });

  it("keeps one task within its budget and leaves the others alone", () => {
    const memory = filled(Array.from({ length: 60 }, (__, i) => ({ task: i % 3, episode: i >> 4, value: i % 5, pinned: false, importance: 1 })));
    evict(memory, { entries: 6 }, make(1), asTaskId("task 1"));
    expect(["task 0", "task 1", "task 2"].map((task) => memory.rowsOf(asTaskId(task)).length)).toEqual([20, 6, 20]);
  });
});

describe("a budget", () => {
  it("in bytes is of what entries take, to within what columns keep in reserve", () => {
    const shape = { keySize: 32, valueSize: 4, observationSize: 39 };
    const memory = new EpisodicMemory({ shape, metric: "l2" });
    const entry = { ...point({}), key: new Float32Array(32), value: new Float32Array(4), observation: new Float32Array(39) };
    for (let i = 0; i < 4000; i++) memory.remember(entry);
    const each = entryBytes(shape);
    expect(memory.bytes).toBeGreaterThanOrEqual(4000 * each);
    expect(memory.bytes).toBeLessThan(4000 * each * 1.3);
    evict(memory, { bytes: 100 * each - 1 }, oldest);
    expect(memory.size).toBe(99);
    evict(memory, { bytes: 50 * each, entries: 60 }, oldest);
    expect(memory.size).toBe(50);
  });

  it.each([{}, { entries: -1 }, { bytes: Number.NaN }])("of %j is refused", (budget) => {
    const memory = emptyMemory();
    expect(() => evict(memory, budget, oldest)).toThrow(InvalidValueError);
  });
});

describe("rules of eviction", () => {
  it("by age let the oldest go, on the clock of their times", () => {
    const memory = emptyMemory();
    for (const time of [30, 10, 20, 10]) memory.remember(point({ time }));
    expect(evicted(memory, oldest, 1)).toEqual([2, 3, 4]);
    const fine = emptyMemory();
    for (const time of [0.75, 0.5, 2 ** 31 + 1, 0.25]) fine.remember(point({ time }));
    expect(evicted(fine, oldest, 2)).toEqual([2, 4]);
  });

  it("by use let go what was not read, or not lately", () => {
    const [lately, often] = [emptyMemory(), emptyMemory()];
    for (const memory of [lately, often]) {
      for (let x = 0; x < 4; x++) memory.remember(point({ at: [10 * x, 0], time: x }));
      const read = (x: number, time: number): void => memory.noteRead(memory.recall(Float32Array.of(x, 0), 1), time);
      for (let time = 10; time < 20; time++) read(0, time);
      read(20, 30);
    }
    // Last read or written: 19, 1, 30, 3. Reads: 10, 0, 1, 0.
    expect(evicted(lately, leastRecentlyRead, 2)).toEqual([2, 4]);
    expect(evicted(often, leastRead, 1)).toEqual([2, 3, 4]);
  });

  it("by importance halve what an entry counts with every half-life", () => {
    const memory = emptyMemory();
    // At time 20 with a half-life of 10: 8 · 2⁻² = 2, 3 · 2⁻¹ = 1.5, 1.8.
    for (const [time, importance] of [[0, 8], [10, 3], [20, 1.8]] as const) memory.remember(point({ time, importance })); // prettier-ignore
    expect(evicted(memory, leastImportant(10), 2)).toEqual([2]);
    expect(evicted(memory, leastImportant(10), 1)).toEqual([3]);
    expect(() => leastImportant(0)).toThrow(InvalidValueError);
  });

  it("by balance take from the tasks with the most, pinned entries counted, and within a task as another rule says", () => {
    const memory = emptyMemory();
    for (const [task, count] of [["a", 10], ["b", 3], ["c", 6]] as const) for (let i = 0; i < count; i++) memory.remember(point({ task, step: i })); // prettier-ignore
    const counts = (): number[] => ["a", "b", "c"].map((task) => memory.rowsOf(asTaskId(task)).length);
    evict(memory, { entries: 13 }, balanced(oldest));
    expect(counts()).toEqual([5, 3, 5]);
    expect(Array.from(memory.rowsOf(asTaskId("a")), (row) => memory.entry(memory.idOf(row))!.step)).toEqual([5, 6, 7, 8, 9]);
    // Two of a's five are pinned: it still gives as many as c, which has none that is.
    for (const row of memory.rowsOf(asTaskId("a")).subarray(0, 2)) memory.mark(memory.idOf(row), { pinned: true });
    evict(memory, { entries: 9 }, balanced(oldest));
    expect(counts()).toEqual([3, 3, 3]);
  });

  it("by chance keep each entry as often as any other", () => {
    const kept = new Float64Array(12);
    for (let seed = 0; seed < 2000; seed++) {
      const memory = emptyMemory();
      for (let step = 0; step < 12; step++) memory.remember(point({ step }));
      evict(memory, { entries: 4 }, atRandom(RandomStream.fromSeed(seed)));
      for (const { step } of memory.entries()) kept[step]!++;
      memory.dispose();
    }
    // χ² with 11 degrees of freedom: 99.9 % below 31.3; without replacement smaller by 1 − 4/12.
    const expected = (2000 * 4) / 12;
    expect(kept.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) / (1 - 4 / 12)).toBeLessThan(31.3);
  });

  it("by what is reproduced let go what the policy answers right already, and of two that make each other superfluous only one", () => {
    const memory = emptyMemory();
    const values = [0, 0, 0, 5, 5, 9];
    values.forEach((value, x) => memory.remember(point({ at: [x, 0], value })));
    // The policy says what the nearest other entry says.
    const error = (of: EpisodicMemory, row: number): number => {
      const key = new Float32Array(2);
      of.readKey(row, key);
      const { rows, count } = of.recall(key, 2);
      const other = Array.from(rows.subarray(0, count)).find((each) => each !== row);
      return other === undefined ? Infinity : Math.abs(of.values[other]! - of.values[row]!);
    };
    evict(memory, { entries: 3 }, reproduced(error));
    expect(Array.from(memory.entries(), ({ value }) => value[0])).toEqual([0, 5, 9]);
  });
});

describe("the shape of a point", () => {
  it("takes as many bytes as columns and tiles say", () => {
    expect(entryBytes(pointShape)).toBe(4 * (2 + 2 + 1 + 1) + 3 * 8 + 2 * 4 + 5 * 4 + 3);
  });
});
