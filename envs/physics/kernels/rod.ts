/**
 * @file Contacts of a rod, a line segment with a radius, with a solid. Along the rod the distance from the solid is convex, so that the sign of its slope
 * finds the deepest point. Where the rod lies along the solid, its contacts are the two ends of where it does.
 */
import { nearest, probe, type DistanceOf } from "./distance.ts";
import { manifold, type PlacedShapes } from "./manifold.ts";

/** The segment's ends, 3 numbers each, in the world. */
export const ends = new Float64Array(6);

/** The rod that is a line: no shape's radius. */
export const LINE = -1;

/** Steps in the search for the deepest point, every other of which halves what is left, and halvings for where the rod leaves a face. */
const STEPS = 24;
const EDGE_HALVINGS = 12;

/** A slope below this is none. */
const LEVEL = 1e-5;

/** Directions are the same if their cosine is within this of 1: half a degree. */
const SAME = 4e-5;

/** The sum of two unit vectors is shorter than this where they point in opposite directions. */
const OPPOSITE = 0.1;

/** A range of the segment shorter than this share of it is a point. */
const SHORT = 0.02;

/** Points of the rod: where along it, from 0 to 1; slope of the distance; distance from the solid [m]; direction away from it. */
let low = new Float64Array(6);
let high = new Float64Array(6);
let middle = new Float64Array(6);

/** The rod's deepest point: where along it, from 0 to 1; distance from the solid [m]; direction away from it. */
export const deepest = new Float64Array(5);

/** How far to either side of the deepest point the direction stays the same. */
const reach = new Float64Array(2);

/** @param rod The slot whose radius the segment in `ends` has, or `LINE`. Doubles are not handed over, since each would be allocated. */
const radiusOf = ({ halfExtents }: PlacedShapes, rod: number): number => (rod === LINE ? 0 : halfExtents[3 * rod]!);

/** The manifold of the segment in `ends`; the normal leads from the solid to the rod. */
export function rodAgainst(distanceOf: DistanceOf, shapes: PlacedShapes, solid: number, rod: number): number {
  findDeepest(distanceOf, shapes, solid);
  return deepest[1]! - radiusOf(shapes, rod) > shapes.margin ? 0 : rodManifold(distanceOf, shapes, solid, rod);
}

/** The manifold about what `findDeepest` found last. */
export function rodManifold(distanceOf: DistanceOf, shapes: PlacedShapes, solid: number, rod: number): number {
  const { normal } = manifold;
  for (let x = 0; x < 3; x++) normal[x] = deepest[2 + x]!;
  reachOfFace(distanceOf, shapes, solid, 0);
  reachOfFace(distanceOf, shapes, solid, 1);
  if (reach[1]! - reach[0]! >= SHORT) {
    const one = addEnd(distanceOf, shapes, solid, rod, 0, 0);
    return one + addEnd(distanceOf, shapes, solid, rod, one, 1);
  }
  for (let x = 0; x < 3; x++) {
    probe[x] = ends[x]! + deepest[0]! * (ends[3 + x]! - ends[x]!);
    nearest[x] = normal[x]!;
  }
  nearest[3] = deepest[1]!;
  addPoint(shapes, rod, 0, 2);
  return 1;
}

/**
 * Writes to `deepest` where the segment in `ends` is deepest. Inside a solid the direction may change there all at once, as at the rim of a cylinder: then
 * it is between the two, at a right angle to the rod, and the way out of both faces along it is longer than out of the nearer one.
 */
export function findDeepest(distanceOf: DistanceOf, shapes: PlacedShapes, solid: number): void {
  low[0] = 0;
  look(low, distanceOf, shapes, solid);
  if (low[1]! >= -LEVEL) return between(low, low);
  high[0] = 1;
  look(high, distanceOf, shapes, solid);
  if (high[1]! <= LEVEL) return between(high, high);
  for (let k = 0; k < STEPS; k++) {
    const share = k % 2 === 0 ? high[1]! / (high[1]! - low[1]!) : 0.5;
    middle[0] = share * low[0]! + (1 - share) * high[0]!;
    look(middle, distanceOf, shapes, solid);
    if (Math.abs(middle[1]!) <= LEVEL) return between(middle, middle);
    if (middle[1]! < 0) [low, middle] = [middle, low];
    else [high, middle] = [middle, high];
  }
  between(low, high);
}

