import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { InvalidValueError, UnknownNameError } from "../../src/contract/errors.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { checkGradient } from "../../src/tensor/check-gradient.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { heap } from "../../src/tensor/heap.ts";
import { MlpActor } from "../../src/tensor/mlp-actor.ts";
import { initializeMlp, mlpPart, mlpPlan, type Activation, type MlpShape } from "../../src/tensor/mlp-shape.ts";
import { compositeMlp, mlp } from "../../src/tensor/mlp.ts";
import { add, matrix, mul, square, sum } from "../../src/tensor/ops.ts";
import { layoutOf, view } from "../../src/tensor/parameters.ts";
import { differentiate } from "../../src/tensor/tape.ts";
import type { Scalar, Tensor } from "../../src/tensor/types.ts";

const activations: readonly Activation[] = ["identity", "tanh", "relu", "gelu"];

/** Networks of any depth, with inner layers wide enough to fill a tile of the kernels and not. */
const shapes = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 21 }), { minLength: 2, maxLength: 5 }),
  activation: fc.constantFrom(...activations),
  layerNorm: fc.boolean(),
});

function normal(lengths: readonly number[], random: RandomStream, scale = 1): Tensor {
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape([...lengths]) }, () => scale * random.normal()),
    [...lengths],
  );
}

describe("initializeMlp", () => {
  const shape: MlpShape = { sizes: [40, 60, 20], activation: "tanh", layerNorm: true };
  const layout = layoutOf([{ name: "other", shape: [5] }, mlpPart("net", shape)]);
  const make = (seed: number): Float32Array => {
    const vector = new Float32Array(layout.size).fill(9);
    initializeMlp("net", shape, layout, vector, RandomStream.fromSeed(seed));
    return vector;
  };

  it("draws weights uniformly in ±√(6 / (in + out)), with zero biases and shifts and gains of 1, and touches nothing else", () => {
    const vector = make(1);
    const limit = Math.sqrt(6 / 100);
    const weights = view(layout, vector, "net/0/weights");
    expect(weights).toHaveLength(2400);
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(limit);
    // 2,400 draws: the mean of squares is limit²/3 within 4 standard errors of √(4/45)/√2400 ≈ 0.6 %.
    const meanSquare = weights.reduce((total, w) => total + w * w, 0) / weights.length;
    expect(meanSquare / (limit ** 2 / 3)).toBeGreaterThan(0.92);
    expect(meanSquare / (limit ** 2 / 3)).toBeLessThan(1.08);
    for (const [name, value] of [["net/0/bias", 0], ["net/0/shift", 0], ["net/0/gain", 1], ["net/1/bias", 0], ["other", 9]] as const) {
      expect(new Set(view(layout, vector, name))).toEqual(new Set([value]));
    } // prettier-ignore
  });

  it("gives the same bytes for the same seed and others for another", () => {
    expect(make(7)).toEqual(make(7));
    expect(make(7)).not.toEqual(make(8));
  });

  it("refuses sizes that make no network", () => {
    for (const sizes of [[3], [3, 0], [3, 1.5], []]) expect(() => mlpPlan({ sizes, activation: "relu" })).toThrow(InvalidValueError);
    expect(() => mlpPlan({ sizes: [3, 2], activation: "sigmoid" as Activation })).toThrow("one of identity, tanh, relu, gelu");
  });
});

