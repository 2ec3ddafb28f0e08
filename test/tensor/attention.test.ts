import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { InvalidValueError, ShapeError } from "../../src/contract/errors.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { attentionRead, type AttentionOptions } from "../../src/tensor/attention.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient } from "../../src/tensor/check-gradient.ts";
import { exp, matrix, square, sum } from "../../src/tensor/ops.ts";
import type { Scalar, Tensor, Tensor2D } from "../../src/tensor/types.ts";

function normal(shape: readonly [number, number], random: RandomStream, scale = 1): Tensor2D {
  return matrix(
    Float32Array.from({ length: shape[0] * shape[1] }, () => scale * random.normal()),
    ...shape,
  );
}

type Rows = readonly (readonly number[])[];
const rowsOf = (x: Tensor2D): number[][] => x.arraySync();
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, value, i) => total + value * b[i]!, 0);

/** As the definition says it, in float64. */
function expected(queries: Rows, keys: Rows, values: Rows, strength: number, { metric, neighbours = keys.length }: AttentionOptions): number[][] {
  return queries.map((q) => {
    const near = (k: readonly number[]): number =>
      metric === "l2" ? -dot(q, q) + 2 * dot(q, k) - dot(k, k) : dot(q, k) / Math.sqrt(dot(q, q) * dot(k, k));
    const scores = keys.map((k) => strength * near(k));
    const order = scores.map((_, j) => j).toSorted((a, b) => scores[b]! - scores[a]! || a - b);
    const kept = new Set(order.slice(0, neighbours));
    const weights = scores.map((s, j) => (kept.has(j) ? Math.exp(s - scores[order[0]!]!) : 0));
    const all = weights.reduce((a, b) => a + b);
    return values[0]!.map((_, c) => weights.reduce((total, w, j) => total + (w / all) * values[j]![c]!, 0));
  });
}

const options = fc.record({
  metric: fc.constantFrom("l2" as const, "cosine" as const),
  neighbours: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
});
const length = fc.integer({ min: 1, max: 11 });

