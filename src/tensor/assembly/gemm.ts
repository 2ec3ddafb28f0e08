/**
 * @file Matrix products on 4 × 8 register tiles. Operands are packed into the order in which a tile reads them, so that the inner loop
 * has only constant offsets. Strides are in bytes, which makes a transposed operand the same as a straight one.
 * @see Goto & van de Geijn (2008), "Anatomy of high-performance matrix multiplication".
 */
import { smallDots, smallProduct } from "./gemm-small";
import { fma } from "./lanes";

/** Rows and depth of the block of A that is packed at a time: it stays in the second-level cache, a panel of B in the first. */
const BLOCK_ROWS: i32 = 128;
const BLOCK_DEPTH: i32 = 512;
const PANEL: usize = <usize>BLOCK_ROWS * BLOCK_DEPTH * 4;
const TILE: usize = PANEL + 8 * BLOCK_DEPTH * 4;

/** Up to so many numbers a B with dense columns is read where it lies; up to so many rows of A, so is a B with dense rows. */
const SMALL_B: i32 = 16384;
const SMALL_ROWS: i32 = 16;

/** Bytes of scratch memory that `gemm` needs. */
export function gemmScratch(): usize {
  return TILE + 128;
}

/**
 * For each of `batch` problems: C = A·B, or bias + A·B (bias repeated for every row; 0 for none), or C + A·B where `accumulate`.
 * A(i, k) is at a + i·aRow + k·aColumn, B(k, j) at b + k·bRow + j·bColumn; C is dense, [m, n]. From one problem to the next
 * pointers advance by their step, which may be 0.
 */
export function gemm(
  batch: i32, m: i32, n: i32, depth: i32,
  a: usize, aRow: usize, aColumn: usize, aStep: usize,
  b: usize, bRow: usize, bColumn: usize, bStep: usize,
  c: usize, cStep: usize, bias: usize, biasStep: usize,
  accumulate: bool, scratch: usize,
): void {
  for (let t = 0; t < batch; t++) {
    one(m, n, depth, a, aRow, aColumn, b, bRow, bColumn, c, bias, accumulate, scratch);
    a += aStep;
    b += bStep;
    c += cStep;
    bias += biasStep;
  }
}

function one(m: i32, n: i32, depth: i32, a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, c: usize, bias: usize, accumulate: bool, scratch: usize): void {
  const row = <usize>n << 2;
  if (n == 1 && m > 1) {
    // As the row (Bᵀ Aᵀ), of which C is the transpose.
    if (bias && !accumulate) for (let i = 0; i < m; i++) store<f32>(c + (<usize>i << 2), load<f32>(bias));
    one(1, m, depth, b, 4, bRow, a, aColumn, aRow, c, 0, accumulate || bias != 0, scratch);
  } else if (m < 4 && bColumn == 4) {
    for (let i = 0; i < m; i++) rowTimesRows(n, depth, a + <usize>i * aRow, aColumn, b, bRow, c + <usize>i * row, bias, accumulate);
  } else if (m < 4 && bRow == 4 && aColumn == 4) {
    for (let i = 0; i < m; i++) rowTimesColumns(n, depth, a + <usize>i * aRow, b, bColumn, c + <usize>i * row, bias, accumulate);
  } else if (bColumn == 4 && (n & 3) == 0 && n * depth <= SMALL_B) {
    smallProduct(m, n, depth, a, aRow, aColumn, b, bRow, c, accumulate ? c : bias, accumulate ? row : 0, scratch);
  } else if (bRow == 4 && aColumn == 4 && (depth & 3) == 0 && m <= SMALL_ROWS) {
    smallDots(m, n, depth, a, aRow, b, bColumn, c, accumulate ? c : bias, accumulate ? row : 0);
  } else product(m, n, depth, a, aRow, aColumn, b, bRow, bColumn, c, bias, accumulate, scratch);
}

function product(m: i32, n: i32, depth: i32, a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, c: usize, bias: usize, accumulate: bool, scratch: usize): void {
  const ld = <usize>n << 2;
  if (depth == 0 && !accumulate) {
    for (let i = 0; i < m; i++, c += ld) {
      if (bias) memory.copy(c, bias, ld);
      else memory.fill(c, 0, ld);
    }
  }
  const panel = scratch + PANEL;
  for (let k0 = 0; k0 < depth; k0 += BLOCK_DEPTH) {
    const deep = min(BLOCK_DEPTH, depth - k0);
    const padded = (deep + 1) & ~1;
    const adding = accumulate || k0 > 0;
    for (let i0 = 0; i0 < m; i0 += BLOCK_ROWS) {
      const rows = min(BLOCK_ROWS, m - i0);
      for (let i = 0; i < rows; i += 4) {
        pack(a + <usize>(i0 + i) * aRow + <usize>k0 * aColumn, aRow, aColumn, min(4, rows - i), deep, scratch + ((<usize>i * padded) << 2), 16);
      }
      for (let j = 0; j < n; j += 8) {
        const wide = min(8, n - j);
        const from = b + <usize>k0 * bRow + <usize>j * bColumn;
        pack(from, bColumn, bRow, min(4, wide), deep, panel, 32);
        pack(from + 4 * bColumn, bColumn, bRow, max(0, wide - 4), deep, panel + 16, 32);
        for (let i = 0; i < rows; i += 4) {
          const strip = scratch + ((<usize>i * padded) << 2);
          const into = c + <usize>(i0 + i) * ld + (<usize>j << 2);
          const above = bias && k0 == 0 ? bias + (<usize>j << 2) : 0;
          if (wide == 8 && rows - i >= 4) tile(strip, panel, padded, adding ? into : above, adding ? ld : 0, into, ld);
          else {
            tile(strip, panel, padded, 0, 0, scratch + TILE, 32);
            edge(scratch + TILE, min(4, rows - i), wide, adding ? into : above, adding ? ld : 0, into, ld);
          }
        }
      }
    }
  }
}

