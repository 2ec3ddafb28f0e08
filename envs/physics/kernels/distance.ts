/**
 * @file How far a point is from a solid: its signed distance (negative inside) and the direction away from the nearest point of the surface. The solids are
 * convex, and so are these functions of the point, inside too. Cylinders and capsules lie along their y axis; their half extents are radius, half the height
 * (a capsule's without its ends), radius.
 */
import type { PlacedShapes } from "./manifold.ts";

/** The point that is asked for, in the world. Numbers go in and out in arrays, since a returned double would be allocated. */
export const probe = new Float64Array(3);

/** The answer: a unit vector and the distance [m]. */
export const nearest = new Float64Array(4);

/** Answers in `nearest` for the point in `probe`. */
export type DistanceOf = (shapes: PlacedShapes, solid: number) => void;

export function capsuleDistance({ centers, axes, halfExtents }: PlacedShapes, s: number): void {
  const a = 9 * s + 3;
  const x = probe[0]! - centers[3 * s]!;
  const y = probe[1]! - centers[3 * s + 1]!;
  const z = probe[2]! - centers[3 * s + 2]!;
  const half = halfExtents[3 * s + 1]!;
  const along = x * axes[a]! + y * axes[a + 1]! + z * axes[a + 2]!;
  const t = along < -half ? -half : along > half ? half : along;
  towards(axes, s, x - t * axes[a]!, y - t * axes[a + 1]!, z - t * axes[a + 2]!);
  nearest[3]! -= halfExtents[3 * s]!;
}

export function cylinderDistance({ centers, axes, halfExtents }: PlacedShapes, s: number): void {
  const a = 9 * s + 3;
  const x = probe[0]! - centers[3 * s]!;
  const y = probe[1]! - centers[3 * s + 1]!;
  const z = probe[2]! - centers[3 * s + 2]!;
  const along = x * axes[a]! + y * axes[a + 1]! + z * axes[a + 2]!;
  const beyond = Math.abs(along) - halfExtents[3 * s + 1]!;
  const up = along < 0 ? -1 : 1;
  towards(axes, s, x - along * axes[a]!, y - along * axes[a + 1]!, z - along * axes[a + 2]!);
  const outside = nearest[3]! - halfExtents[3 * s]!;
  if (outside > 0 && beyond > 0) {
    const distance = Math.sqrt(outside * outside + beyond * beyond);
    for (let k = 0; k < 3; k++) nearest[k] = (outside * nearest[k]! + up * beyond * axes[a + k]!) / distance;
    nearest[3] = distance;
  } else if (outside > beyond) {
    nearest[3] = outside;
  } else {
    for (let k = 0; k < 3; k++) nearest[k] = up * axes[a + k]!;
    nearest[3] = beyond;
  }
}

/** The direction and length of a vector; of none, some direction across the shape's y axis. */
function towards(axes: Float64Array, s: number, x: number, y: number, z: number): void {
  const length = Math.sqrt(x * x + y * y + z * z);
  if (length > 0) {
    nearest[0] = x / length;
    nearest[1] = y / length;
    nearest[2] = z / length;
  } else for (let k = 0; k < 3; k++) nearest[k] = axes[9 * s + k]!;
  nearest[3] = length;
}

/** In the box's own axes: the point, and outside how far it is beyond each pair of faces. */
const local = new Float64Array(3);
const beyond = new Float64Array(3);

export function boxDistance({ centers, axes, halfExtents }: PlacedShapes, s: number): void {
  let squared = 0;
  let face = 0;
  for (let k = 0; k < 3; k++) {
    const a = 9 * s + 3 * k;
    local[k] =
      (probe[0]! - centers[3 * s]!) * axes[a]! + (probe[1]! - centers[3 * s + 1]!) * axes[a + 1]! + (probe[2]! - centers[3 * s + 2]!) * axes[a + 2]!;
    beyond[k] = Math.abs(local[k]!) - halfExtents[3 * s + k]!;
    if (beyond[k]! > 0) squared += beyond[k]! * beyond[k]!;
    if (beyond[k]! > beyond[face]!) face = k;
  }
  const distance = squared > 0 ? Math.sqrt(squared) : beyond[face]!;
  for (let x = 0; x < 3; x++) {
    nearest[x] = 0;
    for (let k = 0; k < 3; k++) {
      const share = squared > 0 ? Math.max(beyond[k]!, 0) / distance : k === face ? 1 : 0;
      nearest[x]! += (local[k]! < 0 ? -share : share) * axes[9 * s + 3 * k + x]!;
    }
  }
  nearest[3] = distance;
}
