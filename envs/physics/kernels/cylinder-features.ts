/** @file What of a cylinder (along its y axis) looks at another solid: how far it reaches, the points of a rim, the line along its side. */
import type { PlacedShapes } from "./manifold.ts";
import { ends } from "./rod.ts";

/** From this cosine between axis and normal on a cylinder stands on a cap; below it lies on its side, or on one point of the rim. */
export const STANDING = 0.9;

/** A cylinder that leans less than this (sine) stands on points of its rim that stay where they are on it. */
const UPRIGHT = 1e-5;

/** Points of a rim, 3 numbers each: the one that is nearest to what it stands on, and others at equal angles after it. */
export const rim = new Float64Array(24);
const outwards = new Float64Array(3);
const sidewards = new Float64Array(3);

/** Cosine of a cylinder's axis with a direction. */
export const cosineOf = (axes: Float64Array, s: number, n: Float64Array): number =>
  axes[9 * s + 3]! * n[0]! + axes[9 * s + 4]! * n[1]! + axes[9 * s + 5]! * n[2]!;

/** How far a cylinder reaches along a direction of which its axis has this cosine, from its centre. */
export const cylinderReach = (halfExtents: Float64Array, s: number, cosine: number): number =>
  halfExtents[3 * s + 1]! * Math.abs(cosine) + halfExtents[3 * s]! * Math.sqrt(Math.max(0, 1 - cosine * cosine));

/** Writes `count` points of the rim that looks against direction n to `rim`. */
export function writeRim({ centers, axes, halfExtents }: PlacedShapes, s: number, n: Float64Array, count: number): void {
  const a = 9 * s + 3;
  const cosine = cosineOf(axes, s, n);
  const r = halfExtents[3 * s]!;
  const h = cosine > 0 ? -halfExtents[3 * s + 1]! : halfExtents[3 * s + 1]!;
  const lean = Math.sqrt(Math.max(0, 1 - cosine * cosine));
  for (let x = 0; x < 3; x++) outwards[x] = lean < UPRIGHT ? axes[9 * s + x]! : (cosine * axes[a + x]! - n[x]!) / lean;
  sidewards[0] = axes[a + 1]! * outwards[2]! - axes[a + 2]! * outwards[1]!;
  sidewards[1] = axes[a + 2]! * outwards[0]! - axes[a]! * outwards[2]!;
  sidewards[2] = axes[a]! * outwards[1]! - axes[a + 1]! * outwards[0]!;
  for (let k = 0; k < count; k++) {
    const c = r * COSINES[(8 / count) * k]!;
    const d = r * COSINES[((8 / count) * k + 6) % 8]!;
    for (let x = 0; x < 3; x++) rim[3 * k + x] = centers[3 * s + x]! + h * axes[a + x]! + c * outwards[x]! + d * sidewards[x]!;
  }
}

/** Of the eighths of a turn; the sine is the cosine three quarters on. */
const COSINES = [1, Math.SQRT1_2, 0, -Math.SQRT1_2, -1, -Math.SQRT1_2, 0, Math.SQRT1_2] as const;

/** Writes the line along a cylinder's side that is farthest against direction n to `ends`. */
export function writeSide(shapes: PlacedShapes, s: number, n: Float64Array): void {
  const { axes, halfExtents } = shapes;
  const cosine = cosineOf(axes, s, n);
  const scale = halfExtents[3 * s]! / Math.sqrt(1 - cosine * cosine);
  writeAxis(shapes, s);
  for (let x = 0; x < 6; x++) ends[x] = ends[x]! + scale * (cosine * axes[9 * s + 3 + (x % 3)]! - n[x % 3]!);
}

/** Writes a cylinder's or capsule's axis, without a capsule's ends, to `ends`. */
export function writeAxis({ centers, axes, halfExtents }: PlacedShapes, s: number): void {
  for (let x = 0; x < 3; x++) {
    const half = halfExtents[3 * s + 1]! * axes[9 * s + 3 + x]!;
    ends[x] = centers[3 * s + x]! - half;
    ends[3 + x] = centers[3 * s + x]! + half;
  }
}
