/** @file What every rule of writing must do, and what each of them is for. A new rule gets the first tests by its line in the table. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { EngramError, InvalidValueError } from "../../../src/contract/errors.ts";
import type { EntryId, NewMemoryEntry } from "../../../src/contract/memory.ts";
import type { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import type { Metric } from "../../../src/memory/key-index.ts";
import { noveltyGate, surpriseGate } from "../../../src/memory/writing/gates.ts";
import { LeastFirst } from "../../../src/memory/writing/least-first.ts";
import { leastUsed } from "../../../src/memory/writing/least-used.ts";
import { onlineThinning } from "../../../src/memory/writing/online-thinning.ts";
import { rareEvents } from "../../../src/memory/writing/rare-events.ts";
import { reservoir } from "../../../src/memory/writing/reservoir.ts";
import { successOnly } from "../../../src/memory/writing/success-only.ts";
import { tabularUpdate } from "../../../src/memory/writing/tabular-update.ts";
import { taskQuota } from "../../../src/memory/writing/task-quota.ts";
import { always, type WritingRule } from "../../../src/memory/writing/writing-rule.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { emptyMemory, idsOf, point, type Point } from "../points.ts";

interface Subject {
  readonly metric: Metric;
  /** The most entries that it lets two tasks of three episodes each have. */
  readonly most: number;
  readonly make: (memory: EpisodicMemory, seed: number) => WritingRule;
}

const rules: Readonly<Record<string, Subject>> = {
  always: { metric: "l2", most: Infinity, make: (memory) => always(memory) },
  reservoir: { metric: "l2", most: 7, make: (memory, seed) => reservoir(memory, { capacity: 7 }, RandomStream.fromSeed(seed)) },
  "novelty gate": { metric: "l2", most: Infinity, make: (memory) => noveltyGate(memory, { threshold: 1 }, always(memory)) },
  "novelty gate before a reservoir": {
    metric: "l2",
    most: 7,
    make: (memory, seed) => noveltyGate(memory, { threshold: 1 }, reservoir(memory, { capacity: 7 }, RandomStream.fromSeed(seed))),
  },
  "surprise gate": {
    metric: "l2",
    most: Infinity,
    make: (memory) => surpriseGate(memory, { threshold: 0.5, neighbours: 3, strength: 1 }, always(memory)),
  },
  "success only": { metric: "l2", most: 0, make: (memory) => successOnly(always(memory)) },
  "task quota": { metric: "l2", most: 2 * 4, make: (memory) => taskQuota(memory, { quota: 4 }) },
  "least used": { metric: "l2", most: 7, make: (memory) => leastUsed(memory, { capacity: 7 }) },
  "rare events": { metric: "cosine", most: 7, make: (memory, seed) => rareEvents(memory, { capacity: 7, noise: 3 }, RandomStream.fromSeed(seed)) },
  "tabular update": { metric: "l2", most: 7, make: (memory) => tabularUpdate(memory, { capacity: 7 }) },
  "online thinning": { metric: "l2", most: 6 * 3, make: (memory) => onlineThinning(memory, { perEpisode: 3 }) },
};

/** Episodes in a row, as they are lived. */
const lives = fc
  .array(fc.record({ x: fc.integer({ min: -3, max: 3 }), y: fc.integer({ min: 1, max: 3 }), value: fc.integer({ min: 0, max: 2 }) }), {
    maxLength: 80,
  })
  .map((all) =>
    all.map(({ x, y, value }, i): Point => {
      const episode = Math.floor((6 * i) / all.length);
      return { at: [x, y], value, task: `task ${episode % 2}`, episode, step: i };
    }),
  );

/** Offers and now and then reads, as an agent would. */
function live(memory: EpisodicMemory, rule: WritingRule, offers: readonly Point[]): void {
  for (const offer of offers) {
    rule.write(point({ ...offer, time: offer.step! }));
    if (offer.step! % 3 === 0) memory.noteRead(memory.recall(Float32Array.of(1, 2), 2), offer.step!);
  }
}

