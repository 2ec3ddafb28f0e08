/**
 * @file Exact nearest neighbours. Sixteen rows are a tile, whose numbers lie side by side: first the sixteen rows' first numbers, then their second, and so on; so
 * rows are compared without sums across lanes. The first numbers of all tiles, their heads, lie apart from the rest, their tails, since most tails need never be read.
 * Behind a head are the squared lengths of its sixteen parts; behind a tail sixteen numbers that the metric needs of each row, and sixteen penalties.
 */

/** Rows of a tile, and the bytes of one number of each. */
const ROWS: i32 = 16;
const LINE: usize = 64;
const ALL: i32 = 0xffff;

/** Squared L2 (behind the tails are squared lengths), 1 − cosine (1 / length), negative inner product. */
const L2: i32 = 0;
const COSINE: i32 = 1;

/** Queries that are compared with a tile together. */
const GROUP: i32 = 4;
/** Tiles that are gone through together: what is left of them is listed, so that no jump depends on a single tile. */
const BLOCK: i32 = 8;
/** From one query's lines of sums to the next one's: a line for each tile of a block. */
const NEXT: usize = 512;

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
function term(direct: bool, k: v128, q: v128, s: v128): v128 {
  if (!direct) return fma(k, q, s);
  const x = f32x4.sub(k, q);
  return fma(x, x, s);
}

/** Sums over some lines of a tile: of (key − query)² if `direct`, else of key · query; from 0, or on from what is at `into`. */
// @ts-ignore: decorator
@inline
function sums(direct: bool, on: bool, lines: usize, count: usize, query: usize, into: usize): void {
  let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (on) {
    s0 = v128.load(into);
    s1 = v128.load(into, 16);
    s2 = v128.load(into, 32);
    s3 = v128.load(into, 48);
  }
  for (const end = lines + count * LINE; lines < end; lines += LINE) {
    const q = v128.load32_splat(query);
    s0 = term(direct, v128.load(lines), q, s0);
    s1 = term(direct, v128.load(lines, 16), q, s1);
    s2 = term(direct, v128.load(lines, 32), q, s2);
    s3 = term(direct, v128.load(lines, 48), q, s3);
    query += 4;
  }
  v128.store(into, s0);
  v128.store(into, s1, 16);
  v128.store(into, s2, 32);
  v128.store(into, s3, 48);
}

function products(lines: usize, count: usize, query: usize, into: usize): void {
  sums(false, false, lines, count, query, into);
}

function moreProducts(lines: usize, count: usize, query: usize, into: usize): void {
  sums(false, true, lines, count, query, into);
}

function squares(lines: usize, count: usize, query: usize, into: usize): void {
  sums(true, false, lines, count, query, into);
}

function moreSquares(lines: usize, count: usize, query: usize, into: usize): void {
  sums(true, true, lines, count, query, into);
}

