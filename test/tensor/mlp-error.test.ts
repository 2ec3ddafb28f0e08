import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient } from "../../src/tensor/check-gradient.ts";
import { compositeMlpError, mlpError } from "../../src/tensor/mlp-error.ts";
import { mlpPlan, type Activation, type MlpShape } from "../../src/tensor/mlp-shape.ts";
import { add, addScaled, exp, mul, square, sum } from "../../src/tensor/ops.ts";
import { differentiate } from "../../src/tensor/tape.ts";
import type { Scalar, Tensor } from "../../src/tensor/types.ts";

const smooth: readonly Activation[] = ["identity", "tanh", "gelu"];
const widths = fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 4 });
const tasksOrNone = fc.constantFrom(undefined, 1, 3);
const shapesOf = (activations: readonly Activation[]): fc.Arbitrary<MlpShape> =>
  fc.record({ sizes: widths, activation: fc.constantFrom(...activations), layerNorm: fc.boolean() });

function normal(lengths: readonly number[], random: RandomStream, scale = 1): Tensor {
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape([...lengths]) }, () => scale * random.normal()),
    [...lengths],
  );
}

/** Inputs, parameters and targets of a network, for each of some tasks or shared. */
function problem({ sizes, ...rest }: MlpShape, tasks: number | undefined, random: RandomStream): [x: Tensor, parameters: Tensor, y: Tensor] {
  const lead = tasks === undefined ? [] : [tasks];
  const { size } = mlpPlan({ sizes, ...rest });
  return [normal([...lead, 5, sizes[0]!], random), normal([...lead, size], random, 0.5), normal([...lead, 5, sizes.at(-1)!], random)];
}

describe.each(backends)("a network's error on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("is the mean of squares, with first and second derivatives of finite differences for any shape", () => {
    fc.assert(
      fc.property(shapesOf(smooth), tasksOrNone, fc.nat(1000), (shape, tasks, seed) => {
        const at = problem(shape, tasks, RandomStream.fromSeed(seed));
        // Not the error alone: what it is multiplied with depends on the parameters too. Targets are constant, as they mostly are.
        const f = (x: Tensor, parameters: Tensor): Scalar => mul(mlpError(x, parameters, at[2], shape), exp(mul(sum(parameters), 0.1)));
        const check = checkGradient((x, parameters) => f(x, parameters), at.slice(0, 2), { order: 2, directions: 2, seed, stepSize: 0.01 });
        expect(check.first).toBeLessThan(0.02);
        expect(check.second).toBeLessThan(0.02);
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it("is right where the targets are learned too", () => {
    const shape: MlpShape = { sizes: [2, 6, 3], activation: "tanh" };
    const at = problem(shape, 2, RandomStream.fromSeed(3));
    const check = checkGradient((x, parameters, y) => mlpError(x, parameters, square(y), shape), at, { order: 2 });
    expect(check.first).toBeLessThan(0.005);
    expect(check.second).toBeLessThan(0.005);
  });

  it("is right where inputs and targets are one tensor", () => {
    const shape: MlpShape = { sizes: [3, 6, 3], activation: "tanh" };
    const [z, parameters] = problem(shape, 2, RandomStream.fromSeed(3));
    const check = checkGradient((x, p) => mlpError(x, p, x, shape), [z, parameters], { order: 2 });
    expect(check.first).toBeLessThan(0.005);
    expect(check.second).toBeLessThan(0.005);
  });

  it("names both shapes when they do not fit", () => {
    const [x, parameters] = problem({ sizes: [3, 2], activation: "tanh" }, undefined, RandomStream.fromSeed(1));
    const shape: MlpShape = { sizes: [3, 2], activation: "tanh" };
    expect(() => mlpError(x, parameters, x, shape)).toThrow("mlpError: expected y [5, 2], got x [5, 3] and y [5, 3].");
    expect(() => mlpError(x, x, x, shape)).toThrow("mlp: expected parameters [8] or [tasks, 8]");
  });
});

/** The error of a network after one step of descent on another, and everything to the third order of a plain one, along fixed directions. */
function derivatives(f: typeof mlpError, shape: MlpShape, tasks: number | undefined, seed: number): readonly Float32Array[] {
  const random = RandomStream.fromSeed(seed);
  const [x, parameters, y] = problem(shape, tasks, random);
  const [queries, , answers] = problem(shape, tasks, random);
  const at = [x, parameters, y];
  const along = at.map(({ shape: lengths }) => normal(lengths, random));
  const directional =
    (g: () => Scalar): (() => Scalar) =>
    () =>
      differentiate(g, at)
        .gradients.map((gradient, k) => sum(mul(gradient, along[k]!)))
        .reduce((total, part) => add(total, part));
  const value = (): Scalar => square(f(x, parameters, y, shape));
  const meta = differentiate(() => {
    const { gradients } = differentiate(() => mul(f(x, parameters, y, shape), 2), [parameters]);
    return f(queries, addScaled(parameters, gradients[0]!, -0.1), answers, shape);
  }, at);
  const first = differentiate(value, [x, parameters]);
  const second = differentiate(directional(value), at);
  const third = differentiate(directional(directional(value)), at);
  return [meta, first, second, third].flatMap(({ value: result, gradients }) => [result, ...gradients].map((tensor) => tensor.dataSync<"float32">()));
}

describe("the fused error", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("agrees with the composite to the third order, alone and through a step of descent", () => {
    fc.assert(
      fc.property(shapesOf([...smooth, "relu"]), tasksOrNone, fc.nat(1000), (shape, tasks, seed) => {
        const [fused, composite] = [mlpError, compositeMlpError].map((f) => derivatives(f, shape, tasks, seed));
        fused!.forEach((values, k) => {
          const scale = composite![k]!.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
          values.forEach((value, i) => expect(Math.abs(value - composite![k]![i]!) / scale).toBeLessThan(1e-3));
        });
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it("leaves no tensors behind", () => {
    const shape: MlpShape = { sizes: [3, 8, 2], activation: "gelu", layerNorm: true };
    const at = problem(shape, 3, RandomStream.fromSeed(1));
    const before = tf.memory().numTensors;
    tf.tidy(() => void derivatives(mlpError, shape, 3, 1));
    tf.tidy(() => void differentiate(() => mlpError(...at, shape), at));
    expect(tf.memory().numTensors).toBe(before);
  });
});
