/**
 * @file Contacts of two cylinders: what is on a cap, or sides that touch along an axis as rods do; and where two rims touch, one point along the direction
 * in which the cylinders are farthest apart, or overlap least, which is searched for.
 */
import { cosineOf, cylinderReach, rim, writeAxis, writeRim, writeSide } from "./cylinder-features.ts";
import { discOnDisc } from "./disc-disc.ts";
import { cylinderDistance } from "./distance.ts";
import { manifold, type PlacedShapes, reachesAlong } from "./manifold.ts";
import { deepest, findDeepest, LINE, rodAgainst, rodManifold } from "./rod.ts";

/** A direction must be better than another by this much to be preferred [m]: resting manifolds must not flicker. */
const PREFERENCE = 1e-6;

/** Caps lie on each other if the cosine between their axes is at least this; one that is tilted more touches with a point of its rim. */
const FLAT = 0.999;

/** A side is what touches if it reaches as far as a rod of its radius, to this [m]. */
const SLACK = 1e-5;

/** In the search for where rims touch: the first step and the last [rad], and how often directions all round are tried at most. */
const FIRST_STEP = 0.3;
const LAST_STEP = 2e-4;
const ROUNDS = 60;

const RIM_FEATURE = 16;

/** A direction from the first cylinder to the second, and how far they are apart along it [m]: the best yet, and the one that is tried. */
const best = new Float64Array(4);
const tried = new Float64Array(4);

export function cylinderCylinder(shapes: PlacedShapes, i: number, j: number): number {
  const { axes, margin } = shapes;
  best[3] = -Infinity;
  for (let x = 0; x < 3; x++) tried[x] = axes[9 * i + 3 + x]!;
  tryDirection(shapes, i, j);
  for (let x = 0; x < 3; x++) tried[x] = axes[9 * j + 3 + x]!;
  const isOnFirst = !tryDirection(shapes, i, j);
  if (best[3] > margin) return 0;
  writeAxis(shapes, j);
  findDeepest(cylinderDistance, shapes, i);
  if (deepest[1]! - shapes.halfExtents[3 * j]! > margin) return 0;
  for (let x = 0; x < 3; x++) tried[x] = deepest[2 + x]!;
  if (!tryDirection(shapes, i, j)) {
    const count = onCap(shapes, i, j, isOnFirst);
    if (count > 0 && reachesAlong(best, count)) return count;
  }
  return alongSide(shapes, i, j) || rimOnRim(shapes, i, j);
}

/** Keeps the direction in `tried`, turned from the first to the second, if they are farther apart along it. */
function tryDirection({ centers, axes, halfExtents }: PlacedShapes, i: number, j: number): boolean {
  let way = 0;
  for (let x = 0; x < 3; x++) way += (centers[3 * j + x]! - centers[3 * i + x]!) * tried[x]!;
  if (way < 0) for (let x = 0; x < 3; x++) tried[x] = -tried[x]!;
  tried[3] = Math.abs(way) - cylinderReach(halfExtents, i, cosineOf(axes, i, tried)) - cylinderReach(halfExtents, j, cosineOf(axes, j, tried));
  if (tried[3] <= best[3]! + PREFERENCE) return false;
  best.set(tried);
  return true;
}

const face = new Float64Array(3);

/** The one's cap, or a line along its side with the rim's point at its end, on the other's cap. */
function onCap(shapes: PlacedShapes, i: number, j: number, isOnFirst: boolean): number {
  const solid = isOnFirst ? i : j;
  const other = isOnFirst ? j : i;
  for (let x = 0; x < 3; x++) face[x] = isOnFirst ? best[x]! : -best[x]!;
  let count: number;
  if (Math.abs(cosineOf(shapes.axes, other, face)) >= FLAT) {
    count = discOnDisc(shapes, solid, other, face);
  } else {
    writeSide(shapes, other, face);
    count = rodAgainst(cylinderDistance, shapes, solid, LINE);
  }
  return isOnFirst ? count : turned(count);
}

/** Turns the manifold's normal round: the solid was the second shape. */
function turned(count: number): number {
  for (let x = 0; x < 3; x++) manifold.normal[x] = -manifold.normal[x]!;
  return count;
}

/** The one's axis as a rod against the other, and the other way round, if it is on the side and not at its end that they touch. */
function alongSide(shapes: PlacedShapes, i: number, j: number): number {
  writeAxis(shapes, j);
  findDeepest(cylinderDistance, shapes, i);
  if (isOnSide(shapes, j)) return rodManifold(cylinderDistance, shapes, i, j);
  writeAxis(shapes, i);
  findDeepest(cylinderDistance, shapes, j);
  return isOnSide(shapes, i) ? turned(rodManifold(cylinderDistance, shapes, j, i)) : 0;
}

