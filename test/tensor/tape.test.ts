import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InvalidValueError } from "../../src/contract/errors.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { add, matMul, mul, square, sum, tanh } from "../../src/tensor/ops.ts";
import { differentiate } from "../../src/tensor/tape.ts";
import type { Scalar } from "../../src/tensor/types.ts";

describe("differentiate", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  it("gives zeros for what the function does not use, and adds up what it uses twice", () => {
    tf.tidy(() => {
      const [x, y] = [tf.tensor1d([1, 2]), tf.tensor1d([3])];
      const { gradients } = differentiate(() => sum(add(mul(x, x), x)), [x, y]);
      expect([...gradients[0]!.dataSync()]).toEqual([3, 5]); // 2x + 1
      expect([...gradients[1]!.dataSync()]).toEqual([0]);
    });
  });

  it("takes for constant what was computed before, within another derivative as without one", () => {
    tf.tidy(() => {
      const x = tf.scalar(3);
      // y = x², which the inner derivative of x·y does not see; the outer one does: d(x²)/dx = 6.
      const inner = (y: Scalar): Scalar => differentiate(() => mul(x, y), [x]).gradients[0] as Scalar;
      const outer = differentiate(() => inner(square(x)), [x]);
      expect(outer.value.dataSync()[0]).toBe(9);
      expect(outer.gradients[0]!.dataSync()[0]).toBe(6);
    });
  });

  it("is right to third order: (tanh x)‴ = (1 − tanh²)(6 tanh² − 2)", () => {
    const slope = (f: (x: Scalar) => Scalar) => (x: Scalar) => differentiate(() => f(x), [x]).gradients[0] as Scalar;
    const third = slope(slope(slope((x) => tanh(x))))(tf.scalar(0.4));
    const t = Math.tanh(0.4);
    expect(third.dataSync()[0]).toBeCloseTo((1 - t * t) * (6 * t * t - 2), 5);
  });

  it("takes one number in a matrix too", () => {
    tf.tidy(() => {
      const [a, b] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])];
      const { gradients } = differentiate(() => matMul(a, b) as unknown as Scalar, [a, b]);
      expect(gradients.map((gradient) => gradient.arraySync())).toEqual([[[3, 4]], [[1], [2]]]);
    });
  });

  it("refuses a function whose value is not one number", () => {
    tf.tidy(() => {
      const x = tf.tensor1d([1, 2]);
      expect(() => differentiate(() => square(x) as unknown as Scalar, [x])).toThrow(InvalidValueError);
    });
  });

  it("goes on as before after a function that throws", () => {
    tf.tidy(() => {
      const x = tf.scalar(3);
      const fail = (): Scalar => {
        throw new Error("no value");
      };
      expect(() => differentiate(fail, [x])).toThrow("no value");
      expect(differentiate(() => square(x), [x]).gradients[0]!.dataSync()[0]).toBe(6);
    });
  });
});
