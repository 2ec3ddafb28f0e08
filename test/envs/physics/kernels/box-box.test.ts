import { Body, Box, type ContactEquation, NaiveBroadphase, Quaternion, Vec3, World } from "cannon-es";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxBox } from "../../../../envs/physics/kernels/box-box.ts";
import { boxDistance, directions, type Found, found, halves, overlapAlong, place, smallestOverlap, type Solid, turns } from "./placed.ts";

const MARGIN = 0.002;
/** How much deeper a preferred axis may be than the shallowest one [m]. */
const PREFERENCE = 2.2e-4;

/** Two boxes of any sizes and rotations, whose surfaces are about as far apart as `gap` says along some direction. */
const pairs = (least: number, most: number): fc.Arbitrary<readonly [Solid, Solid]> =>
  fc
    .tuple(halves, turns, halves, turns, directions, fc.double({ min: least, max: most, noNaN: true }))
    .map(([halfA, turnA, halfB, turnB, direction, gap]) => {
      const a: Solid = { center: new Vec3(0.3, -0.2, 0.1), turn: turnA, half: halfA };
      const b: Solid = { center: a.center.clone(), turn: turnB, half: halfB };
      const apart = overlapAlong(a, b, direction) + gap;
      return [a, { ...b, center: a.center.vadd(direction.scale(apart)) }] as const;
    });

const collide = (a: Solid, b: Solid, margin = MARGIN): Found => {
  const count = boxBox(place([a, b], margin), 0, 1);
  return found(count);
};

const deepest = ({ points }: { readonly points: readonly { readonly gap: number }[] }): number => Math.max(...points.map(({ gap }) => -gap));

const properties = { numRuns: 800 };

describe("two boxes", () => {
  it("make contacts if they overlap, and none if a direction parts them by more than the margin", () => {
    fc.assert(
      fc.property(pairs(-0.03, 0.01), ([a, b]) => {
        const overlap = smallestOverlap(a, b);
        // Within the margin, boxes that only look at each other's corners make none.
        fc.pre(overlap > 0 || overlap < -MARGIN - 1e-7);
        expect(collide(a, b).points.length > 0).toBe(overlap > 0);
      }),
      properties,
    );
  });

  it("are pushed apart along a unit normal from the first to the second, of which no other is shallower by more than the preference", () => {
    fc.assert(
      fc.property(pairs(-0.02, -1e-4), ([a, b]) => {
        const { normal, points } = collide(a, b);
        fc.pre(points.length > 0);
        expect(normal.length()).toBeCloseTo(1, 9);
        const overlap = overlapAlong(a, b, normal);
        expect(overlap).toBeLessThanOrEqual(smallestOverlap(a, b) + PREFERENCE);
        // Moved along it by the overlap, they just touch.
        const parted = { ...b, center: b.center.vadd(normal.scale(overlap + 1e-6)) };
        expect(smallestOverlap(a, parted)).toBeLessThan(0);
      }),
      properties,
    );
  });

  it("touch at points midway between surfaces: half a gap along the normal to either side lies on a box", () => {
    fc.assert(
      fc.property(pairs(-0.02, 0.001), ([a, b]) => {
        const { normal, points } = collide(a, b);
        for (const { at, gap } of points) {
          expect(gap).toBeLessThanOrEqual(MARGIN + 1e-12);
          expect(-gap).toBeLessThanOrEqual(overlapAlong(a, b, normal) + 1e-9);
          const onA = at.vsub(normal.scale(gap / 2));
          const onB = at.vadd(normal.scale(gap / 2));
          // Edge points may lie beyond an edge's end by what the preference and the margin allow.
          const reach = points.length === 1 ? MARGIN + 0.02 : 1e-9;
          expect(boxDistance(a, onA)).toBeLessThan(reach);
          expect(boxDistance(b, onB)).toBeLessThan(reach);
        }
      }),
      properties,
    );
  });

  it("answer the same with the roles exchanged, but for the preference", () => {
    fc.assert(
      fc.property(pairs(-0.02, -1e-3), ([a, b]) => {
        const one = collide(a, b);
        const two = collide(b, a);
        expect(two.points.length > 0).toBe(one.points.length > 0);
        fc.pre(one.points.length > 0);
        expect(Math.abs(overlapAlong(a, b, one.normal) - overlapAlong(b, a, two.normal))).toBeLessThan(PREFERENCE);
      }),
      properties,
    );
  });

  it("do not care where north is: rotating both rotates the normal and keeps the depth", () => {
    fc.assert(
      fc.property(pairs(-0.02, -1e-3), turns, ([a, b], turn) => {
        const turned = ({ center, turn: own, half }: Solid): Solid => ({ center: turn.vmult(center), turn: turn.mult(own), half });
        const one = collide(a, b);
        const two = collide(turned(a), turned(b));
        fc.pre(one.points.length > 0 && one.features.join() === two.features.join());
        expect(turn.vmult(one.normal).distanceTo(two.normal)).toBeLessThan(1e-6);
        expect(deepest(two)).toBeCloseTo(deepest(one), 9);
      }),
      properties,
    );
  });

  it("agree with cannon-es where the shallowest direction is clear: the same normal, and its deepest point", () => {
    fc.assert(
      fc.property(pairs(-0.01, -1e-3), ([a, b]) => {
        const { normal, points } = collide(a, b, 0);
        const theirs = stockContacts(a, b);
        fc.pre(points.length > 0 && theirs.length > 0);
        fc.pre(theirs.every((contact) => contact.normal.dot(normal) > 0.999));
        expect(Math.abs(deepest({ points }) - deepest({ points: theirs }))).toBeLessThan(PREFERENCE + 1e-9);
      }),
      { numRuns: 300 },
    );
  });
});