const towards = new Float64Array(3);

/** Whether a cylinder reaches no less far at the deepest point of its axis than a rod of its radius does, and no direction is known to be better. */
function isOnSide({ axes, halfExtents }: PlacedShapes, s: number): boolean {
  for (let x = 0; x < 3; x++) towards[x] = deepest[2 + x]!;
  const cosine = cosineOf(axes, s, towards);
  if (deepest[1]! - halfExtents[3 * s]! < best[3]! - SLACK) return false;
  return halfExtents[3 * s]! * (1 - Math.sqrt(Math.max(0, 1 - cosine * cosine))) < SLACK;
}

/** The point of the one rim that is nearest to the other. */
function rimOnRim(shapes: PlacedShapes, i: number, j: number): number {
  climb(shapes, i, j);
  if (best[3]! > shapes.margin) return 0;
  const { normal, points, features } = manifold;
  for (let x = 0; x < 3; x++) {
    normal[x] = best[x]!;
    towards[x] = -best[x]!;
  }
  // The rim's point is clearest on the one that neither stands nor lies.
  const one = cosineOf(shapes.axes, i, best);
  const two = cosineOf(shapes.axes, j, best);
  const isFirst = one * one * (1 - one * one) > two * two * (1 - two * two);
  writeRim(shapes, isFirst ? i : j, isFirst ? towards : best, 1);
  for (let x = 0; x < 3; x++) points[x] = rim[x]! + ((isFirst ? 1 : -1) * best[3]! * best[x]!) / 2;
  points[3] = best[3]!;
  features[0] = RIM_FEATURE;
  return 1;
}

/**
 * Goes from the best direction to better ones beside it, in ever smaller steps: about each axis, so that what is across a side stays across it, and up the
 * slope.
 */
function climb(shapes: PlacedShapes, i: number, j: number): void {
  let step = FIRST_STEP;
  for (let round = 0; round < ROUNDS && step > LAST_STEP; round++) {
    let moved = false;
    for (let way = 0; way < 6; way++) {
      if (way < 4) writeTurn(shapes.axes, way < 2 ? i : j);
      else writeSlope(shapes, i, j);
      const signed = way & 1 ? -step : step;
      for (let x = 0; x < 3; x++) tried[x] = best[x]! + signed * towards[x]!;
      const length = Math.sqrt(tried[0]! * tried[0]! + tried[1]! * tried[1]! + tried[2]! * tried[2]!);
      for (let x = 0; x < 3; x++) tried[x] = tried[x]! / length;
      if (tryDirection(shapes, i, j)) moved = true;
    }
    if (!moved) step /= 2;
  }
}

/** Writes where the best direction goes when it is turned about a cylinder's axis to `towards`. */
function writeTurn(axes: Float64Array, s: number): void {
  const a = 9 * s + 3;
  for (let x = 0; x < 3; x++) towards[x] = axes[a + ((x + 1) % 3)]! * best[(x + 2) % 3]! - axes[a + ((x + 2) % 3)]! * best[(x + 1) % 3]!;
}

/** Writes the direction across the best one in which the cylinders' nearest points along it lie apart to `towards`; a cap's point is its middle. */
function writeSlope(shapes: PlacedShapes, i: number, j: number): void {
  const { centers } = shapes;
  for (let x = 0; x < 3; x++) towards[x] = centers[3 * j + x]! - centers[3 * i + x]!;
  subtractReach(shapes, i);
  subtractReach(shapes, j);
  const along = towards[0]! * best[0]! + towards[1]! * best[1]! + towards[2]! * best[2]!;
  for (let x = 0; x < 3; x++) towards[x] = towards[x]! - along * best[x]!;
  const length = Math.sqrt(towards[0]! * towards[0]! + towards[1]! * towards[1]! + towards[2]! * towards[2]!);
  if (length > 0) for (let x = 0; x < 3; x++) towards[x] = towards[x]! / length;
}

/** Subtracts a cylinder's farthest point along the best direction, from its centre, from `towards`. */
function subtractReach({ axes, halfExtents }: PlacedShapes, s: number): void {
  const a = 9 * s + 3;
  const cosine = cosineOf(axes, s, best);
  const sine = Math.sqrt(Math.max(0, 1 - cosine * cosine));
  const up = cosine < 0 ? -halfExtents[3 * s + 1]! : halfExtents[3 * s + 1]!;
  const out = sine < 1e-6 ? 0 : halfExtents[3 * s]! / sine;
  for (let x = 0; x < 3; x++) towards[x] = towards[x]! - up * axes[a + x]! - out * (best[x]! - cosine * axes[a + x]!);
}
