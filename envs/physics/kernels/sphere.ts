/** @file Contacts of a sphere with a sphere or a box: one point. */
import { manifold, type PlacedShapes } from "./manifold.ts";

/** Sphere–sphere; concentric spheres are pushed apart along z. */
export function sphereSphere({ centers, halfExtents, margin }: PlacedShapes, i: number, j: number): number {
  const { normal, points, features } = manifold;
  let squared = 0;
  for (let x = 0; x < 3; x++) {
    normal[x] = centers[3 * j + x]! - centers[3 * i + x]!;
    squared += normal[x]! * normal[x]!;
  }
  const distance = Math.sqrt(squared);
  const gap = distance - halfExtents[3 * i]! - halfExtents[3 * j]!;
  if (gap > margin) return 0;
  if (distance === 0) normal[2] = 1;
  for (let x = 0; x < 3; x++) {
    if (distance > 0) normal[x]! /= distance;
    points[x] = centers[3 * i + x]! + (halfExtents[3 * i]! + gap / 2) * normal[x]!;
  }
  points[3] = gap;
  features[0] = 0;
  return 1;
}

/** The sphere's centre in the box's axes, and the point of the box nearest to it. */
const local = new Float64Array(3);
const nearest = new Float64Array(3);

/** Box–sphere; a sphere whose centre is inside the box leaves by the nearest face. */
export function boxSphere({ centers, axes, halfExtents, margin }: PlacedShapes, i: number, j: number): number {
  const a = 9 * i;
  const c = 3 * i;
  const s = 3 * j;
  let outside = 0;
  let room = Infinity;
  let face = 0;
  for (let k = 0; k < 3; k++) {
    let along = 0;
    for (let x = 0; x < 3; x++) along += (centers[s + x]! - centers[c + x]!) * axes[a + 3 * k + x]!;
    const h = halfExtents[c + k]!;
    local[k] = along;
    nearest[k] = along < -h ? -h : along > h ? h : along;
    outside += (along - nearest[k]!) * (along - nearest[k]!);
    if (h - Math.abs(along) < room) {
      room = h - Math.abs(along);
      face = k;
    }
  }
  const distance = outside > 0 ? Math.sqrt(outside) : -room;
  const gap = distance - halfExtents[s]!;
  if (gap > margin) return 0;
  if (outside === 0) nearest[face] = local[face]! < 0 ? -halfExtents[c + face]! : halfExtents[c + face]!;
  const { normal, points, features } = manifold;
  for (let x = 0; x < 3; x++) {
    normal[x] = 0;
    points[x] = centers[c + x]!;
    for (let k = 0; k < 3; k++) {
      if (outside > 0) normal[x]! += ((local[k]! - nearest[k]!) / distance) * axes[a + 3 * k + x]!;
      else if (k === face) normal[x] = (local[k]! < 0 ? -1 : 1) * axes[a + 3 * k + x]!;
      points[x]! += nearest[k]! * axes[a + 3 * k + x]!;
    }
    points[x]! += (gap / 2) * normal[x]!;
  }
  points[3] = gap;
  features[0] = 0;
  return 1;
}
