import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asTaskId } from "../../src/contract/task.ts";
import { Exams, sparing, type Exam } from "../../src/learning/exams.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { evict } from "../../src/memory/forgetting/eviction.ts";
import { evictionRules } from "../../src/memory/forgetting/eviction-rules.ts";
import { thinning } from "../../src/memory/forgetting/thinning.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const push = asTaskId("push");
const zero = Float32Array.of(0);

interface Shown {
  readonly episodes: number;
  readonly steps: number;
  readonly task?: string;
  readonly from?: number;
}

function show(memory: EpisodicMemory, { episodes, steps, task = push, from = 0 }: Shown): void {
  for (let episode = from; episode < from + episodes; episode++) {
    for (let step = 0; step < steps; step++)
      memory.remember({ key: zero, value: zero, observation: zero, task: asTaskId(task), episode, step, time: memory.size });
  }
}

function memoryOf(...shown: readonly Shown[]): EpisodicMemory {
  const memory = new EpisodicMemory({ shape: { keySize: 1, valueSize: 1, observationSize: 1 }, metric: "l2" });
  for (const each of shown) show(memory, each);
  return memory;
}

const random = RandomStream.fromSeed(1);
const set = (memory: EpisodicMemory, perTask: number): readonly Exam[] => new Exams().set(memory, perTask, random);
const placesOf = (memory: EpisodicMemory, ids: Iterable<number>) => [...ids].map((id) => memory.entry(id as never)!);
const episodesIn = (memory: EpisodicMemory, ids: Iterable<number>): Set<number> => new Set(placesOf(memory, ids).map(({ episode }) => episode));

