import { Vec3 } from "cannon-es";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kernelOf } from "../../../../envs/physics/kernels/kernels.ts";
import { type Found, found, place, type Solid, turns } from "./placed.ts";
import { apart, gapAlong, type Kind, surfaceDistance, touching, turned } from "./solids.ts";

const MARGIN = 0.001;
/** A case takes the search some milliseconds, too long to shrink failures. */
const ROUNDS = { numRuns: 60, endOnFailure: true };
const gaps = fc.double({ min: -0.001, max: 0.0008, noNaN: true });

/**
 * Two kinds; how far a kernel's direction may be from the best one, counted in how far the solids are apart along it [m], at an overlap of up to 1 mm; and
 * how far its points may be from the surfaces, beside what they overlap [m]: a point that is held half a degree beyond an edge is not quite on it.
 */
const pairs: readonly (readonly [Kind, Kind, direction: number, surface: number])[] = [
  ["capsule", "sphere", 1e-6, 1e-6],
  ["cylinder", "sphere", 1e-6, 1e-6],
  ["box", "capsule", 1e-6, 2e-5],
  ["capsule", "capsule", 1e-6, 2e-5],
  ["cylinder", "capsule", 1e-6, 2e-5],
  // A box's edge over a cylinder's rim is led out as over two planes.
  ["box", "cylinder", 3e-4, 5e-4],
  ["cylinder", "cylinder", 1e-4, 5e-4],
];

describe.each(pairs)("a %s and a %s", (first, second, direction, surface) => {
  const kinds = [first, second] as const;
  const collide = (a: Solid, b: Solid): Found => found(kernelOf(first, second)!(place([a, b], MARGIN), 0, 1));
  const deepest = ({ points }: Found): number => Math.min(...points.map(({ gap }) => gap));

  it("have contacts if they are within the margin, as deep as they overlap along the best of all directions, which is the normal", () => {
    fc.assert(
      fc.property(touching(kinds, gaps), ([a, b]) => {
        const best = apart(kinds, a, b);
        const result = collide(a, b);
        expect(result.points.length > 0 || best > MARGIN - direction).toBe(true);
        if (result.points.length === 0) return;
        expect(result.normal.length()).toBeCloseTo(1, 9);
        const gap = gapAlong(kinds, a, b)(result.normal);
        expect(gap).toBeGreaterThan(best - direction - 1e-6);
        // The search is no better than a tenth of a millimetre; what the kernel finds beyond it is there too.
        expect(Math.abs(deepest(result) - Math.max(best, gap))).toBeLessThan(direction + 1e-5);
      }),
      ROUNDS,
    );
  });

  it("touch at points midway between their surfaces", () => {
    fc.assert(
      fc.property(touching(kinds, gaps), ([a, b]) => {
        const { normal, points } = collide(a, b);
        for (const { at, gap } of points) {
          expect(gap).toBeLessThanOrEqual(MARGIN + 1e-12);
          const [onA, onB] = [at.vsub(normal.scale(gap / 2)), at.vadd(normal.scale(gap / 2))];
          expect(Math.abs(surfaceDistance(first, a, onA))).toBeLessThan(surface + Math.abs(gap));
          expect(Math.abs(surfaceDistance(second, b, onB))).toBeLessThan(surface + Math.abs(gap));
        }
      }),
      ROUNDS,
    );
  });

  it("do not care where north is: rotating both rotates the normal and keeps the depth", () => {
    fc.assert(
      fc.property(touching(kinds, gaps), turns, ([a, b], turn) => {
        const one = collide(a, b);
        const two = collide(turned(turn, a), turned(turn, b));
        fc.pre(one.points.length > 0 && one.features.join() === two.features.join());
        expect(turn.vmult(one.normal).distanceTo(two.normal)).toBeLessThan(1e-3);
        expect(deepest(two)).toBeCloseTo(deepest(one), 6);
      }),
      ROUNDS,
    );
  });
});

describe.each<Kind>(["capsule", "cylinder"])("two %ss", (kind) => {
  it("answer the same with the roles exchanged: the normal turned round, the depth the same", () => {
    const collide = (a: Solid, b: Solid): Found => found(kernelOf(kind, kind)!(place([a, b], MARGIN), 0, 1));
    fc.assert(
      fc.property(touching([kind, kind], gaps), ([a, b]) => {
        const [one, two] = [collide(a, b), collide(b, a)];
        fc.pre(one.points.length > 0 && two.points.length > 0);
        const gap = (pair: Found): number => Math.min(...pair.points.map((point) => point.gap));
        expect(Math.abs(gap(one) - gap(two))).toBeLessThan(1e-4);
        expect(Math.abs(gapAlong([kind, kind], a, b)(one.normal) - gapAlong([kind, kind], a, b)(two.normal.negate()))).toBeLessThan(2e-4);
      }),
      { ...ROUNDS, numRuns: 200 },
    );
  });
});

describe("solids deep in each other", () => {
  it("still have a unit normal and finite points", () => {
    for (const [first, second] of pairs)
      fc.assert(
        fc.property(touching([first, second], fc.double({ min: -0.03, max: 0, noNaN: true })), ([a, b]) => {
          const { normal, points } = found(kernelOf(first, second)!(place([a, b], MARGIN), 0, 1));
          expect(points.length).toBeGreaterThan(0);
          expect(normal.length()).toBeCloseTo(1, 9);
          for (const { at, gap } of points) expect(Number.isFinite(at.dot(Vec3.UNIT_X) + at.y + at.z + gap)).toBe(true);
        }),
        { ...ROUNDS, numRuns: 40 },
      );
  });
});
