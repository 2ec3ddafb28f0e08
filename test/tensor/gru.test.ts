import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { ShapeError } from "../../src/contract/errors.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient } from "../../src/tensor/check-gradient.ts";
import { compositeGru, gru, gruPart, initializeGru, type GruShape } from "../../src/tensor/gru.ts";
import { mul, square, sum } from "../../src/tensor/ops.ts";
import { layoutOf, sizeOf, view } from "../../src/tensor/parameters.ts";
import { differentiate } from "../../src/tensor/tape.ts";
import type { Tensor, Tensor2D } from "../../src/tensor/types.ts";

function normal(shape: readonly number[], random: RandomStream): Tensor {
  return tf.tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => 0.7 * random.normal()),
    [...shape],
  );
}

interface Sequence {
  readonly shape: GruShape;
  readonly x: Tensor;
  readonly state: Tensor2D;
  readonly kept: Tensor2D;
  readonly parameters: Tensor;
}

function sequence(time: number, batch: number, shape: GruShape, seed: number): Sequence {
  const random = RandomStream.fromSeed(seed);
  const layout = layoutOf([gruPart("unit", shape)]);
  const vector = new Float32Array(layout.size);
  initializeGru("unit", shape, layout, vector, random);
  const kept = tf.tensor2d(
    Float32Array.from({ length: time * batch }, () => (random.uniform(0, 1) < 0.3 ? 0 : 1)),
    [time, batch],
  );
  const state = normal([batch, shape.hidden], random) as Tensor2D;
  return { shape, x: normal([time, batch, shape.inputs], random), state, kept, parameters: tf.tensor1d(vector) };
}

const length = fc.integer({ min: 1, max: 7 });

describe.each(backends)("gru on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("steps as the equations say, by hand", () => {
    const shape = { inputs: 1, hidden: 1 };
    const layout = layoutOf([gruPart("unit", shape)]);
    const vector = new Float32Array(layout.size);
    view(layout, vector, "unit/weights").set([1, -1, 2]);
    view(layout, vector, "unit/recurrent").set([0.5, 1, -1]);
    view(layout, vector, "unit/bias").set([0, 0.5, -0.25]);
    view(layout, vector, "unit/recurrentBias").set([0.75]);
    const σ = (a: number): number => 1 / (1 + Math.exp(-a));
    const step = (x: number, h: number): number => {
      const [r, z] = [σ(x + 0.5 * h), σ(-x + h + 0.5)];
      const n = Math.tanh(2 * x - 0.25 + r * (-h + 0.75));
      return (1 - z) * n + z * h;
    };
    const x = tf.tensor3d([[[0.3]], [[-0.8]], [[1.1]]]);
    const kept = tf.tensor2d([[1], [1], [0]]);
    const states = gru({ x, state: tf.tensor2d([[0.4]]), kept, parameters: tf.tensor1d(vector) }, shape).dataSync();
    const first = step(0.3, 0.4);
    [first, step(-0.8, first), step(1.1, 0)].forEach((value, t) => expect(states[t]).toBeCloseTo(value, 6));
  });

  it("is right to second order in inputs, state and parameters, with resets", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), length, length, length, fc.nat(1000), (time, batch, inputs, hidden, seed) => {
        const { shape, kept, ...rest } = sequence(time, batch, { inputs, hidden }, seed);
        const f = (x: Tensor, state: Tensor, parameters: Tensor): Tensor => gru({ x, state: state as Tensor2D, kept, parameters }, shape);
        const at = [rest.x, rest.state, rest.parameters];
        const check = checkGradient((x, state, parameters) => sum(square(f(x, state, parameters))), at, { order: 2, directions: 2, seed });
        expect(check.first).toBeLessThan(0.01);
        expect(check.second).toBeLessThan(0.01);
      }),
      { numRuns: 8, seed: 4 },
    );
  });

  it("refuses what does not fit", () => {
    const { shape, ...rest } = sequence(2, 3, { inputs: 2, hidden: 4 }, 1);
    expect(() => gru({ ...rest, state: tf.zeros([3, 3]) as Tensor2D }, shape)).toThrow(ShapeError);
    expect(() => gru(rest, { inputs: 3, hidden: 4 })).toThrow("gru: expected x [T, B, 3], state [B, 4], kept [T, B] and parameters [100]");
  });
});

describe("the fused gru", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  it("agrees with the composite in value and every gradient, together and one alone", () => {
    fc.assert(
      fc.property(length, length, length, fc.integer({ min: 1, max: 9 }), fc.nat(1000), (time, batch, inputs, hidden, seed) => {
        tf.tidy(() => {
          const { shape, ...input } = sequence(time, batch, { inputs, hidden }, seed);
          const { x, state, parameters } = input;
          const along = normal([time, batch, hidden], RandomStream.fromSeed(seed));
          const results = [gru, compositeGru].map((f) => {
            const loss = (): ReturnType<typeof sum> => sum(mul(square(f(input, shape)), along));
            const together = differentiate(loss, [x, state, parameters]);
            const alone = [x, state, parameters].map((one) => differentiate(loss, [one]).gradients[0]!);
            return [f(input, shape), together.value, ...together.gradients, ...alone].map((tensor) => tensor.dataSync<"float32">());
          });
          results[0]!.forEach((values, k) => {
            const expected = results[1]![k]!;
            const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2);
            values.forEach((value, i) => expect(Math.abs(value - expected[i]!) / scale).toBeLessThan(1e-4));
          });
        });
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});
