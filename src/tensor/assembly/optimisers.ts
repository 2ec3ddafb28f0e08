/** @file Steps of optimisers over a flat vector, in place. */
import { fma, keep, some, splat } from "./lanes";

/** Numbers below the smallest normal one become 0: where a gradient stays away they would be all that is left, at twenty times the time. */
// @ts-ignore: decorator
@inline
function flushed(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), splat(1.17549435e-38)));
}

/**
 * Adam: m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², w = w − rate · m / (√(v · squareScale) + ε). `rate` holds the learning rate and the
 * correction of m for its start at 0, `squareScale` that of v.
 */
export function adam(count: i32, w: usize, g: usize, m: usize, v: usize, rate: f32, squareScale: f32, beta1: f64, beta2: f64, epsilon: f32): void {
  const b1 = splat(<f32>beta1), c1 = splat(<f32>(1 - beta1)), b2 = splat(<f32>beta2), c2 = splat(<f32>(1 - beta2));
  for (; count > 0; count -= 4) {
    const whole = count >= 4;
    const x = whole ? v128.load(g) : some(g, count);
    const mean = flushed(fma(b1, whole ? v128.load(m) : some(m, count), f32x4.mul(c1, x)));
    const square = flushed(fma(b2, whole ? v128.load(v) : some(v, count), f32x4.mul(c2, f32x4.mul(x, x))));
    const move = f32x4.div(f32x4.mul(splat(rate), mean), f32x4.add(f32x4.sqrt(f32x4.mul(square, splat(squareScale))), splat(epsilon)));
    const moved = f32x4.sub(whole ? v128.load(w) : some(w, count), move);
    if (whole) {
      v128.store(m, mean);
      v128.store(v, square);
      v128.store(w, moved);
    } else {
      keep(m, mean, count);
      keep(v, square, count);
      keep(w, moved, count);
    }
    g += 16;
    m += 16;
    v += 16;
    w += 16;
  }
}