/** Writes the point between two neighbouring ones at which the slope is 0 to `deepest`; opposite directions have nothing between them. */
function between(a: Float64Array, b: Float64Array): void {
  const share = a === b ? 1 : b[1]! / (b[1]! - a[1]!);
  const x = share * a[3]! + (1 - share) * b[3]!;
  const y = share * a[4]! + (1 - share) * b[4]!;
  const z = share * a[5]! + (1 - share) * b[5]!;
  const length = Math.sqrt(x * x + y * y + z * z);
  if (length < OPPOSITE) return between(a, a);
  deepest[0] = share * a[0]! + (1 - share) * b[0]!;
  deepest[1] = (share * a[2]! + (1 - share) * b[2]!) / length;
  deepest[2] = x / length;
  deepest[3] = y / length;
  deepest[4] = z / length;
}

/** Fills in a point of the rod, of which it is known where along it it is. */
function look(point: Float64Array, distanceOf: DistanceOf, shapes: PlacedShapes, solid: number): void {
  const x = ends[3]! - ends[0]!;
  const y = ends[4]! - ends[1]!;
  const z = ends[5]! - ends[2]!;
  const t = point[0]!;
  probe[0] = ends[0]! + t * x;
  probe[1] = ends[1]! + t * y;
  probe[2] = ends[2]! + t * z;
  distanceOf(shapes, solid);
  point[1] = (nearest[0]! * x + nearest[1]! * y + nearest[2]! * z) / Math.sqrt(x * x + y * y + z * z);
  point[2] = nearest[3]!;
  point[3] = nearest[0]!;
  point[4] = nearest[1]!;
  point[5] = nearest[2]!;
}

/** Writes how far towards an end (0 or 1) the direction stays the same to `reach`. */
function reachOfFace(distanceOf: DistanceOf, shapes: PlacedShapes, solid: number, end: number): void {
  middle[0] = end;
  reach[end] = end;
  if (isSame(distanceOf, shapes, solid)) return;
  const from = deepest[0]!;
  reach[end] = from;
  middle[0] = from + (end === 1 ? SHORT : -SHORT);
  if (!isSame(distanceOf, shapes, solid)) return;
  let other: number = end;
  for (let k = 0; k < EDGE_HALVINGS; k++) {
    middle[0] = (reach[end] + other) / 2;
    if (isSame(distanceOf, shapes, solid)) reach[end] = middle[0]!;
    else other = middle[0]!;
  }
}

/** Whether the direction at the point that `middle` names is that at the deepest. */
function isSame(distanceOf: DistanceOf, shapes: PlacedShapes, solid: number): boolean {
  look(middle, distanceOf, shapes, solid);
  return middle[3]! * deepest[2]! + middle[4]! * deepest[3]! + middle[5]! * deepest[4]! > 1 - SAME;
}

/** Adds the point where the rod leaves the face towards an end, unless it is too far away. */
function addEnd(distanceOf: DistanceOf, shapes: PlacedShapes, solid: number, rod: number, count: number, end: number): number {
  middle[0] = reach[end]!;
  look(middle, distanceOf, shapes, solid);
  if (nearest[3]! - radiusOf(shapes, rod) > shapes.margin) return 0;
  addPoint(shapes, rod, count, end);
  return 1;
}

/** Adds what is in `probe` and `nearest` to the manifold. */
function addPoint(shapes: PlacedShapes, rod: number, count: number, feature: number): void {
  const { points, features } = manifold;
  const radius = radiusOf(shapes, rod);
  const gap = nearest[3]! - radius;
  for (let x = 0; x < 3; x++) points[4 * count + x] = probe[x]! - (radius + gap / 2) * nearest[x]!;
  points[4 * count + 3] = gap;
  features[count] = feature;
}
