/** @file What is true of boxes, balls, capsules and cylinders without any kernel: how far they reach, how far a point is from them, how far two are apart. */
import { Quaternion, Vec3 } from "cannon-es";
import fc from "fast-check";
import { axesOf, directions, local, type Solid, turns } from "./placed.ts";

export type Kind = "box" | "sphere" | "capsule" | "cylinder";

const extent = fc.double({ min: 0.015, max: 0.1, noNaN: true });
const solidOf = (kind: Kind): fc.Arbitrary<Solid> =>
  fc
    .tuple(extent, extent, extent, turns)
    .map(([x, y, z, turn]) => ({ center: new Vec3(), turn, half: kind === "box" ? new Vec3(x, y, z) : new Vec3(x, y, x) }));

/** Two solids whose surfaces are about as far apart as `gap` says. */
export const touching = (kinds: readonly [Kind, Kind], gap: fc.Arbitrary<number>): fc.Arbitrary<readonly [Solid, Solid]> =>
  fc.tuple(solidOf(kinds[0]), solidOf(kinds[1]), directions, gap).map(([a, b, way, distance]) => {
    const at = (far: number): Solid => ({ ...b, center: way.scale(far) });
    let [low, high] = [0, 0.6];
    for (let k = 0; k < 16; k++) {
      const middle = (low + high) / 2;
      if (coarselyApart(kinds, a, at(middle))) high = middle;
      else low = middle;
    }
    return [a, at(high + distance)];
  });

/** How far a solid reaches from its centre along a direction; cylinders and capsules lie along y. */
export function reach(kind: Kind, axes: readonly Vec3[], half: Vec3, n: Vec3): number {
  const [x, y, z] = axes.map((axis) => Math.abs(axis.dot(n))) as [number, number, number];
  switch (kind) {
    case "box":
      return half.x * x + half.y * y + half.z * z;
    case "sphere":
      return half.x;
    case "capsule":
      return half.x + half.y * y;
    case "cylinder":
      return half.y * y + half.x * Math.sqrt(Math.max(0, 1 - y * y));
    default:
      return kind satisfies never;
  }
}

/** How far two solids are apart along directions; negative where they overlap. */
export function gapAlong([one, two]: readonly [Kind, Kind], a: Solid, b: Solid): (n: Vec3) => number {
  const [axesA, axesB] = [axesOf(a.turn), axesOf(b.turn)];
  const offset = b.center.vsub(a.center);
  return (n) => offset.dot(n) - reach(one, axesA, a.half, n) - reach(two, axesB, b.half, n);
}

/** Directions all round, by the golden angle. */
const spread = Array.from({ length: 500 }, (_, k) => {
  const z = 1 - (2 * k + 1) / 500;
  const angle = k * Math.PI * (3 - Math.sqrt(5));
  return new Vec3(Math.sqrt(1 - z * z) * Math.cos(angle), Math.sqrt(1 - z * z) * Math.sin(angle), z);
});

/** Those that the solids' axes and the crosses of them give. */
function special(a: Solid, b: Solid): Vec3[] {
  const [axesA, axesB] = [axesOf(a.turn), axesOf(b.turn)];
  const crosses = axesA.flatMap((u) => axesB.map((v) => u.cross(v))).filter((n) => n.length() > 1e-3);
  return [...axesA, ...axesB, ...crosses.map((n) => n.unit())].flatMap((n) => [n, n.negate()]);
}

const coarselyApart = (kinds: readonly [Kind, Kind], a: Solid, b: Solid): boolean => {
  const gap = gapAlong(kinds, a, b);
  return [...spread, ...special(a, b)].some((n) => gap(n) > 0);
};

/** Convex solids are as far apart, or overlap as little, as along the best of all directions: sought all round, then near the best, without the kernels' ideas. */
export function apart(kinds: readonly [Kind, Kind], a: Solid, b: Solid): number {
  const gap = gapAlong(kinds, a, b);
  const starts = [...spread, ...special(a, b)].map((n) => ({ n, value: gap(n) })).toSorted((p, q) => q.value - p.value);
  return Math.max(...starts.slice(0, 6).map(({ n, value }) => climb(gap, n, value)));
}

function climb(gap: (n: Vec3) => number, start: Vec3, value: number): number {
  let [n, most] = [start, value];
  for (let step = 0.08, round = 0; step > 1e-5; round++) {
    let moved = false;
    for (let k = 0; k < 18; k++) {
      const next = n.vadd(spread[(round * 53 + k * 29) % spread.length]!.scale(step)).unit();
      const found = gap(next);
      if (found <= most + 1e-9) continue;
      [n, most, moved] = [next, found, true];
    }
    if (!moved) step *= 0.7;
  }
  return most;
}

/** Signed distance of a point from a solid's surface, negative inside. */
export function surfaceDistance(kind: Kind, solid: Solid, point: Vec3): number {
  const p = local(solid, point);
  const { x, y, z } = solid.half;
  const beyond = (...sides: number[]): number => Math.min(Math.max(...sides), 0) + Math.hypot(...sides.map((side) => Math.max(side, 0)));
  switch (kind) {
    case "box":
      return beyond(Math.abs(p.x) - x, Math.abs(p.y) - y, Math.abs(p.z) - z);
    case "sphere":
      return p.length() - x;
    case "capsule":
      return Math.hypot(p.x, Math.max(Math.abs(p.y) - y, 0), p.z) - x;
    case "cylinder":
      return beyond(Math.hypot(p.x, p.z) - x, Math.abs(p.y) - y);
    default:
      return kind satisfies never;
  }
}

export const turned = (turn: Quaternion, solid: Solid): Solid => ({ ...solid, center: turn.vmult(solid.center), turn: turn.mult(solid.turn) });
