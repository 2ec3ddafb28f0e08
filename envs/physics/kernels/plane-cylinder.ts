/** @file Contacts of an infinite plane with a cylinder: points of a rim, or both ends of the line along its side. The plane is the first shape. */
import { cosineOf, cylinderReach, rim, STANDING, writeRim, writeSide } from "./cylinder-features.ts";
import { manifold, type PlacedShapes } from "./manifold.ts";
import { ends } from "./rod.ts";

/** How many points of a rim it stands on. */
const FEET = 4;

/** Keeps the names of a rim's points apart from a side's. */
const RIM_FEATURE = 8;

export function planeCylinder(shapes: PlacedShapes, i: number, j: number): number {
  const { axes, centers, halfExtents, margin } = shapes;
  const { normal, points, features } = manifold;
  let height = 0;
  for (let x = 0; x < 3; x++) {
    normal[x] = axes[9 * i + 6 + x]!;
    height += (centers[3 * j + x]! - centers[3 * i + x]!) * normal[x]!;
  }
  const cosine = cosineOf(axes, j, normal);
  if (height - cylinderReach(halfExtents, j, cosine) > margin) return 0;
  const isStanding = Math.abs(cosine) > STANDING;
  const feet = isStanding ? FEET : 2;
  const at = isStanding ? rim : ends;
  if (isStanding) writeRim(shapes, j, normal, FEET);
  else writeSide(shapes, j, normal);
  let count = 0;
  for (let k = 0; k < feet; k++) {
    let gap = 0;
    for (let x = 0; x < 3; x++) gap += (at[3 * k + x]! - centers[3 * i + x]!) * normal[x]!;
    if (gap > margin) continue;
    for (let x = 0; x < 3; x++) points[4 * count + x] = at[3 * k + x]! - (gap / 2) * normal[x]!;
    points[4 * count + 3] = gap;
    features[count++] = (isStanding ? RIM_FEATURE : 0) + k;
  }
  return count;
}
