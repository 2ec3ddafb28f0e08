import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { cloner, first, second } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

const step = { index: 0, count: 1, task: second, taskEnds: false, random: RandomStream.fromSeed(5) };

describe("a-gem", () => {
  it("projects a gradient that would raise the error on memory, and no other", () => {
    const one = cloner({ consolidation: "a-gem" });
    one.show(first, [1, 0], [1]);
    one.learner.parameters.numbers.fill(0);
    // f = 0 where 1 was to be done: r = 2(0 − 1)·(1, 0, 1) = (−2, 0, −2), r·r = 8. g = (1, 2, 0) has g·r = −2: g + ¼·r = (½, 2, −½).
    const gradient = FlatVector.from([1, 2, 0]);
    one.learner.consolidation.adjustGradient!(gradient, step);
    expect([...gradient.numbers]).toEqual([0.5, 2, -0.5]);
    const harmless = FlatVector.from([-1, 2, 0]);
    one.learner.consolidation.adjustGradient!(harmless, step);
    expect([...harmless.numbers]).toEqual([-1, 2, 0]);
    // Its own task is no memory.
    const alone = FlatVector.from([1, 2, 0]);
    one.learner.consolidation.adjustGradient!(alone, { ...step, task: first });
    expect([...alone.numbers]).toEqual([1, 2, 0]);
  });

  it("never raises the error on memory to first order, nor moves farther than it must", () => {
    const one = cloner({ consolidation: "a-gem", hidden: [5] });
    one.show(first, [0.7, -0.2], [0.4]);
    const { learner } = one;
    const { size } = learner.parameters;
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: size, maxLength: size }), fc.array(number, { minLength: size, maxLength: size }), (at, g) => {
        learner.parameters.numbers.set(at);
        const before = FlatVector.from(g);
        const gradient = FlatVector.from(g);
        const r = new FlatVector(size);
        learner.gradient(learner.examples(Int32Array.of(0)), r);
        learner.consolidation.adjustGradient!(gradient, step);
        const dot = (a: FlatVector, b: FlatVector): number => a.numbers.reduce((sum, x, i) => sum + x * b.numbers[i]!, 0);
        const scale = 1e-5 * (1 + Math.sqrt(r.squares * gradient.squares));
        expect(dot(gradient, r)).toBeGreaterThan(-scale);
        if (dot(before, r) >= 0) expect([...gradient.numbers]).toEqual([...before.numbers]);
        // Projected, it lies on the boundary: what is left of it is orthogonal to r.
        else expect(Math.abs(dot(gradient, r))).toBeLessThan(scale);
      }),
    );
  });
});
