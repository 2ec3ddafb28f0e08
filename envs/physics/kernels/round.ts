/** @file Contacts of balls and capsules with each other and with boxes and cylinders. The capsule or ball is the second shape, and the normal leads to it. */
import { writeAxis } from "./cylinder-features.ts";
import { boxDistance, capsuleDistance, cylinderDistance, nearest, probe, type DistanceOf } from "./distance.ts";
import { manifold, type PlacedShapes } from "./manifold.ts";
import { rodAgainst } from "./rod.ts";

export const capsuleSphere = (shapes: PlacedShapes, i: number, j: number): number => ball(capsuleDistance, shapes, i, j);
export const cylinderSphere = (shapes: PlacedShapes, i: number, j: number): number => ball(cylinderDistance, shapes, i, j);
export const boxCapsule = (shapes: PlacedShapes, i: number, j: number): number => capsule(boxDistance, shapes, i, j);
export const capsuleCapsule = (shapes: PlacedShapes, i: number, j: number): number => capsule(capsuleDistance, shapes, i, j);
export const cylinderCapsule = (shapes: PlacedShapes, i: number, j: number): number => capsule(cylinderDistance, shapes, i, j);

function ball(distanceOf: DistanceOf, shapes: PlacedShapes, i: number, j: number): number {
  const { centers, halfExtents, margin } = shapes;
  for (let x = 0; x < 3; x++) probe[x] = centers[3 * j + x]!;
  distanceOf(shapes, i);
  const radius = halfExtents[3 * j]!;
  const gap = nearest[3]! - radius;
  if (gap > margin) return 0;
  const { normal, points, features } = manifold;
  for (let x = 0; x < 3; x++) {
    normal[x] = nearest[x]!;
    points[x] = probe[x]! - (radius + gap / 2) * nearest[x]!;
  }
  points[3] = gap;
  features[0] = 0;
  return 1;
}

function capsule(distanceOf: DistanceOf, shapes: PlacedShapes, i: number, j: number): number {
  writeAxis(shapes, j);
  return rodAgainst(distanceOf, shapes, i, j);
}
