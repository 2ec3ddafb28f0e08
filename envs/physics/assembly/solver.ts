/**
 * @file Rows and the sweeps of projected Gauss–Seidel over them (see `../solver.ts`), two numbers at a time, in this module's own memory.
 * Every address below is where an array begins; `../rows.ts` names and describes them.
 */

/** Room for so many rows and bodies. No power of two: arrays that lie a power of two apart share the processor's cache sets. */
export const rowRoom: i32 = 10_000;
export const bodyRoom: i32 = 5_000;

const NUMBER: usize = 8;
/** Bytes of a body's velocity, and of a row's Jacobian. */
const BODY: usize = 6 * NUMBER;
const ROW: usize = 12 * NUMBER;

export const velocity: usize = 1024;
export const jacobian: usize = velocity + BODY * bodyRoom;
export const response: usize = jacobian + ROW * rowRoom;
export const target: usize = response + ROW * rowRoom;
export const softness: usize = target + NUMBER * rowRoom;
export const low: usize = softness + NUMBER * rowRoom;
export const high: usize = low + NUMBER * rowRoom;
export const impulse: usize = high + NUMBER * rowRoom;
export const diagonal: usize = impulse + NUMBER * rowRoom;
export const gain: usize = diagonal + NUMBER * rowRoom;
export const friction: usize = gain + NUMBER * rowRoom;
export const lead: usize = friction + NUMBER * rowRoom;
export const other: usize = lead + 4 * rowRoom;
export const inverseMass: usize = other + 4 * rowRoom;
export const inverseInertia: usize = inverseMass + 3 * NUMBER * bodyRoom;
export const direction: usize = inverseInertia + 9 * NUMBER * bodyRoom;
export const leadArm: usize = direction + 3 * NUMBER;
export const otherArm: usize = leadArm + 3 * NUMBER;

/** Writes one body's half of a row, along (x, y, z) at an arm. @returns Its share of the diagonal. */
// @ts-ignore: decorator
@inline
function writeHalf(at: usize, body: usize, arm: usize, x: f64, y: f64, z: f64): f64 {
  const m = inverseMass + 3 * NUMBER * body;
  const lx = load<f64>(m) * x;
  const ly = load<f64>(m, 8) * y;
  const lz = load<f64>(m, 16) * z;
  const ax = load<f64>(arm);
  const ay = load<f64>(arm, 8);
  const az = load<f64>(arm, 16);
  const p = ay * z - az * y;
  const q = az * x - ax * z;
  const s = ax * y - ay * x;
  const i = inverseInertia + 9 * NUMBER * body;
  const u = load<f64>(i) * p + load<f64>(i, 8) * q + load<f64>(i, 16) * s;
  const v = load<f64>(i, 24) * p + load<f64>(i, 32) * q + load<f64>(i, 40) * s;
  const w = load<f64>(i, 48) * p + load<f64>(i, 56) * q + load<f64>(i, 64) * s;
  const j = jacobian + at;
  store<f64>(j, x);
  store<f64>(j, y, 8);
  store<f64>(j, z, 16);
  store<f64>(j, p, 24);
  store<f64>(j, q, 32);
  store<f64>(j, s, 40);
  const r = response + at;
  store<f64>(r, lx);
  store<f64>(r, ly, 8);
  store<f64>(r, lz, 16);
  store<f64>(r, u, 24);
  store<f64>(r, v, 32);
  store<f64>(r, w, 40);
  return x * lx + y * ly + z * lz + (p * u + q * v + s * w);
}

/** Writes Jacobian, response and diagonal of row r. @param b, a The bodies; −1 for no other. */
function writeRow(r: i32, b: i32, a: i32, x: f64, y: f64, z: f64): f64 {
  store<i32>(lead + (<usize>r << 2), 6 * b);
  store<i32>(other + (<usize>r << 2), 6 * a);
  const at = <usize>r * ROW;
  let sum = writeHalf(at, b, leadArm, x, y, z);
  if (a >= 0) sum += writeHalf(at + BODY, a, otherArm, -x, -y, -z);
  return sum;
}

/** Row r for the speed of body b's point, against a's, along `direction` times a sign. */
export function linear(r: i32, b: i32, a: i32, sign: f64): void {
  const sum = writeRow(r, b, a, sign * load<f64>(direction), sign * load<f64>(direction, 8), sign * load<f64>(direction, 16));
  store<f64>(diagonal + (<usize>r << 3), sum);
}

