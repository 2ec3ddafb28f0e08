/** @file Arithmetic on dense arrays, number by number. */
import { fma, put, splat, take } from "./lanes";

// @ts-ignore: decorator
@inline
function combined(kind: i32, a: v128, b: v128): v128 {
  if (kind == 0) return f32x4.add(a, b);
  if (kind == 1) return f32x4.sub(a, b);
  return f32x4.mul(a, b);
}

/** into = a + b, a − b or a · b, for kinds 0, 1 and 2. `a` is so many stretches of `count` numbers; `b` is one, and the same for each. */
export function combine(kind: i32, stretches: i32, count: i32, a: usize, b: usize, into: usize): void {
  const bytes = <usize>count << 2;
  for (; stretches > 0; stretches--) {
    let left = count;
    let at: usize = 0;
    for (; left >= 4; left -= 4) {
      v128.store(into + at, combined(kind, v128.load(a + at), v128.load(b + at)));
      at += 16;
    }
    if (left > 0) put(into + at, combined(kind, take(a + at, left), take(b + at, left)), left);
    a += bytes;
    into += bytes;
  }
}

/** As `combine`, of all of `a` with the one number at `b`. */
export function combineWithOne(kind: i32, count: i32, a: usize, b: usize, into: usize): void {
  const one = v128.load32_splat(b);
  for (; count > 0; count -= 4) {
    put(into, combined(kind, take(a, count), one), count);
    a += 16;
    into += 16;
  }
}

/** into = a + factor · b */
export function addScaled(count: i32, a: usize, factor: f32, b: usize, into: usize): void {
  const f = splat(factor);
  for (; count > 0; count -= 4) {
    put(into, fma(f, take(b, count), take(a, count)), count);
    a += 16;
    b += 16;
    into += 16;
  }
}
