/** @file Sums over dense arrays. Each is taken in one fixed order. */
import { fma, keep, some, splat, total } from "./lanes";

/** For each of `batch` matrices [rows, width]: into = (into, where `accumulate`) + the sum of its rows. `step` is between results, in bytes. */
export function columnSums(batch: i32, rows: i32, width: i32, x: usize, into: usize, step: usize, accumulate: bool): void {
  const row = <usize>width << 2;
  for (let t = 0; t < batch; t++) {
    // A cache line of sixteen columns at a time, then four.
    let j = 0;
    for (; j + 16 <= width; j += 16) sixteenSums(rows, row, x + (<usize>j << 2), into + (<usize>j << 2), accumulate);
    for (; j < width; j += 4) {
      const left = width - j;
      const at = into + (<usize>j << 2);
      let p = x + (<usize>j << 2);
      if (left >= 4) {
        let s = accumulate ? v128.load(at) : splat(0);
        for (let i = 0; i < rows; i++) {
          s = f32x4.add(s, v128.load(p));
          p += row;
        }
        v128.store(at, s);
      } else {
        let s = accumulate ? some(at, left) : splat(0);
        for (let i = 0; i < rows; i++) {
          s = f32x4.add(s, some(p, left));
          p += row;
        }
        keep(at, s, left);
      }
    }
    x += <usize>rows * row;
    into += step;
  }
}

// @ts-ignore: decorator
@inline
function sixteenSums(rows: i32, row: usize, x: usize, into: usize, accumulate: bool): void {
  let a = splat(0), b = a, c = a, d = a;
  if (accumulate) {
    a = v128.load(into);
    b = v128.load(into, 16);
    c = v128.load(into, 32);
    d = v128.load(into, 48);
  }
  for (let i = 0; i < rows; i++) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32));
    d = f32x4.add(d, v128.load(x, 48));
    x += row;
  }
  v128.store(into, a);
  v128.store(into, b, 16);
  v128.store(into, c, 32);
  v128.store(into, d, 48);
}

/** As `columnSums`, of x ⊙ y. */
export function columnDots(batch: i32, rows: i32, width: i32, x: usize, y: usize, into: usize, step: usize, accumulate: bool): void {
  const row = <usize>width << 2;
  for (let t = 0; t < batch; t++) {
    for (let j = 0; j < width; j += 4) {
      const left = width - j;
      const at = into + (<usize>j << 2);
      let p = x + (<usize>j << 2);
      let q = y + (<usize>j << 2);
      let s = accumulate ? (left >= 4 ? v128.load(at) : some(at, left)) : splat(0);
      for (let i = 0; i < rows; i++) {
        s = left >= 4 ? fma(v128.load(p), v128.load(q), s) : fma(some(p, left), some(q, left), s);
        p += row;
        q += row;
      }
      if (left >= 4) v128.store(at, s);
      else keep(at, s, left);
    }
    x += <usize>rows * row;
    y += <usize>rows * row;
    into += step;
  }
}

/** Σ x², in float64. */
export function squares(count: i32, x: usize): f64 {
  let s: f64 = 0;
  for (; count >= 4; count -= 4) {
    const a = v128.load(x);
    s += <f64>total(f32x4.mul(a, a));
    x += 16;
  }
  if (count > 0) {
    const a = some(x, count);
    s += <f64>total(f32x4.mul(a, a));
  }
  return s;
}

/** Σ (x − y)², in float64. */
export function squaredDifferences(count: i32, x: usize, y: usize): f64 {
  let s: f64 = 0;
  for (; count >= 4; count -= 4) {
    const a = f32x4.sub(v128.load(x), v128.load(y));
    s += <f64>total(f32x4.mul(a, a));
    x += 16;
    y += 16;
  }
  if (count > 0) {
    const a = f32x4.sub(some(x, count), some(y, count));
    s += <f64>total(f32x4.mul(a, a));
  }
  return s;
}

/** into = factor · (x − y) */
export function scaledDifference(count: i32, x: usize, y: usize, factor: f32, into: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(into, f32x4.mul(splat(factor), f32x4.sub(v128.load(x), v128.load(y))));
    x += 16;
    y += 16;
    into += 16;
  }
  if (count > 0) keep(into, f32x4.mul(splat(factor), f32x4.sub(some(x, count), some(y, count))), count);
}

/** into = factor · x */
export function scaleInto(count: i32, factor: f32, x: usize, into: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(into, f32x4.mul(splat(factor), v128.load(x)));
    x += 16;
    into += 16;
  }
  if (count > 0) keep(into, f32x4.mul(splat(factor), some(x, count)), count);
}

/** into = into + factor · x */
export function axpy(count: i32, factor: f32, x: usize, into: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(into, fma(splat(factor), v128.load(x), v128.load(into)));
    x += 16;
    into += 16;
  }
  if (count > 0) keep(into, fma(splat(factor), some(x, count), some(into, count)), count);
}

const SHORT: usize = 512;

/** Copies so many stretches of `bytes`, from and into places so many bytes apart. */
export function copyStretches(count: i32, bytes: usize, from: usize, fromStep: usize, into: usize, intoStep: usize): void {
  for (let i = 0; i < count; i++) {
    // V8 leaves the module for `memory.copy`, which takes longer than a short copy does.
    if (bytes > SHORT) memory.copy(into, from, bytes);
    else {
      let at: usize = 0;
      for (; at + 16 <= bytes; at += 16) v128.store(into + at, v128.load(from + at));
      for (; at < bytes; at += 4) store<f32>(into + at, load<f32>(from + at));
    }
    from += fromStep;
    into += intoStep;
  }
}

/** Whether every number is finite: x − x is 0 for those alone. */
export function allFinite(count: i32, x: usize): bool {
  let s = splat(0);
  for (; count >= 4; count -= 4) {
    const a = v128.load(x);
    s = f32x4.add(s, f32x4.sub(a, a));
    x += 16;
  }
  if (count > 0) {
    const a = some(x, count);
    s = f32x4.add(s, f32x4.sub(a, a));
  }
  return total(s) == 0;
}
