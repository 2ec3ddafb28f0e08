import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { cloner, first, second, third, type Cloner } from "./cloner.ts";

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

  describe("with two tasks behind it, of which one has four times the states", () => {
    /** At parameters of 0, the error's gradient is (−2, 0, −2) on a state of the first task, (0, −2, −2) on the second's and (40, 40, 40) on its own. */
    const remembering = (states: number): Cloner => {
      const one = cloner({ consolidation: "a-gem", options: { states } });
      for (let k = 0; k < 4; k++) one.show(first, [1, 0], [1]);
      one.show(second, [0, 1], [1]);
      for (let k = 0; k < 9; k++) one.show(third, [1, 1], [-20]);
      one.learner.parameters.numbers.fill(0);
      return one;
    };
    /** What becomes of a gradient of (2, 1, 0). */
    const projected = (one: Cloner): number[] => {
      const gradient = FlatVector.from([2, 1, 0]);
      one.learner.consolidation.adjustGradient!(gradient, { ...step, task: third });
      return [...gradient.numbers];
    };

    it.each([
      // r = (−2, 0, −2): g·r = −4 and r·r = 8, so that ½·r is added.
      [1, [1, 1, -1]],
      // r = (−1, −1, −2): −3 and 6, so that ½·r is.
      [2, [1.5, 0.5, -1]],
      // r = (−4, −2, −6)/3: −10/3 and 56/9, so that 15/28·r is.
      [3, [2 - 5 / 7, 1 - 5 / 14, -15 / 14]],
      [32, [1.5, 0.5, -1]],
    ])("compares on %i states, in equal shares of earlier tasks", (states, expected) => {
      expect(projected(remembering(states))).toEqual(expected.map((each) => expect.closeTo(each, 5) as unknown));
    });
  });

  it("draws its states anew for every step, from all that there are of a task", () => {
    const one = cloner({ consolidation: "a-gem", options: { states: 1 }, inputs: 1 });
    for (const x of [0, 1, 2]) one.show(first, [x], [1]);
    one.learner.parameters.numbers.fill(0);
    const random = RandomStream.fromSeed(3);
    // r = −2·(x, 1), so that g = (1, 1) loses (x + 1) / (x² + 1) · (x, 1): for x = 0, (0, 1); for 1, (1, 1); for 2, (1.2, 0.6).
    const seen = Array.from({ length: 60 }, () => {
      const gradient = FlatVector.from([1, 1]);
      one.learner.consolidation.adjustGradient!(gradient, { ...step, random });
      return gradient.numbers[0]!;
    });
    const counts = [1, 0, -0.2].map((left) => seen.filter((each) => Math.abs(each - left) < 1e-4).length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(60);
    for (const count of counts) expect(count).toBeGreaterThan(8);
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