/** `products` of eight rows and four queries, `row` bytes apart. */
function productsOfGroup(lines: usize, count: usize, query: usize, row: usize, into: usize): void {
  let a0 = splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (const end = lines + count * LINE; lines < end; lines += LINE) {
    const k0 = v128.load(lines), k1 = v128.load(lines, 16);
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
  v128.store(into, b0, NEXT);
  v128.store(into, b1, NEXT + 16);
  v128.store(into, c0, 2 * NEXT);
  v128.store(into, c1, 2 * NEXT + 16);
  v128.store(into, d0, 3 * NEXT);
  v128.store(into, d1, 3 * NEXT + 16);
}

/** What a search is about: see `search`. Written by it, read by all below. */
let kind: i32, head: usize, rest: usize, penalty: f32, slack: f32, wanted: i32, bounded: bool;

/** |k|² + |q|² − 2kq, less all that rounding may have done to it; and the penalties. */
// @ts-ignore: decorator
@inline
function bound(squared: usize, ofQuery: f32, penalties: usize, d: usize): v128 {
  const x = fma(splat(-2), v128.load(d), f32x4.mul(f32x4.add(v128.load(squared), splat(ofQuery)), splat(1 - slack)));
  return penalty == 0 ? x : fma(splat(penalty), v128.load(penalties), x);
}

/** Whether a row of a tile may be nearer than `worst` by squared L2, judged from products at `d`. @param squared The rows' squared lengths. */
// @ts-ignore: decorator
@inline
function mayBeNearer(squared: usize, ofQuery: f32, penalties: usize, worst: f32, d: usize): bool {
  const a = f32x4.pmin(bound(squared, ofQuery, penalties, d), bound(squared + 16, ofQuery, penalties + 16, d + 16));
  const b = f32x4.pmin(bound(squared + 32, ofQuery, penalties + 32, d + 32), bound(squared + 48, ofQuery, penalties + 48, d + 48));
  return v128.any_true(f32x4.lt(f32x4.pmin(a, b), splat(worst)));
}

/** Makes distances of sums, adds the penalties, and tells which of four rows are nearer than `worst`. */
// @ts-ignore: decorator
@inline
function finish(facts: usize, ofQuery: f32, worst: f32, d: usize): v128 {
  let x = v128.load(d);
  if (kind == COSINE) x = f32x4.sub(splat(1), f32x4.mul(f32x4.mul(x, splat(ofQuery)), v128.load(facts)));
  else if (kind != L2) x = f32x4.neg(x);
  if (penalty != 0) x = fma(splat(penalty), v128.load(facts, LINE), x);
  v128.store(d, x);
  return f32x4.lt(x, splat(worst));
}

/** `finish` of sixteen rows: a bit for each that is nearer. */
// @ts-ignore: decorator
@inline
function nearer(facts: usize, ofQuery: f32, worst: f32, d: usize): i32 {
  const a = i16x8.narrow_i32x4_s(finish(facts, ofQuery, worst, d), finish(facts + 16, ofQuery, worst, d + 16));
  const b = i16x8.narrow_i32x4_s(finish(facts + 32, ofQuery, worst, d + 32), finish(facts + 48, ofQuery, worst, d + 48));
  return i8x16.bitmask(i8x16.narrow_i16x8_s(a, b));
}

/** What was found for a query so far: how many, and the distance that must be undercut. */
// @ts-ignore: decorator
@unmanaged
class Found {
  count: i32;
  worst: f32;
}

/** A tile in which rows count: where it lies, its first row, and the bits of the rows that count. */
// @ts-ignore: decorator
@unmanaged
class Piece {
  head: usize;
  tail: usize;
  first: i32;
  mask: i32;
}

// @ts-ignore: decorator
@inline
function pieceAt(pieces: usize, index: i32): Piece {
  return changetype<Piece>(pieces + (<usize>index << 4));
}

/** Puts a row where it belongs among those found, which are sorted: behind all that are as near. */
function insert(row: i32, distance: f32, state: Found, rows: usize, distances: usize): void {
  let slot = <usize>(state.count < wanted ? state.count : wanted - 1) << 2;
  while (slot > 0 && load<f32>(distances + slot - 4) > distance) {
    store<f32>(distances + slot, load<f32>(distances + slot - 4));
    store<i32>(rows + slot, load<i32>(rows + slot - 4));
    slot -= 4;
  }
  store<f32>(distances + slot, distance);
  store<i32>(rows + slot, row);
  if (state.count < wanted) state.count++;
  if (state.count == wanted) state.worst = load<f32>(distances + (<usize>(wanted - 1) << 2));
}

/**
 * Takes what a query finds in a block of tiles. By L2 among many rows the products of the heads rule out most tiles, those of the tails most others, and what is
 * left is compared directly; otherwise every tile is left.
 * @param facts Of the query. @param lines The products of the heads, a line a tile. @param left Room for the indices of the tiles that are left.
 */
function consider(pieces: usize, count: i32, query: usize, facts: usize, state: Found, rows: usize, distances: usize, lines: usize, left: usize): void {
  const queryRest = query + (head << 2);
  const headBytes = head * LINE, restBytes = rest * LINE;
  const ofQuery = load<f32>(facts), ofHead = load<f32>(facts, 4);
  let remaining = 0;
  for (let p = 0; p < count; p++) {
    const piece = pieceAt(pieces, p);
    store<u8>(left + remaining, <u8>p);
    remaining += !bounded || mayBeNearer(piece.head + headBytes, ofHead, piece.tail + restBytes + LINE, state.worst, lines + <usize>p * LINE) ? 1 : 0;
  }
  if (bounded || kind != L2) {
    const before = remaining;
    remaining = 0;
    for (let i = 0; i < before; i++) {
      const p = load<u8>(left + i);
      const facts = pieceAt(pieces, p).tail + restBytes;
      const d = lines + <usize>p * LINE;
      moreProducts(pieceAt(pieces, p).tail, rest, queryRest, d);
      store<u8>(left + remaining, p);
      remaining += !bounded || mayBeNearer(facts, ofQuery, facts + LINE, state.worst, d) ? 1 : 0;
    }
  }
  for (let i = 0; i < remaining; i++) {
    const p = load<u8>(left + i);
    const piece = pieceAt(pieces, p);
    const d = lines + <usize>p * LINE;
    if (kind == L2) {
      squares(piece.head, head, query, d);
      moreSquares(piece.tail, rest, queryRest, d);
    }
    for (let bits = nearer(piece.tail + restBytes, ofQuery, state.worst, d) & piece.mask; bits != 0; bits &= bits - 1) {
      const lane = ctz(bits);
      const distance = load<f32>(d + (<usize>lane << 2));
      if (distance < state.worst) insert(piece.first + lane, distance, state, rows, distances);
    }
  }
}

/** Describes some tiles in turn, the first of which is number `from`. See `search`. */
function describe(from: i32, n: i32, tiles: usize, count: i32, pieces: usize): void {
  for (let p = 0; p < n; p++) {
    const piece = pieceAt(pieces, p);
    const tile = from + p;
    piece.head = <usize>load<i32>(tiles + (<usize>tile << 3));
    piece.tail = <usize>load<i32>(tiles + (<usize>tile << 3), 4);
    piece.first = tile * ROWS;
    piece.mask = count - tile * ROWS < ROWS ? (1 << (count - tile * ROWS)) - 1 : ALL;
  }
}

/**
 * The k nearest rows to each of some queries, nearest first, of equally near ones the earlier. A query's results are the same bits whatever it is asked with.
 * @param metric 0 squared L2, 1 cosine, 2 inner product. @param size Numbers of a key. @param headSize How many of them are in the heads.
 * @param tiles The addresses of each tile's head and tail, of which the first `count` rows count; if `chosen`, a `Piece` for each of `count` tiles, ascending.
 * @param queries One after another. @param facts Of each query 2: its squared length (L2) or 1 / length (cosine), and the squared length of its head.
 * @param factor Of each row's penalty. @param error Relative error of the products, for L2; 0 compares every row directly.
 * @param rows Room for k row numbers of each query; so `distances`. @param found A `Found` of each query: 0, and what must be undercut from the first. @param scratch Room for 35 lines.
 */
export function search(
  metric: i32, size: i32, headSize: i32, tiles: usize, count: i32, chosen: bool, queryCount: i32, queries: usize, facts: usize,
  factor: f32, error: f32, k: i32, rows: usize, distances: usize, found: usize, scratch: usize,
): void {
  kind = metric;
  head = headSize;
  rest = size - headSize;
  penalty = factor;
  slack = error;
  wanted = k;
  bounded = kind == L2 && slack > 0;
  const row = <usize>size << 2;
  const list = <usize>k << 2;
  const left = scratch + 2 * LINE, lines = scratch + 3 * LINE;
  const pieceCount = chosen ? count : (count + ROWS - 1) / ROWS;
  for (let from = 0; from < pieceCount; from += BLOCK) {
    const n = min(BLOCK, pieceCount - from);
    const pieces = chosen ? tiles + (<usize>from << 4) : scratch;
    if (!chosen) describe(from, n, tiles, count, pieces);
    for (let q = 0; q < queryCount;) {
      const query = queries + <usize>q * row;
      const group = q + GROUP <= queryCount ? GROUP : 1;
      if (bounded || kind != L2) {
        for (let p = 0; p < n; p++) {
          const tile = pieceAt(pieces, p).head;
          const into = lines + <usize>p * LINE;
          if (group == 1) {
            products(tile, head, query, into);
          } else {
            productsOfGroup(tile, head, query, row, into);
            productsOfGroup(tile + 32, head, query, row, into + 32);
          }
        }
      }
      for (let g = 0; g < group; g++, q++) {
        consider(pieces, n, queries + <usize>q * row, facts + (<usize>q << 3), changetype<Found>(found + (<usize>q << 3)),
          rows + <usize>q * list, distances + <usize>q * list, lines + <usize>g * NEXT, left);
      }
    }
  }
}

/** The sum of some memory: what reading it costs, for `npm run bench -- memory`. @param bytes A multiple of a line. */
export function sum(at: usize, bytes: usize): f32 {
  let a = splat(0), b = a, c = a, d = a;
  for (const end = at + bytes; at < end; at += LINE) {
    a = f32x4.add(a, v128.load(at));
    b = f32x4.add(b, v128.load(at, 16));
    c = f32x4.add(c, v128.load(at, 32));
    d = f32x4.add(d, v128.load(at, 48));
  }
  a = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3);
}
