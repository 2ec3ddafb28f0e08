/**
 * @file Contacts between two boxes: fifteen separating axes, then either one point between two edges or the clipped overlap of two faces.
 * @see Gottschalk, Lin & Manocha (1996), "OBBTree", section 5, for the separating axes of two boxes.
 */
import { faceManifold } from "./box-faces.ts";
import { AFTER_NEXT, manifold, NEXT, type PlacedShapes } from "./manifold.ts";

/** How much shallower B's face [m] must be than A's, and an edge pair than a face, to be preferred: resting manifolds must not flicker. */
const FACE_PREFERENCE = 1e-5;
const EDGE_PREFERENCE = 2e-4;
/** Edges with a squared sine below this are parallel: their cross product says nothing that the faces do not. */
const PARALLEL = 1e-6;

/** B's centre in A's axes and in B's own. */
const offsetInA = new Float64Array(3);
const offsetInB = new Float64Array(3);
/** 3k + l: cosine between A's axis k and B's axis l, and its absolute value. */
const cosine = new Float64Array(9);
const absolute = new Float64Array(9);
/** What the search for the shallowest edge pair found: gap, and 1 / length of the cross product with the sign that points it from A to B. */
const shallowest = new Float64Array(2);

/** Box–box; normal from `i` to `j`. */
export function boxBox(shapes: PlacedShapes, i: number, j: number): number {
  const { halfExtents, margin } = shapes;
  const a = 3 * i;
  const b = 3 * j;
  project(shapes, i, j);
  let depth = Infinity;
  let face = -1;
  for (let k = 0; k < 3; k++) {
    const reach = halfExtents[b]! * absolute[3 * k]! + halfExtents[b + 1]! * absolute[3 * k + 1]! + halfExtents[b + 2]! * absolute[3 * k + 2]!;
    const overlap = halfExtents[a + k]! + reach - Math.abs(offsetInA[k]!);
    if (overlap < -margin) return 0;
    if (overlap < depth) {
      depth = overlap;
      face = k;
    }
  }
  for (let l = 0; l < 3; l++) {
    const reach = halfExtents[a]! * absolute[l]! + halfExtents[a + 1]! * absolute[3 + l]! + halfExtents[a + 2]! * absolute[6 + l]!;
    const overlap = halfExtents[b + l]! + reach - Math.abs(offsetInB[l]!);
    if (overlap < -margin) return 0;
    if (overlap < depth - FACE_PREFERENCE) {
      depth = overlap;
      face = 3 + l;
    }
  }
  shallowest[0] = EDGE_PREFERENCE - depth;
  const edge = edgePair(shapes, i, j);
  if (edge === SEPARATED) return 0;
  if (edge !== NONE) return edgePoint(shapes, i, j, edge);
  const negative = face < 3 ? offsetInA[face]! < 0 : offsetInB[face - 3]! > 0;
  return faceManifold(shapes, i, j, 2 * face + (negative ? 1 : 0));
}

function project({ centers, axes }: PlacedShapes, i: number, j: number): void {
  const a = 9 * i;
  const b = 9 * j;
  const x = centers[3 * j]! - centers[3 * i]!;
  const y = centers[3 * j + 1]! - centers[3 * i + 1]!;
  const z = centers[3 * j + 2]! - centers[3 * i + 2]!;
  for (let k = 0; k < 3; k++) {
    const ax = axes[a + 3 * k]!;
    const ay = axes[a + 3 * k + 1]!;
    const az = axes[a + 3 * k + 2]!;
    offsetInA[k] = x * ax + y * ay + z * az;
    offsetInB[k] = x * axes[b + 3 * k]! + y * axes[b + 3 * k + 1]! + z * axes[b + 3 * k + 2]!;
    for (let l = 0; l < 3; l++) {
      const c = ax * axes[b + 3 * l]! + ay * axes[b + 3 * l + 1]! + az * axes[b + 3 * l + 2]!;
      cosine[3 * k + l] = c;
      absolute[3 * k + l] = Math.abs(c);
    }
  }
}

const SEPARATED = -2;
const NONE = -1;

