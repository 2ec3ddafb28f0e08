import { beforeAll, describe, expect, it } from "vitest";
import { SnapshotError } from "../../../src/contract/errors.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, third } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

const step = { index: 0, count: 1, task: third, taskEnds: true, random: RandomStream.fromSeed(5) };

describe("lwf", () => {
  it("settles between the new answers and the old ones", () => {
    // A linear policy of one input that is always 0 is its bias b, which the first task leaves at −1. The second has the loss (b − 3)² + λ(b + 1)²,
    // least at b = (3 − λ) / (1 + λ).
    for (const [strength, expected] of [
      [0, 3],
      [1, 1],
      [3, 0],
    ] as const) {
      const one = cloner({ consolidation: "lwf", options: { strength }, inputs: 1, learningRate: 0.05 });
      one.begin(first);
      one.show(first, [0], [-1]);
      one.sleep(first, 800);
      one.begin(second);
      one.show(second, [0], [3]);
      one.sleep(second, 800);
      expect(one.act(second, [0])[0]).toBeCloseTo(expected, 3);
    }
  });

  it("asks the network before the task for what it would have done in its inputs under the codes of earlier tasks, in turn", () => {
    const one = cloner({ consolidation: "lwf", options: { strength: 0.7 }, hidden: [6], cue: 3 });
    for (const task of [first, second]) {
      one.begin(task);
      one.show(task, [1, 2], [0.5]);
      one.sleep(task, 5);
    }
    one.begin(third);
    one.show(third, [0.2, -0.4], [1]);
    const { learner } = one;
    const [row] = one.memory.rowsOf(third);
    const drawn = learner.examples(Int32Array.from({ length: 8 }, () => row!));
    const asked = [first, second].map((task) => {
      const inputs = drawn.inputs.slice();
      learner.tell(task, inputs);
      return inputs;
    });
    const answers = (): number[] => asked.map((inputs) => learner.answers(inputs)[0]!);
    const old = answers();
    one.sleep(third, 20);
    const [term] = learner.consolidation.terms!(step, drawn);
    expect(term!.weight).toBe(0.7);
    // Every other example asks for the first task, and the answers are those of before the twenty steps.
    const turns = term!.examples.targets[0] === old[0] ? [0, 1] : [1, 0];
    expect([...term!.examples.targets]).toEqual([0, 1, 2, 3].flatMap(() => turns.map((k) => old[k])));
    expect([0, 5].map((at) => term!.examples.inputs.slice(at, at + 5))).toEqual(turns.map((k) => asked[k]!.slice(0, 5)));
    expect(Math.abs(answers()[0]! - old[0]!)).toBeGreaterThan(1e-3);
  });

  it("adds nothing while there is no earlier task, and keeps no example", () => {
    const one = cloner({ consolidation: "lwf" });
    one.begin(first);
    one.show(first, [0, 1], [1]);
    expect(one.learner.consolidation.bytes).toBe(0);
    expect(one.learner.consolidation.terms!({ ...step, task: first }, one.learner.examples(Int32Array.of(0)))).toEqual([]);
    one.sleep(first, 2);
    one.begin(second);
    expect(one.memory.size).toBe(0);
    // Two weights and a bias.
    expect(one.learner.consolidation.bytes).toBe(12);
  });

  it("refuses a snapshot of something else", () => {
    const { consolidation } = cloner({ consolidation: "lwf" }).learner;
    expect(() => consolidation.restore({ before: new Float32Array(3), past: "first" })).toThrow(SnapshotError);
    expect(() => consolidation.restore({ before: new Float32Array(2), past: [] })).toThrow(SnapshotError);
  });
});
