import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { dreamsOf, type Remembered } from "../../../src/learning/meta/dreams.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { MlpActor } from "../../../src/tensor/mlp-actor.ts";
import { mlpPart } from "../../../src/tensor/mlp-shape.ts";
import { layoutOf } from "../../../src/tensor/parameters.ts";

beforeAll(async () => void (await selectBackend("wasm")));

/** y = w·x + b of two numbers. */
function line(weights: readonly number[], bias: number): { readonly slow: MlpActor; readonly parameters: FlatVector } {
  const shape = { sizes: [2, 1], activation: "tanh" } as const;
  const layout = layoutOf([mlpPart("slow", shape)]);
  const parameters = FlatVector.from(Float32Array.of(...weights, bias));
  return { slow: new MlpActor("slow", shape, layout, parameters), parameters };
}

/** Two tasks: what is done in the first is x₀ − x₁, in the second nothing that follows from the state. */
function remembered(): Remembered {
  const random = RandomStream.fromSeed(1);
  const inputs = Float32Array.from({ length: 40 }, (_, i) => (i < 20 ? random.uniform() : 5 + random.uniform()));
  const actions = Float32Array.from({ length: 20 }, (_, row) => (row < 10 ? inputs[2 * row]! - inputs[2 * row + 1]! : row % 2));
  const rows = (from: number): Int32Array => Int32Array.from({ length: 10 }, (_, i) => from + i);
  return { inputs, inputSize: 2, actions, actionSize: 1, tasks: [rows(0), rows(10)] };
}

const batch = { steps: 10, size: 8 };

describe("dreams", () => {
  it("lie on the line through two remembered states, at most three tenths beyond, with the slow policy's answers of before", () => {
    const memory = remembered();
    const { slow, parameters } = line([1, -1], 0);
    const batches = dreamsOf(slow, memory, { steps: 10, size: 64 }, RandomStream.fromSeed(2))!;
    parameters.numbers.fill(9);
    const { inputs, actions } = batches(3);
    expect([inputs.shape, actions.shape]).toEqual([[64, 2], [64, 1]]); // prettier-ignore
    const [x, y] = [inputs.dataSync(), actions.dataSync()];
    const states = Array.from({ length: 10 }, (_, row) => [memory.inputs[2 * row]!, memory.inputs[2 * row + 1]!] as const);
    const isBetween = (d: number): boolean =>
      states.some((a) =>
        states.some((b) => {
          const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
          const along = dx === 0 && dy === 0 ? 0 : ((x[2 * d]! - a[0]) * dx + (x[2 * d + 1]! - a[1]) * dy) / (dx * dx + dy * dy);
          const off = Math.hypot(a[0] + along * dx - x[2 * d]!, a[1] + along * dy - x[2 * d + 1]!);
          return off < 1e-5 && along > -0.3001 && along < 1.3001;
        }),
      );
    for (let d = 0; d < 64; d++) {
      expect(isBetween(d)).toBe(true);
      expect(y[d]).toBeCloseTo(x[2 * d]! - x[2 * d + 1]!, 5);
    }
  });

  it("are other ones in every batch, and the same from the same seed", () => {
    const { slow } = line([1, -1], 0);
    const dream = (seed: number, step: number): number[] => [
      ...dreamsOf(slow, remembered(), batch, RandomStream.fromSeed(seed))!(step).inputs.dataSync(),
    ];
    expect(dream(1, 5)).toEqual(dream(1, 5));
    expect(dream(1, 5)).not.toEqual(dream(1, 6));
    expect(dream(1, 5)).not.toEqual(dream(2, 5));
  });

  it("are of no task that the slow policy does not know, so that one that has learned nothing has none", () => {
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }), (w, b) => {
        // Both weights alike: it answers to the sum, where the difference is asked for.
        expect(dreamsOf(line([w, w], b).slow, remembered(), batch, RandomStream.fromSeed(1))).toBeUndefined();
      }),
    );
    const alike: Remembered = { ...remembered(), actions: new Float32Array(20).fill(0.5) };
    expect(dreamsOf(line([0, 0], 0.5).slow, alike, batch, RandomStream.fromSeed(1))).toBeUndefined();
    expect(dreamsOf(line([1, -1], 0).slow, { ...remembered(), tasks: [] }, batch, RandomStream.fromSeed(1))).toBeUndefined();
  });
});