describe.each(Object.entries(rules))("writing by %s", (_, { metric, most, make }) => {
  it("never has more than it may, and says which entry holds what it was offered", () => {
    fc.assert(
      fc.property(lives, (offers) => {
        const memory = emptyMemory(metric);
        const rule = make(memory, 1);
        for (const offer of offers) {
          const id = rule.write(point(offer));
          if (id !== undefined) expect(memory.entry(id)).toBeDefined();
          expect(memory.size).toBeLessThanOrEqual(most);
        }
        memory.dispose();
      }),
      { numRuns: 40 },
    );
  });

  it("does the same from the same seed, and goes on from a snapshot as if nothing had happened", () => {
    fc.assert(
      fc.property(lives, fc.nat(80), (offers, cut) => {
        const [memory, other, restored] = [emptyMemory(metric), emptyMemory(metric), emptyMemory(metric)];
        const [rule, again, later] = [make(memory, 3), make(other, 3), make(restored, 99)];
        live(memory, rule, offers.slice(0, cut));
        restored.restore(structuredClone(memory.snapshot()));
        later.restore(structuredClone(rule.snapshot()));
        live(memory, rule, offers.slice(cut));
        live(restored, later, offers.slice(cut));
        live(other, again, offers.slice(0, cut));
        live(other, again, offers.slice(cut));
        expect([...other.entries()]).toEqual([...memory.entries()]);
        expect([...restored.entries()]).toEqual([...memory.entries()]);
        expect(later.snapshot()).toEqual(rule.snapshot());
        for (const each of [memory, other, restored]) each.dispose();
      }),
      { numRuns: 25 },
    );
  });

  it("never writes over a pinned entry", () => {
    const memory = emptyMemory(metric);
    const rule = make(memory, 1);
    const pinned = memory.remember(point({ at: [0, 1], value: 5 }));
    memory.mark(pinned, { pinned: true });
    for (let i = 0; i < 60; i++) rule.write(point({ at: [i % 9, 1 + (i % 7)], value: i % 3, step: i, episode: i >> 3 }));
    expect(memory.entry(pinned)).toMatchObject({ pinned: true });
  });

  it("keeps nothing of the caller's buffers, and lives on when entries are forgotten behind its back", () => {
    const memory = emptyMemory(metric);
    const rule = make(memory, 1);
    for (let i = 0; i < 40; i++) {
      const entry = point({ at: [i % 5, 1 + (i % 3)], value: i, step: i });
      rule.write(entry);
      for (const buffer of [entry.key, entry.value, entry.observation]) buffer.fill(Number.NaN);
      if (i % 4 === 0) memory.forget(idsOf(memory).slice(0, 2));
    }
    for (const { key, value } of memory.entries()) expect([...key, ...value].every(Number.isFinite)).toBe(true);
    expect(memory.size).toBeLessThanOrEqual(most);
  });

  it("knows of little more than what memory holds, and goes on from a snapshot alike, however much others forget", () => {
    const [memory, restored] = [emptyMemory(metric), emptyMemory(metric)];
    const [rule, later] = [make(memory, 1), make(restored, 1)];
    const wave = (i: number): NewMemoryEntry => point({ at: [i % 11, 1 + (i % 5)], value: i, step: i, time: i, episode: i >> 3 });
    for (let i = 0; i < 200; i++) {
      rule.write(wave(i));
      if (i % 4 > 0) memory.forget(idsOf(memory).slice(1));
    }
    const known = Object.values(rule.snapshot()).filter((each) => each instanceof Float64Array);
    expect(Math.max(0, ...known.map(({ length }) => length))).toBeLessThan(10);
    restored.restore(structuredClone(memory.snapshot()));
    later.restore(structuredClone(rule.snapshot()));
    for (let i = 200; i < 230; i++) for (const each of [rule, later]) each.write(wave(i));
    expect([...restored.entries()]).toEqual([...memory.entries()]);
  });

  it("refuses what memory refuses, and is none the worse for it", () => {
    const memory = emptyMemory(metric);
    const rule = make(memory, 1);
    if (most === 0) return;
    for (let i = 0; i < 20; i++) rule.write(point({ at: [i % 5, 1 + (i % 3)], value: i, step: i }));
    const before = [...memory.entries()];
    const bad = { ...point({ at: [Number.NaN, 1] }), value: Float32Array.of(Number.NaN) };
    for (let i = 0; i < 3; i++) {
      try {
        expect(rule.write(bad)).toBeUndefined();
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidValueError);
      }
    }
    expect([...memory.entries()]).toEqual(before);
    rule.write(point({ at: [9, 9], value: 9 }));
    expect(memory.size).toBeLessThanOrEqual(most);
  });

  it("refuses another's snapshot", () => {
    const rule = make(emptyMemory(metric), 1);
    const restore = (): void => rule.restore({ strange: 1 });
    if (Object.keys(rule.snapshot()).length === 0) expect(restore).not.toThrow();
    else expect(restore).toThrow(EngramError);
  });
});

