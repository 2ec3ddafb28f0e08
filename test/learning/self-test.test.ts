import { describe, expect, it } from "vitest";
import { asTaskId } from "../../src/contract/task.ts";
import { asked, selfTestOf, setExams, type Exam } from "../../src/learning/self-test.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const [push, pull] = ["push", "pull"].map(asTaskId) as [ReturnType<typeof asTaskId>, ReturnType<typeof asTaskId>];

function memoryOf(episodes: Readonly<Record<string, number>>): EpisodicMemory {
  const memory = new EpisodicMemory({ shape: { keySize: 1, valueSize: 1, observationSize: 1 }, metric: "l2" });
  const one = Float32Array.of(0);
  for (const [task, count] of Object.entries(episodes)) {
    for (let episode = 0; episode < count; episode++) {
      for (let step = 0; step < 3; step++) memory.remember({ key: one, value: one, observation: one, task: asTaskId(task), episode, step });
    }
  }
  return memory;
}

describe("a self-test", () => {
  it("asks whole episodes, one in ten of each task, and none where that would be fewer than three", () => {
    const memory = memoryOf({ push: 30, pull: 29 });
    const exams = setExams(memory, RandomStream.fromSeed(1));
    expect(exams.map(({ task, ids }) => [task, ids.length])).toEqual([[push, 9]]);
    const episodes = new Set(exams[0]!.ids.map((id) => memory.entry(id)!.episode));
    expect(episodes.size).toBe(3);
    expect(asked(exams[0]!)).toEqual(exams[0]!.ids);
    expect(setExams(memory, RandomStream.fromSeed(2))).not.toEqual(exams);
  });

  it("asks the same episodes again, also when states of them were forgotten and others came", () => {
    const memory = memoryOf({ push: 30 });
    const [first] = setExams(memory, RandomStream.fromSeed(1));
    memory.forget(first!.ids.slice(0, 2));
    const one = Float32Array.of(0);
    for (let episode = 0; episode < 30; episode++)
      memory.remember({ key: one, value: one, observation: one, task: pull, episode: 100 + episode, step: 0 });
    const again = setExams(memory, RandomStream.fromSeed(1));
    expect(again.map(({ task }) => task)).toEqual([push, pull]);
    expect(again[0]!.ids).toEqual(first!.ids.slice(2));
  });

  it("asks sixty states of a task at most, from all over its exam", () => {
    const ids = Array.from({ length: 600 }, (_, k) => k) as unknown as Exam["ids"];
    expect(asked({ task: push, ids }).slice(0, 3)).toEqual([0, 10, 20]);
    expect(asked({ task: push, ids })).toHaveLength(60);
  });

  it("finds a task worse that is worse by more than chance and by enough, and none else", () => {
    const exam: Exam = { task: pull, ids: Array.from({ length: 20 }, (_, k) => k) as unknown as Exam["ids"] };
    const before = Float64Array.from({ length: 20 }, (_, k) => 0.1 + 0.01 * (k % 3));
    const by = (more: (k: number) => number, episodes = 4): ReturnType<typeof selfTestOf> =>
      selfTestOf(
        exam,
        Int32Array.from({ length: 20 }, (_, k) => k % episodes),
        before,
        before.map((error, k) => error + more(k)),
      );
    expect(by(() => 0)).toMatchObject({ task: pull, states: 20, worse: false });
    expect(by(() => -0.05).worse).toBe(false);
    // Two tenths of an action more everywhere is worse; much in one of four episodes is chance; one tenth is too little to matter.
    expect(by((k) => 0.2 + 0.001 * (k % 2)).worse).toBe(true);
    expect(by((k) => (k % 4 === 0 ? 4 : 0)).worse).toBe(false);
    expect(by((k) => 0.1 + 0.001 * (k % 2)).worse).toBe(false);
    // The states of two episodes are two witnesses, however many they are.
    expect(by(() => 2, 2).worse).toBe(false);
    expect(by(() => 2, 1).worse).toBe(false);
    // (7·.10 + 7·.11 + 6·.12) / 20 = .1095 before.
    expect(by(() => 0.05).before).toBeCloseTo(0.1095, 10);
    expect(by(() => 0.05).after).toBeCloseTo(0.1595, 10);
  });
});
