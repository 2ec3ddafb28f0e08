/**
 * @file Contacts of a box with a cylinder: the cap or side that looks at one of the box's faces; or, where that face does not reach the cylinder's nearest
 * point, an edge of the box as a rod against the cylinder. The box is the first shape, and the normal leads to the cylinder.
 */
import { polygonOnFace, setCorner } from "./box-faces.ts";
import { cosineOf, cylinderReach, rim, STANDING, writeRim, writeSide } from "./cylinder-features.ts";
import { cylinderDistance } from "./distance.ts";
import { AFTER_NEXT, manifold, NEXT, type PlacedShapes, reachesAlong } from "./manifold.ts";
import { deepest, ends, findDeepest, LINE, rodManifold } from "./rod.ts";

/** A face must be better than another by this much to be preferred [m]: resting manifolds must not flicker. */
const FACE_PREFERENCE = 1e-6;

/** The direction out of the face that is farthest from the cylinder or overlaps least with it, and how far that is [m]. */
const face = new Float64Array(4);

export function boxCylinder(shapes: PlacedShapes, i: number, j: number): number {
  const outward = farthestFace(shapes, i, j);
  if (face[3]! > shapes.margin) return 0;
  const count = cylinderOnFace(shapes, i, j, outward);
  if (count > 0 && reachesAlong(face, count)) return count;
  return isParted(shapes, i, j) ? 0 : edgeOnCylinder(shapes, i, j);
}

/** Writes `face`; answers 2·axis + (1 if at its negative end). */
function farthestFace({ centers, axes, halfExtents }: PlacedShapes, i: number, j: number): number {
  let outward = 0;
  let apart = -Infinity;
  for (let k = 0; k < 3; k++) {
    const a = 9 * i + 3 * k;
    let way = 0;
    let cosine = 0;
    for (let x = 0; x < 3; x++) {
      way += (centers[3 * j + x]! - centers[3 * i + x]!) * axes[a + x]!;
      cosine += axes[9 * j + 3 + x]! * axes[a + x]!;
    }
    const gap = Math.abs(way) - halfExtents[3 * i + k]! - cylinderReach(halfExtents, j, cosine);
    if (gap <= apart + FACE_PREFERENCE) continue;
    apart = gap;
    outward = 2 * k + (way < 0 ? 1 : 0);
  }
  const a = 9 * i + 3 * (outward >> 1);
  for (let x = 0; x < 3; x++) face[x] = (outward & 1 ? -1 : 1) * axes[a + x]!;
  face[3] = apart;
  return outward;
}

/** The cap or the side that looks at a box's face, as far as it is over it. */
function cylinderOnFace(shapes: PlacedShapes, i: number, j: number, outward: number): number {
  const isStanding = Math.abs(cosineOf(shapes.axes, j, face)) > STANDING;
  const corners = !isStanding ? 2 : isWithin(shapes, i, j, outward >> 1) ? 4 : 8;
  if (isStanding) writeRim(shapes, j, face, corners);
  else writeSide(shapes, j, face);
  for (let k = 0; k < corners; k++) setCorner(shapes, i, outward, k, isStanding ? rim : ends);
  const count = polygonOnFace(shapes, i, outward, corners);
  for (let k = 0; k < count; k++) manifold.features[k]! |= (isStanding ? outward + 7 : outward + 1) << 16;
  return count;
}

/** Whether the cylinder's middle is a radius or more from all sides of a face across axis k. */
function isWithin({ centers, axes, halfExtents }: PlacedShapes, i: number, j: number, k: number): boolean {
  for (let m = 0; m < 3; m++) {
    if (m === k) continue;
    let way = 0;
    for (let x = 0; x < 3; x++) way += (centers[3 * j + x]! - centers[3 * i + x]!) * axes[9 * i + 3 * m + x]!;
    if (Math.abs(way) + halfExtents[3 * j]! > halfExtents[3 * i + m]!) return false;
  }
  return true;
}

/** Whether the plane of a cap, or one along the side that looks at the box's middle, parts the two: most pairs that are near need no look at edges. */
function isParted(shapes: PlacedShapes, i: number, j: number): boolean {
  const { centers, axes, halfExtents, margin } = shapes;
  let way = 0;
  for (let x = 0; x < 3; x++) {
    direction[x] = axes[9 * j + 3 + x]!;
    way += (centers[3 * i + x]! - centers[3 * j + x]!) * direction[x]!;
  }
  writeBoxReach(shapes, i);
  if (Math.abs(way) - halfExtents[3 * j + 1]! - direction[3]! > margin) return true;
  for (let x = 0; x < 3; x++) direction[x] = centers[3 * i + x]! - centers[3 * j + x]! - way * direction[x]!;
  writeBoxReach(shapes, i);
  const length = Math.sqrt(direction[0]! * direction[0]! + direction[1]! * direction[1]! + direction[2]! * direction[2]!);
  return (length - halfExtents[3 * j]! - margin) * length > direction[3]!;
}