describe.each(backends)("attentionRead on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("is the weighted mean of the definition, for any sizes, metric and number of neighbours", () => {
    fc.assert(
      fc.property(
        length,
        length,
        fc.integer({ min: 2, max: 11 }),
        length,
        options,
        fc.nat(1000),
        (rows, entries, d, m, { metric, neighbours }, seed) => {
          const random = RandomStream.fromSeed(seed);
          const [q, k, v] = [normal([rows, d], random), normal([entries, d], random), normal([entries, m], random)];
          const settings = { metric, ...(neighbours !== undefined && { neighbours }) };
          const read = attentionRead(q, k, v, tf.tensor1d([1.7]), settings);
          const wanted = expected(rowsOf(q), rowsOf(k), rowsOf(v), 1.7, settings);
          read.dataSync().forEach((value, i) => expect(Math.abs(value - wanted.flat()[i]!)).toBeLessThan(1e-4));
        },
      ),
      { numRuns: 80, seed: 1 },
    );
  });

  // At a scale where finite differences see little curvature: angles turn fast near the origin.
  it.each([
    ["l2", 0.4],
    ["cosine", 2],
  ] as const)("by %s is right to second order in queries, keys, values and strength", (metric, scale) => {
    fc.assert(
      fc.property(length, length, length, length, fc.nat(1000), (rows, entries, d, m, seed) => {
        const random = RandomStream.fromSeed(seed);
        const at = [
          normal([rows, d + 1], random, scale),
          normal([entries, d + 1], random, scale),
          normal([entries, m], random),
          normal([1, 1], random, 0.4),
        ];
        const f = (q: Tensor, k: Tensor, v: Tensor, s: Tensor): Tensor =>
          attentionRead(q as Tensor2D, k as Tensor2D, v as Tensor2D, exp(s), { metric });
        const check = checkGradient((...xs) => sum(square(f(...(xs as [Tensor, Tensor, Tensor, Tensor])))), at, { order: 2, directions: 2, seed });
        expect(check.first).toBeLessThan(0.02);
        expect(check.second).toBeLessThan(0.02);
      }),
      { numRuns: 12, seed: 2 },
    );
  });

  it("does the same where most weights are nothing, as among entries far apart", () => {
    const random = RandomStream.fromSeed(3);
    const [q, k, v] = [normal([6, 3], random, 6), normal([40, 3], random, 6), normal([40, 5], random)];
    const strength = tf.tensor1d([0.7]);
    const read = attentionRead(q, k, v, strength, { metric: "l2" });
    const wanted = expected(rowsOf(q), rowsOf(k), rowsOf(v), 0.7, { metric: "l2" }).flat();
    read.dataSync().forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-4));
    const f = (...xs: Tensor[]): Scalar => sum(square(attentionRead(...(xs as [Tensor2D, Tensor2D, Tensor2D, Tensor]), { metric: "l2" })));
    const check = checkGradient(f, [q, k, v, strength], { order: 2, stepSize: 0.01 });
    expect(check.first).toBeLessThan(0.01);
    expect(check.second).toBeLessThan(0.02);
  });

  it("does the same where each query reads its nearest keys alone", () => {
    const random = RandomStream.fromSeed(5);
    const at = [normal([5, 3], random), normal([9, 3], random), normal([9, 4], random), normal([1, 1], random, 0.4)];
    for (const metric of ["l2", "cosine"] as const) {
      const read = (q: Tensor, k: Tensor, v: Tensor, s: Tensor): Scalar =>
        sum(square(attentionRead(q as Tensor2D, k as Tensor2D, v as Tensor2D, exp(s), { metric, neighbours: 3 })));
      // Steps so short that no key becomes a neighbour.
      const check = checkGradient((...xs) => read(...(xs as [Tensor, Tensor, Tensor, Tensor])), at, { order: 2, stepSize: 0.004 });
      expect(check.first).toBeLessThan(0.02);
      expect(check.second).toBeLessThan(0.02);
    }
  });

  it("does the same where one tensor is queries, keys and values", () => {
    const at = [normal([5, 3], RandomStream.fromSeed(6), 0.6)];
    for (const metric of ["l2", "cosine"] as const) {
      const read = (x: Tensor): Scalar => sum(square(attentionRead(x as Tensor2D, x as Tensor2D, x as Tensor2D, tf.scalar(1.3), { metric })));
      const check = checkGradient(read, at, { order: 2, stepSize: 0.01 });
      expect(check.first).toBeLessThan(0.02);
      expect(check.second).toBeLessThan(0.02);
    }
  });

  it("reads nothing from entries that are not among the neighbours", () => {
    const [q, k] = [tf.tensor2d([[0]]), tf.tensor2d([[1], [0.5], [-0.5], [3]])];
    const v = tf.tensor2d([[1e30], [1], [3], [1e30]]);
    // The nearest two are equally near: (1 + 3) / 2; of three equally near ones the earlier two are read.
    expect([...attentionRead(q, k, v, tf.scalar(1), { metric: "l2", neighbours: 2 }).dataSync()]).toEqual([2]);
    const ties = tf.tensor2d([[1], [1], [1]]);
    expect([...attentionRead(q, ties, tf.tensor2d([[1], [2], [9]]), tf.scalar(1), { metric: "l2", neighbours: 2 }).dataSync()]).toEqual([1.5]);
  });

  it("refuses what does not fit", () => {
    const random = RandomStream.fromSeed(1);
    const [q, k, v, s] = [normal([2, 3], random), normal([4, 3], random), normal([4, 2], random), tf.scalar(1)];
    expect(() => attentionRead(q, normal([4, 2], random), v, s, { metric: "l2" })).toThrow(ShapeError);
    expect(() => attentionRead(q, k, normal([3, 2], random), s, { metric: "l2" })).toThrow("got queries [2, 3] and keys [4, 3] and values [3, 2]");
    expect(() => attentionRead(q, k, v, tf.tensor1d([1, 2]), { metric: "l2" })).toThrow("and strength [2]");
    expect(() => attentionRead(q, k, v, s, { metric: "dot" as "l2" })).toThrow("Expected `metric` to be `l2` or `cosine`");
    expect(() => attentionRead(q, k, v, s, { metric: "l2", neighbours: 0.5 })).toThrow(InvalidValueError);
  });
});
