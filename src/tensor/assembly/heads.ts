/** @file Distributions over actions, row by row, and the way back through them. See `heads.ts`. */
import { exp4, fma, log4, put, softplus4, splat, take, tanh4, total } from "./lanes";

const LOG_TWO: f32 = 0.69314718;
const HALF_LOG_TWO_PI: f32 = 0.91893853;

/** The sum of the first lanes. */
// @ts-ignore: decorator
@inline
function totalOf(x: v128, count: i32): f32 {
  if (count >= 4) return total(x);
  let s = f32x4.extract_lane(x, 0);
  if (count > 1) s += f32x4.extract_lane(x, 1);
  if (count > 2) s += f32x4.extract_lane(x, 2);
  return s;
}

/** −½δ² − s − ½ ln 2π − ln(1 − tanh²u), for δ = (u − mean) / eˢ. */
// @ts-ignore: decorator
@inline
function logDensity(delta: v128, s: v128, u: v128): v128 {
  const squash = f32x4.mul(splat(-2), f32x4.sub(f32x4.sub(splat(LOG_TWO), u), softplus4(f32x4.mul(splat(-2), u))));
  return f32x4.add(f32x4.sub(fma(f32x4.mul(splat(-0.5), delta), delta, splat(-HALF_LOG_TWO_PI)), s), squash);
}

/** a = tanh(u) with u = mean + eˢ noise, and the sum over each row of its logarithmic density. */
export function gaussianSample(rows: i32, width: i32, mean: usize, s: usize, noise: usize, action: usize, logProbability: usize): void {
  for (let i = 0; i < rows; i++) {
    let sum: f32 = 0;
    for (let left = width; left > 0; left -= 4) {
      const e = take(noise, left), spread = take(s, left);
      const u = fma(exp4(spread), e, take(mean, left));
      put(action, tanh4(u), left);
      sum += totalOf(logDensity(e, spread, u), left);
      const next = <usize>min(left, 4) << 2;
      mean += next;
      s += next;
      noise += next;
      action += next;
    }
    store<f32>(logProbability, sum);
    logProbability += 4;
  }
}

/** Back from ∂a and ∂logProbability (0 for one that is not there) to ∂mean and ∂s. */
export function gaussianSampleBackward(
  rows: i32, width: i32, s: usize, noise: usize, action: usize, daction: usize, dlogProbability: usize, dmean: usize, ds: usize,
): void {
  for (let i = 0; i < rows; i++) {
    const dl = splat(dlogProbability ? load<f32>(dlogProbability + (<usize>i << 2)) : 0);
    for (let left = width; left > 0; left -= 4) {
      const a = take(action, left);
      let du = f32x4.mul(f32x4.mul(splat(2), a), dl);
      if (daction) du = fma(take(daction, left), f32x4.sub(splat(1), f32x4.mul(a, a)), du);
      put(dmean, du, left);
      put(ds, f32x4.sub(f32x4.mul(f32x4.mul(du, exp4(take(s, left))), take(noise, left)), dl), left);
      const next = <usize>min(left, 4) << 2;
      s += next;
      noise += next;
      action += next;
      if (daction) daction += next;
      dmean += next;
      ds += next;
    }
  }
}

/** The sum over each row of the logarithmic density of tanh(u). */
export function gaussianDensity(rows: i32, width: i32, mean: usize, s: usize, u: usize, logProbability: usize): void {
  for (let i = 0; i < rows; i++) {
    let sum: f32 = 0;
    for (let left = width; left > 0; left -= 4) {
      const spread = take(s, left), x = take(u, left);
      const delta = f32x4.mul(f32x4.sub(x, take(mean, left)), exp4(f32x4.neg(spread)));
      sum += totalOf(logDensity(delta, spread, x), left);
      const next = <usize>min(left, 4) << 2;
      mean += next;
      s += next;
      u += next;
    }
    store<f32>(logProbability, sum);
    logProbability += 4;
  }
}

/** Back to ∂mean, ∂s and ∂u. */
export function gaussianDensityBackward(
  rows: i32, width: i32, mean: usize, s: usize, u: usize, dlogProbability: usize, dmean: usize, ds: usize, du: usize,
): void {
  for (let i = 0; i < rows; i++) {
    const dl = splat(load<f32>(dlogProbability + (<usize>i << 2)));
    for (let left = width; left > 0; left -= 4) {
      const inverse = exp4(f32x4.neg(take(s, left))), x = take(u, left);
      const delta = f32x4.mul(f32x4.sub(x, take(mean, left)), inverse);
      const pull = f32x4.mul(delta, inverse);
      put(dmean, f32x4.mul(dl, pull), left);
      put(ds, f32x4.mul(dl, f32x4.sub(f32x4.mul(delta, delta), splat(1))), left);
      put(du, f32x4.mul(dl, f32x4.sub(f32x4.mul(splat(2), tanh4(x)), pull)), left);
      const next = <usize>min(left, 4) << 2;
      mean += next;
      s += next;
      u += next;
      dmean += next;
      ds += next;
      du += next;
    }
  }
}

/** The logarithms of each row's softmax; Σ label · logarithm; and the entropy. */
export function categorical(rows: i32, width: i32, logits: usize, labels: usize, logarithms: usize, logProbability: usize, entropy: usize): void {
  const row = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    let most: f32 = -Infinity;
    for (let j: usize = 0; j < row; j += 4) most = max(most, load<f32>(logits + j));
    const top = splat(most);
    let sum: f32 = 0;
    for (let j = 0; j < width; j += 4) sum += totalOf(exp4(f32x4.sub(take(logits + (<usize>j << 2), width - j), top)), width - j);
    const base = f32x4.add(top, log4(splat(sum)));
    let l: f32 = 0;
    let h: f32 = 0;
    for (let j = 0; j < width; j += 4) {
      const at = <usize>j << 2;
      const logarithm = f32x4.sub(take(logits + at, width - j), base);
      put(logarithms + at, logarithm, width - j);
      l += totalOf(f32x4.mul(take(labels + at, width - j), logarithm), width - j);
      h -= totalOf(f32x4.mul(exp4(logarithm), logarithm), width - j);
    }
    store<f32>(logProbability, l);
    store<f32>(entropy, h);
    logits += row;
    labels += row;
    logarithms += row;
    logProbability += 4;
    entropy += 4;
  }
}

/** Back from ∂logProbability and ∂entropy (0 for one that is not there) to ∂logits. */
export function categoricalBackward(
  rows: i32, width: i32, labels: usize, logarithms: usize, entropy: usize, dlogProbability: usize, dentropy: usize, dlogits: usize,
): void {
  const row = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    const at = <usize>i << 2;
    const dl = dlogProbability ? load<f32>(dlogProbability + at) : 0;
    const dh = splat(dentropy ? load<f32>(dentropy + at) : 0);
    let mass: f32 = 0;
    for (let j: usize = 0; j < row; j += 4) mass += load<f32>(labels + j);
    for (let j = 0; j < width; j += 4) {
      const to = <usize>j << 2;
      const logarithm = take(logarithms + to, width - j);
      const p = exp4(logarithm);
      const fromLabel = f32x4.mul(splat(dl), f32x4.sub(take(labels + to, width - j), f32x4.mul(splat(mass), p)));
      const fromEntropy = f32x4.mul(dh, f32x4.mul(p, f32x4.add(logarithm, splat(load<f32>(entropy + at)))));
      put(dlogits + to, f32x4.sub(fromLabel, fromEntropy), width - j);
    }
    labels += row;
    logarithms += row;
    dlogits += row;
  }
}
