import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { ShapeError } from "../../src/contract/errors.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient } from "../../src/tensor/check-gradient.ts";
import { categorical, sampleSquashedGaussian, squashedGaussianLogProbability } from "../../src/tensor/heads.ts";
import { add, columns, matrix, mul, square, sum } from "../../src/tensor/ops.ts";
import type { Scalar, Tensor2D } from "../../src/tensor/types.ts";

type Rows = readonly (readonly number[])[];

const draw = (rows: number, width: number, random: RandomStream, scale = 0.7): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: width }, () => Math.fround(scale * random.normal())));
const tensor = (rows: Rows): Tensor2D => matrix(Float32Array.from(rows.flat()), rows.length, rows[0]!.length);
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** ln N(u; mean, deviation²) − ln(1 − tanh²u), as the definition says it. */
function density(u: number, mean: number, deviation: number): number {
  return -(((u - mean) / deviation) ** 2) / 2 - Math.log(deviation * Math.sqrt(2 * Math.PI)) - Math.log(1 - Math.tanh(u) ** 2);
}

/** The largest difference, relative to what is large. */
const apart = (got: Tensor2D, expected: readonly number[]): number =>
  Math.max(...got.dataSync().map((value, i) => Math.abs(value - expected[i]!) / (1 + Math.abs(expected[i]!))));
const ROUNDING = 2e-5;

const length = fc.integer({ min: 1, max: 9 });

describe.each(backends)("heads on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("a squashed Gaussian samples and weighs as the definition says", () => {
    fc.assert(
      fc.property(length, length, fc.nat(1000), (n, width, seed) => {
        const random = RandomStream.fromSeed(seed);
        const [mean, s, noise] = [draw(n, width, random), draw(n, width, random), draw(n, width, random, 1)];
        const u = mean.map((row, i) => row.map((m, j) => m + Math.exp(s[i]![j]!) * noise[i]![j]!));
        const expected = u.map((row, i) => total(row.map((x, j) => density(x, mean[i]![j]!, Math.exp(s[i]![j]!)))));
        const { action, logProbability } = sampleSquashedGaussian(tensor(mean), tensor(s), tensor(noise));
        expect(apart(action, u.flat().map(Math.tanh))).toBeLessThan(ROUNDING);
        expect(apart(logProbability, expected)).toBeLessThan(ROUNDING);
        expect(apart(squashedGaussianLogProbability(tensor(mean), tensor(s), tensor(u)), expected)).toBeLessThan(ROUNDING);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it("stays finite where an action is at the edge of its range", () => {
    // ln(1 − tanh²30) = ln 4 − 60, to the last digit of a float32.
    const at = (u: number): number => squashedGaussianLogProbability(tensor([[u]]), tensor([[0]]), tensor([[u]])).dataSync()[0]!;
    for (const u of [30, -30]) expect(at(u)).toBeCloseTo(60 - Math.log(4) - Math.log(2 * Math.PI) / 2, 4);
  });

  it("a choice has the logarithms and the entropy of its softmax, however large the logits", () => {
    fc.assert(
      fc.property(length, length, fc.constantFrom(1, 40), fc.nat(1000), (n, width, scale, seed) => {
        const random = RandomStream.fromSeed(seed);
        const logits = draw(n, width, random, scale);
        const chosen = logits.map(() => random.integer(width));
        const labels = chosen.map((choice) => Array.from({ length: width }, (_, j) => (j === choice ? 1 : 0)));
        const logarithms = logits.map((row) => {
          const most = Math.max(...row);
          const base = most + Math.log(total(row.map((x) => Math.exp(x - most))));
          return row.map((x) => x - base);
        });
        const { logProbability, entropy } = categorical(tensor(logits), tensor(labels));
        expect(apart(logProbability, chosen.map((choice, i) => logarithms[i]![choice]!))).toBeLessThan(ROUNDING); // prettier-ignore
        expect(apart(entropy, logarithms.map((row) => -total(row.map((l) => l * Math.exp(l)))))).toBeLessThan(ROUNDING); // prettier-ignore
      }),
      { numRuns: 30, seed: 2 },
    );
  });

  /** Numbers drawn once for a shape. */
  const noise = ({ shape: [rows, width] }: Tensor2D): Tensor2D => tensor(draw(rows, width, RandomStream.fromSeed(9), 1));
  /** One of each row's choices, or a share of each where they are soft. */
  const labels = ({ shape: [rows, width] }: Tensor2D, soft: boolean): Tensor2D =>
    tensor(Array.from({ length: rows }, (_, i) => Array.from({ length: width }, (__, j) => (soft ? 1 / width : Number(j === i % width)))));
  const heads: Readonly<Record<string, (...xs: Tensor2D[]) => Scalar>> = {
    "a sample": (mean, s) => {
      const { action, logProbability } = sampleSquashedGaussian(mean, s, noise(mean));
      return add(sum(square(logProbability)), sum(mul(square(action), 3)));
    },
    "a sample's action alone": (mean, s) => sum(square(sampleSquashedGaussian(mean, s, noise(mean)).action)),
    "a sample's density alone": (mean, s) => sum(sampleSquashedGaussian(mean, s, noise(mean)).logProbability),
    "a density": (mean, s, u) => sum(square(squashedGaussianLogProbability(mean, s, u))),
    "a density with one tensor in two places": (mean, s) => sum(square(squashedGaussianLogProbability(s, mean, s))),
    "a sample with one tensor in two places": (mean) => sum(square(sampleSquashedGaussian(mean, mean, noise(mean)).action)),
    "a sample's action and density, with one gradient": (mean, s) => {
      const { action, logProbability } = sampleSquashedGaussian(columns(mean, 0, 1), columns(s, 0, 1), noise(columns(mean, 0, 1)));
      return sum(square(add(action, logProbability)));
    },
    "a choice's density and entropy, with one gradient": (logits) => {
      const { logProbability, entropy } = categorical(logits, labels(logits, true));
      return sum(square(add(logProbability, entropy)));
    },
    "a choice": (logits) => {
      const { logProbability, entropy } = categorical(logits, labels(logits, true));
      return add(sum(square(logProbability)), sum(mul(entropy, 2)));
    },
    "a choice's entropy alone": (logits) => sum(square(categorical(logits, labels(logits, false)).entropy)),
  };
  it.each(Object.keys(heads))("%s is right to second order, whatever its shape", (name) => {
    const short = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(short, short, fc.nat(1000), (rows, width, seed) => {
        const random = RandomStream.fromSeed(seed);
        const at = [0, 1, 2].map(() => tensor(draw(rows, width, random, 0.5)));
        const used = at.slice(0, heads[name]!.length);
        const check = checkGradient(heads[name] as (...xs: unknown[]) => Scalar, used, { order: 2, directions: 2, seed, stepSize: 0.01 });
        expect(check.first).toBeLessThan(0.02);
        expect(check.second).toBeLessThan(0.02);
      }),
      { numRuns: 8, seed: 3 },
    );
  });

  it("refuse shapes that do not fit", () => {
    const [a, b] = [tensor([[1, 2]]), tensor([[1], [2]])];
    expect(() => sampleSquashedGaussian(a, a, b)).toThrow(ShapeError);
    expect(() => squashedGaussianLogProbability(a, b, a)).toThrow("expected matrices of one shape, got mean [1, 2] and logDeviation [2, 1]");
    expect(() => categorical(a, b)).toThrow("categorical: expected");
  });
});
