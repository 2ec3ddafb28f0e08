/** @file Four numbers at a time. Multiplication and addition are rounded apart: WebAssembly's fused form differs between machines. */

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The sum of the lanes, in pairs. */
// @ts-ignore: decorator
@inline
export function total(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** Up to four numbers; absent ones are 0. */
// @ts-ignore: decorator
@inline
export function some(at: usize, count: i32): v128 {
  let x = v128.load32_zero(at);
  if (count > 1) x = v128.load32_lane(at, x, 1, 4);
  if (count > 2) x = v128.load32_lane(at, x, 2, 8);
  return x;
}

/** Stores the first lanes, fewer than four. */
// @ts-ignore: decorator
@inline
export function keep(at: usize, x: v128, count: i32): void {
  v128.store32_lane(at, x, 0);
  if (count > 1) v128.store32_lane(at, x, 1, 4);
  if (count > 2) v128.store32_lane(at, x, 2, 8);
}

/** The next numbers, of which `count` are left. */
// @ts-ignore: decorator
@inline
export function take(at: usize, count: i32): v128 {
  return count >= 4 ? v128.load(at) : some(at, count);
}

/** Stores over the next numbers, of which `count` are left. */
// @ts-ignore: decorator
@inline
export function put(at: usize, x: v128, count: i32): void {
  if (count >= 4) v128.store(at, x);
  else keep(at, x, count);
}

/** eˣ as 2ⁿ times a polynomial of degree 6, for |x| ≤ 87; relative error 2e-7. */
// @ts-ignore: decorator
@inline
function exp4Within(x: v128): v128 {
  // Adding 1.5 · 2²³ rounds to an integer, and leaves it in the lowest bits.
  const t = fma(x, splat(1.44269504), splat(12582912));
  const n = f32x4.sub(t, splat(12582912));
  const r = fma(n, splat(2.12194440e-4), fma(n, splat(-0.693359375), x));
  let p = fma(splat(1.3888889e-3), r, splat(8.3333333e-3));
  p = fma(p, r, splat(4.1666667e-2));
  p = fma(p, r, splat(0.16666667));
  p = fma(p, r, splat(0.5));
  p = fma(p, r, splat(1));
  p = fma(p, r, splat(1));
  return f32x4.mul(p, i32x4.add(i32x4.shl(t, 23), i32x4.splat(0x3f800000)));
}

/** x within ±limit; NaN stays NaN. */
// @ts-ignore: decorator
@inline
function within(x: v128, limit: f32): v128 {
  return f32x4.pmin(f32x4.pmax(x, splat(-limit)), splat(limit));
}

/** eˣ; relative error 2e-7 for x from −87 to 87, clamped outside. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  return exp4Within(within(x, 87));
}

/** 1 − 2 / (e²ˣ + 1); absolute error 2e-7. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const y = within(x, 10);
  return f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(exp4Within(f32x4.add(y, y)), splat(1))));
}

/** Natural logarithm of positive numbers; relative error 1e-7, and absolute 1e-7 near 1. @see Moshier (1992), Cephes, logf. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  // x = 2ᵉ m with m in [√½, √2).
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const m = f32x4.sub(i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3)), splat(1));
  const z = f32x4.mul(m, m);
  let p = fma(splat(7.0376836292e-2), m, splat(-1.1514610310e-1));
  p = fma(p, m, splat(1.1676998740e-1));
  p = fma(p, m, splat(-1.2420140846e-1));
  p = fma(p, m, splat(1.4249322787e-1));
  p = fma(p, m, splat(-1.6668057665e-1));
  p = fma(p, m, splat(2.0000714765e-1));
  p = fma(p, m, splat(-2.4999993993e-1));
  p = fma(p, m, splat(3.3333331174e-1));
  const tail = fma(splat(-0.5), z, fma(e, splat(-2.12194440e-4), f32x4.mul(f32x4.mul(p, m), z)));
  return fma(e, splat(0.693359375), f32x4.add(m, tail));
}

/** ln(1 + eˣ), without overflow. */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, splat(0)), log4(f32x4.add(splat(1), exp4(f32x4.neg(f32x4.abs(x))))));
}