/** Rows r to r + 2 for a contact whose normal is `direction`, at rest and with room above: two tangents and the normal. */
export function contact(r: i32, b: i32, a: i32, tangentSoftness: f64, normalSoftness: f64): void {
  const x = load<f64>(direction);
  const y = load<f64>(direction, 8);
  const z = load<f64>(direction, 16);
  // One tangent lies in a coordinate plane, so that it does not turn about the normal from step to step.
  const alongX = x * x < 0.5;
  const scale = 1 / Math.sqrt(z * z + (alongX ? y * y : x * x));
  const tx = alongX ? 0 : -z * scale;
  const ty = alongX ? z * scale : 0;
  const tz = (alongX ? -y : x) * scale;
  const first = writeRow(r, b, a, tx, ty, tz) + tangentSoftness;
  const second = writeRow(r + 1, b, a, y * tz - z * ty, z * tx - x * tz, x * ty - y * tx) + tangentSoftness;
  const normal = writeRow(r + 2, b, a, x, y, z) + normalSoftness;
  const o = <usize>r << 3;
  store<f64>(diagonal + o, first);
  store<f64>(diagonal + o, second, 8);
  store<f64>(diagonal + o, normal, 16);
  // Both tangents share one gain, so that the cone projection opposes the slip and does not turn it.
  const shared = 1 / (first > second ? first : second);
  store<f64>(gain + o, shared);
  store<f64>(gain + o, shared, 8);
  store<f64>(gain + o, 1 / normal, 16);
  store<f64>(softness + o, tangentSoftness);
  store<f64>(softness + o, tangentSoftness, 8);
  store<f64>(softness + o, normalSoftness, 16);
  for (let k: usize = 0; k < 24; k += 8) {
    store<f64>(target + o + k, 0);
    store<f64>(impulse + o + k, 0);
  }
  store<f64>(low + o, 0, 16);
  store<f64>(high + o, Infinity, 16);
}

/** The largest change of speed along a row in the present sweep. */
let worst: f64 = 0;

