/**
 * @file Exact nearest neighbours. Keys lie in tiles of sixteen rows, number by number: first the sixteen rows' first numbers, then their second, and so on;
 * behind them sixteen numbers that the metric needs of each row, and sixteen penalties. So rows are compared side by side, without sums across lanes.
 */

/** Rows of a tile, and the bytes of one number of each. */
const ROWS: i32 = 16;
const LINE: usize = 64;
const ALL: i32 = 0xffff;

/** Squared L2 (the tile holds squared lengths), 1 − cosine (it holds 1 / length), negative inner product. */
const L2: i32 = 0;
const COSINE: i32 = 1;

/** Queries that are compared with a tile together. */
const GROUP: i32 = 4;

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function fma(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
function squared(x: v128, s: v128): v128 {
  return f32x4.add(f32x4.mul(x, x), s);
}

/** Σ (key − query)² of a tile's rows. */
function squaredDistances(tile: usize, size: i32, query: usize, into: usize): void {
  let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (const end = tile + <usize>size * LINE; tile < end; tile += LINE) {
    const q = v128.load32_splat(query);
    s0 = squared(f32x4.sub(v128.load(tile), q), s0);
    s1 = squared(f32x4.sub(v128.load(tile, 16), q), s1);
    s2 = squared(f32x4.sub(v128.load(tile, 32), q), s2);
    s3 = squared(f32x4.sub(v128.load(tile, 48), q), s3);
    query += 4;
  }
  v128.store(into, s0);
  v128.store(into, s1, 16);
  v128.store(into, s2, 32);
  v128.store(into, s3, 48);
}

/** Σ key · query of a tile's rows. */
function products(tile: usize, size: i32, query: usize, into: usize): void {
  let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (const end = tile + <usize>size * LINE; tile < end; tile += LINE) {
    const q = v128.load32_splat(query);
    s0 = fma(v128.load(tile), q, s0);
    s1 = fma(v128.load(tile, 16), q, s1);
    s2 = fma(v128.load(tile, 32), q, s2);
    s3 = fma(v128.load(tile, 48), q, s3);
    query += 4;
  }
  v128.store(into, s0);
  v128.store(into, s1, 16);
  v128.store(into, s2, 32);
  v128.store(into, s3, 48);
}

/** The same of eight rows and four queries, `row` bytes apart; results of each query are a line. */
function productsOfGroup(tile: usize, size: i32, query: usize, row: usize, into: usize): void {
  let a0 = splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (const end = tile + <usize>size * LINE; tile < end; tile += LINE) {
    const k0 = v128.load(tile), k1 = v128.load(tile, 16);
    let q = v128.load32_splat(query);
    a0 = fma(k0, q, a0);
    a1 = fma(k1, q, a1);
    q = v128.load32_splat(query + row);
    b0 = fma(k0, q, b0);
    b1 = fma(k1, q, b1);
    q = v128.load32_splat(query + 2 * row);
    c0 = fma(k0, q, c0);
    c1 = fma(k1, q, c1);
    q = v128.load32_splat(query + 3 * row);
    d0 = fma(k0, q, d0);
    d1 = fma(k1, q, d1);
    query += 4;
  }
  v128.store(into, a0);
  v128.store(into, a1, 16);
  v128.store(into, b0, LINE);
  v128.store(into, b1, LINE + 16);
  v128.store(into, c0, 2 * LINE);
  v128.store(into, c1, 2 * LINE + 16);
  v128.store(into, d0, 3 * LINE);
  v128.store(into, d1, 3 * LINE + 16);
}

/** Turns products into distances, and adds the penalties. */
function finish(kind: i32, facts: usize, ofQuery: f32, penalty: f32, d: usize): void {
  for (let lane: usize = 0; lane < LINE; lane += 16) {
    let x = v128.load(d + lane);
    if (kind == COSINE) x = f32x4.sub(splat(1), f32x4.mul(f32x4.mul(x, splat(ofQuery)), v128.load(facts + lane)));
    else if (kind != L2) x = f32x4.neg(x);
    if (penalty != 0) x = fma(splat(penalty), v128.load(facts + lane, LINE), x);
    v128.store(d + lane, x);
  }
}

/**
 * Whether a row of a tile may be nearer than `worst` by squared L2, judged from the products: |k|² + |q|² − 2kq, less all that rounding may have done to it.
 * What overflowed counts as near.
 */
function mayBeNearer(facts: usize, ofQuery: f32, penalty: f32, slack: f32, worst: f32, d: usize): bool {
  const limit = splat(worst);
  for (let lane: usize = 0; lane < LINE; lane += 16) {
    const lengths = f32x4.add(v128.load(facts + lane), splat(ofQuery));
    let x = fma(splat(-2), v128.load(d + lane), f32x4.mul(lengths, splat(1 - slack)));
    if (penalty != 0) x = fma(splat(penalty), v128.load(facts + lane, LINE), x);
    if (v128.any_true(v128.not(f32x4.ge(x, limit)))) return true;
  }
  return false;
}

/** What was found for a query so far: how many, and the distance that must be undercut. */
// @ts-ignore: decorator
@unmanaged
class Found {
  count: i32;
  worst: f32;
}

/** Puts a row where it belongs among those found, which are sorted: behind all that are as near. */
function insert(row: i32, distance: f32, k: i32, state: Found, rows: usize, distances: usize): void {
  let slot = <usize>(state.count < k ? state.count : k - 1) << 2;
  while (slot > 0 && load<f32>(distances + slot - 4) > distance) {
    store<f32>(distances + slot, load<f32>(distances + slot - 4));
    store<i32>(rows + slot, load<i32>(rows + slot - 4));
    slot -= 4;
  }
  store<f32>(distances + slot, distance);
  store<i32>(rows + slot, row);
  if (state.count < k) state.count++;
  if (state.count == k) state.worst = load<f32>(distances + (<usize>(k - 1) << 2));
}

/** Takes those of a tile's rows that count and are nearer than the worst. */
function select(first: i32, mask: i32, d: usize, k: i32, state: Found, rows: usize, distances: usize): void {
  for (let lane: i32 = 0; lane < ROWS; lane += 4) {
    if (!v128.any_true(f32x4.lt(v128.load(d + (<usize>lane << 2)), splat(state.worst)))) continue;
    for (let r = lane; r < lane + 4; r++) {
      const distance = load<f32>(d + (<usize>r << 2));
      if (((mask >> r) & 1) != 0 && distance < state.worst) insert(first + r, distance, k, state, rows, distances);
    }
  }
}

/**
 * The k nearest rows to each of some queries, nearest first, of equally near ones the earlier. A query's results are the same bits whatever it is asked with.
 * @param kind 0 squared L2, 1 cosine, 2 inner product. @param size Numbers of a key.
 * @param tiles The tiles' addresses.
 * @param pieces Indices of tiles and the bits of the rows in them that count, ascending, 2 numbers each, `count` of them; or 0 for the first `count` rows.
 * @param queries One after another. @param facts Of each query: its squared length (L2), or 1 / length (cosine).
 * @param penalty Factor of each row's penalty. @param slack Relative error of the products, for L2; 0 compares every row directly.
 * @param rows Room for k row numbers of each query; so `distances`. @param found Room for a `Found` of each query. @param scratch Room for 4 lines.
 */
export function search(
  kind: i32, size: i32, tiles: usize, count: i32, pieces: usize, queryCount: i32, queries: usize, facts: usize,
  penalty: f32, slack: f32, k: i32, rows: usize, distances: usize, found: usize, scratch: usize,
): void {
  const keyBytes = <usize>size * LINE;
  const row = <usize>size << 2;
  const list = <usize>k << 2;
  for (let q = 0; q < queryCount; q++) {
    const state = changetype<Found>(found + (<usize>q << 3));
    state.count = 0;
    state.worst = Infinity;
  }
  const pieceCount = pieces ? count : (count + ROWS - 1) / ROWS;
  for (let piece = 0; piece < pieceCount; piece++) {
    let index = piece;
    let mask = ALL;
    if (pieces) {
      index = load<i32>(pieces + (<usize>piece << 3));
      mask = load<i32>(pieces + (<usize>piece << 3), 4);
    } else if (count - index * ROWS < ROWS) {
      mask = (1 << (count - index * ROWS)) - 1;
    }
    const tile = <usize>load<i32>(tiles + (<usize>index << 2));
    let q = 0;
    if (kind != L2 || slack > 0) {
      for (; q + GROUP <= queryCount; q += GROUP) {
        const query = queries + <usize>q * row;
        productsOfGroup(tile, size, query, row, scratch);
        productsOfGroup(tile + 32, size, query, row, scratch + 32);
        for (let g = 0; g < GROUP; g++) {
          consider(kind, size, tile, tile + keyBytes, query + <usize>g * row, load<f32>(facts + (<usize>(q + g) << 2)), penalty, slack,
            index * ROWS, mask, k, changetype<Found>(found + (<usize>(q + g) << 3)), rows + <usize>(q + g) * list, distances + <usize>(q + g) * list, scratch + <usize>g * LINE);
        }
      }
    }
    for (; q < queryCount; q++) {
      const query = queries + <usize>q * row;
      if (kind != L2 || slack > 0) products(tile, size, query, scratch);
      consider(kind, size, tile, tile + keyBytes, query, load<f32>(facts + (<usize>q << 2)), penalty, slack,
        index * ROWS, mask, k, changetype<Found>(found + (<usize>q << 3)), rows + <usize>q * list, distances + <usize>q * list, scratch);
    }
  }
}

/** Takes what a query finds in a tile, whose products with it are at `d`. */
// @ts-ignore: decorator
@inline
function consider(
  kind: i32, size: i32, tile: usize, tileFacts: usize, query: usize, ofQuery: f32, penalty: f32, slack: f32,
  first: i32, mask: i32, k: i32, state: Found, rows: usize, distances: usize, d: usize,
): void {
  if (kind == L2) {
    if (slack > 0 && !mayBeNearer(tileFacts, ofQuery, penalty, slack, state.worst, d)) return;
    squaredDistances(tile, size, query, d);
    if (penalty != 0) finish(kind, tileFacts, ofQuery, penalty, d);
  } else {
    finish(kind, tileFacts, ofQuery, penalty, d);
  }
  select(first, mask, d, k, state, rows, distances);
}