describe("a rule's numbers", () => {
  const memory = emptyMemory();
  const random = RandomStream.fromSeed(1);
  it.each<readonly [string, () => unknown]>([
    ["capacity", () => reservoir(memory, { capacity: 0 }, random)],
    ["capacity", () => leastUsed(memory, { capacity: 1.5 })],
    ["capacity", () => tabularUpdate(memory, { capacity: -1 })],
    ["rate", () => tabularUpdate(memory, { capacity: 1, rate: 0 })],
    ["decay", () => leastUsed(memory, { capacity: 1, decay: 1.1 })],
    ["quota", () => taskQuota(memory, { quota: 0 })],
    ["perEpisode", () => onlineThinning(memory, { perEpisode: 1 })],
    ["threshold", () => noveltyGate(memory, { threshold: Number.NaN }, always(memory))],
    ["neighbours", () => surpriseGate(memory, { threshold: 1, neighbours: 0, strength: 1 }, always(memory))],
    ["metric", () => rareEvents(memory, { capacity: 1 }, random)],
  ])("are checked: %s", (name, make) => {
    expect(make).toThrow(InvalidValueError);
    expect(make).toThrow(name);
  });
});

describe("a reservoir", () => {
  it("keeps every entry ever offered with the same probability", () => {
    const [offered, capacity, runs] = [20, 5, 4000];
    const kept = new Float64Array(offered);
    for (let seed = 0; seed < runs; seed++) {
      const memory = emptyMemory();
      const rule = reservoir(memory, { capacity }, RandomStream.fromSeed(seed));
      for (let step = 0; step < offered; step++) rule.write(point({ step }));
      for (const { step } of memory.entries()) kept[step]!++;
      memory.dispose();
    }
    // χ² of how often each was kept; 19 degrees of freedom, of whose distribution 99.9 % lies below 43.8. Keeping without replacement makes it smaller by 1 − 5/20.
    const expected = (runs * capacity) / offered;
    const chi = kept.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chi / (1 - capacity / offered)).toBeLessThan(43.8);
    expect(chi).toBeGreaterThan(3);
  });
});

describe("gates", () => {
  it("of novelty let through what is farther than the threshold from all there is", () => {
    const memory = emptyMemory();
    const rule = noveltyGate(memory, { threshold: 4 }, always(memory));
    expect(rule.write(point({ at: [0, 0] }))).toBe(1);
    expect(rule.write(point({ at: [2, 0] }))).toBeUndefined(); // 2² = 4
    expect(rule.write(point({ at: [2.1, 0] }))).toBe(2);
  });

  it("of surprise let through what memory would have said otherwise", () => {
    const memory = emptyMemory();
    const rule = surpriseGate(memory, { threshold: 0.25, neighbours: 2, strength: 1 }, always(memory));
    rule.write(point({ at: [0, 0], value: 0 }));
    expect(rule.write(point({ at: [5, 0], value: 0.2 }))).toBeUndefined();
    expect(rule.write(point({ at: [2, 0], value: 1 }))).toBe(2);
    // Half way between, memory says the mean of 0 and 1.
    expect(rule.write(point({ at: [1, 0], value: 0.7 }))).toBeUndefined();
    expect(rule.write(point({ at: [1, 0], value: 0.8 }))).toBe(3);
  });
});

describe("success only", () => {
  it("writes an episode's entries in their order when it succeeds, and none of them when it does not", () => {
    const memory = emptyMemory();
    const rule = successOnly(always(memory));
    for (let step = 0; step < 3; step++) expect(rule.write(point({ step, episode: 1 }))).toBeUndefined();
    expect(memory.size).toBe(0);
    expect(rule.episodeEnded(false)).toEqual([]);
    for (let step = 0; step < 3; step++) rule.write(point({ step, episode: 2 }));
    expect(rule.episodeEnded(true)).toEqual([1, 2, 3]);
    expect(rule.episodeEnded(true)).toEqual([]);
    expect(Array.from(memory.entries(), ({ episode, step }) => [episode, step])).toEqual([[2, 0], [2, 1], [2, 2]]); // prettier-ignore
  });

  it("keeps back across a snapshot", () => {
    const [memory, other] = [emptyMemory(), emptyMemory()];
    const [rule, restored] = [successOnly(always(memory)), successOnly(always(other))];
    rule.write(point({ step: 4, time: 7, kind: "demonstration" }));
    restored.restore(structuredClone(rule.snapshot()));
    for (const each of [rule, restored]) each.episodeEnded(true);
    expect([...other.entries()]).toEqual([...memory.entries()]);
    expect(other.entry(1 as EntryId)).toMatchObject({ step: 4, time: 7, kind: "demonstration" });
  });
});

