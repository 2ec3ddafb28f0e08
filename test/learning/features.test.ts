import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { space, type PartOptions } from "../../src/contract/space.ts";
import { relativeFeatures } from "../../src/learning/features.ts";

const position = (name: string, age = 0): PartOptions => ({ name, quantity: "position", unit: "m", size: 3, low: -1, high: 1, age });
const frame = (age: number): PartOptions[] => [
  position("hand", age),
  { name: "gripper", quantity: "scalar", unit: "1", size: 1, low: 0, high: 1, age },
  position("object1", age),
];
const observed = space([...frame(0), ...frame(1), position("goal")]);

describe("relative features", () => {
  const features = relativeFeatures(observed, 0.0125);

  it("are the current frame, every difference of positions, and velocities where a frame before is known", () => {
    expect([...new Set(features.names)]).toEqual([
      "hand",
      "gripper",
      "object1",
      "goal",
      "object1 − hand",
      "goal − hand",
      "goal − object1",
      "hand velocity",
      "gripper velocity",
      "object1 velocity",
    ]);
    expect(features.size).toBe(10 + 9 + 7);
  });

  it("subtract no positions of different sizes from each other", () => {
    const drawer: PartOptions = { name: "drawer", quantity: "position", unit: "m", size: 1, low: -1, high: 1 };
    const angle: PartOptions = { name: "wrist", quantity: "angle", unit: "rad", size: 2, low: -3, high: 3 };
    const uneven = relativeFeatures(space([position("hand"), drawer, angle, position("goal")]), 0.0125);
    expect([...new Set(uneven.names)]).toEqual(["hand", "drawer", "wrist", "goal", "goal − hand"]);
    const out = new Float32Array(uneven.size);
    uneven.write(Float32Array.of(0.1, 0, 0, 0.5, 1, 2, 0.3, 0, 0), 1, out);
    expect(out.every(Number.isFinite)).toBe(true);
    expect(out[uneven.names.indexOf("goal − hand")]).toBeCloseTo(5, 5);
  });

  it("give positions in units of 4 cm, scalars in fifths and velocities per second", () => {
    // hand at x 0.2 m, a frame before at 0.19 m; object at x 0.5 m; gripper from 1 to 0.9 open.
    const observation = new Float32Array(17);
    observation.set([0.2, 0, 0, 0.9, 0.5, 0, 0, 0.19, 0, 0, 1, 0.5, 0, 0, 0.7, 0, 0]);
    const out = new Float32Array(features.size);
    features.write(observation, 1, out);
    const value = (name: string): number => out[features.names.indexOf(name)]!;
    expect(value("hand")).toBeCloseTo(5, 5); // 0.2 · 25
    expect(value("gripper")).toBeCloseTo(4.5, 5); // 0.9 · 5
    expect(value("object1 − hand")).toBeCloseTo(7.5, 5); // (0.5 − 0.2) · 25
    expect(value("goal − object1")).toBeCloseTo(5, 5); // (0.7 − 0.5) · 25
    expect(value("hand velocity")).toBeCloseTo(0.8, 4); // 0.01 m in 12.5 ms
    expect(value("gripper velocity")).toBeCloseTo(-8, 4); // −0.1 in 12.5 ms
    expect(value("object1 velocity")).toBe(0);
  });

  it("are linear: the features of a mean are the mean of the features", () => {
    const vector = fc.float32Array({ minLength: 17, maxLength: 17, min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const all = new Float32Array(3 * features.size);
        const mean = a.map((x, i) => (x + b[i]!) / 2);
        features.write(Float32Array.of(...a, ...b, ...mean), 3, all);
        for (let k = 0; k < features.size; k++) {
          expect(all[2 * features.size + k]).toBeCloseTo((all[k]! + all[features.size + k]!) / 2, 3);
        }
      }),
    );
  });

  it("leave out what a space does not tell: no positions, no differences; no frame before, no velocities", () => {
    const plain = relativeFeatures(space([{ name: "angle", quantity: "angle", unit: "rad", size: 2, low: -3, high: 3 }]), 0.02);
    expect(plain.names).toEqual(["angle", "angle"]);
  });
});