/** A direction, and how far a box reaches along it from its middle, times the direction's length. */
const direction = new Float64Array(4);

function writeBoxReach({ axes, halfExtents }: PlacedShapes, s: number): void {
  direction[3] = 0;
  for (let k = 0; k < 3; k++) {
    const a = 9 * s + 3 * k;
    direction[3] += halfExtents[3 * s + k]! * Math.abs(axes[a]! * direction[0]! + axes[a + 1]! * direction[1]! + axes[a + 2]! * direction[2]!);
  }
}

/** The contact of the edge, with its corners, that is deepest in the cylinder. */
function edgeOnCylinder(shapes: PlacedShapes, i: number, j: number): number {
  const edge = deepestEdge(shapes, i, j);
  if (edge < 0) return 0;
  const count = rodManifold(cylinderDistance, shapes, j, LINE);
  const { normal, features } = manifold;
  for (let x = 0; x < 3; x++) normal[x] = -normal[x]!;
  for (let k = 0; k < count; k++) features[k]! |= (edge + 1) << 24;
  return count;
}

/** The cylinder's middle in the box's axes. */
const local = new Float64Array(3);

/** That edge, or −1 where none is near; it is in `ends` and its point in `deepest`. */
function deepestEdge(shapes: PlacedShapes, i: number, j: number): number {
  const { centers, axes, halfExtents, margin } = shapes;
  for (let k = 0; k < 3; k++) {
    local[k] = 0;
    for (let x = 0; x < 3; x++) local[k]! += (centers[3 * j + x]! - centers[3 * i + x]!) * axes[9 * i + 3 * k + x]!;
  }
  const ball = Math.sqrt(halfExtents[3 * j]! * halfExtents[3 * j]! + halfExtents[3 * j + 1]! * halfExtents[3 * j + 1]!);
  let best = -1;
  let last = -1;
  let least = margin;
  for (let edge = 0; edge < 12; edge++) {
    if (squaredDistance(halfExtents, i, edge) >= (least + ball) * (least + ball)) continue;
    writeEdge(shapes, i, edge);
    findDeepest(cylinderDistance, shapes, j);
    last = edge;
    if (deepest[1]! >= least) continue;
    least = deepest[1]!;
    best = edge;
  }
  if (best >= 0 && best !== last) {
    writeEdge(shapes, i, best);
    findDeepest(cylinderDistance, shapes, j);
  }
  return best;
}

/** From the point in `local` to an edge. */
function squaredDistance(halfExtents: Float64Array, s: number, edge: number): number {
  const k = edge >> 2;
  const beyond = Math.max(0, Math.abs(local[k]!) - halfExtents[3 * s + k]!);
  const u = local[NEXT[k]!]! - (edge & 1 ? -1 : 1) * halfExtents[3 * s + NEXT[k]!]!;
  const v = local[AFTER_NEXT[k]!]! - (edge & 2 ? -1 : 1) * halfExtents[3 * s + AFTER_NEXT[k]!]!;
  return beyond * beyond + u * u + v * v;
}

/** Writes edge 4·axis + 2·(second sign) + (first sign) of a box to `ends`. */
function writeEdge({ centers, axes, halfExtents }: PlacedShapes, s: number, edge: number): void {
  const k = edge >> 2;
  const u = 9 * s + 3 * NEXT[k]!;
  const v = 9 * s + 3 * AFTER_NEXT[k]!;
  const hu = (edge & 1 ? -1 : 1) * halfExtents[3 * s + NEXT[k]!]!;
  const hv = (edge & 2 ? -1 : 1) * halfExtents[3 * s + AFTER_NEXT[k]!]!;
  for (let x = 0; x < 3; x++) {
    const middle = centers[3 * s + x]! + hu * axes[u + x]! + hv * axes[v + x]!;
    const half = halfExtents[3 * s + k]! * axes[9 * s + 3 * k + x]!;
    ends[x] = middle - half;
    ends[3 + x] = middle + half;
  }
}
