import { beforeAll, describe, expect, it } from "vitest";
import { SnapshotError } from "../../../src/contract/errors.ts";
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
});