describe("a task quota", () => {
  it("keeps the latest of each task, also of those that were there before", () => {
    const memory = emptyMemory();
    for (let step = 0; step < 5; step++) memory.remember(point({ task: "old", step }));
    const rule = taskQuota(memory, { quota: 3 });
    for (let step = 0; step < 50; step++) rule.write(point({ task: "new", step }));
    rule.write(point({ task: "old", step: 5 }));
    expect(Array.from(memory.entries(), ({ task, step }) => `${task} ${step}`)).toEqual(["old 3", "old 4", "new 47", "new 48", "new 49", "old 5"]);
  });

  it("counts what memory holds, whatever others forgot or wrote meanwhile", () => {
    const memory = emptyMemory();
    const rule = taskQuota(memory, { quota: 3 });
    for (let step = 0; step < 3; step++) rule.write(point({ step }));
    memory.forget([2, 3] as EntryId[]);
    for (let step = 3; step < 5; step++) rule.write(point({ step }));
    expect(Array.from(memory.entries(), ({ step }) => step)).toEqual([0, 3, 4]);
    memory.remember(point({ step: 5 }));
    rule.write(point({ step: 6 }));
    expect(Array.from(memory.entries(), ({ step }) => step)).toEqual([4, 5, 6]);
  });
});

describe("the least first", () => {
  it("has no more to look through than twice what memory holds, however much others forgot", () => {
    const memory = emptyMemory();
    const order = new LeastFirst(memory, (id) => id);
    for (let step = 0; step < 1000; step++) {
      order.add(memory.remember(point({ step })));
      if (step > 0 && step < 999) memory.forget([memory.idOf(memory.rows - 1)]);
    }
    memory.mark(1 as EntryId, { pinned: true });
    memory.settle();
    const looks = vi.spyOn(memory, "rowOf");
    expect(order.take()).toBe(1000);
    expect(looks.mock.calls.length).toBeLessThan(10);
  });
});

describe("online thinning", () => {
  it("keeps an episode's first and latest entry and every 2ⁿ-th between, whatever its length, and touches no other episode", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 2, max: 20 }), (length, perEpisode) => {
        const memory = emptyMemory();
        const rule = onlineThinning(memory, { perEpisode });
        for (let step = 0; step < 2; step++) rule.write(point({ episode: 1, step }));
        for (let step = 0; step < length; step++) rule.write(point({ episode: 2, step }));
        const steps = Array.from(memory.entries()).filter(({ episode }) => episode === 2).map(({ step }) => step); // prettier-ignore
        expect(steps.length).toBeLessThanOrEqual(perEpisode);
        expect(steps.length).toBeGreaterThanOrEqual(Math.min(length, Math.ceil(perEpisode / 2)));
        expect([steps[0], steps.at(-1)]).toEqual([0, length - 1]);
        const gaps = steps.slice(1).map((step, i) => step - steps[i]!);
        expect(new Set(gaps.slice(0, -1)).size).toBeLessThanOrEqual(1);
        if (gaps.length > 1) expect([Number.isInteger(Math.log2(gaps[0]!)), gaps.at(-1)! <= gaps[0]!]).toEqual([true, true]);
        expect(memory.size).toBe(steps.length + 2);
        memory.dispose();
      }),
      { numRuns: 60 },
    );
  });
});

describe("LRUA", () => {
  it("writes over the entry whose usage, u ← γu + w_r + w_w, is least", () => {
    const act = fc.record({ reads: fc.array(fc.record({ which: fc.nat(5), weight: fc.integer({ min: 0, max: 8 }) }), { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 60 }), (acts) => {
        const [capacity, decay] = [5, 0.9];
        const memory = emptyMemory();
        const rule = leastUsed(memory, { capacity, decay });
        const usages = new Map<number, number>();
        for (const { reads } of acts) {
          const before = idsOf(memory);
          const id = rule.write(point({}))!;
          if (before.length === capacity) {
            const gone = before.find((each) => memory.entry(each) === undefined)!;
            const least = Math.min(...usages.values());
            expect(usages.get(gone)).toBeCloseTo(least, 9);
            usages.delete(gone);
          }
          for (const [each, usage] of usages) usages.set(each, decay * usage);
          usages.set(id, 1);
          const now = idsOf(memory);
          const recall = memory.recall(Float32Array.of(1, 1), Math.max(1, reads.length));
          recall.count = reads.length;
          reads.forEach(({ which, weight }, i) => {
            recall.ids[i] = now[which % now.length]!;
            recall.weights[i] = weight / 8;
            usages.set(recall.ids[i], usages.get(recall.ids[i])! + weight / 8);
          });
          rule.read(recall);
        }
        memory.dispose();
      }),
      { numRuns: 100 },
    );
  });
});

