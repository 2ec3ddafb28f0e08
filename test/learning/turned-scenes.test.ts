import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { space } from "../../src/contract/space.ts";
import { relativeFeatures } from "../../src/learning/features.ts";
import { drawTurn, turn, vectorsOf } from "../../src/learning/turned-scenes.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const frame = (age: number): Parameters<typeof space>[0] => [
  { name: "hand", quantity: "position", unit: "m", size: 3, low: -1, high: 1, age },
  { name: "gripper", quantity: "scalar", unit: "1", size: 1, low: 0, high: 1, age },
  { name: "block", quantity: "position", unit: "m", size: 3, low: -1, high: 1, age },
];
const observed = space([...frame(0), ...frame(1)]);

describe("turned scenes", () => {
  it("turn x and y, mirror x before, and leave the rest of a row alone", () => {
    const rows = Float32Array.of(7, 1, 2, 3, 8, 4, 5, 6);
    // A quarter turn takes (x, y) to (−y, x); in a mirror (−x, y) goes to (−y, −x).
    expect([...turn(rows.slice(), 4, [1], { cos: 0, sin: 1, mirror: 1 })]).toEqual([7, -2, 1, 3, 8, -5, 4, 6]);
    expect([...turn(rows.slice(), 4, [1], { cos: 0, sin: 1, mirror: -1 })]).toEqual([7, -2, -1, 3, 8, -5, -4, 6]);
  });

  it("have the features of the turned observation: turning and looking commute", () => {
    const features = relativeFeatures(observed, 0.05);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = RandomStream.fromSeed(seed);
        const observation = Float32Array.from({ length: observed.size }, () => random.uniform(-1, 1));
        const by = drawTurn(random);
        const seen = (numbers: Float32Array): Float32Array => {
          const into = new Float32Array(features.size);
          features.write(numbers, 1, into);
          return into;
        };
        const [late, early] = [
          turn(seen(observation), features.size, features.vectors, by),
          seen(turn(observation.slice(), observed.size, vectorsOf(observed), by)),
        ];
        late.forEach((number, k) => expect(number).toBeCloseTo(early[k]!, 3));
      }),
    );
  });

  it("keep lengths", () => {
    const by = drawTurn(RandomStream.fromSeed(3));
    const [x, y] = turn(Float32Array.of(3, 4, 5), 3, [0], by);
    expect(Math.hypot(x!, y!)).toBeCloseTo(5, 5);
  });
});