/** Lays `lanes` ≤ 4 rows side by side, depth first, `stride` bytes a step; absent lanes and an odd last step's companion are zero. */
export function pack(from: usize, lane: usize, step: usize, lanes: i32, depth: i32, into: usize, stride: usize): void {
  let k = 0;
  if (lanes == 4 && lane == 4) {
    for (; k < depth; k++) {
      v128.store(into, v128.load(from));
      from += step;
      into += stride;
    }
  } else if (lanes == 4 && step == 4) {
    for (; k + 4 <= depth; k += 4) {
      const x0 = v128.load(from);
      const x1 = v128.load(from + lane);
      const x2 = v128.load(from + 2 * lane);
      const x3 = v128.load(from + 3 * lane);
      const y0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const y1 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const y2 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const y3 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(into, v128.shuffle<f32>(y0, y2, 0, 1, 4, 5));
      v128.store(into + stride, v128.shuffle<f32>(y0, y2, 2, 3, 6, 7));
      v128.store(into + 2 * stride, v128.shuffle<f32>(y1, y3, 0, 1, 4, 5));
      v128.store(into + 3 * stride, v128.shuffle<f32>(y1, y3, 2, 3, 6, 7));
      from += 16;
      into += 4 * stride;
    }
  }
  if (lanes > 0 && lanes < 4 && step == 4) {
    // The rows that there are, as above; the others as zeros.
    const second = lanes > 1 ? from + lane : from;
    const third = lanes > 2 ? from + 2 * lane : from;
    const has1 = i32x4.splat(lanes > 1 ? -1 : 0);
    const has2 = i32x4.splat(lanes > 2 ? -1 : 0);
    for (; k + 4 <= depth; k += 4) {
      const at = <usize>k << 2;
      const x0 = v128.load(from);
      const x1 = v128.and(v128.load(second + at), has1);
      const x2 = v128.and(v128.load(third + at), has2);
      const none = f32x4.splat(0);
      const y0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const y1 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const y2 = v128.shuffle<f32>(x2, none, 0, 4, 1, 5);
      const y3 = v128.shuffle<f32>(x2, none, 2, 6, 3, 7);
      v128.store(into, v128.shuffle<f32>(y0, y2, 0, 1, 4, 5));
      v128.store(into + stride, v128.shuffle<f32>(y0, y2, 2, 3, 6, 7));
      v128.store(into + 2 * stride, v128.shuffle<f32>(y1, y3, 0, 1, 4, 5));
      v128.store(into + 3 * stride, v128.shuffle<f32>(y1, y3, 2, 3, 6, 7));
      from += 16;
      into += 4 * stride;
    }
  }
  for (; k < depth; k++) {
    for (let l = 0; l < 4; l++) store<f32>(into + (<usize>l << 2), l < lanes ? load<f32>(from + <usize>l * lane) : 0);
    from += step;
    into += stride;
  }
  if (depth & 1) v128.store(into, f32x4.splat(0));
}

