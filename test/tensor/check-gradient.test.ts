import { buildSync } from "esbuild";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient } from "../../src/tensor/check-gradient.ts";
import { mean, mul, square, tanh } from "../../src/tensor/ops.ts";
import { operation } from "../../src/tensor/tape.ts";
import type { Tensor } from "../../src/tensor/types.ts";

const normal = (shape: [number, number], seed: number): Tensor => {
  const random = RandomStream.fromSeed(seed);
  return tf.tensor2d(Float32Array.from({ length: shape[0] * shape[1] }, () => 0.7 * random.normal()), shape); // prettier-ignore
};

describe("checkGradient", () => {
  const folder = mkdtempSync(join(tmpdir(), "engram-stock-gradients-"));

  beforeAll(async () => {
    await selectBackend("wasm");
    // tfjs' own gradients come as modules that Node cannot import as they are.
    const outfile = join(folder, "stock.mjs");
    const entry = join(import.meta.dirname, "../../node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js");
    buildSync({ entryPoints: [entry], bundle: true, format: "esm", platform: "node", outfile, logLevel: "error" });
    await import(/* @vite-ignore */ outfile);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A function of tfjs' operations with tfjs' gradients, and their gradients, and so on. */
  function stock(f: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor {
    const gradient = (k: number) => (dy: Tensor) => stock((...all) => tf.grads(f)(all.slice(0, -1), all.at(-1))[k]!, ...inputs, dy);
    return operation(f(...inputs), inputs, ...inputs.map((_, k) => gradient(k)));
  }

  it("passes tfjs' own gradients where they are right", () => {
    tf.tidy(() => {
      const check = checkGradient((x) => mean(square(stock((a) => tf.mul(a, tf.sin(a)), x))), [normal([3, 4], 1)], { order: 2 });
      expect(check.first).toBeLessThan(0.001);
      expect(check.second).toBeLessThan(0.001);
    });
  });

  it.each(["tanh", "softmax"] as const)("catches tfjs' own %s: right to first order, wrong to second", (name) => {
    tf.tidy(() => {
      const saving = { tanh: tf.tanh, softmax: tf.softmax }[name];
      const f = (a: Tensor): Tensor => tf.mul(a, saving(a));
      const check = checkGradient((x) => mean(square(stock(f, x))), [normal([3, 4], 1)], { order: 2 });
      expect(check.first).toBeLessThan(0.001);
      expect(check.second).toBeGreaterThan(0.02);
    });
  });

  it("catches a plain mistake to first order", () => {
    tf.tidy(() => {
      const wrong = (x: Tensor): Tensor => operation(tf.square(x), [x], (dy) => mul(dy, x));
      expect(checkGradient((x) => mean(wrong(x)), [normal([3, 4], 1)], { order: 1 }).first).toBeGreaterThan(0.1);
    });
  });

  it("catches a gradient that is wrong in one component of many", () => {
    tf.tidy(() => {
      const mask = tf.tensor2d(Float32Array.from({ length: 100 }, (_, k) => (k === 42 ? 0 : 1)), [10, 10]); // prettier-ignore
      const wrong = (x: Tensor): Tensor => operation(tf.square(x), [x], (dy) => mul(mul(dy, mul(x, 2)), mask));
      expect(checkGradient((x) => mean(wrong(x)), [normal([10, 10], 1)], { order: 1 }).first).toBeGreaterThan(0.005);
    });
  });

  it("does not pass a function that is not a number", () => {
    tf.tidy(() => {
      expect(checkGradient((x) => mean(mul(x, Number.NaN)), [normal([2, 2], 1)], { order: 1 }).first).toBeNaN();
    });
  });

  it("leaks no tensors", () => {
    tf.tidy(() => {
      const x = normal([3, 4], 1);
      const before = tf.memory().numTensors;
      checkGradient((a) => mean(square(tanh(a))), [x], { order: 2 });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
