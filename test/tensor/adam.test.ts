import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { SnapshotError } from "../../src/contract/errors.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { adamState, adamStep, clipByGlobalNorm, restoreAdam, snapshotAdam } from "../../src/tensor/adam.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";

describe.each(backends)("adamStep on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });

  it("takes the first two steps of Kingma & Ba's algorithm 1 as computed by hand", () => {
    const x = FlatVector.from([1, -2]);
    // Step 1: m = 0.1 g, v = 0.001 g²; corrected m̂ = g, v̂ = g²; x ← x − α g/(|g| + ε) = x − α sign g.
    const afterOne = adamStep(x, FlatVector.from([4, -0.5]), adamState(2), { learningRate: 0.1 });
    expect(afterOne.count).toBe(1);
    expect(x.numbers[0]).toBeCloseTo(0.9, 6);
    expect(x.numbers[1]).toBeCloseTo(-1.9, 6);
    // Step 2, g = (−2, −0.5): m̂ = (0.9·0.4 − 0.2)/(1 − 0.81) = 0.16/0.19; v̂ = (0.999·0.016 + 0.004)/(1 − 0.998001) = 0.019984/0.001999.
    adamStep(x, FlatVector.from([-2, -0.5]), afterOne, { learningRate: 0.1 });
    expect(x.numbers[0]).toBeCloseTo(0.9 - (0.1 * (0.16 / 0.19)) / Math.sqrt(0.019984 / 0.001999), 5);
    expect(x.numbers[1]).toBeCloseTo(-1.8, 5); // the same gradient again: m̂ = g, v̂ = g²
  });

  it("follows a float64 reference for 300 steps on a badly scaled quadratic", () => {
    const scales = [100, 1, 0.01];
    const options = { learningRate: 0.02, beta1: 0.8, beta2: 0.99, epsilon: 1e-6 };
    const x = FlatVector.from([1, 1, 1]);
    let state = adamState(3);
    const reference = [1, 1, 1];
    const m = [0, 0, 0];
    const v = [0, 0, 0];
    for (let t = 1; t <= 300; t++) {
      state = adamStep(x, FlatVector.from(x.numbers.map((value, i) => scales[i]! * value)), state, options);
      reference.forEach((value, i) => {
        const g = scales[i]! * value;
        m[i] = options.beta1 * m[i]! + (1 - options.beta1) * g;
        v[i] = options.beta2 * v[i]! + (1 - options.beta2) * g ** 2;
        const mHat = m[i] / (1 - options.beta1 ** t);
        const vHat = v[i] / (1 - options.beta2 ** t);
        reference[i] = value - (options.learningRate * mHat) / (Math.sqrt(vHat) + options.epsilon);
      });
      x.numbers.forEach((value, i) => expect(Math.abs(value - reference[i]!)).toBeLessThan(1e-4));
    }
    expect(Math.max(...reference.map(Math.abs))).toBeLessThan(0.05);
  });

  it("forgets moments that are too small to be normal numbers, with which arithmetic takes twenty times as long, and keeps NaN", () => {
    let state = adamState(5);
    const gradient = FlatVector.from([0.1, 0, 0, 0, 0.1]);
    for (let step = 0; step < 1200; step++) {
      state = adamStep(new FlatVector(5), gradient, state, { learningRate: 0.1, beta2: 0.9 });
      gradient.numbers.fill(0);
    }
    // 0.9¹²⁰⁰ ≈ 1e-55: below what float32 can say at all, but rounding would keep the mean at 6e-45.
    expect([...state.mean.numbers, ...state.square.numbers]).toEqual(Array.from({ length: 10 }, () => 0));
    gradient.numbers[1] = NaN;
    expect(adamStep(new FlatVector(5), gradient, state, { learningRate: 0.1 }).mean.numbers[1]).toBeNaN();
  });

  it("goes on from a snapshot exactly as it would have", () => {
    const random = RandomStream.fromSeed(3);
    const gradients = Array.from({ length: 10 }, () => FlatVector.from(Array.from({ length: 5 }, () => random.normal())));
    const straight = new FlatVector(5);
    let state = adamState(5);
    for (const gradient of gradients) state = adamStep(straight, gradient, state, { learningRate: 0.1 });

    const broken = new FlatVector(5);
    let before = adamState(5);
    for (const gradient of gradients.slice(0, 4)) before = adamStep(broken, gradient, before, { learningRate: 0.1 });
    const saved = snapshotAdam(before);
    for (const gradient of gradients.slice(4)) adamStep(new FlatVector(5), gradient, before, { learningRate: 0.1 });
    let after = restoreAdam(saved, adamState(5));
    for (const gradient of gradients.slice(4)) after = adamStep(broken, gradient, after, { learningRate: 0.1 });
    expect(broken.numbers).toEqual(straight.numbers);
    expect(snapshotAdam(after)).toEqual(snapshotAdam(state));
  });

  it("refuses the state of another size, or no state", () => {
    expect(() => restoreAdam(snapshotAdam(adamState(4)), adamState(5))).toThrow(SnapshotError);
    expect(() => restoreAdam({ ...snapshotAdam(adamState(5)), count: -1 }, adamState(5))).toThrow(SnapshotError);
    expect(() => restoreAdam(undefined, adamState(5))).toThrow("Adam over 5 parameters");
  });
});

describe.each(backends)("clipByGlobalNorm on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });

  it("scales a long gradient to the limit and returns the length it had", () => {
    const gradient = FlatVector.from([3, 0, -4]);
    expect(clipByGlobalNorm(gradient, 1)).toBe(5);
    expect(gradient.numbers).toEqual(Float32Array.of(0.6, 0, -0.8));
  });

  it("keeps the direction, never exceeds the limit, and leaves short gradients alone", () => {
    const numbers = fc.float32Array({ minLength: 1, maxLength: 20, min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.01, max: 50, noNaN: true }), (gradient, limit) => {
        const clipped = FlatVector.from(gradient);
        const norm = clipByGlobalNorm(clipped, limit);
        expect(norm).toBeCloseTo(Math.hypot(...gradient), 3);
        expect(Math.hypot(...clipped.numbers)).toBeLessThanOrEqual(limit * (1 + 1e-6));
        const scale = norm <= limit ? 1 : limit / norm;
        gradient.forEach((value, i) => expect(clipped.numbers[i]).toBeCloseTo(value * scale, 4));
        clipped.dispose();
      }),
    );
  });
});