/** Four rows by eight columns: into = (above, or 0) + strip · panel. `depth` is even. */
function tile(strip: usize, panel: usize, depth: i32, above: usize, aboveRow: usize, into: usize, row: usize): void {
  let x0 = f32x4.splat(0), y0 = x0, x1 = x0, y1 = x0, x2 = x0, y2 = x0, x3 = x0, y3 = x0;
  if (above) {
    x0 = v128.load(above);
    y0 = v128.load(above, 16);
    x1 = v128.load(above + aboveRow);
    y1 = v128.load(above + aboveRow, 16);
    x2 = v128.load(above + 2 * aboveRow);
    y2 = v128.load(above + 2 * aboveRow, 16);
    x3 = v128.load(above + 3 * aboveRow);
    y3 = v128.load(above + 3 * aboveRow, 16);
  }
  // Two steps at a time, the operands in this order: of some seventy ways to say it the one that V8 compiles to the fastest code.
  for (const end = strip + (<usize>depth << 4); strip < end; strip += 32) {
    const u0 = v128.load(panel), v0 = v128.load(panel, 16);
    const s0 = v128.load32_splat(strip);
    x0 = f32x4.add(f32x4.mul(u0, s0), x0); y0 = f32x4.add(f32x4.mul(v0, s0), y0);
    const s1 = v128.load32_splat(strip, 4);
    x1 = f32x4.add(f32x4.mul(u0, s1), x1); y1 = f32x4.add(f32x4.mul(v0, s1), y1);
    const s2 = v128.load32_splat(strip, 8);
    x2 = f32x4.add(f32x4.mul(u0, s2), x2); y2 = f32x4.add(f32x4.mul(v0, s2), y2);
    const s3 = v128.load32_splat(strip, 12);
    x3 = f32x4.add(f32x4.mul(u0, s3), x3); y3 = f32x4.add(f32x4.mul(v0, s3), y3);
    const u1 = v128.load(panel, 32), v1 = v128.load(panel, 48);
    const s4 = v128.load32_splat(strip, 16);
    x0 = f32x4.add(f32x4.mul(u1, s4), x0); y0 = f32x4.add(f32x4.mul(v1, s4), y0);
    const s5 = v128.load32_splat(strip, 20);
    x1 = f32x4.add(f32x4.mul(u1, s5), x1); y1 = f32x4.add(f32x4.mul(v1, s5), y1);
    const s6 = v128.load32_splat(strip, 24);
    x2 = f32x4.add(f32x4.mul(u1, s6), x2); y2 = f32x4.add(f32x4.mul(v1, s6), y2);
    const s7 = v128.load32_splat(strip, 28);
    x3 = f32x4.add(f32x4.mul(u1, s7), x3); y3 = f32x4.add(f32x4.mul(v1, s7), y3);
    panel += 64;
  }
  v128.store(into, x0);
  v128.store(into, y0, 16);
  into += row;
  v128.store(into, x1);
  v128.store(into, y1, 16);
  into += row;
  v128.store(into, x2);
  v128.store(into, y2, 16);
  into += row;
  v128.store(into, x3);
  v128.store(into, y3, 16);
}

/** The part of a tile that C has room for. */
function edge(from: usize, rows: i32, columns: i32, above: usize, aboveRow: usize, into: usize, row: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < <usize>columns << 2; j += 4) store<f32>(into + j, load<f32>(from + j) + (above ? load<f32>(above + j) : 0));
    from += 32;
    above += aboveRow;
    into += row;
  }
}

/** One row of A by a B whose rows are dense: as many columns at a time as registers hold, nothing packed. */
function rowTimesRows(n: i32, depth: i32, a: usize, aColumn: usize, b: usize, bRow: usize, c: usize, bias: usize, accumulate: bool): void {
  const above = accumulate ? c : bias;
  const width = <usize>n << 2;
  let j: usize = 0;
  for (; j + 64 <= width; j += 64) {
    let x = f32x4.splat(0), y = x, z = x, w = x;
    if (above) {
      x = v128.load(above + j);
      y = v128.load(above + j, 16);
      z = v128.load(above + j, 32);
      w = v128.load(above + j, 48);
    }
    let p = a, q = b + j;
    for (let k = 0; k < depth; k++) {
      const s = v128.load32_splat(p);
      x = fma(s, v128.load(q), x);
      y = fma(s, v128.load(q, 16), y);
      z = fma(s, v128.load(q, 32), z);
      w = fma(s, v128.load(q, 48), w);
      p += aColumn;
      q += bRow;
    }
    v128.store(c + j, x);
    v128.store(c + j, y, 16);
    v128.store(c + j, z, 32);
    v128.store(c + j, w, 48);
  }
  for (; j + 16 <= width; j += 16) {
    let x = above ? v128.load(above + j) : f32x4.splat(0);
    let p = a, q = b + j;
    for (let k = 0; k < depth; k++) {
      x = fma(v128.load32_splat(p), v128.load(q), x);
      p += aColumn;
      q += bRow;
    }
    v128.store(c + j, x);
  }
  for (; j < width; j += 4) {
    let x: f32 = above ? load<f32>(above + j) : 0;
    let p = a, q = b + j;
    for (let k = 0; k < depth; k++) {
      x += load<f32>(p) * load<f32>(q);
      p += aColumn;
      q += bRow;
    }
    store<f32>(c + j, x);
  }
}

/** One dense row of A by a B whose columns are dense: a dot product for each column. */
function rowTimesColumns(n: i32, depth: i32, a: usize, b: usize, bColumn: usize, c: usize, bias: usize, accumulate: bool): void {
  const above = accumulate ? c : bias;
  const deep = <usize>depth << 2;
  for (let j: usize = 0; j < <usize>n << 2; j += 4) {
    let x = f32x4.splat(0);
    let k: usize = 0;
    for (; k + 16 <= deep; k += 16) x = fma(v128.load(a + k), v128.load(b + k), x);
    let s = f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
    for (; k < deep; k += 4) s += load<f32>(a + k) * load<f32>(b + k);
    store<f32>(c + j, s + (above ? load<f32>(above + j) : 0));
    b += bColumn;
  }
}