/** The pair of edges, as 3k + l, whose common normal has the smallest overlap, if smaller than a face's; its gap goes to `shallowest`. */
function edgePair({ halfExtents, margin }: PlacedShapes, i: number, j: number): number {
  const a = 3 * i;
  const b = 3 * j;
  let best = NONE;
  let bestGap = shallowest[0]!;
  for (let k = 0; k < 3; k++) {
    const k1 = NEXT[k]!;
    const k2 = AFTER_NEXT[k]!;
    for (let l = 0; l < 3; l++) {
      const length2 = 1 - cosine[3 * k + l]! * cosine[3 * k + l]!;
      if (length2 < PARALLEL) continue;
      const l1 = NEXT[l]!;
      const l2 = AFTER_NEXT[l]!;
      const distance = cosine[3 * k1 + l]! * offsetInA[k2]! - cosine[3 * k2 + l]! * offsetInA[k1]!;
      const reach =
        halfExtents[a + k1]! * absolute[3 * k2 + l]! +
        halfExtents[a + k2]! * absolute[3 * k1 + l]! +
        halfExtents[b + l1]! * absolute[3 * k + l2]! +
        halfExtents[b + l2]! * absolute[3 * k + l1]!;
      const scaledGap = Math.abs(distance) - reach;
      if (scaledGap > 0 && scaledGap * scaledGap > margin * margin * length2) return SEPARATED;
      // The true gap is scaledGap / length with length ≤ 1: most pairs are rejected without the root.
      if (scaledGap <= bestGap && bestGap <= 0) continue;
      const length = Math.sqrt(length2);
      if (scaledGap / length <= bestGap) continue;
      bestGap = scaledGap / length;
      best = 3 * k + l;
      shallowest[0] = bestGap;
      shallowest[1] = (distance < 0 ? -1 : 1) / length;
    }
  }
  return best;
}

/** One point midway between the nearest points of A's edge k and B's edge l, with edge = 3k + l. */
function edgePoint({ centers, axes, halfExtents }: PlacedShapes, i: number, j: number, edge: number): number {
  const k = (edge / 3) | 0;
  const l = edge % 3;
  const a = 9 * i + 3 * k;
  const b = 9 * j + 3 * l;
  const gap = shallowest[0]!;
  const scale = shallowest[1]!;
  const ax = axes[a]!;
  const ay = axes[a + 1]!;
  const az = axes[a + 2]!;
  const bx = axes[b]!;
  const by = axes[b + 1]!;
  const bz = axes[b + 2]!;
  const nx = (ay * bz - az * by) * scale;
  const ny = (az * bx - ax * bz) * scale;
  const nz = (ax * by - ay * bx) * scale;
  // p lies on A's edge, q on B's; from p to q is w.
  let px = centers[3 * i]!;
  let py = centers[3 * i + 1]!;
  let pz = centers[3 * i + 2]!;
  let wx = centers[3 * j]! - px;
  let wy = centers[3 * j + 1]! - py;
  let wz = centers[3 * j + 2]! - pz;
  let feature = edge;
  for (let m = 0; m < 3; m++) {
    if (m !== k) {
      const u = 9 * i + 3 * m;
      const forward = nx * axes[u]! + ny * axes[u + 1]! + nz * axes[u + 2]! > 0;
      const h = forward ? halfExtents[3 * i + m]! : -halfExtents[3 * i + m]!;
      feature = 2 * feature + (forward ? 1 : 0);
      px += h * axes[u]!;
      py += h * axes[u + 1]!;
      pz += h * axes[u + 2]!;
      wx -= h * axes[u]!;
      wy -= h * axes[u + 1]!;
      wz -= h * axes[u + 2]!;
    }
    if (m !== l) {
      const v = 9 * j + 3 * m;
      const backward = nx * axes[v]! + ny * axes[v + 1]! + nz * axes[v + 2]! < 0;
      const h = backward ? halfExtents[3 * j + m]! : -halfExtents[3 * j + m]!;
      feature = 2 * feature + (backward ? 1 : 0);
      wx += h * axes[v]!;
      wy += h * axes[v + 1]!;
      wz += h * axes[v + 2]!;
    }
  }
  // Nearest points p + s·a and q + t·b of the two lines; from the first to the second is gap·n.
  const c = cosine[edge]!;
  const s = (wx * ax + wy * ay + wz * az - c * (wx * bx + wy * by + wz * bz)) / (1 - c * c);
  const { normal, points, features } = manifold;
  normal[0] = nx;
  normal[1] = ny;
  normal[2] = nz;
  points[0] = px + s * ax + (gap / 2) * nx;
  points[1] = py + s * ay + (gap / 2) * ny;
  points[2] = pz + s * az + (gap / 2) * nz;
  points[3] = gap;
  features[0] = EDGE_FEATURE | feature;
  return 1;
}

/** Keeps edge points' names apart from face points'. */
const EDGE_FEATURE = 1 << 24;
