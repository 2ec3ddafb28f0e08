/**
 * @file Products too small to be worth packing, as a task's own weights make them by the dozen: the same tiles of four rows and eight columns,
 * read where the operands lie. B's columns are dense; A's rows or columns are.
 */
import { pack } from "./gemm";
import { fma, put, splat, take } from "./lanes";

/**
 * C = A·B on top of `above` (rows `aboveRow` apart: a bias with 0, C itself; or 0 for nothing), for a B with dense columns, n a multiple of 4.
 * A lies transposed, or is turned in `scratch` four rows at a time.
 */
export function smallProduct(
  m: i32, n: i32, depth: i32, a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, c: usize, above: usize, aboveRow: usize, scratch: usize,
): void {
  const row = <usize>n << 2;
  const whole = row & ~31;
  if (whole < row) narrow(m, depth, a, aRow, aColumn, b + whole, bRow, c + whole, row, above ? above + whole : 0, aboveRow);
  if (whole == 0) return;
  for (; m >= 4; m -= 4) {
    let strip = a, stripColumn = aColumn;
    if (aRow != 4) {
      pack(a, aRow, aColumn, 4, depth, scratch, 16);
      strip = scratch;
      stripColumn = 16;
    }
    for (let j: usize = 0; j < whole; j += 32) {
      fourRows(strip, stripColumn, b + j, bRow, depth, above ? above + j : 0, aboveRow, c + j, row);
    }
    a += 4 * aRow;
    c += 4 * row;
    if (above) above += 4 * aboveRow;
  }
  for (; m > 0; m -= 2) {
    const second = m > 1;
    for (let j: usize = 0; j < whole; j += 32) {
      twoRows(a, second ? aRow : 0, aColumn, b + j, bRow, depth, above ? above + j : 0, second ? aboveRow : 0, c + j, second ? row : 0);
    }
    a += 2 * aRow;
    c += 2 * row;
    if (above) above += 2 * aboveRow;
  }
}