describe.each(backends)("a network on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("answers within 1e-5 of the actor, whatever its shape", () => {
    fc.assert(
      fc.property(shapes, fc.nat(1000), (shape, seed) => {
        const layout = layoutOf([{ name: "before", shape: [3] }, mlpPart("net", shape), { name: "after", shape: [2, 2] }]);
        const random = RandomStream.fromSeed(seed);
        const vector = FlatVector.from(Float32Array.from({ length: layout.size }, () => random.normal()));
        const [inputs, outputs] = [shape.sizes[0]!, shape.sizes.at(-1)!];
        const x = Float32Array.from({ length: 3 * inputs }, () => random.normal());
        const graph = mlp(matrix(x, 3, inputs), vector.tensor(3, [mlpPlan(shape).size]), shape).dataSync();
        const acted = new Float32Array(3 * outputs);
        const actor = new MlpActor("net", shape, layout, vector);
        for (let row = 0; row < 3; row++) actor.forward(x, acted, row * inputs, row * outputs);
        vector.dispose();
        const scale = Math.max(1, ...graph.map(Math.abs));
        acted.forEach((value, i) => expect(Math.abs(value - graph[i]!)).toBeLessThan(1e-5 * scale));
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it.each(activations.filter((activation) => activation !== "relu"))(
    "of %s has the derivatives of finite differences, whatever its shape",
    (activation) => {
      fc.assert(
        fc.property(shapes, fc.constantFrom(undefined, 1, 3), fc.nat(1000), (drawn, tasks, seed) => {
          const shape = { ...drawn, activation };
          const random = RandomStream.fromSeed(seed);
          const [lead, own] = tasks === undefined ? [[], []] : [[tasks], [tasks]];
          const at = [normal([...lead, 4, shape.sizes[0]!], random), normal([...own, mlpPlan(shape).size], random, 0.5)];
          const check = checkGradient((x, parameters) => sum(square(mlp(x, parameters, shape))), at, {
            order: 2,
            directions: 1,
            stepSize: 0.01,
            seed,
          });
          expect(check.first).toBeLessThan(0.02);
          expect(check.second).toBeLessThan(0.02);
        }),
        { numRuns: 12, seed: 6 },
      );
    },
  );

  it("names both shapes when they do not fit", () => {
    const shape: MlpShape = { sizes: [3, 4, 2], activation: "tanh" };
    const random = RandomStream.fromSeed(1);
    const parameters = normal([26], random);
    expect(() => mlp(normal([5, 4], random), parameters, shape)).toThrow("mlp: expected x [rows, 3], got x [5, 4] and parameters [26].");
    expect(() => mlp(normal([5, 3], random), normal([25], random), shape)).toThrow(
      "expected parameters [26] or [tasks, 26] for a network of sizes 3-4-2",
    );
    expect(() => mlp(normal([2, 5, 3], random), normal([4, 26], random), shape)).toThrow("expected x [4, rows, 3], got x [2, 5, 3]");
  });

  it("leaves no tensors behind", () => {
    const shape: MlpShape = { sizes: [3, 8, 2], activation: "gelu", layerNorm: true };
    const random = RandomStream.fromSeed(1);
    const [x, parameters] = [normal([5, 3], random), normal([mlpPlan(shape).size], random)];
    const before = tf.memory().numTensors;
    tf.tidy(() => void differentiate(() => sum(square(mlp(x, parameters, shape))), [x, parameters]));
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Of a fixed network, everything to the third order along fixed directions. */
function derivatives(f: typeof mlp, shape: MlpShape, tasks: number | undefined, seed: number): readonly Float32Array[] {
  const random = RandomStream.fromSeed(seed);
  const [lead, own] = tasks === undefined ? [[], []] : [[tasks], [tasks]];
  const at = [normal([...lead, 5, shape.sizes[0]!], random), normal([...own, mlpPlan(shape).size], random, 0.5)];
  const along = at.map(({ shape: lengths }) => normal(lengths, random));
  const directional =
    (g: () => Scalar): (() => Scalar) =>
    () => {
      const { gradients } = differentiate(g, at);
      return add(sum(mul(gradients[0]!, along[0]!)), sum(mul(gradients[1]!, along[1]!)));
    };
  const value = (): Scalar => sum(square(f(at[0]!, at[1]!, shape)));
  const first = differentiate(value, at);
  const second = differentiate(directional(value), at);
  const third = differentiate(directional(directional(value)), at);
  // One side alone: what is not asked for is not computed.
  const mixed = [0, 1].map((k) => differentiate(() => sum(mul(differentiate(value, [at[k]!]).gradients[0]!, along[k]!)), [at[1 - k]!]).gradients[0]!);
  return [first.value, ...first.gradients, ...second.gradients, ...third.gradients, ...mixed].map((tensor) => tensor.dataSync<"float32">());
}

describe("the fused network", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it("agrees with the composite to the third order, with shared parameters and with each task's own", () => {
    expect(heap()).toBeDefined();
    fc.assert(
      fc.property(shapes, fc.constantFrom(undefined, 1, 3), fc.nat(1000), (shape, tasks, seed) => {
        const [fused, composite] = [mlp, compositeMlp as typeof mlp].map((f) => derivatives(f, shape, tasks, seed));
        fused!.forEach((values, k) => {
          const scale = composite![k]!.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
          values.forEach((value, i) => expect(Math.abs(value - composite![k]![i]!) / scale).toBeLessThan(1e-3));
        });
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe.each(backends)("MlpActor on the %s backend", (backend) => {
  const shape: MlpShape = { sizes: [2, 3, 1], activation: "relu" };
  const layout = layoutOf([mlpPart("net", shape)]);
  beforeAll(async () => {
    await selectBackend(backend);
  });

  it("computes what the arithmetic says", () => {
    const vector = new FlatVector(layout.size);
    view(layout, vector.numbers, "net/0/weights").set([1, -1, 2, 0, 1, 1]); // rows: inputs
    view(layout, vector.numbers, "net/0/bias").set([0, 0.5, -10]);
    view(layout, vector.numbers, "net/1/weights").set([2, 3, 4]);
    view(layout, vector.numbers, "net/1/bias").set([-1]);
    const out = new Float32Array(1);
    // x = (1, 2): z = (1, −1 + 2 + 0.5, 2 + 2 − 10) = (1, 1.5, −6); relu (1, 1.5, 0); 2·1 + 3·1.5 − 1 = 5.5.
    const actor = new MlpActor("net", shape, layout, vector);
    actor.forward(Float32Array.of(1, 2), out);
    expect(out[0]).toBe(5.5);
    expect(actor.hidden(Float32Array.of(1, 2))).toEqual([Float32Array.of(1, 1.5, 0)]);
  });

  it("acts with the latest parameters, also after the heap has moved, and writes nothing outside its place", () => {
    const vector = new FlatVector(layout.size);
    initializeMlp("net", shape, layout, vector.numbers, RandomStream.fromSeed(5));
    const actor = new MlpActor("net", shape, layout, vector);
    const out = Float32Array.of(7, 7, 7);
    actor.forward(Float32Array.of(1, 1), out, 0, 1);
    const before = out[1]!;
    expect([out[0], out[2]]).toEqual([7, 7]);
    tf.zeros([5_000_000]).dispose();
    view(layout, vector.numbers, "net/1/bias")[0]! += 1;
    actor.forward(Float32Array.of(1, 1), out, 0, 1);
    expect(out[1]).toBeCloseTo(before + 1, 5);
  });

  it("writes over nothing, however many values it has", () => {
    const wide: MlpShape = { sizes: [80_000, 1], activation: "tanh" };
    const wideLayout = layoutOf([mlpPart("net", wide)]);
    const vector = FlatVector.from(new Float32Array(wideLayout.size).fill(1));
    const memory = heap();
    const beyondScratch = (): Buffer =>
      memory === undefined ? Buffer.of() : Buffer.from(memory.numbers.slice((memory.scratch + memory.kernels.gemmScratch()) / 4).buffer);
    const before = beyondScratch();
    const output = new Float32Array(1);
    new MlpActor("net", wide, wideLayout, vector).forward(new Float32Array(80_000).fill(0.5), output);
    expect(output[0]).toBe(40_001);
    expect(beyondScratch().equals(before)).toBe(true);
    vector.dispose();
  });

  it("names the parameters that it misses, and refuses arrays that are too short", () => {
    expect(() => new MlpActor("nett", shape, layout, new FlatVector(layout.size))).toThrow(UnknownNameError);
    expect(() => new MlpActor("net", shape, layout, new FlatVector(12))).toThrow(
      "MlpActor: expected 13 numbers, as the layout says, got vector [12].",
    );
    const actor = new MlpActor("net", shape, layout, new FlatVector(layout.size));
    expect(() => actor.forward(new Float32Array(2), new Float32Array(1), 1)).toThrow("expected 2 numbers from 1 on and room for 1 from 0 on");
    expect(() => actor.forward(new Float32Array(2), new Float32Array(1), 0, 1)).toThrow("got input [2] and output [1]");
    expect(() => actor.hidden(new Float32Array(1))).toThrow("expected 2 numbers, got input [1]");
  });
});
