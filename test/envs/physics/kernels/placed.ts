/** @file Shapes placed for kernels, and what is true of boxes without any kernel: where they reach, how far apart they are. */
import { Quaternion, Vec3 } from "cannon-es";
import fc from "fast-check";
import { manifold, type PlacedShapes } from "../../../../envs/physics/kernels/manifold.ts";

export interface Solid {
  readonly center: Vec3;
  readonly turn: Quaternion;
  /** Of a box; a sphere's radius first; anything for a plane. */
  readonly half: Vec3;
}

export function place(solids: readonly Solid[], margin: number): PlacedShapes {
  return {
    centers: Float64Array.from(solids.flatMap(({ center }) => center.toArray())),
    axes: Float64Array.from(solids.flatMap(({ turn }) => axesOf(turn).flatMap((axis) => axis.toArray()))),
    halfExtents: Float64Array.from(solids.flatMap(({ half }) => half.toArray())),
    margin,
  };
}

export const axesOf = (turn: Quaternion): Vec3[] => [Vec3.UNIT_X, Vec3.UNIT_Y, Vec3.UNIT_Z].map((unit) => turn.vmult(unit));

export interface Point {
  readonly at: Vec3;
  readonly gap: number;
}

export interface Found {
  readonly normal: Vec3;
  readonly points: readonly Point[];
  readonly features: readonly number[];
}

/** What a kernel wrote, copied. */
export function found(count: number): Found {
  const { normal, points, features } = manifold;
  return {
    normal: new Vec3(normal[0], normal[1], normal[2]),
    points: Array.from({ length: count }, (_, k) => ({ at: new Vec3(points[4 * k], points[4 * k + 1], points[4 * k + 2]), gap: points[4 * k + 3]! })),
    features: Array.from(features.slice(0, count)),
  };
}

/** A point in a box's own axes. */
export function local({ center, turn }: Solid, point: Vec3): Vec3 {
  return turn.inverse().vmult(point.vsub(center));
}

/** Distance of a point from a box; 0 inside. */
export function boxDistance(solid: Solid, point: Vec3): number {
  return nearestInBox(solid, point).distanceTo(point);
}

export function nearestInBox(solid: Solid, point: Vec3): Vec3 {
  const { x, y, z } = local(solid, point);
  const { half } = solid;
  const clamp = (value: number, limit: number): number => Math.min(Math.max(value, -limit), limit);
  return solid.turn.vmult(new Vec3(clamp(x, half.x), clamp(y, half.y), clamp(z, half.z))).vadd(solid.center);
}

/** How far two boxes overlap along a direction from the first to the second; negative if apart. */
export function overlapAlong(a: Solid, b: Solid, direction: Vec3): number {
  const reach = ({ turn, half }: Solid): number => axesOf(turn).reduce((sum, axis, k) => sum + Math.abs(axis.dot(direction)) * half.toArray()[k]!, 0);
  return reach(a) + reach(b) - b.center.vsub(a.center).dot(direction);
}

/** The smallest overlap of two boxes over all directions that can decide it: three faces of each, nine pairs of edges. */
export function smallestOverlap(a: Solid, b: Solid): number {
  const faces = [...axesOf(a.turn), ...axesOf(b.turn)];
  const edges = axesOf(a.turn).flatMap((u) => axesOf(b.turn).map((v) => u.cross(v)));
  const directions = [...faces, ...edges].filter((direction) => direction.length() > 1e-3).map((direction) => direction.unit());
  return Math.min(...directions.map((direction) => overlapBoth(a, b, direction)));
}

/** Whichever way along the direction the boxes part sooner. */
const overlapBoth = (a: Solid, b: Solid, direction: Vec3): number => Math.min(overlapAlong(a, b, direction), overlapAlong(a, b, direction.negate()));

const unit = fc.double({ min: -1, max: 1, noNaN: true });

export const turns: fc.Arbitrary<Quaternion> = fc
  .tuple(unit, unit, unit, unit)
  .filter((q) => Math.hypot(...q) > 0.1)
  .map(([x, y, z, w]) => {
    const turn = new Quaternion(x, y, z, w);
    turn.normalize();
    return turn;
  });

export const directions: fc.Arbitrary<Vec3> = fc
  .tuple(unit, unit, unit)
  .filter((v) => Math.hypot(...v) > 0.1)
  .map(([x, y, z]) => new Vec3(x, y, z).unit());

const extent = fc.double({ min: 0.01, max: 0.2, noNaN: true });
export const halves: fc.Arbitrary<Vec3> = fc.tuple(extent, extent, extent).map(([x, y, z]) => new Vec3(x, y, z));
