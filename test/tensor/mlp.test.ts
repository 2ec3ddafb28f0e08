import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { UnknownNameError } from "../../src/contract/errors.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { viewsOf } from "../../src/tensor/gradient.ts";
import { initializeMlp, mlp, MlpActor, mlpLayout, type MlpShape } from "../../src/tensor/mlp.ts";
import { matrix } from "../../src/tensor/ops.ts";
import { layoutOf, view } from "../../src/tensor/parameters.ts";

/** A network of random weights and biases. */
function network(shape: MlpShape, seed: number): { layout: ReturnType<typeof layoutOf>; vector: Float32Array } {
  const layout = layoutOf([{ name: "before", shape: [3] }, ...mlpLayout("net", shape), { name: "after", shape: [2, 2] }]);
  const random = RandomStream.fromSeed(seed);
  const vector = Float32Array.from({ length: layout.size }, () => random.normal());
  initializeMlp("net", shape, layout, vector, random);
  for (const { name } of layout.parts) if (name.endsWith("bias")) view(layout, vector, name).forEach((_, i, bias) => (bias[i] = random.normal()));
  return { layout, vector };
}

describe("initializeMlp", () => {
  const shape: MlpShape = { sizes: [40, 60, 20], activation: "tanh" };
  const layout = layoutOf([{ name: "other", shape: [5] }, ...mlpLayout("net", shape)]);
  const make = (seed: number): Float32Array => {
    const vector = new Float32Array(layout.size).fill(9);
    initializeMlp("net", shape, layout, vector, RandomStream.fromSeed(seed));
    return vector;
  };

  it("draws weights uniformly in ±√(6 / (in + out)), with zero biases, and touches nothing else", () => {
    const vector = make(1);
    const limit = Math.sqrt(6 / 100);
    const weights = view(layout, vector, "net/0/weights");
    expect(weights).toHaveLength(2400);
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(limit);
    // 2,400 draws: the mean of squares is limit²/3 within 4 standard errors of √(4/45)/√2400 ≈ 0.6 %.
    const meanSquare = weights.reduce((total, w) => total + w * w, 0) / weights.length;
    expect(meanSquare / (limit ** 2 / 3)).toBeGreaterThan(0.92);
    expect(meanSquare / (limit ** 2 / 3)).toBeLessThan(1.08);
    expect(view(layout, vector, "net/0/bias").every((b) => b === 0)).toBe(true);
    expect(view(layout, vector, "other")).toEqual(new Float32Array(5).fill(9));
  });

  it("gives the same bytes for the same seed and others for another", () => {
    expect(make(7)).toEqual(make(7));
    expect(make(7)).not.toEqual(make(8));
  });
});

describe.each(["wasm", "cpu"] as const)("a network on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });

  it("answers within 1e-5 of the plain loops, whatever its sizes", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.constantFrom("tanh", "relu"), fc.nat(1000), (lengths, activation, seed) => {
        const shape: MlpShape = { sizes: lengths, activation };
        const { layout, vector } = network(shape, seed);
        const random = RandomStream.fromSeed(seed).split("inputs");
        const [inputs, outputs] = [lengths[0]!, lengths.at(-1)!];
        const x = Float32Array.from({ length: 3 * inputs }, () => random.normal());
        const graph = tf.tidy(() => {
          const tensors = layout.parts.map((part) => tf.tensor(view(layout, vector, part.name), [...part.shape]));
          return mlp(matrix(x, 3, inputs), viewsOf(layout, tensors), "net", shape).dataSync();
        });
        const plain = new Float32Array(3 * outputs);
        const actor = new MlpActor("net", shape, layout, vector);
        for (let row = 0; row < 3; row++) actor.forward(x, plain, row * inputs, row * outputs);
        const scale = Math.max(1, ...graph.map(Math.abs));
        plain.forEach((value, i) => expect(Math.abs(value - graph[i]!)).toBeLessThan(1e-5 * scale));
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});

describe("MlpActor", () => {
  const shape: MlpShape = { sizes: [2, 3, 1], activation: "relu" };

  it("computes what the arithmetic says", () => {
    const layout = layoutOf(mlpLayout("net", shape));
    const vector = new Float32Array(layout.size);
    view(layout, vector, "net/0/weights").set([1, -1, 2, 0, 1, 1]); // rows: inputs
    view(layout, vector, "net/0/bias").set([0, 0.5, -10]);
    view(layout, vector, "net/1/weights").set([2, 3, 4]);
    view(layout, vector, "net/1/bias").set([-1]);
    const out = new Float32Array(1);
    // x = (1, 2): z = (1, −1 + 2 + 0.5, 2 + 2 − 10) = (1, 1.5, −6); relu (1, 1.5, 0); 2·1 + 3·1.5 − 1 = 5.5.
    new MlpActor("net", shape, layout, vector).forward(Float32Array.of(1, 2), out);
    expect(out[0]).toBe(5.5);
  });

  it("acts with the latest parameters, and writes nothing outside its place", () => {
    const { layout, vector } = network(shape, 5);
    const actor = new MlpActor("net", shape, layout, vector);
    const out = Float32Array.of(7, 7, 7);
    actor.forward(Float32Array.of(1, 1), out, 0, 1);
    const before = out[1]!;
    expect([out[0], out[2]]).toEqual([7, 7]);
    view(layout, vector, "net/1/bias")[0]! += 1;
    actor.forward(Float32Array.of(1, 1), out, 0, 1);
    expect(out[1]).toBeCloseTo(before + 1, 5);
  });

  it("names the parameters that it misses", () => {
    const layout = layoutOf(mlpLayout("network", shape));
    expect(() => new MlpActor("netwrk", shape, layout, new Float32Array(layout.size))).toThrow(UnknownNameError);
    expect(() => mlp(matrix(new Float32Array(2), 1, 2), {}, "net", shape)).toThrow("Unknown parameter `net/0/weights`");
  });
});
