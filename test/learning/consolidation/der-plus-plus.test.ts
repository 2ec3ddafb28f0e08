import { beforeAll, describe, expect, it } from "vitest";
import { SnapshotError } from "../../../src/contract/errors.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import type { Examples } from "../../../src/learning/consolidation/strategy.ts";
import { StreamSample } from "../../../src/learning/consolidation/stream-sample.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, showTask } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("a sample of a stream", () => {
  it("keeps every example that was offered with the same probability, in whatever batches they came", () => {
    const counts = Array.from({ length: 40 }, () => 0);
    for (let seed = 0; seed < 2000; seed++) {
      const random = RandomStream.fromSeed(seed);
      const sample = new StreamSample({ capacity: 8, inputs: 1, outputs: 1 });
      for (const [from, count] of [
        [0, 5],
        [5, 25],
        [30, 10],
      ] as const) {
        const numbers = Float32Array.from({ length: count }, (_, i) => from + i);
        sample.offer({ count, inputs: numbers, targets: numbers }, (input) => input, random);
      }
      for (const which of sample.inputs) counts[which]!++;
    }
    // χ² with 39 degrees of freedom: 99.9 % below 72.1; without replacement smaller by 1 − 8/40.
    expect(counts.reduce((sum, n) => sum + (n - 400) ** 2 / 400, 0) / (1 - 8 / 40)).toBeLessThan(72.1);
  });

  it("refuses a snapshot of another size", () => {
    const small = new StreamSample({ capacity: 2, inputs: 1, outputs: 1 });
    expect(() => new StreamSample({ capacity: 3, inputs: 1, outputs: 1 }).restore(small.snapshot())).toThrow(SnapshotError);
    expect(() => small.restore({ ...small.snapshot(), offered: "two" })).toThrow(SnapshotError);
  });
});

describe("der-plus-plus", () => {
  const step = { index: 0, count: 1, task: first, taskEnds: false, random: RandomStream.fromSeed(5) };

  it("adds the error against what it answered then by α, and against what was to be done by β", () => {
    const one = cloner({ consolidation: "der-plus-plus", options: { alpha: 0.3, beta: 0.6 }, inputs: 1, memoryPerTask: 2 });
    const { parameters, consolidation } = one.learner;
    const drawn = { count: 1, inputs: Float32Array.of(2), targets: Float32Array.of(9) };
    // f(x) = x + 1 when the example is taken in: z = 3.
    parameters.numbers.set([1, 1]);
    expect(consolidation.terms!(step, drawn)).toEqual([]);
    // f(x) = −x when it comes again: z = −2 for what is taken in then, after the terms were made.
    parameters.numbers.set([-1, 0]);
    expect(consolidation.terms!(step, drawn)).toEqual([
      { examples: { count: 1, inputs: Float32Array.of(2), targets: Float32Array.of(3) }, weight: 0.3 },
      { examples: { count: 1, inputs: Float32Array.of(2), targets: Float32Array.of(9) }, weight: 0.6 },
    ]);
    const many = { count: 400, inputs: new Float32Array(400).fill(2), targets: new Float32Array(400).fill(9) };
    const answers = consolidation.terms!(step, many)[0]!.examples.targets;
    expect(new Set(answers)).toEqual(new Set([3, -2]));
  });

  it("draws the examples of α and those of β independently, anew for every step, each with its own answer", () => {
    const count = 20;
    const inputs = Float32Array.from({ length: count }, (_, k) => k);
    const many = { count: 4000, inputs: new Float32Array(4000), targets: new Float32Array(4000) };
    const random = RandomStream.fromSeed(2);
    /** From a sample that has just seen each example once: what is drawn is taken in too, and would change it. */
    const draw = (): Examples[] => {
      const { parameters, consolidation } = cloner({ consolidation: "der-plus-plus", inputs: 1, memoryPerTask: count }).learner;
      parameters.numbers.set([1, 0.5]);
      consolidation.terms!(step, { count, inputs, targets: inputs.map((x) => 10 * x) });
      return consolidation.terms!({ ...step, random }, many).map(({ examples }) => examples);
    };
    const [alpha, beta] = draw();
    expect(alpha!.targets).toEqual(alpha!.inputs.map((x) => x + 0.5));
    expect(beta!.targets).toEqual(beta!.inputs.map((x) => 10 * x));
    // One in twenty pairs is of the same example, 200 of 4000 with a standard deviation of 14; and neither is the other in another order: were they, each
    // example would be as often here as there, where the sum of (a − b)² / (a + b) is χ² with 19 degrees of freedom: below 5.4 one time in a thousand.
    expect(Math.abs(alpha!.inputs.filter((x, i) => x === beta!.inputs[i]).length - count * 10)).toBeLessThan(60);
    const times = (drawn: Float32Array, x: number): number => drawn.filter((each) => each === x).length;
    const apart = [...inputs].map((x) => [times(alpha!.inputs, x), times(beta!.inputs, x)] as const);
    expect(apart.reduce((sum, [a, b]) => sum + (a - b) ** 2 / (a + b), 0)).toBeGreaterThan(5.4);
    draw().forEach(({ inputs: next }, k) => expect(next).not.toEqual([alpha, beta][k]!.inputs));
  });

  it("has `memoryPerTask` examples of every task that is told apart, in a buffer of its own, and none in memory", () => {
    const one = cloner({ consolidation: "der-plus-plus", memoryPerTask: 10 });
    for (const [k, task] of [first, second].entries()) {
      one.begin(task);
      showTask(one, task, ([x]) => [x!]);
      one.sleep(task, 3);
      // Two numbers in an input, one to be done and one that was done.
      expect(one.learner.consolidation.bytes).toBe((k + 1) * 10 * (2 + 1 + 1) * 4);
    }
    expect(one.memory.rowsOf(first)).toHaveLength(0);
  });

  it("is restored with its buffers in the order in which tasks came, whatever they are called", () => {
    const make = () => cloner({ consolidation: "der-plus-plus", memoryPerTask: 10 });
    const [one, copy] = [make(), make()];
    for (const task of ["10", "9"].map(asTaskId)) {
      one.begin(task);
      showTask(one, task, ([x]) => [x!]);
      one.sleep(task, 3);
    }
    copy.learner.restore(structuredClone(one.learner.snapshot()));
    const drawn = { count: 4, inputs: new Float32Array(8), targets: new Float32Array(4) };
    const termsOf = ({ learner }: typeof one) => learner.consolidation.terms!({ ...step, random: RandomStream.fromSeed(7) }, drawn);
    expect(termsOf(copy)).toEqual(termsOf(one));
    for (const strange of [
      { tasks: ["a"], samples: [] },
      { tasks: ["a"], samples: [null] },
      { tasks: 1, samples: [] },
    ])
      expect(() => copy.learner.consolidation.restore(strange)).toThrow(SnapshotError);
  });
});
