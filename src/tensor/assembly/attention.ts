/** @file What attention needs beside matrix products: weights of rows of scores, and the way back through them. */
import { exp4, fma, keep, some, splat, total } from "./lanes";

/** into[i] = factor · |xᵢ|², for the rows of x. */
export function rowSquares(rows: i32, width: i32, x: usize, factor: f32, into: usize): void {
  for (let i = 0; i < rows; i++) {
    let s = splat(0);
    let left = width;
    for (; left >= 4; left -= 4) {
      const a = v128.load(x);
      s = fma(a, a, s);
      x += 16;
    }
    if (left > 0) {
      const a = some(x, left);
      s = fma(a, a, s);
      x += <usize>left << 2;
    }
    store<f32>(into, factor * total(s));
    into += 4;
  }
}

/**
 * Turns rows of products into weights, in place: the softmax of scale · x + offsets (the same offsets for every row; 0 for none). With
 * 0 < k < width the k largest of a row alone get weight, the earlier of equals; `scratch` then has room for k numbers. What is less than
 * 1e-9 of a row's largest weight counts as nothing. Returns how many weights are not 0.
 */
export function attentionWeights(rows: i32, width: i32, x: usize, scale: f32, offsets: usize, k: i32, scratch: usize): i32 {
  let weighty = 0;
  const row = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    let most: f32 = -Infinity;
    let tops = splat(-Infinity);
    let j: usize = 0;
    for (; j + 16 <= row; j += 16) {
      const s = fma(splat(scale), v128.load(x + j), offsets ? v128.load(offsets + j) : splat(0));
      v128.store(x + j, s);
      tops = f32x4.pmax(tops, s);
    }
    for (; j < row; j += 4) {
      const s = scale * load<f32>(x + j) + (offsets ? load<f32>(offsets + j) : 0);
      store<f32>(x + j, s);
      most = max(most, s);
    }
    most = max(most, max(max(f32x4.extract_lane(tops, 0), f32x4.extract_lane(tops, 1)), max(f32x4.extract_lane(tops, 2), f32x4.extract_lane(tops, 3))));
    if (k > 0 && k < width) keepLargest(width, x, k, scratch);
    const top = splat(most);
    let sum = splat(0);
    let left = width;
    let p = x;
    for (; left >= 4; left -= 4) {
      const apart = f32x4.sub(v128.load(p), top);
      // Mostly none of the four counts.
      if (!v128.any_true(f32x4.ge(apart, splat(LEAST)))) {
        v128.store(p, splat(0));
        p += 16;
        continue;
      }
      const e = weightOf(apart);
      weighty += popcnt(i32x4.bitmask(f32x4.gt(e, splat(0))));
      sum = f32x4.add(sum, e);
      v128.store(p, e);
      p += 16;
    }
    let all = total(sum);
    if (left > 0) {
      const e = weightOf(f32x4.sub(some(p, left), top));
      keep(p, e, left);
      for (let j: usize = 0; j < <usize>left << 2; j += 4) {
        all += load<f32>(p + j);
        if (load<f32>(p + j) > 0) weighty++;
      }
    }
    const share = splat(1 / all);
    left = width;
    p = x;
    for (; left >= 4; left -= 4) {
      v128.store(p, f32x4.mul(v128.load(p), share));
      p += 16;
    }
    if (left > 0) keep(p, f32x4.mul(some(p, left), share), left);
    x += row;
  }
  return weighty;
}

/** ln 1e-9 */
const LEAST: f32 = -20.7232658;

/** eˣ, and exactly 0 below 1e-9. */
// @ts-ignore: decorator
@inline
function weightOf(x: v128): v128 {
  return v128.and(exp4(x), f32x4.ge(x, splat(LEAST)));
}

/** The first of the weights p[j], p[j + 1], … that is not 0; `entries` where none is. */
// @ts-ignore: decorator
@inline
function nextWeight(p: usize, j: i32, entries: i32): i32 {
  while (j + 4 <= entries && !v128.any_true(v128.load(p + (<usize>j << 2)))) j += 4;
  while (j < entries && load<f32>(p + (<usize>j << 2)) == 0) j++;
  return j;
}

/** Sets all but the k largest scores to −∞. */
function keepLargest(width: i32, x: usize, k: i32, largest: usize): void {
  const last = largest + (<usize>(k - 1) << 2);
  for (let j = 0; j < k; j++) store<f32>(largest + (<usize>j << 2), -Infinity);
  for (let j: usize = 0; j < <usize>width << 2; j += 4) {
    const s = load<f32>(x + j);
    if (s <= load<f32>(last)) continue;
    let at = last;
    for (; at > largest && load<f32>(at - 4) < s; at -= 4) store<f32>(at, load<f32>(at - 4));
    store<f32>(at, s);
  }
  const least = load<f32>(last);
  let above = 0;
  for (let j: usize = 0; j < <usize>width << 2; j += 4) if (load<f32>(x + j) > least) above++;
  let equals = k - above;
  for (let j: usize = 0; j < <usize>width << 2; j += 4) {
    const s = load<f32>(x + j);
    if (s > least || (s == least && equals-- > 0)) continue;
    store<f32>(x + j, -Infinity);
  }
}

