import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { heap } from "../../src/tensor/heap.ts";
import {
  columnSums,
  hyperbolicTangent,
  product,
  productTransposedLeft,
  productTransposedRight,
  reshaped,
  sumTo,
  total,
  transposed,
  upload,
} from "../../src/tensor/kernels.ts";
import type { Tensor, Tensor2D } from "../../src/tensor/types.ts";

type Rows = readonly (readonly number[])[];

const random = RandomStream.fromSeed(1);
const rowsOf = (n: number, m: number): number[][] => Array.from({ length: n }, () => Array.from({ length: m }, () => Math.fround(random.normal())));
const matrixOf = (rows: Rows): Tensor2D => upload(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]) as Tensor2D;
const turned = (rows: Rows): number[][] => rows[0]!.map((_, j) => rows.map((row) => row[j]!));
const multiplied = (a: Rows, b: Rows): number[][] => {
  const columns = turned(b);
  return a.map((row) => columns.map((column) => row.reduce((sum, x, k) => sum + x * column[k]!, 0)));
};

/** The largest difference; infinite between different shapes. */
function distance(tensor: Tensor, rows: Rows): number {
  const expected = rows.flat();
  if (tensor.shape[0] !== rows.length || tensor.size !== expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(...tensor.dataSync().map((x, i) => Math.abs(x - expected[i]!)));
}

/** Float32's rounding of sums of some hundred numbers of the order of 1. */
const ROUNDING = 1e-4;

/** Small sizes, and sizes beyond which matrices are handled in blocks: with and without a divisor to make blocks of. */
const size = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(256, 257, 300, 320));

describe.each(backends)("kernels on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("multiply, with either side transposed, for any sizes", () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 6 }), size, (n, k, m) => {
        const [a, b] = [rowsOf(n, k), rowsOf(k, m)];
        const expected = multiplied(a, b);
        expect(distance(product(matrixOf(a), matrixOf(b)), expected)).toBeLessThan(ROUNDING);
        expect(distance(productTransposedLeft(matrixOf(turned(a)), matrixOf(b)), expected)).toBeLessThan(ROUNDING);
        expect(distance(productTransposedRight(matrixOf(a), matrixOf(turned(b))), expected)).toBeLessThan(ROUNDING);
      }),
      { numRuns: 25, seed: 3 },
    );
  });

  it("multiply to zeros where there is nothing to add up", () => {
    const empty = (rows: number, width: number): Tensor2D => upload(new Float32Array(0), [rows, width]) as Tensor2D;
    for (const [n, m] of [
      [5, 3],
      [8, 4],
      [2, 3],
      [6, 1],
    ] as const) {
      const products = [
        () => product(empty(n, 0), empty(0, m)),
        () => productTransposedLeft(empty(0, n), empty(0, m)),
        () => productTransposedRight(empty(n, 0), empty(m, 0)),
      ];
      for (const multiply of products) {
        // What is left over where the output will lie.
        upload(new Float32Array(n * m).fill(7), [n, m]).dispose();
        expect([...multiply().dataSync()]).toEqual(Array.from({ length: n * m }, () => 0));
      }
    }
  });

  it("transpose and sum, for any sizes", () => {
    fc.assert(
      fc.property(size, size, (n, m) => {
        const rows = rowsOf(n, m);
        const x = matrixOf(rows);
        const sumOf = (row: readonly number[]): number => row.reduce((sum, value) => sum + value, 0);
        expect(distance(transposed(x), turned(rows))).toBeLessThan(ROUNDING);
        const sums = m > 1 ? sumTo(x, [n, 1]) : x;
        expect(sums.shape).toEqual([n, 1]);
        sums.dataSync().forEach((value, i) => expect(Math.abs(value - sumOf(rows[i]!))).toBeLessThan(ROUNDING));
        expect(distance(columnSums(x), [turned(rows).map(sumOf)])).toBeLessThan(ROUNDING);
        expect(Math.abs(total(x).dataSync()[0]! - sumOf(rows.flat()))).toBeLessThan(2e-3);
      }),
      { numRuns: 25, seed: 4 },
    );
  });

  it("multiply by the same numbers in two shapes", () => {
    // The wasm backend alone would use the operand as it packed it for the first product, and write outside its memory.
    const rows = rowsOf(2, 12);
    const b = matrixOf(rows);
    const again = reshaped(b, [12, 2]) as Tensor2D;
    const flat = rows.flat();
    const tall = Array.from({ length: 12 }, (_, i) => flat.slice(2 * i, 2 * i + 2));
    const [left, wide] = [rowsOf(3, 2), rowsOf(3, 12)];
    for (let round = 0; round < 3; round++) {
      expect(distance(product(matrixOf(left), b), multiplied(left, rows))).toBeLessThan(ROUNDING);
      expect(distance(product(matrixOf(wide), again), multiplied(wide, tall))).toBeLessThan(ROUNDING);
    }
  });

  it("give tanh within 3e-7", () => {
    const x = Float32Array.from({ length: 24_001 }, (_, i) => (i - 12_000) / 1000);
    const y = hyperbolicTangent(upload(x, [x.length])).dataSync();
    expect(Math.max(...y.map((value, i) => Math.abs(value - Math.tanh(x[i]!))))).toBeLessThan(3e-7);
    expect([...hyperbolicTangent(upload(Float32Array.of(0, 100, -100), [3])).dataSync()]).toEqual([0, 1, -1]);
  });

  it("dispose what they make on the way", () => {
    const x = matrixOf(rowsOf(300, 260));
    const before = tf.memory().numTensors;
    for (const kernel of [transposed, columnSums, total, hyperbolicTangent]) kernel(x).dispose();
    productTransposedLeft(x, x).dispose();
    productTransposedRight(x, x).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

it("a product with a bias and nothing to add up is the bias in every row", async () => {
  await selectBackend("wasm");
  const memory = heap()!;
  const [into, bias] = [memory.reserve(15), memory.reserve(3)];
  memory.numbers.fill(7, into / 4, into / 4 + 15);
  memory.numbers.set([1, 2, 3], bias / 4);
  memory.product({ at: into, rows: 5, columns: 0 }, { at: into, rows: 0, columns: 3 }, into, { bias });
  expect(memory.numbers.slice(into / 4, into / 4 + 15)).toEqual(Float32Array.of(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3));
  for (const at of [into, bias]) memory.release(at);
});