describe("exams", () => {
  it.each([
    ["the benchmark's thirty demonstrations and 400 states", { episodes: 30, steps: 80, perTask: 400, asked: 20, witnesses: 10, withheld: 100 }],
    ["thirty demonstrations and a hundred states, the fewest", { episodes: 30, steps: 80, perTask: 100, asked: 10, witnesses: 10, withheld: 100 }],
    ["the quickstart's ten demonstrations", { episodes: 10, steps: 60, perTask: 400, asked: 20, witnesses: 5, withheld: 40 }],
    ["eight demonstrations, the fewest", { episodes: 8, steps: 60, perTask: 400, asked: 20, witnesses: 4, withheld: 32 }],
    ["what does not divide evenly", { episodes: 14, steps: 60, perTask: 400, asked: 20, witnesses: 7, withheld: 56 }],
    ["twelve demonstrations and a hundred states", { episodes: 12, steps: 60, perTask: 100, asked: 10, witnesses: 6, withheld: 48 }],
    ["everything kept", { episodes: 30, steps: 80, perTask: 2400, asked: 60, witnesses: 10, withheld: 100 }],
  ])(
    "ask of %s a few states of several episodes, and withhold an eighth of each of these",
    (_, { episodes, steps, perTask, asked, witnesses, withheld }) => {
      const memory = memoryOf({ episodes, steps });
      const [exam] = set(memory, perTask);
      expect([exam!.asked.size, exam!.withheld.size, episodesIn(memory, exam!.asked).size]).toEqual([asked, withheld, witnesses]);
      expect([...exam!.asked].every((id) => exam!.withheld.has(id))).toBe(true);
    },
  );

  it.each([
    ["seven episodes", { episodes: 7, steps: 60, perTask: 400 }],
    ["so small a budget that a tenth of it is less than ten states", { episodes: 30, steps: 60, perTask: 99 }],
    ["episodes so short that fewer than ten states of stretches are there", { episodes: 9, steps: 12, perTask: 400 }],
    ["fewer states than a hundred", { episodes: 9, steps: 11, perTask: 400 }],
  ])("are not set of %s", (_, { perTask, ...shown }) => {
    expect(set(memoryOf(shown), perTask)).toEqual([]);
  });

  it("ask in the middle of stretches without a gap, which lie all over the task", () => {
    const memory = memoryOf({ episodes: 30, steps: 80 });
    const [exam] = set(memory, 100);
    const asked = placesOf(memory, exam!.asked).map(({ step }) => step);
    // Ten stretches of ten steps, at .05 .15 … .95 of the 71 places where one may begin: from 3, 10, 17 … 67, and the middle of each is five steps on.
    expect(asked.toSorted((a, b) => a - b)).toEqual([8, 15, 22, 29, 36, 44, 51, 58, 65, 72]);
    for (const { step, episode } of placesOf(memory, exam!.asked)) {
      const stretch = placesOf(memory, exam!.withheld).filter((entry) => entry.episode === episode).map((entry) => entry.step); // prettier-ignore
      expect(stretch).toEqual(Array.from({ length: 10 }, (_place, k) => step - 5 + k));
    }
  });

  it("stay what they were while other episodes come and states go, also through a snapshot, and do not depend on the episodes' numbers", () => {
    const [memory, later] = [memoryOf({ episodes: 10, steps: 20 }), memoryOf({ episodes: 10, steps: 20, from: 500 })];
    const exams = new Exams();
    const [before] = exams.set(memory, 100, random);
    expect(set(later, 100)).toEqual([before]);
    show(memory, { episodes: 30, steps: 20, from: 10 });
    show(memory, { episodes: 10, steps: 20, task: "pull" });
    const again = exams.set(memory, 100, random);
    expect(again.map(({ task }) => task)).toEqual(["push", "pull"]);
    expect(again[0]).toEqual(before);
    const copy = new Exams();
    copy.restore(structuredClone(exams.snapshot()));
    expect(copy.all).toEqual(exams.all);
    const [gone] = [...before!.asked];
    memory.forget([gone!]);
    expect([...copy.set(memory, 100, random)[0]!.asked]).toEqual([...before!.asked].slice(1));
  });

  it("are given up when too little is left of them, or hardly anything else, and set anew when there is enough again", () => {
    const memory = memoryOf({ episodes: 10, steps: 20 });
    const exams = new Exams();
    const [exam] = exams.set(memory, 100, random);
    const testified = new Set([...episodesIn(memory, exam!.asked)].slice(0, 2));
    memory.forget(Array.from(memory.rowsOf(push)).filter((row) => testified.has(memory.episodeOf(row))).map((row) => memory.idOf(row))); // prettier-ignore
    const [anew] = exams.set(memory, 100, random);
    expect([...anew!.asked].some((id) => exam!.asked.has(id))).toBe(false);
    evict(memory, { entries: 2 * anew!.withheld.size }, sparing([{ ...anew!, asked: anew!.withheld }], thinning));
    expect(exams.set(memory, 20, random)).toEqual([]);
  });

  it("are what stays of their task under every rule of forgetting, within its budget; the rest of the stretches goes first", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(evictionRules)),
        fc.integer({ min: 8, max: 40 }),
        fc.integer({ min: 13, max: 40 }),
        fc.integer({ min: 100, max: 300 }),
        (rule, episodes, steps, perTask) => {
          const memory = memoryOf({ episodes, steps });
          const [exam] = set(memory, perTask);
          evict(memory, { entries: perTask }, sparing([exam!], rule({ random, error: () => 0 })), push);
          expect(memory.size).toBe(Math.min(perTask, episodes * steps));
          expect([...exam!.asked].every((id) => memory.rowOf(id) >= 0)).toBe(true);
          const rest = [...exam!.withheld].filter((id) => !exam!.asked.has(id) && memory.rowOf(id) >= 0);
          const others = episodes * steps - exam!.withheld.size;
          expect(rest).toHaveLength(Math.max(0, memory.size - exam!.asked.size - others));
        },
      ),
    );
  });

  it("of something else cannot be restored", () => {
    expect(() => new Exams().restore("exams")).toThrow(/`exams`/);
    expect(() => new Exams().restore([{ task: push, withheld: [1], asked: [1] }])).toThrow(/ids of entries/);
  });
});
