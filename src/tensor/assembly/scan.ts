/** @file Exact nearest neighbours: a scan over all keys, four at a time, that keeps the k nearest found so far. */
import { fma, splat } from "./lanes";

/** How a distance is computed: squared L2; 1 − cosine, by the inverse of each key's length; the negative inner product. */
const COSINE: i32 = 1;

/** The sum of each one's lanes, side by side. */
// @ts-ignore: decorator
@inline
function totals(x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  const a = f32x4.add(v128.shuffle<f32>(x0, x1, 0, 4, 1, 5), v128.shuffle<f32>(x0, x1, 2, 6, 3, 7));
  const b = f32x4.add(v128.shuffle<f32>(x2, x3, 0, 4, 1, 5), v128.shuffle<f32>(x2, x3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
}

// @ts-ignore: decorator
@inline
function squaredDistances(at: usize, row: usize, query: usize): v128 {
  let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (const end = at + row; at < end; at += 16) {
    const q = v128.load(query);
    const d0 = f32x4.sub(v128.load(at), q), d1 = f32x4.sub(v128.load(at + row), q);
    const d2 = f32x4.sub(v128.load(at + 2 * row), q), d3 = f32x4.sub(v128.load(at + 3 * row), q);
    s0 = fma(d0, d0, s0);
    s1 = fma(d1, d1, s1);
    s2 = fma(d2, d2, s2);
    s3 = fma(d3, d3, s3);
    query += 16;
  }
  return totals(s0, s1, s2, s3);
}

// @ts-ignore: decorator
@inline
function products(at: usize, row: usize, query: usize): v128 {
  let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (const end = at + row; at < end; at += 16) {
    const q = v128.load(query);
    s0 = fma(v128.load(at), q, s0);
    s1 = fma(v128.load(at + row), q, s1);
    s2 = fma(v128.load(at + 2 * row), q, s2);
    s3 = fma(v128.load(at + 3 * row), q, s3);
    query += 16;
  }
  return totals(s0, s1, s2, s3);
}

/** Puts a row where it belongs among `found` ≤ k that are sorted: behind all that are as near. Returns how many there are then. */
function insert(row: i32, distance: f32, k: i32, found: i32, rows: usize, distances: usize): i32 {
  let slot = <usize>(found < k ? found : k - 1) << 2;
  while (slot > 0 && load<f32>(distances + slot - 4) > distance) {
    store<f32>(distances + slot, load<f32>(distances + slot - 4));
    store<i32>(rows + slot, load<i32>(rows + slot - 4));
    slot -= 4;
  }
  store<f32>(distances + slot, distance);
  store<i32>(rows + slot, row);
  return min(found + 1, k);
}

/**
 * The k nearest of `count` rows of `width` bytes (a multiple of 16, zeros behind the key), nearest first, of equally near ones the earlier.
 * @param kind 0 squared L2, 1 cosine, 2 inner product.
 * @param inverses 1 / length of each key; read for cosine. @param inverse 1 / length of the query.
 * @param offsets Added to each row's distance: a preference, or ∞ for rows that do not count; 0 for none.
 * @param rows Where the rows found are written, and their distances. Both columns have room for `count` rounded up to 4.
 * @returns How many were found.
 */
export function scan(
  kind: i32, count: i32, width: usize, keys: usize, inverses: usize, query: usize, inverse: f32, offsets: usize, k: i32, rows: usize, distances: usize,
): i32 {
  let found = 0;
  let worst = splat(Infinity);
  for (let row = 0; row < count; row += 4) {
    const at = <usize>row << 2;
    let d = kind == 0 ? squaredDistances(keys, width, query) : products(keys, width, query);
    if (kind == COSINE) d = f32x4.sub(splat(1), f32x4.mul(f32x4.mul(d, splat(inverse)), v128.load(inverses + at)));
    else if (kind != 0) d = f32x4.neg(d);
    if (offsets) d = f32x4.add(d, v128.load(offsets + at));
    keys += 4 * width;
    if (!v128.any_true(f32x4.lt(d, worst))) continue;
    const left = count - row;
    // Infinity counts as not there, also where fewer than k were found.
    const d0 = f32x4.extract_lane(d, 0), d1 = f32x4.extract_lane(d, 1), d2 = f32x4.extract_lane(d, 2), d3 = f32x4.extract_lane(d, 3);
    let limit = f32x4.extract_lane(worst, 0);
    if (d0 < limit) {
      found = insert(row, d0, k, found, rows, distances);
      if (found == k) limit = load<f32>(distances + (<usize>(k - 1) << 2));
    }
    if (left > 1 && d1 < limit) {
      found = insert(row + 1, d1, k, found, rows, distances);
      if (found == k) limit = load<f32>(distances + (<usize>(k - 1) << 2));
    }
    if (left > 2 && d2 < limit) {
      found = insert(row + 2, d2, k, found, rows, distances);
      if (found == k) limit = load<f32>(distances + (<usize>(k - 1) << 2));
    }
    if (left > 3 && d3 < limit) {
      found = insert(row + 3, d3, k, found, rows, distances);
      if (found == k) limit = load<f32>(distances + (<usize>(k - 1) << 2));
    }
    worst = splat(limit);
  }
  return found;
}
