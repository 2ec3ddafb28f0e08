/** @file Contacts of an infinite plane (its z axis is the outward normal) with a box, a sphere or a capsule. The plane is the first shape. */
import { manifold, type PlacedShapes } from "./manifold.ts";

/** Heights of the box's half edges over its centre, along the plane's normal. */
const rise = new Float64Array(3);

/** The corners within the margin of the face that looks down most, by corner number. */
export function planeBox({ centers, axes, halfExtents, margin }: PlacedShapes, i: number, j: number): number {
  const n = 9 * i + 6;
  const c = 3 * j;
  let height = 0;
  for (let x = 0; x < 3; x++) height += (centers[c + x]! - centers[3 * i + x]!) * axes[n + x]!;
  let face = 0;
  let steepest = -1;
  for (let k = 0; k < 3; k++) {
    const a = 9 * j + 3 * k;
    const cosine = axes[n]! * axes[a]! + axes[n + 1]! * axes[a + 1]! + axes[n + 2]! * axes[a + 2]!;
    rise[k] = halfExtents[c + k]! * cosine;
    if (Math.abs(cosine) <= steepest) continue;
    steepest = Math.abs(cosine);
    face = k;
  }
  if (height - Math.abs(rise[0]!) - Math.abs(rise[1]!) - Math.abs(rise[2]!) > margin) return 0;
  const { normal, points, features } = manifold;
  for (let x = 0; x < 3; x++) normal[x] = axes[n + x]!;
  let count = 0;
  for (let corner = 0; corner < 8; corner++) {
    // Bit k of a corner's number is set on the positive side of axis k; the lower face is on the side that does not rise.
    if (((corner >> face) & 1) === (rise[face]! > 0 ? 1 : 0)) continue;
    let gap = height;
    for (let k = 0; k < 3; k++) gap += (corner >> k) & 1 ? rise[k]! : -rise[k]!;
    if (gap > margin) continue;
    for (let x = 0; x < 3; x++) {
      let at = centers[c + x]! - (gap / 2) * axes[n + x]!;
      for (let k = 0; k < 3; k++) at += ((corner >> k) & 1 ? halfExtents[c + k]! : -halfExtents[c + k]!) * axes[9 * j + 3 * k + x]!;
      points[4 * count + x] = at;
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

/** The half balls at a capsule's ends, each by itself. */
export function planeCapsule({ centers, axes, halfExtents, margin }: PlacedShapes, i: number, j: number): number {
  const n = 9 * i + 6;
  const c = 3 * j;
  const radius = halfExtents[c]!;
  const { normal, points, features } = manifold;
  let count = 0;
  for (let end = 0; end < 2; end++) {
    const along = end === 0 ? -halfExtents[c + 1]! : halfExtents[c + 1]!;
    let gap = -radius;
    for (let x = 0; x < 3; x++) gap += (centers[c + x]! + along * axes[9 * j + 3 + x]! - centers[3 * i + x]!) * axes[n + x]!;
    if (gap > margin) continue;
    for (let x = 0; x < 3; x++) {
      normal[x] = axes[n + x]!;
      points[4 * count + x] = centers[c + x]! + along * axes[9 * j + 3 + x]! - (radius + gap / 2) * axes[n + x]!;
    }
    points[4 * count + 3] = gap;
    features[count++] = end;
  }
  return count;
}
