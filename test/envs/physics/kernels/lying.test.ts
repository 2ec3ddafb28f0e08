import { Quaternion, Vec3 } from "cannon-es";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kernelOf } from "../../../../envs/physics/kernels/kernels.ts";
import { type Found, found, place, type Solid } from "./placed.ts";

const MARGIN = 5e-4;
const upright = new Quaternion().setFromAxisAngle(Vec3.UNIT_X, Math.PI / 2);
const lying = new Quaternion();
const rod = (x: number, z: number, turn = upright): Solid => ({ center: new Vec3(x, 0, z), turn, half: new Vec3(0.03, 0.05, 0.03) });
const slab: Solid = { center: new Vec3(0, 0, -0.05), turn: lying, half: new Vec3(0.2, 0.2, 0.05) };
const ground: Solid = { center: new Vec3(), turn: lying, half: new Vec3() };

const collide = (kinds: string, a: Solid, b: Solid): Found => {
  const [first, second] = kinds.split(" ") as [string, string];
  return found(kernelOf(first, second)!(place([a, b], MARGIN), 0, 1));
};

/** What lies or stands, 0.1 mm deep: its kinds, the solids, and how many points hold it. */
const resting: readonly (readonly [what: string, kinds: string, a: Solid, b: Solid, points: number])[] = [
  ["a can standing on a plane", "plane cylinder", ground, rod(0, 0.0499), 4],
  ["a can lying on a plane", "plane cylinder", ground, rod(0, 0.0299, lying), 2],
  ["a can standing on a box", "box cylinder", slab, rod(0, 0.0499), 4],
  ["a can standing a third over a box's edge", "box cylinder", slab, rod(0.19, 0.0499), 4],
  ["a can lying on a box", "box cylinder", slab, rod(0, 0.0299, lying), 2],
  ["a can beside a box", "box cylinder", { ...slab, half: new Vec3(0.1, 0.02, 0.05) }, rod(0.1299, -0.06), 2],
  ["a box on a can", "box cylinder", { ...slab, center: new Vec3(0, 0, 0.0999) }, rod(0, 0), 4],
  ["a small box on a can", "box cylinder", { center: new Vec3(0, 0, 0.0599), turn: lying, half: new Vec3(0.01, 0.01, 0.01) }, rod(0, 0), 4],
  ["a can on a can", "cylinder cylinder", rod(0, 0), rod(0, 0.0999), 4],
  ["a can on a can, beside its middle", "cylinder cylinder", rod(0, 0), rod(0.02, 0.0999), 4],
  ["a can lying on a can's cap", "cylinder cylinder", rod(0, 0), rod(0, 0.0799, lying), 2],
  ["cans side by side", "cylinder cylinder", rod(0, 0), rod(0.0599, 0), 2],
  ["cans crossed", "cylinder cylinder", rod(0, 0), rod(0.0599, 0, lying), 1],
  ["a capsule lying on a plane", "plane capsule", ground, rod(0, 0.0299, lying), 2],
  ["a capsule lying on a box", "box capsule", slab, rod(0, 0.0299, lying), 2],
  ["a capsule standing on a box", "box capsule", slab, rod(0, 0.0799), 1],
  ["a capsule lying on a can's cap", "cylinder capsule", rod(0, 0), rod(0, 0.0799, lying), 2],
  ["a capsule along a can", "cylinder capsule", rod(0, 0), rod(0.0599, 0), 2],
  ["capsules side by side", "capsule capsule", rod(0, 0), rod(0.0599, 0), 2],
];

describe.each(resting)("%s", (_, kinds, a, b, points) => {
  it(`is held at ${points} points, all as deep as it lies`, () => {
    const { points: held } = collide(kinds, a, b);
    expect(held).toHaveLength(points);
    // A point may be held half a degree beyond an edge: 3 cm · (1 − cos 0.5°) = 1.1 µm.
    for (const { gap } of held) expect(Math.abs(gap + 1e-4)).toBeLessThan(3e-6);
  });

  it("keeps its points' names and places as it trembles", () => {
    const still = collide(kinds, a, b);
    const small = fc.double({ min: -1e-6, max: 1e-6, noNaN: true });
    fc.assert(
      fc.property(small, small, small, small, small, (x, y, z, roll, pitch) => {
        const tremble = new Quaternion(roll / 2, pitch / 2, 0, 1).normalize();
        const { features, points: moved } = collide(kinds, a, { ...b, center: b.center.vadd(new Vec3(x, y, z)), turn: tremble.mult(b.turn) });
        expect(features.join()).toEqual(still.features.join());
        moved.forEach(({ at }, k) => expect(at.distanceTo(still.points[k]!.at)).toBeLessThan(1e-3));
      }),
      { numRuns: 100 },
    );
  });

  it("has a name for each point", () => {
    expect(new Set(collide(kinds, a, b).features).size).toBe(points);
  });
});

describe("a rod that reaches over an edge", () => {
  it("is held at the edge and at its end", () => {
    const over: Solid = { center: new Vec3(0, 0.2, 0.0099), turn: lying, half: new Vec3(0.01, 0.1, 0.01) };
    for (const kinds of ["box capsule", "box cylinder"])
      expect(
        collide(kinds, slab, over)
          .points.map(({ at }) => at.y.toFixed(3))
          .toSorted(),
      ).toEqual(["0.100", "0.200"]);
  });
});

describe("a can that leans", () => {
  it.each([0.02, 0.3, 0.6, 1.2])("%s rad stands on the lowest point of its rim", (lean) => {
    const turn = new Quaternion().setFromAxisAngle(Vec3.UNIT_Y, lean).mult(upright);
    const low = 0.05 * Math.cos(lean) + 0.03 * Math.sin(lean);
    for (const [kinds, below] of [
      ["plane cylinder", ground],
      ["box cylinder", slab],
    ] as const) {
      const { normal, points } = collide(kinds, below, rod(0, low, turn));
      expect(normal.distanceTo(Vec3.UNIT_Z)).toBeLessThan(1e-12);
      expect(points).toHaveLength(1);
      expect(points[0]!.gap).toBeCloseTo(0, 12);
      expect(points[0]!.at.distanceTo(new Vec3(0.03 * Math.cos(lean) - 0.05 * Math.sin(lean), 0, 0))).toBeLessThan(1e-9);
    }
  });
});
