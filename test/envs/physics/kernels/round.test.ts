import { Quaternion, Vec3 } from "cannon-es";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planeBox, planeSphere } from "../../../../envs/physics/kernels/plane.ts";
import { boxSphere, sphereSphere } from "../../../../envs/physics/kernels/sphere.ts";
import { axesOf, boxDistance, directions, found, halves, nearestInBox, place, type Solid, turns } from "./placed.ts";

const MARGIN = 0.001;
const gaps = fc.double({ min: -0.02, max: 0.004, noNaN: true });
const radii = fc.double({ min: 0.005, max: 0.1, noNaN: true });
const origin = new Vec3(0.2, -0.1, 0.3);
const ball = (center: Vec3, radius: number): Solid => ({ center, turn: new Quaternion(), half: new Vec3(radius, radius, radius) });
const plane = (turn: Quaternion): Solid => ({ center: origin, turn, half: new Vec3() });

describe("a sphere and a sphere", () => {
  it("touch at one point midway on the line of their centres", () => {
    fc.assert(
      fc.property(radii, radii, directions, gaps, (r, s, direction, gap) => {
        fc.pre(gap > -0.9 * (r + s) && Math.abs(gap - MARGIN) > 1e-9);
        const { normal, points } = found(sphereSphere(place([ball(origin, r), ball(origin.vadd(direction.scale(r + s + gap)), s)], MARGIN), 0, 1));
        expect(points).toHaveLength(gap > MARGIN ? 0 : 1);
        if (gap > MARGIN) return;
        expect(normal.distanceTo(direction)).toBeLessThan(1e-9);
        expect(points[0]!.gap).toBeCloseTo(gap, 9);
        expect(points[0]!.at.distanceTo(origin.vadd(direction.scale(r + gap / 2)))).toBeLessThan(1e-9);
      }),
    );
  });

  it("at one place are pushed apart all the same", () => {
    const { normal, points } = found(sphereSphere(place([ball(origin, 0.1), ball(origin, 0.2)], MARGIN), 0, 1));
    expect(normal.toArray()).toEqual([0, 0, 1]);
    expect(points[0]!.gap).toBeCloseTo(-0.3, 12);
  });
});

describe("a plane and a sphere", () => {
  it("touch under the sphere, along the plane's normal", () => {
    fc.assert(
      fc.property(radii, turns, directions, gaps, (r, turn, aside, gap) => {
        fc.pre(Math.abs(gap - MARGIN) > 1e-9);
        const up = axesOf(turn)[2]!;
        const foot = origin.vadd(aside.vsub(up.scale(aside.dot(up))));
        const { normal, points } = found(planeSphere(place([plane(turn), ball(foot.vadd(up.scale(r + gap)), r)], MARGIN), 0, 1));
        expect(points).toHaveLength(gap > MARGIN ? 0 : 1);
        if (gap > MARGIN) return;
        expect(normal.distanceTo(up)).toBeLessThan(1e-9);
        expect(points[0]!.gap).toBeCloseTo(gap, 9);
        expect(points[0]!.at.distanceTo(foot.vadd(up.scale(gap / 2)))).toBeLessThan(1e-9);
      }),
    );
  });
});

describe("a box and a sphere", () => {
  it("touch at the box's nearest point to the sphere's centre, if that is outside", () => {
    fc.assert(
      fc.property(halves, turns, radii, directions, fc.double({ min: 0, max: 0.4, noNaN: true }), (half, turn, r, direction, far) => {
        const box: Solid = { center: origin, turn, half };
        const center = origin.vadd(direction.scale(far));
        const distance = boxDistance(box, center);
        fc.pre(distance > 1e-6 && Math.abs(distance - r - MARGIN) > 1e-9);
        const { normal, points } = found(boxSphere(place([box, ball(center, r)], MARGIN), 0, 1));
        expect(points).toHaveLength(distance - r > MARGIN ? 0 : 1);
        if (points.length === 0) return;
        const nearest = nearestInBox(box, center);
        expect(normal.distanceTo(center.vsub(nearest).unit())).toBeLessThan(1e-6);
        expect(points[0]!.gap).toBeCloseTo(distance - r, 9);
        expect(points[0]!.at.distanceTo(nearest.vadd(normal.scale((distance - r) / 2)))).toBeLessThan(1e-9);
      }),
    );
  });

  it("part by the nearest face if the centre is inside", () => {
    const box: Solid = { center: new Vec3(), turn: new Quaternion(), half: new Vec3(0.1, 0.2, 0.3) };
    const { normal, points } = found(boxSphere(place([box, ball(new Vec3(-0.08, 0.1, 0.1), 0.05)], MARGIN), 0, 1));
    expect(normal.distanceTo(new Vec3(-1, 0, 0))).toBe(0);
    expect(points[0]!.gap).toBeCloseTo(-0.07, 12);
    expect(points[0]!.at.distanceTo(new Vec3(-0.1 + 0.035, 0.1, 0.1))).toBeLessThan(1e-12);
  });
});

describe("a plane and a box", () => {
  it("touch at corners within the margin, the deepest always among them, and four if the box lies flat", () => {
    fc.assert(
      fc.property(halves, turns, turns, gaps, (half, planeTurn, boxTurn, gap) => {
        const up = axesOf(planeTurn)[2]!;
        const reach = axesOf(boxTurn).reduce((sum, axis, k) => sum + Math.abs(axis.dot(up)) * half.toArray()[k]!, 0);
        const box: Solid = { center: origin.vadd(up.scale(reach + gap)), turn: boxTurn, half };
        const corners = [-1, 1].flatMap((x) =>
          [-1, 1].flatMap((y) => [-1, 1].map((z) => boxTurn.vmult(new Vec3(x * half.x, y * half.y, z * half.z)).vadd(box.center))),
        );
        const heights = corners.map((corner) => corner.vsub(origin).dot(up));
        fc.pre(heights.every((height) => Math.abs(height - MARGIN) > 1e-9));
        const { normal, points, features } = found(planeBox(place([plane(planeTurn), box], MARGIN), 0, 1));
        const near = heights.filter((height) => height <= MARGIN);
        expect(points.length > 0).toBe(near.length > 0);
        if (points.length === 0) return;
        const flat = axesOf(boxTurn).some((axis) => Math.abs(axis.dot(up)) > 1 - 1e-9);
        expect(!flat || points.length === 4).toBe(true);
        expect(new Set(features).size).toBe(points.length);
        expect(normal.distanceTo(up)).toBeLessThan(1e-9);
        for (const { at, gap: own } of points) {
          expect(near.some((height) => Math.abs(height - own) < 1e-9)).toBe(true);
          expect(corners.some((corner) => corner.vsub(up.scale(own / 2)).distanceTo(at) < 1e-9)).toBe(true);
        }
        expect(Math.min(...points.map((point) => point.gap))).toBeCloseTo(Math.min(...near), 9);
      }),
      { numRuns: 500 },
    );
  });

  it("lie on the lower face even if the box is thinner than the margin", () => {
    const plate: Solid = { center: new Vec3(0, 0, 0.0002), turn: new Quaternion(), half: new Vec3(0.1, 0.1, 0.0002) };
    const { points } = found(planeBox(place([{ center: new Vec3(), turn: new Quaternion(), half: new Vec3() }, plate], MARGIN), 0, 1));
    expect(points.map(({ gap }) => gap)).toEqual([0, 0, 0, 0]);
  });
});
