import { beforeAll, describe, expect, it } from "vitest";
import { nested } from "../../../src/contract/snapshot.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, third, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

/** A policy that is its bias b, as its one input is always 0. Parameters are [w, b], and w never moves. */
const constant = (consolidation: string, options: Readonly<Record<string, unknown>>): Cloner =>
  cloner({ consolidation, options, inputs: 1, learningRate: 0.02 });
const answer = (one: Cloner): number => one.act(first, [0])[0]!;
const decrease = (one: Cloner): number => (nested(one.learner.consolidation.snapshot(), "path")["decrease"] as Float32Array)[1]!;
const importance = (one: Cloner): number => (nested(one.learner.consolidation.snapshot(), "penalty")["importance"] as Float32Array)[1]!;

describe("si", () => {
  it("integrates to the loss' decrease on a quadratic, without what the penalty does", () => {
    const one = constant("si", { strength: 1, damping: 1 });
    one.begin(first);
    one.show(first, [0], [3]);
    const begun = answer(one);
    one.sleep(first, 1200, false);
    expect(answer(one)).toBeCloseTo(3, 2);
    // The bias starts at 0: the loss falls from 9 to 0. Steps of 0.02 at most overshoot the integral by the sum of their squares.
    expect(begun).toBe(0);
    expect(Math.abs(decrease(one) - 9)).toBeLessThan(0.1);

    // Ω = ω / (Δb² + ξ) = 9 / (9 + 1).
    one.begin(second);
    expect(importance(one)).toBeCloseTo(0.9, 1);
    one.show(second, [0], [-1]);
    one.sleep(second, 2400, false);
    // 2(b + 1) + 2·0.9·(b − 3) = 0 at b = 1.7/1.9; the loss without the penalty falls from 16 to (b + 1)².
    const expected = 1.7 / 1.9;
    expect(Math.abs(answer(one) - expected)).toBeLessThan(0.03);
    expect(Math.abs(decrease(one) - (16 - (expected + 1) ** 2))).toBeLessThan(0.3);
  });

  it("counts a movement that raised the loss as none", () => {
    // The strong spring of the first task pulls b back to where it ended, after something else has moved it towards what the second shows: up the
    // second's loss.
    const one = constant("si", { strength: 100, damping: 1 });
    one.begin(first);
    one.show(first, [0], [3]);
    one.sleep(first, 600);
    const before = importance(one);
    one.begin(second);
    one.show(second, [0], [-1]);
    one.learner.parameters.numbers[1] = -1;
    one.sleep(second, 300);
    expect(answer(one)).toBeGreaterThan(2);
    expect(importance(one)).toBe(before);
  });
});

