import { beforeAll, describe, expect, it } from "vitest";
import { answerGradient, fisherDiagonal, sampleOf, type FisherKind } from "../../../src/learning/consolidation/answer-gradients.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { cloner, first, showTask, type Cloner } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

const random = RandomStream.fromSeed(1);
const fisher = (one: Cloner, kind: FisherKind, rows = one.memory.rowsOf(first)): number[] => [
  ...fisherDiagonal(one.learner, Int32Array.from(rows), kind, random.split(kind)),
];
const closeTo = (numbers: readonly number[], digits: number): unknown[] => numbers.map((number) => expect.closeTo(number, digits) as unknown);

/** A linear policy of two inputs and one output: its parameters are w₁, w₂ and b. */
function linear(states: readonly (readonly number[])[], action: (x: readonly number[], k: number) => number): Cloner {
  const one = cloner({ consolidation: "none" });
  one.begin(first);
  states.forEach((x, k) => one.show(first, x, [action(x, k)]));
  return one;
}

describe("the Fisher information of a linear policy", () => {
  const states = [
    [1, 2],
    [3, 0],
    [-1, 1],
    [0, -3],
  ];
  /** E[x xᵀ] has 11/4 and 14/4 on its diagonal, and the bias sees a constant 1. */
  const expected = [11 / 4, 14 / 4, 1];

  it("is the mean square of its inputs, exactly", () => {
    expect(
      fisher(
        linear(states, () => 7),
        "exact",
      ),
    ).toEqual(closeTo(expected, 4));
  });

  it("is that for each of several outputs", () => {
    const one = cloner({ consolidation: "none", outputs: 3 });
    one.begin(first);
    for (const x of states) one.show(first, x, [0, 0, 0]);
    const [a, b, c] = expected;
    expect(fisher(one, "exact")).toEqual(closeTo([a!, a!, a!, b!, b!, b!, c!, c!, c!], 4));
  });

  it("is found by sampled answers in the mean", () => {
    const one = linear(states, () => 7);
    const rows = one.memory.rowsOf(first);
    const many = Int32Array.from({ length: 4000 }, (_, k) => rows[k % 4]!);
    // The relative standard error of a mean of 4000 squared normal numbers is √(2/4000) = 2 %, and somewhat more where states differ.
    for (const [i, number] of fisher(one, "sampled", many).entries()) expect(Math.abs(number / expected[i]! - 1)).toBeLessThan(0.12);
  });

  it("is the empirical one where the policy errs by 1 everywhere, and the crude one not even there", () => {
    const one = linear(states, () => 0);
    const bias = one.learner.parameters.numbers.slice();
    const answer = (x: readonly number[]): number => x[0]! * bias[0]! + x[1]! * bias[1]! + bias[2]!;
    const erring = linear(states, (x, k) => answer(x) + (k % 2 === 0 ? 1 : -1));
    expect(fisher(erring, "empirical")).toEqual(closeTo(expected, 3));
    // Residuals −1, 1, −1, 1: the mean gradients are (−1 + 3 + 1 + 0)/4, (−2 + 0 − 1 − 3)/4 and 0.
    expect(fisher(erring, "batch")).toEqual(closeTo([(3 / 4) ** 2, (6 / 4) ** 2, 0], 3));
  });
});

it("the gradient of weighted answers is that of finite differences", () => {
  const one = cloner({ consolidation: "none", outputs: 3, hidden: [7] });
  const inputs = Float32Array.of(0.3, -0.8, 0.5, 0.1);
  const weights = Float32Array.of(1, -2, 0.5, 0, 3, 1);
  const { parameters } = one.learner;
  const gradient = new FlatVector(parameters.size);
  answerGradient(one.learner, { count: 2, inputs, answers: one.learner.answers(inputs), weights }, gradient);
  const value = (): number => one.learner.answers(inputs).reduce((sum, answer, k) => sum + (weights[k]! * answer) / 2, 0);
  for (let i = 0; i < parameters.size; i++) {
    const at = parameters.numbers[i]!;
    const difference = [1e-2, -1e-2].map((step) => {
      parameters.numbers[i] = at + step;
      return value();
    });
    parameters.numbers[i] = at;
    expect(gradient.numbers[i]!).toBeCloseTo((difference[0]! - difference[1]!) / 2e-2, 3);
  }
  gradient.dispose();
});

it("samples examples of one task, each at most once", () => {
  const one = cloner({ consolidation: "none" });
  showTask(one, first, () => [0]);
  expect(sampleOf(one.learner, first, 1000, random)).toHaveLength(40);
  expect(new Set(sampleOf(one.learner, first, 15, random)).size).toBe(15);
});