/** cannon-es' own contacts: normal from the first box to the second, and gap. */
function stockContacts(a: Solid, b: Solid): { readonly normal: Vec3; readonly gap: number }[] {
  const world = new World({ broadphase: new NaiveBroadphase() });
  const body = ({ center, turn, half }: Solid): Body => new Body({ mass: 1, shape: new Box(half), position: center, quaternion: turn });
  const bodyA = body(a);
  const result: ContactEquation[] = [];
  world.narrowphase.getContacts([bodyA], [body(b)], world, result, [], [], []);
  return result.map(({ bi, bj, ri, rj, ni }) => ({
    normal: bi === bodyA ? ni : ni.negate(),
    gap: ni.dot(bj.position.vadd(rj).vsub(bi.position.vadd(ri))),
  }));
}

describe("a box lying on another", () => {
  const level = new Quaternion();
  const table: Solid = { center: new Vec3(0, 0, -0.05), turn: level, half: new Vec3(0.7, 0.7, 0.05) };

  it("stands on its four corners, whose names stay when it slides and turns a little", () => {
    const block = (x: number, angle: number): Solid => ({
      center: new Vec3(x, 0, 0.0199),
      turn: new Quaternion().setFromAxisAngle(Vec3.UNIT_Z, angle),
      half: new Vec3(0.02, 0.02, 0.02),
    });
    const one = collide(table, block(0, 0.3));
    const two = collide(table, block(0.01, 0.31));
    expect(one.points).toHaveLength(4);
    expect(one.normal.toArray()).toEqual([0, 0, 1]);
    expect(two.features).toEqual(one.features);
    for (const { gap, at } of one.points) {
      expect(gap).toBeCloseTo(-1e-4, 12);
      expect(Math.hypot(at.x, at.y)).toBeCloseTo(0.02 * Math.SQRT2, 9);
    }
  });

  it("is kept to four points where eight would do: two unit squares a turn of 45° apart overlap in an octagon", () => {
    const square = (angle: number, z: number): Solid => ({
      center: new Vec3(0, 0, z),
      turn: new Quaternion().setFromAxisAngle(Vec3.UNIT_Z, angle),
      half: new Vec3(0.5, 0.5, 0.1),
    });
    const { points } = collide(square(0, 0), square(Math.PI / 4, 0.1999));
    expect(points).toHaveLength(4);
    // They still hold the middle between them.
    const middle = points.reduce((sum, { at }) => sum.vadd(at), new Vec3()).scale(1 / 4);
    expect(Math.hypot(middle.x, middle.y)).toBeLessThan(0.15);
  });

  it("touches with one point where two crossed edges meet", () => {
    const ridge = (axis: Vec3, z: number): Solid => ({
      center: new Vec3(0, 0, z),
      turn: new Quaternion().setFromAxisAngle(axis, Math.PI / 4),
      half: axis === Vec3.UNIT_X ? new Vec3(0.2, 0.05, 0.05) : new Vec3(0.05, 0.2, 0.05),
    });
    const { normal, points } = collide(ridge(Vec3.UNIT_X, 0), ridge(Vec3.UNIT_Y, 0.1 * Math.SQRT2 - 0.001));
    expect(points).toHaveLength(1);
    expect(normal.distanceTo(Vec3.UNIT_Z)).toBeLessThan(1e-9);
    expect(points[0]!.gap).toBeCloseTo(-0.001, 9);
    expect(points[0]!.at.distanceTo(new Vec3(0, 0, 0.05 * Math.SQRT2 - 0.0005))).toBeLessThan(1e-9);
  });
});