/** The speed along a row: its Jacobian times the velocities of one body or two. */
// @ts-ignore: decorator
@inline
function speedAlong(j: usize, b: usize, a: i32): f64 {
  let sum = f64x2.mul(v128.load(j), v128.load(b));
  sum = f64x2.add(sum, f64x2.mul(v128.load(j, 16), v128.load(b, 16)));
  sum = f64x2.add(sum, f64x2.mul(v128.load(j, 32), v128.load(b, 32)));
  if (a >= 0) {
    const v = velocity + ((<usize>a) << 3);
    let rest = f64x2.mul(v128.load(j, 48), v128.load(v));
    rest = f64x2.add(rest, f64x2.mul(v128.load(j, 64), v128.load(v, 16)));
    rest = f64x2.add(rest, f64x2.mul(v128.load(j, 80), v128.load(v, 32)));
    sum = f64x2.add(sum, rest);
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

// @ts-ignore: decorator
@inline
function push(p: usize, v: usize, by: v128): void {
  v128.store(v, f64x2.add(v128.load(v), f64x2.mul(v128.load(p), by)));
  v128.store(v, f64x2.add(v128.load(v, 16), f64x2.mul(v128.load(p, 16), by)), 16);
  v128.store(v, f64x2.add(v128.load(v, 32), f64x2.mul(v128.load(p, 32), by)), 32);
}

// @ts-ignore: decorator
@inline
function push2(p: usize, q: usize, v: usize, by: v128, and: v128): void {
  v128.store(v, f64x2.add(v128.load(v), f64x2.add(f64x2.mul(v128.load(p), by), f64x2.mul(v128.load(q), and))));
  v128.store(v, f64x2.add(v128.load(v, 16), f64x2.add(f64x2.mul(v128.load(p, 16), by), f64x2.mul(v128.load(q, 16), and))), 16);
  v128.store(v, f64x2.add(v128.load(v, 32), f64x2.add(f64x2.mul(v128.load(p, 32), by), f64x2.mul(v128.load(q, 32), and))), 32);
}

/** `count` rows from `first` on, every `stride`-th: the joints, or the normals. */
function sweepBounded(first: i32, count: i32, stride: i32): void {
  let most = worst;
  for (let n = 0, r = first; n < count; n++, r += stride) {
    const o = (<usize>r) << 3;
    const row = <usize>r * ROW;
    const b = velocity + ((<usize>load<i32>(lead + (<usize>r << 2))) << 3);
    const a = load<i32>(other + (<usize>r << 2));
    const was = load<f64>(impulse + o);
    const missing = load<f64>(target + o) - load<f64>(softness + o) * was - speedAlong(jacobian + row, b, a);
    let is = was + missing * load<f64>(gain + o);
    const least = load<f64>(low + o);
    const greatest = load<f64>(high + o);
    is = is < least ? least : is > greatest ? greatest : is;
    const change = is - was;
    if (change == 0) continue;
    store<f64>(impulse + o, is);
    const by = f64x2.splat(change);
    push(response + row, b, by);
    if (a >= 0) push(response + row + 48, velocity + ((<usize>a) << 3), by);
    const moved = Math.abs(change) * load<f64>(diagonal + o);
    if (moved > most) most = moved;
  }
  worst = most;
}

/** Both tangents of each point at once; the rows of a point are two tangents and the normal. */
function sweepFriction(first: i32, contacts: i32): void {
  let most = worst;
  for (let c = 0, r = first; c < contacts; c++, r += 3) {
    const o = (<usize>r) << 3;
    const was1 = load<f64>(impulse + o);
    const was2 = load<f64>(impulse + o, 8);
    const reach = load<f64>(friction + o) * load<f64>(impulse + o, 16);
    if (reach == 0 && was1 == 0 && was2 == 0) continue;
    const row = <usize>r * ROW;
    const b = velocity + ((<usize>load<i32>(lead + (<usize>r << 2))) << 3);
    const a = load<i32>(other + (<usize>r << 2));
    const speed1 = speedAlong(jacobian + row, b, a);
    const speed2 = speedAlong(jacobian + row + ROW, b, a);
    let is1 = was1 + (load<f64>(target + o) - load<f64>(softness + o) * was1 - speed1) * load<f64>(gain + o);
    let is2 = was2 + (load<f64>(target + o, 8) - load<f64>(softness + o, 8) * was2 - speed2) * load<f64>(gain + o, 8);
    const squared = is1 * is1 + is2 * is2;
    if (squared > reach * reach) {
      const scale = reach / Math.sqrt(squared);
      is1 *= scale;
      is2 *= scale;
    }
    store<f64>(impulse + o, is1);
    store<f64>(impulse + o, is2, 8);
    const change1 = is1 - was1;
    const change2 = is2 - was2;
    const by1 = f64x2.splat(change1);
    const by2 = f64x2.splat(change2);
    push2(response + row, response + row + ROW, b, by1, by2);
    if (a >= 0) push2(response + row + 48, response + row + ROW + 48, velocity + ((<usize>a) << 3), by1, by2);
    const moved1 = Math.abs(change1) * load<f64>(diagonal + o);
    const moved2 = Math.abs(change2) * load<f64>(diagonal + o, 8);
    const moved = moved1 > moved2 ? moved1 : moved2;
    if (moved > most) most = moved;
  }
  worst = most;
}

/** Adds what the impulses of `count` rows from `first` on do to the velocities. */
export function warmStart(first: i32, count: i32): void {
  for (let r = first; r < first + count; r++) {
    const is = load<f64>(impulse + ((<usize>r) << 3));
    if (is == 0) continue;
    const row = <usize>r * ROW;
    const a = load<i32>(other + (<usize>r << 2));
    const by = f64x2.splat(is);
    push(response + row, velocity + ((<usize>load<i32>(lead + (<usize>r << 2))) << 3), by);
    if (a >= 0) push(response + row + 48, velocity + ((<usize>a) << 3), by);
  }
}

/** One sweep over all rows. @returns The largest change of speed along a row [m/s]. */
export function sweep(joints: i32, contacts: i32): f64 {
  worst = 0;
  const firstNormal = joints + 2;
  sweepBounded(0, joints, 1);
  // Up and down: what rests on what is found in contacts' order, and a load that one pass carries in its direction takes many in the other.
  sweepBounded(firstNormal, contacts, 3);
  sweepBounded(firstNormal + 3 * contacts - 3, contacts, -3);
  sweepFriction(joints, contacts);
  return worst;
}
