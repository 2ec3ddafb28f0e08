/** @file Contacts of an infinite plane (its z axis is the outward normal) with a box or a sphere. The plane is the first shape. */
import { manifold, type PlacedShapes } from "./manifold.ts";

/** Up to four of the box's corners, by corner number. */
export function planeBox({ centers, axes, halfExtents, margin }: PlacedShapes, i: number, j: number): number {
  const n = 9 * i + 6;
  const a = 9 * j;
  const c = 3 * j;
  const nx = axes[n]!;
  const ny = axes[n + 1]!;
  const nz = axes[n + 2]!;
  const height = (centers[c]! - centers[3 * i]!) * nx + (centers[c + 1]! - centers[3 * i + 1]!) * ny + (centers[c + 2]! - centers[3 * i + 2]!) * nz;
  const h0 = halfExtents[c]! * (nx * axes[a]! + ny * axes[a + 1]! + nz * axes[a + 2]!);
  const h1 = halfExtents[c + 1]! * (nx * axes[a + 3]! + ny * axes[a + 4]! + nz * axes[a + 5]!);
  const h2 = halfExtents[c + 2]! * (nx * axes[a + 6]! + ny * axes[a + 7]! + nz * axes[a + 8]!);
  if (height - Math.abs(h0) - Math.abs(h1) - Math.abs(h2) > margin) return 0;
  const { normal, points, features } = manifold;
  normal[0] = nx;
  normal[1] = ny;
  normal[2] = nz;
  let count = 0;
  for (let corner = 0; corner < 8 && count < 4; corner++) {
    const s0 = corner & 1 ? 1 : -1;
    const s1 = corner & 2 ? 1 : -1;
    const s2 = corner & 4 ? 1 : -1;
    const gap = height + s0 * h0 + s1 * h1 + s2 * h2;
    if (gap > margin) continue;
    for (let x = 0; x < 3; x++) {
      const arm = s0 * halfExtents[c]! * axes[a + x]! + s1 * halfExtents[c + 1]! * axes[a + 3 + x]! + s2 * halfExtents[c + 2]! * axes[a + 6 + x]!;
      points[4 * count + x] = centers[c + x]! + arm - (gap / 2) * axes[n + x]!;
    }
    points[4 * count + 3] = gap;
    features[count++] = corner;
  }
  return count;
}

export function planeSphere({ centers, axes, halfExtents, margin }: PlacedShapes, i: number, j: number): number {
  const n = 9 * i + 6;
  const c = 3 * j;
  const radius = halfExtents[c]!;
  let gap = -radius;
  for (let x = 0; x < 3; x++) gap += (centers[c + x]! - centers[3 * i + x]!) * axes[n + x]!;
  if (gap > margin) return 0;
  const { normal, points, features } = manifold;
  for (let x = 0; x < 3; x++) {
    normal[x] = axes[n + x]!;
    points[x] = centers[c + x]! - (radius + gap / 2) * axes[n + x]!;
  }
  points[3] = gap;
  features[0] = 0;
  return 1;
}
