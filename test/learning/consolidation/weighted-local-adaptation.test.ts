import { beforeAll, describe, expect, it } from "vitest";
import { NearestEpisodes } from "../../../src/learning/consolidation/nearest-episodes.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

/** A policy that does nothing, and two remembered episodes: one that began at −2, where −1 was done all along, and one that began at 2, where 1 was. */
function remembering(options: Readonly<Record<string, unknown>> = {}): Cloner {
  const one = cloner({
    consolidation: "weighted-local-adaptation",
    options: { episodes: 1, steps: 60, learningRate: 0.05, ...options },
    inputs: 1,
  });
  one.learner.parameters.numbers.fill(0);
  for (const x of [-2, -1, 0, 1, 2]) one.show(first, [x], [-1], 0);
  for (const x of [2, 1, 0, -1, -2]) one.show(second, [x], [1], 1);
  return one;
}

describe("weighted local adaptation", () => {
  it("adapts to the episode that began most alike, for a whole episode, and begins the next one from the slow policy", () => {
    const one = remembering();
    const before = one.learner.parameters.numbers.slice();
    expect(one.act(first, [-1.8])[0]).toBeCloseTo(-1, 1);
    expect(one.act(first, [2], false)[0]).toBeCloseTo(-1, 1);
    expect(one.act(first, [1.8])[0]).toBeCloseTo(1, 1);
    expect(one.act(first, [-2], false)[0]).toBeCloseTo(1, 1);
    expect(one.learner.parameters.numbers).toEqual(before);
    // An adaptation does not grow on the one before: the same beginning leads to the same bits.
    const [again, anew] = [one.act(first, [-1.8])[0], remembering().act(first, [-1.8])[0]];
    expect(again).toBe(anew);
  });

  it("acts by the slow policy until an episode begins, and where nothing is remembered", () => {
    const one = remembering();
    expect(one.act(first, [-2], false)[0]).toBe(0);
    one.act(first, [-2]);
    one.memory.forget(Array.from(one.memory.rowsOf(), (row) => one.memory.idOf(row)));
    expect(one.act(first, [-2], false)[0]).not.toBe(0);
    expect(one.act(first, [-2])[0]).toBe(0);
    expect(one.act(first, [-2], false)[0]).toBe(0);
  });

  it("goes on with an episode from a snapshot", () => {
    const [one, copy] = [remembering(), remembering()];
    one.act(first, [-2]);
    const saved = one.learner.consolidation.snapshot();
    const answer = one.act(first, [0.5], false);
    one.act(first, [2]);
    copy.learner.consolidation.restore(saved);
    expect(copy.act(first, [0.5], false)).toEqual(answer);
    copy.learner.consolidation.restore(remembering().learner.consolidation.snapshot());
    expect(copy.act(first, [0.5], false)[0]).toBe(0);
  });

  it("gives more weight to the states that it has forgotten most", () => {
    // Against a policy that does nothing, three states want 0.2 and one −0.5: together they want more, 3 · 0.2 > 0.5; by their errors weighed, less,
    // 3 · 0.04 · 0.2 < 0.25 · 0.5. A first step of Adam goes its learning rate's way.
    for (const [emphasis, expected] of [
      [0, 0.01],
      [1e6, -0.01],
    ] as const) {
      const one = cloner({ consolidation: "weighted-local-adaptation", options: { steps: 1, learningRate: 0.01, emphasis }, inputs: 1 });
      one.learner.parameters.numbers.fill(0);
      for (const action of [0.2, 0.2, 0.2, -0.5]) one.show(first, [0], [action]);
      expect(one.act(first, [0])[0]).toBeCloseTo(expected, 6);
    }
  });

  it.each([
    [0, [6 / 4, 2 / 4]],
    [1, [14.5 / 8, 3.5 / 8]],
    [3, [31.5 / 16, 6.5 / 16]],
  ])(
    "with an emphasis of %d weighs a state by 1 + emphasis·e / mean(e), e being the slow policy's squared error over all of an action",
    (emphasis, expected) => {
      const options = { steps: 1500, learningRate: 0.02, emphasis };
      const one = cloner({ consolidation: "weighted-local-adaptation", options, inputs: 1, outputs: 2 });
      // It answers (1, 0): errors are 1, 4, 1 and 2, on average 2, and weights 1 + E/2, 1 + 2E, 1 + E/2 and 1 + E, which are 4 + 4E. Where states are all
      // alike an adaptation ends at the mean of actions by weight: ((6 + 8.5 E) / (4 + 4E), (2 + 1.5 E) / (4 + 4E)).
      one.learner.parameters.numbers.set([0, 0, 1, 0]);
      for (const action of [[1, 1], [3, 0], [0, 0], [2, 1]]) one.show(first, [0], action); // prettier-ignore
      expect(one.act(first, [0])).toEqual(expected.map((each) => expect.closeTo(each, 3) as unknown));
    },
  );

  it("stays as it is where it has forgotten nothing", () => {
    const one = cloner({ consolidation: "weighted-local-adaptation", inputs: 1 });
    one.learner.parameters.numbers.set([2, -1]);
    for (const x of [-1, 0, 1]) one.show(first, [x], [2 * x - 1]);
    expect(one.act(first, [3])).toEqual([5]);
  });
});

describe("remembered episodes", () => {
  it("are found whole by their first states, nearest first", () => {
    const nearest = new NearestEpisodes(remembering().memory);
    expect([...nearest.rows(Float32Array.of(0.1), 2)]).toEqual([5, 6, 7, 8, 9, 0, 1, 2, 3, 4]);
    expect([...nearest.rows(Float32Array.of(-0.1), 1)]).toEqual([0, 1, 2, 3, 4]);
  });

  it("are found by how they began when their first states are gone, for as long as anything of them is there", () => {
    const { memory } = remembering();
    const nearest = new NearestEpisodes(memory);
    const forgetting = (ids: readonly number[]) => (): void => void memory.forget(ids.map((id) => memory.idOf(memory.rowsOf()[id]!)));
    // Of the episode from −2 to 2, 2 alone stays: where the other began.
    nearest.thin(first, forgetting([0, 1, 2, 3]));
    const rows = (from: number): number[] => [...nearest.rows(Float32Array.of(from), 1)].map((row) => memory.values[row]!);
    expect([rows(-2), rows(2)]).toEqual([[-1], [1, 1, 1, 1, 1]]);
    const copy = new NearestEpisodes(memory);
    copy.restore(nearest.snapshot());
    expect([copy.bytes, [...copy.rows(Float32Array.of(-2), 1)]]).toEqual([4, [...nearest.rows(Float32Array.of(-2), 1)]]);
    expect(() => copy.restore({ names: ["0 of a"], keys: [] })).toThrow("`keys` of 1 numbers");
    nearest.thin(first, forgetting([0]));
    expect(nearest.bytes).toBe(0);
  });
});

it.each([
  ["weighted-local-adaptation", 1, 4],
  ["mbpa", 1, 4],
  ["mbpa", 0, 4],
  ["replay", 1, 12],
])(
  "%s, asked after a sleep of %d steps, has %d of the task's 12 states where 4 may stay: those it answers from are within its budget",
  (consolidation, steps, left) => {
    const one = cloner({ consolidation, inputs: 1, memoryPerTask: 4 });
    for (let episode = 0; episode < 3; episode++) for (const x of [0, 1, 2, 3]) one.show(first, [x], [x], episode);
    one.sleep(first, steps);
    expect(one.memory.rowsOf(first).length).toBe(left);
  },
);
