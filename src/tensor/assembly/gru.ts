/** @file One step of gated recurrent units, and the way back through it; the matrix products are done outside. See `gru.ts`. */
import { exp4, fma, put, splat, take, tanh4 } from "./lanes";

// @ts-ignore: decorator
@inline
function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

/** h = state where `kept` is 1, row by row, else 0. */
export function gruKeep(rows: i32, hidden: i32, kept: usize, state: usize, h: usize): void {
  const row = <usize>hidden << 2;
  for (let i = 0; i < rows; i++) {
    if (load<f32>(kept + (<usize>i << 2)) != 0) memory.copy(h, state, row);
    else memory.fill(h, 0, row);
    state += row;
    h += row;
  }
}

/**
 * From what the input and the state (before it: h) add to the gates, [rows, 3 hidden] each in the order r, z, n, to the gates and the next state.
 * `m` is what r lets through of the state: its share of n, with its bias.
 */
export function gruForward(rows: i32, hidden: i32, input: usize, state: usize, bias: usize, h: usize, r: usize, z: usize, n: usize, m: usize, next: usize): void {
  const row = <usize>hidden << 2;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < hidden; j += 4) {
      const count = hidden - j;
      const at = <usize>j << 2;
      const gr = sigmoid4(f32x4.add(take(input + at, count), take(state + at, count)));
      const gz = sigmoid4(f32x4.add(take(input + row + at, count), take(state + row + at, count)));
      const through = f32x4.add(take(state + 2 * row + at, count), take(bias + at, count));
      const gn = tanh4(fma(gr, through, take(input + 2 * row + at, count)));
      put(r + at, gr, count);
      put(z + at, gz, count);
      put(n + at, gn, count);
      put(m + at, through, count);
      put(next + at, fma(gz, f32x4.sub(take(h + at, count), gn), gn), count);
    }
    input += 3 * row;
    state += 3 * row;
    h += row;
    r += row;
    z += row;
    n += row;
    m += row;
    next += row;
  }
}

/**
 * From ∂next to the gradients of what the input and the state added, [rows, 3 hidden] each, and to what of ∂h does not pass the gates: z ∂next.
 */
export function gruBackward(
  rows: i32, hidden: i32, dnext: usize, h: usize, r: usize, z: usize, n: usize, m: usize, dinput: usize, dstate: usize, dh: usize,
): void {
  const row = <usize>hidden << 2;
  const one = splat(1);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < hidden; j += 4) {
      const count = hidden - j;
      const at = <usize>j << 2;
      const d = take(dnext + at, count);
      const gr = take(r + at, count), gz = take(z + at, count), gn = take(n + at, count);
      const dz = f32x4.mul(f32x4.mul(d, f32x4.sub(take(h + at, count), gn)), f32x4.mul(gz, f32x4.sub(one, gz)));
      const dn = f32x4.mul(f32x4.mul(d, f32x4.sub(one, gz)), f32x4.sub(one, f32x4.mul(gn, gn)));
      const dr = f32x4.mul(f32x4.mul(dn, take(m + at, count)), f32x4.mul(gr, f32x4.sub(one, gr)));
      put(dinput + at, dr, count);
      put(dinput + row + at, dz, count);
      put(dinput + 2 * row + at, dn, count);
      put(dstate + at, dr, count);
      put(dstate + row + at, dz, count);
      put(dstate + 2 * row + at, f32x4.mul(dn, gr), count);
      put(dh + at, f32x4.mul(d, gz), count);
    }
    dnext += row;
    h += row;
    r += row;
    z += row;
    n += row;
    m += row;
    dinput += 3 * row;
    dstate += 3 * row;
    dh += row;
  }
}