describe("rare events", () => {
  const make = (capacity: number, noise = 0): [EpisodicMemory, WritingRule] => {
    const memory = emptyMemory("cosine");
    return [memory, rareEvents(memory, { capacity, noise }, RandomStream.fromSeed(1))];
  };

  it("merges the key of a nearest entry that is right: k ← (q + k) / |q + k|", () => {
    const [memory, rule] = make(4);
    const id = rule.write(point({ at: [3, 0], value: 1, step: 8 }))!;
    expect([...memory.entry(id)!.key]).toEqual([1, 0]);
    expect(rule.write(point({ at: [0, 2], value: 1 }))).toBe(id);
    expect(memory.size).toBe(1);
    const { key, value, step } = memory.entry(id)!;
    expect([...key]).toEqual([expect.closeTo(Math.SQRT1_2, 6), expect.closeTo(Math.SQRT1_2, 6)]);
    expect([value[0], step]).toEqual([1, 8]);
    // Its opposite leaves no direction to merge into.
    expect(rule.write(point({ at: [-key[0]!, -key[1]!], value: 1 }))).toBe(id);
    expect(memory.entry(id)!.key).toEqual(key);
  });

  it("writes what is not right over the oldest, where a merge makes an entry young", () => {
    const [memory, rule] = make(2);
    const first = rule.write(point({ at: [1, 0], value: 1 }))!;
    const second = rule.write(point({ at: [0, 1], value: 2 }))!;
    rule.write(point({ at: [1, 0.1], value: 1 })); // the first is young again
    const third = rule.write(point({ at: [1, 1], value: 3 }))!;
    expect(idsOf(memory)).toEqual([first, third]);
    expect(memory.entry(second)).toBeUndefined();
  });

  it("chooses among entries of almost one age by chance, as much as there is noise, but never a young one for an old", () => {
    const gone = (noise: number, seed: number): number => {
      const memory = emptyMemory("cosine");
      const rule = rareEvents(memory, { capacity: 20, noise }, RandomStream.fromSeed(seed));
      for (let value = 0; value < 21; value++) rule.write(point({ at: [Math.cos(value), Math.sin(value)], value }));
      const left = new Set<number>(idsOf(memory));
      return [...Array(20).keys()].find((i) => !left.has(i + 1))!;
    };
    const seeds = Array.from({ length: 60 }, (_, seed) => seed);
    expect(new Set(seeds.map((seed) => gone(0, seed)))).toEqual(new Set([0]));
    const chosen = new Set(seeds.map((seed) => gone(4, seed)));
    expect(chosen.size).toBeGreaterThan(2);
    expect(Math.max(...chosen)).toBeLessThan(4);
  });
});

describe("NEC's table", () => {
  it("corrects what is there by Q ← Q + α(Q_N − Q), and appends what is not", () => {
    const memory = emptyMemory();
    const rule = tabularUpdate(memory, { capacity: 9, rate: 0.25 });
    const id = rule.write(point({ at: [1, 2], value: 4 }))!;
    expect(rule.write(point({ at: [1, 2], value: 8 }))).toBe(id);
    expect(memory.entry(id)!.value[0]).toBe(5); // 4 + 0.25 · (8 − 4)
    expect(rule.write(point({ at: [1, 2.0001], value: 8 }))).not.toBe(id);
    expect(memory.size).toBe(2);
  });

  it("when full, writes over what was read least recently", () => {
    const memory = emptyMemory();
    const rule = tabularUpdate(memory, { capacity: 3 });
    const at = (x: number): Point => ({ at: [10 * x, 0], value: x });
    const ids = [0, 1, 2].map((x) => rule.write(point({ ...at(x), time: x }))!);
    memory.noteRead(memory.recall(Float32Array.of(1, 0), 1), 50);
    const fourth = rule.write(point({ ...at(3), time: 60 }))!;
    expect(idsOf(memory)).toEqual([ids[0], ids[2], fourth]);
    memory.noteRead(memory.recall(Float32Array.of(20, 0), 1), 70);
    const fifth = rule.write(point({ ...at(4), time: 80 }))!;
    expect(idsOf(memory)).toEqual([ids[2], fourth, fifth]);
  });
});
