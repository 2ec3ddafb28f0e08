/**
 * @file Contacts of two cylinders' caps over each other: four points of the smaller one's rim if it lies within the other, else where the rims cross, and the
 * innermost point of each.
 */
import { cosineOf, rim, writeRim } from "./cylinder-features.ts";
import { manifold, type PlacedShapes } from "./manifold.ts";

/** Keeps these points' names apart from a side's. */
const DISC_FEATURE = 8;

/** A cap counts as within the other if it reaches over it by less than this share of a radius: of equal caps, neither lies exactly within the other. */
const WITHIN = 0.02;

/** Middles of the lower cap and of the upper one. */
const base = new Float64Array(3);
const top = new Float64Array(3);
/** From the one middle to the other along the lower cap: a unit vector, and how far [m]; and the direction across. */
const along = new Float64Array(4);
const across = new Float64Array(3);
const corner = new Float64Array(3);

/** @param up Direction out of the cap of `solid`, which is the manifold's normal. */
export function discOnDisc(shapes: PlacedShapes, solid: number, other: number, up: Float64Array): number {
  manifold.normal.set(up);
  const { halfExtents } = shapes;
  const r = halfExtents[3 * solid]!;
  const s = halfExtents[3 * other]!;
  writeMiddles(shapes, solid, other, up);
  if (along[3]! >= r + s) return 0;
  return along[3]! <= Math.abs(r - s) + WITHIN * r ? smallerRim(shapes, solid, other, up) : lens(shapes, solid, other, up);
}

/** Writes `base`, `top`, `along` and `across`. */
function writeMiddles({ centers, axes, halfExtents }: PlacedShapes, solid: number, other: number, up: Float64Array): void {
  const down = cosineOf(axes, other, up) > 0 ? -1 : 1;
  let height = 0;
  for (let x = 0; x < 3; x++) {
    base[x] = centers[3 * solid + x]! + halfExtents[3 * solid + 1]! * up[x]!;
    top[x] = centers[3 * other + x]! + down * halfExtents[3 * other + 1]! * axes[9 * other + 3 + x]!;
    height += (top[x]! - base[x]!) * up[x]!;
  }
  let squared = 0;
  for (let x = 0; x < 3; x++) {
    along[x] = top[x]! - base[x]! - height * up[x]!;
    squared += along[x]! * along[x]!;
  }
  const offset = Math.sqrt(squared);
  if (offset > 0) for (let x = 0; x < 3; x++) along[x] = along[x]! / offset;
  across[0] = up[1]! * along[2]! - up[2]! * along[1]!;
  across[1] = up[2]! * along[0]! - up[0]! * along[2]!;
  across[2] = up[0]! * along[1]! - up[1]! * along[0]!;
  along[3] = offset;
}

/** Four points of the rim of the smaller cap. */
function smallerRim(shapes: PlacedShapes, solid: number, other: number, up: Float64Array): number {
  const { axes, halfExtents } = shapes;
  const isUpper = halfExtents[3 * other]! < halfExtents[3 * solid]!;
  const s = isUpper ? other : solid;
  // `writeRim` writes the rim that looks down.
  writeRim(shapes, s, up, 4);
  const way = isUpper ? 0 : (cosineOf(axes, s, up) > 0 ? 2 : -2) * halfExtents[3 * s + 1]!;
  let count = 0;
  for (let k = 0; k < 4; k++) {
    for (let x = 0; x < 3; x++) corner[x] = rim[3 * k + x]! + way * axes[9 * s + 3 + x]!;
    count += addPoint(shapes, other, up, count, k);
  }
  return count;
}

/** Where the rims cross, and the innermost point of each. */
function lens(shapes: PlacedShapes, solid: number, other: number, up: Float64Array): number {
  const offset = along[3]!;
  const r = shapes.halfExtents[3 * solid]!;
  const s = shapes.halfExtents[3 * other]!;
  const chord = (offset * offset + r * r - s * s) / (2 * offset);
  const half = Math.sqrt(Math.max(0, r * r - chord * chord));
  let count = 0;
  for (let k = 0; k < 4; k++) {
    const c = k === 0 ? offset - s : k === 1 ? r : chord;
    const d = k < 2 ? 0 : k === 2 ? half : -half;
    for (let x = 0; x < 3; x++) corner[x] = base[x]! + c * along[x]! + d * across[x]!;
    count += addPoint(shapes, other, up, count, 4 + k);
  }
  return count;
}

/** Adds the point of the lower cap's plane that is under or over `corner`, if the upper cap's plane is near there. */
function addPoint({ axes, margin }: PlacedShapes, other: number, up: Float64Array, count: number, feature: number): number {
  const a = 9 * other + 3;
  let above = 0;
  let rest = 0;
  for (let x = 0; x < 3; x++) {
    above += (corner[x]! - base[x]!) * up[x]!;
    rest += (top[x]! - corner[x]!) * axes[a + x]!;
  }
  const gap = above + rest / cosineOf(axes, other, up);
  if (gap > margin) return 0;
  const { points, features } = manifold;
  for (let x = 0; x < 3; x++) points[4 * count + x] = corner[x]! + (gap / 2 - above) * up[x]!;
  points[4 * count + 3] = gap;
  features[count] = DISC_FEATURE + feature;
  return 1;
}
