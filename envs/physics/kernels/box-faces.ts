/**
 * @file Contacts between a face of one box (the reference) and the face of another that looks at it most (the incident one):
 * the incident face, clipped to the reference face's sides, keeps its points below the surface or within the margin.
 * @see Sutherland & Hodgman (1974), "Reentrant polygon clipping".
 */
import { AFTER_NEXT, manifold, NEXT, type PlacedShapes } from "./manifold.ts";

/** An octagon clipped by four half planes has at most 12 corners; 3 numbers a corner: along u, along v, height over the reference centre. */
let polygon = new Float64Array(12 * 3);
let clipped = new Float64Array(12 * 3);
/** Names of the corners: 1 … 8 for the polygon's own, else made from the edge and the side that cut it. */
let names = new Int32Array(12);
let clippedNames = new Int32Array(12);

/**
 * Face–face contacts; normal from `i` to `j`.
 * @param face The reference face: 2·axis + (1 if at the axis' negative end) of box `i`, or 6 more for one of box `j`.
 */
export function faceManifold(shapes: PlacedShapes, i: number, j: number, face: number): number {
  const swapped = face >= 6;
  const r = swapped ? j : i;
  const outward = swapped ? face - 6 : face;
  const incident = incidentFace(shapes, r, swapped ? i : j, outward);
  const count = polygonOnFace(shapes, r, outward, 4);
  const { normal, features } = manifold;
  if (swapped) for (let x = 0; x < 3; x++) normal[x] = -normal[x]!;
  for (let m = 0; m < count; m++) features[m]! |= (6 * face + incident) << 16;
  return count;
}

/** Contacts of face `outward` of box `r` with the first `corners` of `polygon`, two for a line; the normal leads out of the face. */
export function polygonOnFace({ centers, axes, halfExtents, margin }: PlacedShapes, r: number, outward: number, corners: number): number {
  const k = outward >> 1;
  const u = 9 * r + 3 * NEXT[k]!;
  const v = 9 * r + 3 * AFTER_NEXT[k]!;
  const w = 9 * r + 3 * k;
  const sign = outward & 1 ? -1 : 1;
  const nx = sign * axes[w]!;
  const ny = sign * axes[w + 1]!;
  const nz = sign * axes[w + 2]!;
  room[0] = halfExtents[3 * r + NEXT[k]!]!;
  room[1] = halfExtents[3 * r + AFTER_NEXT[k]!]!;
  let count = clip(clip(corners, 0), 1);
  const surface = halfExtents[3 * r + k]!;
  count = keepBelow(count, surface + margin);
  if (count > 4) count = keepFour(count);
  const { normal, points, features } = manifold;
  normal[0] = nx;
  normal[1] = ny;
  normal[2] = nz;
  for (let m = 0; m < count; m++) {
    const pu = polygon[3 * m]!;
    const pv = polygon[3 * m + 1]!;
    const height = polygon[3 * m + 2]!;
    const gap = height - surface;
    const pw = height - gap / 2;
    points[4 * m] = centers[3 * r]! + pu * axes[u]! + pv * axes[v]! + pw * nx;
    points[4 * m + 1] = centers[3 * r + 1]! + pu * axes[u + 1]! + pv * axes[v + 1]! + pw * ny;
    points[4 * m + 2] = centers[3 * r + 2]! + pu * axes[u + 2]! + pv * axes[v + 2]! + pw * nz;
    points[4 * m + 3] = gap;
    features[m] = names[m]!;
  }
  return count;
}

/** Makes point m in the world corner m of the polygon that is to lie on face `outward` of box `r`; 3 numbers a point. */
export function setCorner({ centers, axes }: PlacedShapes, r: number, outward: number, m: number, at: Float64Array): void {
  const k = outward >> 1;
  const u = 9 * r + 3 * NEXT[k]!;
  const v = 9 * r + 3 * AFTER_NEXT[k]!;
  const w = 9 * r + 3 * k;
  const x = at[3 * m]! - centers[3 * r]!;
  const y = at[3 * m + 1]! - centers[3 * r + 1]!;
  const z = at[3 * m + 2]! - centers[3 * r + 2]!;
  polygon[3 * m] = x * axes[u]! + y * axes[u + 1]! + z * axes[u + 2]!;
  polygon[3 * m + 1] = x * axes[v]! + y * axes[v + 1]! + z * axes[v + 2]!;
  polygon[3 * m + 2] = (outward & 1 ? -1 : 1) * (x * axes[w]! + y * axes[w + 1]! + z * axes[w + 2]!);
  names[m] = m + 1;
}