/** Four rows of an A that lies transposed, by eight columns. */
function fourRows(a: usize, aColumn: usize, b: usize, bRow: usize, depth: i32, above: usize, aboveRow: usize, into: usize, row: usize): void {
  let x0 = splat(0), y0 = x0, x1 = x0, y1 = x0, x2 = x0, y2 = x0, x3 = x0, y3 = x0;
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
  for (const end = b + <usize>depth * bRow; b < end; b += bRow) {
    const u0 = v128.load(b), v0 = v128.load(b, 16);
    const s0 = v128.load32_splat(a);
    x0 = f32x4.add(f32x4.mul(u0, s0), x0); y0 = f32x4.add(f32x4.mul(v0, s0), y0);
    const s1 = v128.load32_splat(a, 4);
    x1 = f32x4.add(f32x4.mul(u0, s1), x1); y1 = f32x4.add(f32x4.mul(v0, s1), y1);
    const s2 = v128.load32_splat(a, 8);
    x2 = f32x4.add(f32x4.mul(u0, s2), x2); y2 = f32x4.add(f32x4.mul(v0, s2), y2);
    const s3 = v128.load32_splat(a, 12);
    x3 = f32x4.add(f32x4.mul(u0, s3), x3); y3 = f32x4.add(f32x4.mul(v0, s3), y3);
    a += aColumn;
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

/** Four columns: four rows at a time, the last of them again where there are fewer. */
function narrow(
  m: i32, depth: i32, a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, c: usize, row: usize, above: usize, aboveRow: usize,
): void {
  for (; m > 0; m -= 4) {
    const one: usize = m > 1 ? 1 : 0, two: usize = m > 2 ? 2 : one, three: usize = m > 3 ? 3 : two;
    let x0 = splat(0), x1 = x0, x2 = x0, x3 = x0, y0 = x0, y1 = x0, y2 = x0, y3 = x0;
    if (above) {
      x0 = v128.load(above);
      x1 = v128.load(above + one * aboveRow);
      x2 = v128.load(above + two * aboveRow);
      x3 = v128.load(above + three * aboveRow);
    }
    let a0 = a, a1 = a + one * aRow, a2 = a + two * aRow, a3 = a + three * aRow, p = b;
    let k = depth;
    // Two sums for each row, so that one need not wait for the other.
    for (; k > 1; k -= 2) {
      const u = v128.load(p), v = v128.load(p + bRow);
      x0 = fma(u, v128.load32_splat(a0), x0);
      x1 = fma(u, v128.load32_splat(a1), x1);
      x2 = fma(u, v128.load32_splat(a2), x2);
      x3 = fma(u, v128.load32_splat(a3), x3);
      y0 = fma(v, v128.load32_splat(a0 + aColumn), y0);
      y1 = fma(v, v128.load32_splat(a1 + aColumn), y1);
      y2 = fma(v, v128.load32_splat(a2 + aColumn), y2);
      y3 = fma(v, v128.load32_splat(a3 + aColumn), y3);
      const next = aColumn << 1;
      a0 += next; a1 += next; a2 += next; a3 += next;
      p += 2 * bRow;
    }
    if (k > 0) {
      const u = v128.load(p);
      x0 = fma(u, v128.load32_splat(a0), x0);
      x1 = fma(u, v128.load32_splat(a1), x1);
      x2 = fma(u, v128.load32_splat(a2), x2);
      x3 = fma(u, v128.load32_splat(a3), x3);
    }
    v128.store(c, f32x4.add(x0, y0));
    v128.store(c + one * row, f32x4.add(x1, y1));
    v128.store(c + two * row, f32x4.add(x2, y2));
    v128.store(c + three * row, f32x4.add(x3, y3));
    a += 4 * aRow;
    c += 4 * row;
    if (above) above += 4 * aboveRow;
  }
}

/** What is left below the tiles; the second row may be the first again. */
function twoRows(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, depth: i32, above: usize, aboveRow: usize, into: usize, row: usize,
): void {
  let x0 = splat(0), y0 = x0, x1 = x0, y1 = x0;
  if (above) {
    x0 = v128.load(above);
    y0 = v128.load(above, 16);
    x1 = v128.load(above + aboveRow);
    y1 = v128.load(above + aboveRow, 16);
  }
  let a1 = a + aRow;
  for (const end = b + <usize>depth * bRow; b < end; b += bRow) {
    const u = v128.load(b), v = v128.load(b, 16);
    const s0 = v128.load32_splat(a), s1 = v128.load32_splat(a1);
    x0 = fma(u, s0, x0); y0 = fma(v, s0, y0);
    x1 = fma(u, s1, x1); y1 = fma(v, s1, y1);
    a += aColumn;
    a1 += aColumn;
  }
  v128.store(into, x0);
  v128.store(into, y0, 16);
  into += row;
  v128.store(into, x1);
  v128.store(into, y1, 16);
}

/** C = A·Bᵀ on top of `above`, as in `smallProduct`, for dense rows of A and B: two rows by four columns of dot products. The depth is a multiple of 4. */
export function smallDots(m: i32, n: i32, depth: i32, a: usize, aRow: usize, b: usize, bColumn: usize, c: usize, above: usize, aboveRow: usize): void {
  const row = <usize>n << 2;
  const deep = <usize>depth << 2;
  for (; m > 0; m -= 2) {
    // The second row may be the first again.
    const nextRow = m > 1 ? aRow : 0, nextC = m > 1 ? row : 0, nextAbove = m > 1 ? aboveRow : 0;
    let w = b;
    for (let left = n, j: usize = 0; left > 0; left -= 4, j += 16) {
      // So may the last columns.
      const one: usize = left > 1 ? bColumn : 0, two: usize = left > 2 ? 2 * bColumn : one, three: usize = left > 3 ? 3 * bColumn : two;
      let p0 = splat(0), p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
      let x = a, w0 = w, w1 = w + one, w2 = w + two, w3 = w + three;
      for (const end = x + deep; x < end; x += 16) {
        const u = v128.load(x), v = v128.load(x + nextRow);
        const k0 = v128.load(w0), k1 = v128.load(w1), k2 = v128.load(w2), k3 = v128.load(w3);
        p0 = fma(u, k0, p0); q0 = fma(v, k0, q0);
        p1 = fma(u, k1, p1); q1 = fma(v, k1, q1);
        p2 = fma(u, k2, p2); q2 = fma(v, k2, q2);
        p3 = fma(u, k3, p3); q3 = fma(v, k3, q3);
        w0 += 16; w1 += 16; w2 += 16; w3 += 16;
      }
      let first = totals(p0, p1, p2, p3), second = totals(q0, q1, q2, q3);
      if (above) {
        first = f32x4.add(first, take(above + j, left));
        second = f32x4.add(second, take(above + nextAbove + j, left));
      }
      put(c + j, first, left);
      put(c + nextC + j, second, left);
      w += 4 * bColumn;
    }
    a += 2 * aRow;
    c += 2 * row;
    if (above) above += 2 * aboveRow;
  }
}

/** The sum of each one's lanes, side by side. */
// @ts-ignore: decorator
@inline
function totals(x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  const a = f32x4.add(v128.shuffle<f32>(x0, x1, 0, 4, 1, 5), v128.shuffle<f32>(x0, x1, 2, 6, 3, 7));
  const b = f32x4.add(v128.shuffle<f32>(x2, x3, 0, 4, 1, 5), v128.shuffle<f32>(x2, x3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
}
