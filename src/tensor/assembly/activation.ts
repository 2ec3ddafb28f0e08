/**
 * @file Activations and their derivatives over dense arrays. `z` is what goes in, `h` what came out; an identity, a tanh and a relu need only
 * `h`, and may overwrite `z` with it. Kinds: 0 identity, 1 tanh, 2 relu, 3 gelu.
 */
import { fma, keep, some, splat, tanh4 } from "./lanes";

/** √(2/π) and the cubic term of gelu's tanh form (Hendrycks & Gimpel 2016). */
const GELU_SCALE: f32 = 0.7978845608;
const GELU_CUBIC: f32 = 0.044715;

// @ts-ignore: decorator
@inline
function geluTanh(z: v128): v128 {
  return tanh4(f32x4.mul(f32x4.mul(splat(GELU_SCALE), z), fma(f32x4.mul(splat(GELU_CUBIC), z), z, splat(1))));
}

// @ts-ignore: decorator
@inline
function value(kind: i32, z: v128): v128 {
  if (kind == 1) return tanh4(z);
  if (kind == 2) return f32x4.pmax(z, splat(0));
  if (kind == 3) return f32x4.mul(f32x4.mul(splat(0.5), z), f32x4.add(splat(1), geluTanh(z)));
  return z;
}

/** a′(z). Of relu at 0: 0. */
// @ts-ignore: decorator
@inline
function slope(kind: i32, z: v128, h: v128): v128 {
  if (kind == 1) return f32x4.sub(splat(1), f32x4.mul(h, h));
  if (kind == 2) return v128.and(f32x4.gt(h, splat(0)), splat(1));
  if (kind == 3) {
    const t = geluTanh(z);
    const u = f32x4.mul(splat(GELU_SCALE), fma(f32x4.mul(splat(3 * GELU_CUBIC), z), z, splat(1)));
    const half = f32x4.mul(splat(0.5), z);
    return fma(f32x4.mul(half, f32x4.sub(splat(1), f32x4.mul(t, t))), u, f32x4.mul(splat(0.5), f32x4.add(splat(1), t)));
  }
  return splat(1);
}

/** a″(z). */
// @ts-ignore: decorator
@inline
function curvature(kind: i32, z: v128, h: v128): v128 {
  if (kind == 1) return f32x4.mul(f32x4.mul(splat(-2), h), f32x4.sub(splat(1), f32x4.mul(h, h)));
  if (kind == 3) {
    const t = geluTanh(z);
    const u = f32x4.mul(splat(GELU_SCALE), fma(f32x4.mul(splat(3 * GELU_CUBIC), z), z, splat(1)));
    const bend = f32x4.mul(splat(3 * GELU_SCALE * GELU_CUBIC), f32x4.mul(z, z));
    const inner = f32x4.sub(f32x4.add(u, bend), f32x4.mul(f32x4.mul(z, t), f32x4.mul(u, u)));
    return f32x4.mul(f32x4.sub(splat(1), f32x4.mul(t, t)), inner);
  }
  return splat(0);
}

/** h = a(z) */
export function activate(kind: i32, count: i32, z: usize, h: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(h, value(kind, v128.load(z)));
    z += 16;
    h += 16;
  }
  if (count > 0) keep(h, value(kind, some(z, count)), count);
}

/** into = a′(z) ⊙ d */
export function activateSlope(kind: i32, count: i32, z: usize, h: usize, d: usize, into: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(into, f32x4.mul(slope(kind, v128.load(z), v128.load(h)), v128.load(d)));
    z += 16;
    h += 16;
    d += 16;
    into += 16;
  }
  if (count > 0) keep(into, f32x4.mul(slope(kind, some(z, count), some(h, count)), some(d, count)), count);
}

/** into = into + a″(z) ⊙ p ⊙ q */
export function activateCurvature(kind: i32, count: i32, z: usize, h: usize, p: usize, q: usize, into: usize): void {
  if (kind == 0 || kind == 2) return;
  for (; count >= 4; count -= 4) {
    v128.store(into, fma(curvature(kind, v128.load(z), v128.load(h)), f32x4.mul(v128.load(p), v128.load(q)), v128.load(into)));
    z += 16;
    h += 16;
    p += 16;
    q += 16;
    into += 16;
  }
  if (count > 0) keep(into, fma(curvature(kind, some(z, count), some(h, count)), f32x4.mul(some(p, count), some(q, count)), some(into, count)), count);
}