/** Writes box `o`'s face that looks most at face `outward` of box `r` to `polygon`, in the latter's frame; answers 2·axis + (1 if at the negative end). */
function incidentFace({ centers, axes, halfExtents }: PlacedShapes, r: number, o: number, outward: number): number {
  const k = outward >> 1;
  const sign = outward & 1 ? -1 : 1;
  const w = 9 * r + 3 * k;
  let face = 0;
  let steepest = -1;
  let positive = false;
  for (let m = 0; m < 3; m++) {
    const f = 9 * o + 3 * m;
    const along = sign * (axes[w]! * axes[f]! + axes[w + 1]! * axes[f + 1]! + axes[w + 2]! * axes[f + 2]!);
    if (Math.abs(along) <= steepest) continue;
    steepest = Math.abs(along);
    face = m;
    positive = along < 0;
  }
  const u = 9 * r + 3 * NEXT[k]!;
  const v = 9 * r + 3 * AFTER_NEXT[k]!;
  const f = 9 * o + 3 * face;
  const g = 9 * o + 3 * NEXT[face]!;
  const h = 9 * o + 3 * AFTER_NEXT[face]!;
  const hf = positive ? halfExtents[3 * o + face]! : -halfExtents[3 * o + face]!;
  const hg = halfExtents[3 * o + NEXT[face]!]!;
  const hh = halfExtents[3 * o + AFTER_NEXT[face]!]!;
  const cx = centers[3 * o]! - centers[3 * r]! + hf * axes[f]!;
  const cy = centers[3 * o + 1]! - centers[3 * r + 1]! + hf * axes[f + 1]!;
  const cz = centers[3 * o + 2]! - centers[3 * r + 2]! + hf * axes[f + 2]!;
  for (let m = 0; m < 4; m++) {
    const sg = m === 0 || m === 3 ? hg : -hg;
    const sh = m < 2 ? hh : -hh;
    const x = cx + sg * axes[g]! + sh * axes[h]!;
    const y = cy + sg * axes[g + 1]! + sh * axes[h + 1]!;
    const z = cz + sg * axes[g + 2]! + sh * axes[h + 2]!;
    polygon[3 * m] = x * axes[u]! + y * axes[u + 1]! + z * axes[u + 2]!;
    polygon[3 * m + 1] = x * axes[v]! + y * axes[v + 1]! + z * axes[v + 2]!;
    polygon[3 * m + 2] = sign * (x * axes[w]! + y * axes[w + 1]! + z * axes[w + 2]!);
    names[m] = m + 1;
  }
  return 2 * face + (positive ? 0 : 1);
}

/** Half extents of the reference face. */
const room = new Float64Array(2);

/** Clips `polygon` to |coordinate `axis`| ≤ `room`; returns how many corners are left. */
function clip(count: number, axis: number): number {
  for (let side = 1; side >= -1; side -= 2) {
    let inside = true;
    for (let m = 0; m < count; m++) if (side * polygon[3 * m + axis]! > room[axis]!) inside = false;
    if (!inside) count = clipSide(count, axis, side);
  }
  return count;
}

/** Clips `polygon` to where coordinate `axis` is no farther out than `room` on one side. */
function clipSide(count: number, axis: number, side: number): number {
  const limit = side * room[axis]!;
  const sideName = 1 + 2 * axis + (side < 0 ? 1 : 0);
  let out = 0;
  for (let m = 0, previous = count - 1; m < count; previous = m++) {
    const was = side * (polygon[3 * previous + axis]! - limit);
    const is = side * (polygon[3 * m + axis]! - limit);
    // A line has two corners and one side, which is met twice.
    if (was > 0 !== is > 0 && (count > 2 || m === 0)) {
      const share = was / (was - is);
      for (let x = 0; x < 3; x++) clipped[3 * out + x] = polygon[3 * previous + x]! + share * (polygon[3 * m + x]! - polygon[3 * previous + x]!);
      const outer = was > 0 ? names[previous]! : names[m]!;
      const inner = was > 0 ? names[m]! : names[previous]!;
      clippedNames[out++] = ((outer * 8 + inner) * 8 + sideName) & 0xffff;
    }
    if (is <= 0) {
      for (let x = 0; x < 3; x++) clipped[3 * out + x] = polygon[3 * m + x]!;
      clippedNames[out++] = names[m]!;
    }
  }
  [polygon, clipped] = [clipped, polygon];
  [names, clippedNames] = [clippedNames, names];
  return out;
}

function keepBelow(count: number, height: number): number {
  let kept = 0;
  for (let m = 0; m < count; m++) if (polygon[3 * m + 2]! <= height) keep(m, kept++);
  return kept;
}

function keep(from: number, to: number): void {
  if (from === to) return;
  polygon[3 * to] = polygon[3 * from]!;
  polygon[3 * to + 1] = polygon[3 * from + 1]!;
  polygon[3 * to + 2] = polygon[3 * from + 2]!;
  names[to] = names[from]!;
}

/** Points must differ by more than this [m], and squares and areas by more than its square, to be told apart: rounding must not choose among them. */
const TIE = 1e-5;

/** Of more than four points keeps the deepest, the one farthest from it, and the two that lie farthest to either side of the line between them. */
function keepFour(count: number): number {
  let deepest = 0;
  for (let m = 1; m < count; m++) if (polygon[3 * m + 2]! < polygon[3 * deepest + 2]! - TIE) deepest = m;
  const du = polygon[3 * deepest]!;
  const dv = polygon[3 * deepest + 1]!;
  let farthest = deepest;
  let far = -1;
  for (let m = 0; m < count; m++) {
    const distance = (polygon[3 * m]! - du) ** 2 + (polygon[3 * m + 1]! - dv) ** 2;
    if (distance > far + TIE * TIE) {
      far = distance;
      farthest = m;
    }
  }
  const eu = polygon[3 * farthest]! - du;
  const ev = polygon[3 * farthest + 1]! - dv;
  let left = deepest;
  let right = deepest;
  let most = 0;
  let least = 0;
  for (let m = 0; m < count; m++) {
    const area = eu * (polygon[3 * m + 1]! - dv) - ev * (polygon[3 * m]! - du);
    if (area > most + TIE * TIE) {
      most = area;
      left = m;
    }
    if (area < least - TIE * TIE) {
      least = area;
      right = m;
    }
  }
  let kept = 0;
  for (let m = 0; m < count; m++) if (m === deepest || m === farthest || m === left || m === right) keep(m, kept++);
  return kept;
}