describe("rwalk", () => {
  it("scores the loss' decrease by the movement in KL divergence, over intervals", () => {
    const [interval, rate, damping] = [3, 0.5, 0.01];
    const one = constant("rwalk", { interval, rate, damping });
    one.begin(first);
    one.show(first, [0], [3]);
    const biases = [answer(one)];
    for (let k = 0; k < 7; k++) {
      one.sleep(first, 1, false);
      biases.push(answer(one));
    }
    const gradients = biases.map((b) => 2 * (b - 3));
    // Intervals begin at steps 0, 3 and 6. F is estimated there: g₀² at first, then half way to the new one.
    const fishers = [gradients[0]! ** 2];
    for (const k of [3, 6]) fishers.push((fishers.at(-1)! + gradients[k]! ** 2) / 2);
    const expected = [0, 3].map((from, k) => {
      const fall = [0, 1, 2].reduce((sum, j) => sum - gradients[from + j]! * (biases[from + j + 1]! - biases[from + j]!), 0);
      return fall / (0.5 * fishers[k]! * (biases[from + 3]! - biases[from]!) ** 2 + damping);
    });
    const snapshot = one.learner.consolidation.snapshot();
    expect((snapshot["score"] as Float32Array)[1]!).toBeCloseTo(expected[0]! + expected[1]!, 3);
    expect((snapshot["fisher"] as Float32Array)[1]!).toBeCloseTo(fishers[2]!, 3);
  });

  it("pulls by both parts, each scaled to 1 at most", () => {
    const one = constant("rwalk", { strength: 0.5 });
    one.begin(first);
    one.show(first, [0], [-1]);
    one.sleep(first, 600);
    // The bias alone matters, so its parts are 1 and 1. 2(b − 3) + 2·0.5·2·(b + 1) = 0 at b = 1.
    expect(importance(one)).toBe(2);
    one.begin(second);
    one.show(second, [0], [3]);
    one.sleep(second, 1200);
    expect(answer(one)).toBeCloseTo(1, 1);
  });

  it("averages the scores of tasks, scales both parts each by its own largest, and lets no score count below 0", () => {
    const [interval, rate, damping] = [3, 0.5, 1];
    const one = constant("rwalk", { strength: 100, interval, rate, damping });
    const { parameters, consolidation } = one.learner;
    const now = (): number[] => [...parameters.numbers];
    let fisher: number[] | undefined;
    let scores: number[] | undefined;
    // The policy is w·x + b: the error's gradient is 2(w·x + b − y)·(x, 1). Before the second task w is moved, and the penalty takes it back towards where
    // it was, against what the task wants, so that its score is below 0, in the mean too. The third task lifts it above 0 again: so the mean's share in the
    // importance is that of a mean of all three.
    const tasks = [
      { task: first, x: 2, y: 3, begin: [0, 0] },
      { task: second, x: -1, y: 14, begin: [-1, 0.2] },
      { task: third, x: 3, y: 10, begin: [-1.2, 0.2] },
    ];
    const means = tasks.map(({ task, x, y, begin }) => {
      one.begin(task);
      one.show(task, [x], [y]);
      parameters.numbers.set(begin);
      const score = [0, 0];
      for (let left = 7; left > 0;) {
        const begun = now();
        const fall = [0, 0];
        const steps = Math.min(interval, left);
        for (let k = 0; k < steps; k++) {
          const before = now();
          const gradient = [x, 1].map((input) => 2 * (before[0]! * x + before[1]! - y) * input);
          if (k === 0) fisher = gradient.map((g, i) => (fisher === undefined ? g * g : rate * g * g + (1 - rate) * fisher[i]!));
          one.sleep(task, 1, --left === 0);
          now().forEach((number, i) => (fall[i]! -= gradient[i]! * (number - before[i]!)));
        }
        now().forEach((number, i) => (score[i]! += fall[i]! / (0.5 * fisher![i]! * (number - begun[i]!) ** 2 + damping)));
      }
      const mean = scores === undefined ? score : scores.map((earlier, i) => (earlier + score[i]!) / 2);
      scores = mean;
      const expected = mean.map((s, i) => fisher![i]! / Math.max(...fisher!) + Math.max(0, s) / Math.max(...mean));
      const penalty = nested(consolidation.snapshot(), "penalty");
      expect([...(penalty["importance"] as Float32Array)]).toEqual(expected.map((each) => expect.closeTo(each, 3) as unknown));
      expect([...(penalty["anchor"] as Float32Array)]).toEqual(now());
      return mean;
    });
    expect(means.map(([w, b]) => [w! > 0, b! > 0])).toEqual([[true, true], [false, true], [true, true]]); // prettier-ignore
  });
});

it.each([
  // Four bytes a number, two parameters. si: ω; where the task began; an importance and an anchor. rwalk: ω, s, F and where the interval began; then the
  // penalty, and s of earlier tasks.
  ["si", [8, 16, 24]],
  ["rwalk", [32, 32, 56]],
])("%s counts the bytes of what it keeps: at first, within a task, and after it", (name, expected) => {
  const one = constant(name, {});
  const bytes = [one.learner.consolidation.bytes];
  one.begin(first);
  one.show(first, [0], [3]);
  one.sleep(first, 1, false);
  bytes.push(one.learner.consolidation.bytes);
  one.begin(second);
  bytes.push(one.learner.consolidation.bytes);
  expect(bytes).toEqual(expected);
});