/** into = p · v, where most weights are 0: [rows, entries] · [entries, width]. */
export function sparseRead(rows: i32, entries: i32, width: i32, p: usize, v: usize, into: usize): void {
  const row = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    memory.fill(into, 0, row);
    for (let j = nextWeight(p, 0, entries); j < entries; j = nextWeight(p, j + 1, entries)) {
      addScaled(width, load<f32>(p + (<usize>j << 2)), v + <usize>j * row, into);
    }
    p += <usize>entries << 2;
    into += row;
  }
}

/**
 * Back from ∂read to the gradient of the scores, ds, and from there, all unscaled: dq = ds · k, dk = dsᵀ · q (0 for not wanted), and the sums of ds over the
 * queries. `ds` is scratch for one row; dk and sums begin at what they hold.
 */
export function sparseBackward(
  rows: i32, entries: i32, keySize: i32, valueSize: i32, p: usize, v: usize, dread: usize, q: usize, k: usize,
  ds: usize, dq: usize, dk: usize, sums: usize,
): void {
  const keyRow = <usize>keySize << 2;
  const valueRow = <usize>valueSize << 2;
  for (let i = 0; i < rows; i++) {
    let along: f32 = 0;
    for (let j = nextWeight(p, 0, entries); j < entries; j = nextWeight(p, j + 1, entries)) {
      const w = load<f32>(p + (<usize>j << 2));
      const d = dot(valueSize, dread, v + <usize>j * valueRow);
      store<f32>(ds + (<usize>j << 2), d);
      along += w * d;
    }
    memory.fill(dq, 0, keyRow);
    for (let j = nextWeight(p, 0, entries); j < entries; j = nextWeight(p, j + 1, entries)) {
      const at = <usize>j << 2;
      const w = load<f32>(p + at);
      const d = w * (load<f32>(ds + at) - along);
      addScaled(keySize, d, k + <usize>j * keyRow, dq);
      if (dk) addScaled(keySize, d, q, dk + <usize>j * keyRow);
      store<f32>(sums + at, load<f32>(sums + at) + d);
    }
    p += <usize>entries << 2;
    dread += valueRow;
    q += keyRow;
    dq += keyRow;
  }
}

// @ts-ignore: decorator
@inline
function addScaled(count: i32, factor: f32, x: usize, into: usize): void {
  const f = splat(factor);
  for (; count >= 4; count -= 4) {
    v128.store(into, fma(f, v128.load(x), v128.load(into)));
    x += 16;
    into += 16;
  }
  if (count > 0) keep(into, fma(f, some(x, count), some(into, count)), count);
}

// @ts-ignore: decorator
@inline
function dot(count: i32, x: usize, y: usize): f32 {
  let s = splat(0), t = s, u = s, v = s;
  // Four sums, so that none waits for another.
  for (; count >= 16; count -= 16) {
    s = fma(v128.load(x), v128.load(y), s);
    t = fma(v128.load(x, 16), v128.load(y, 16), t);
    u = fma(v128.load(x, 32), v128.load(y, 32), u);
    v = fma(v128.load(x, 48), v128.load(y, 48), v);
    x += 64;
    y += 64;
  }
  s = f32x4.add(f32x4.add(s, t), f32x4.add(u, v));
  for (; count >= 4; count -= 4) {
    s = fma(v128.load(x), v128.load(y), s);
    x += 16;
    y += 16;
  }
  if (count > 0) s = fma(some(x, count), some(y, count), s);
  return total(s);
}

/** Back through the softmax of each row, in place: d = p ⊙ (d − Σ p d). */
export function attentionBackward(rows: i32, width: i32, p: usize, d: usize): void {
  for (let i = 0; i < rows; i++) {
    let s = splat(0);
    let left = width;
    let q = p;
    let e = d;
    for (; left >= 4; left -= 4) {
      s = fma(v128.load(q), v128.load(e), s);
      q += 16;
      e += 16;
    }
    if (left > 0) s = fma(some(q, left), some(e, left), s);
    const along = splat(total(s));
    for (left = width; left >= 4; left -= 4) {
      v128.store(d, f32x4.mul(v128.load(p), f32x4.sub(v128.load(d), along)));
      p += 16;
      d += 16;
    }
    if (left > 0) {
      keep(d, f32x4.mul(some(p, left), f32x4.sub(some(d, left), along)), left);
      p += <usize>left << 2;
      d += <usize>left << 2;
    }
  }
}

/** For each row of m: m = factor · (m − cᵢ kᵢ); no c for 0. */
export function keyGradient(rows: i32, width: i32, factor: f32, c: usize, k: usize, m: usize): void {
  const f = splat(factor);
  for (let i = 0; i < rows; i++) {
    const g = splat(c ? -load<f32>(c + (<usize>i << 2)) : 0);
    let left = width;
    for (; left >= 4; left -= 4) {
      v128.store(m, f32x4.mul(f, fma(g, v128.load(k), v128.load(m))));
      k += 16;
      m += 16;
    }
    if (left > 0) {
      keep(m, f32x4.mul(f, fma(g, some(k, left), some(m, left))), left);
      k += <usize>left << 2;
      m += <usize>left << 2;
    }
  }
}

/** Σ x y, in float64. */
export function dots(count: i32, x: usize, y: usize): f64 {
  let s: f64 = 0;
  for (; count >= 4; count -= 4) {
    s += <f64>total(f32x4.mul(v128.load(x), v128.load(y)));
    x += 16;
    y += 16;
  }
  if (count > 0) s += <f64>total(f32x4.mul(some(x, count), some(y, count)));
  return s;
}
