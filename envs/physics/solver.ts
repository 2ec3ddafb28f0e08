/**
 * @file Projected Gauss–Seidel over the rows of a substep: all joints, then all normals up and down, then friction, until nothing moves any more.
 * Friction is Coulomb's: the two tangent impulses of a point together stay in the disc of radius μ·λₙ.
 *
 * Rows start from the last substep's impulses (warm starting), which makes one sweep enough where little changes. It also makes the solver an
 * integrator: if a substep solves only a share α of some mode, and rows pull back a share β of their position error, the mode is stable while
 * α + (1 − ρ) > β, with ρ the share of impulses kept (Routh's criterion on the error's recursion). So errors are pulled back slowly (β is at
 * most 0.1 for joints, 0.06 for contacts), and the more a substep leaves unsolved, the less is kept, down to ρ = 0.9: stable whatever α.
 * @see Catto (2005), "Iterative dynamics with temporal coherence".
 */
import { HAS_OTHER, LEAD_TURNS, OTHER_TURNS, type Rows } from "./rows.ts";

/** What is lost of the impulses, at most, and the speed left unsolved along a row [m/s] from which on that is lost. */
const LEAK = 0.1;
const UNSOLVED = 0.1;

/** When the sweeps end. */
export interface SolverOptions {
  /** Sweeps at most. */
  readonly sweeps: number;
  /** Largest change of speed along a row in a sweep that counts as none [m/s]. */
  readonly tolerance: number;
  /** Share of the impulses that the next substep starts from. */
  readonly warmStart: number;
}

/** What is solved: `joints` rows, then three rows for each of the contacts, whose coefficient is that of their pair. */
export interface System {
  readonly rows: Rows;
  readonly joints: number;
  readonly contacts: number;
  readonly pairOf: Int32Array;
  readonly friction: Float64Array;
  readonly velocity: Float64Array;
}

/** The largest change of speed in the present sweep. In an array, since a returned double would be allocated. */
const worst = new Float64Array(1);

/** What a solution cost, and the share of its impulses to start from next time. */
export interface Solution {
  sweeps: number;
  kept: number;
}

const solution: Solution = { sweeps: 0, kept: 1 };

/** Solves in place. The answer is overwritten by the next call. */
export function solve(system: System, { sweeps, tolerance, warmStart }: SolverOptions): Readonly<Solution> {
  const firstNormal = system.joints + 2;
  let sweep = 0;
  do {
    worst[0] = 0;
    sweepBounded(system, 0, system.joints, 1);
    // Up and down: what rests on what is found in contacts' order, and a load that one pass carries in its direction takes many in the other.
    sweepBounded(system, firstNormal, system.contacts, 3);
    sweepBounded(system, firstNormal + 3 * system.contacts - 3, system.contacts, -3);
    sweepFriction(system);
    sweep++;
  } while (worst[0] > tolerance && sweep < sweeps);
  solution.sweeps = sweep;
  solution.kept = worst[0] > tolerance ? warmStart * (1 - LEAK * Math.min(1, worst[0] / UNSOLVED)) : warmStart;
  return solution;
}

/** J·v of row r. Small enough for the compiler to put in place at every call. */
function speedAlong(jacobian: Float64Array, v: Float64Array, o: number, b: number, a: number, kind: number): number {
  let speed = jacobian[o]! * v[b]! + jacobian[o + 1]! * v[b + 1]! + jacobian[o + 2]! * v[b + 2]!;
  if ((kind & LEAD_TURNS) !== 0) speed += jacobian[o + 3]! * v[b + 3]! + jacobian[o + 4]! * v[b + 4]! + jacobian[o + 5]! * v[b + 5]!;
  if ((kind & HAS_OTHER) !== 0) speed += jacobian[o + 6]! * v[a]! + jacobian[o + 7]! * v[a + 1]! + jacobian[o + 8]! * v[a + 2]!;
  if ((kind & OTHER_TURNS) !== 0) speed += jacobian[o + 9]! * v[a + 3]! + jacobian[o + 10]! * v[a + 4]! + jacobian[o + 11]! * v[a + 5]!;
  return speed;
}

/** v += M⁻¹Jᵀ·λ. */
function push(response: Float64Array, v: Float64Array, o: number, b: number, a: number, kind: number, impulse: number): void {
  v[b]! += response[o]! * impulse;
  v[b + 1]! += response[o + 1]! * impulse;
  v[b + 2]! += response[o + 2]! * impulse;
  if ((kind & LEAD_TURNS) !== 0) {
    v[b + 3]! += response[o + 3]! * impulse;
    v[b + 4]! += response[o + 4]! * impulse;
    v[b + 5]! += response[o + 5]! * impulse;
  }
  if ((kind & HAS_OTHER) !== 0) {
    v[a]! += response[o + 6]! * impulse;
    v[a + 1]! += response[o + 7]! * impulse;
    v[a + 2]! += response[o + 8]! * impulse;
  }
  if ((kind & OTHER_TURNS) !== 0) {
    v[a + 3]! += response[o + 9]! * impulse;
    v[a + 4]! += response[o + 10]! * impulse;
    v[a + 5]! += response[o + 11]! * impulse;
  }
}

/** `count` rows from `first` on, every `stride`-th: the joints, or the normals. */
function sweepBounded({ rows, velocity }: System, first: number, count: number, stride: number): void {
  const { jacobian, response, target, softness, low, high, impulse, diagonal, gain, lead, other, kind } = rows;
  let most = worst[0]!;
  for (let n = 0, r = first; n < count; n++, r += stride) {
    const o = 12 * r;
    const b = lead[r]!;
    const a = other[r]!;
    const bits = kind[r]!;
    const was = impulse[r]!;
    let is = was + (target[r]! - softness[r]! * was - speedAlong(jacobian, velocity, o, b, a, bits)) * gain[r]!;
    if (is < low[r]!) is = low[r]!;
    else if (is > high[r]!) is = high[r]!;
    const change = is - was;
    if (change === 0) continue;
    impulse[r] = is;
    push(response, velocity, o, b, a, bits, change);
    const moved = Math.abs(change) * diagonal[r]!;
    if (moved > most) most = moved;
  }
  worst[0] = most;
}

/** Both tangents of each point at once. */
function sweepFriction({ rows, joints, contacts, pairOf, friction, velocity: v }: System): void {
  const { jacobian: j, response: p, target, softness, impulse, diagonal, gain, lead, other, kind } = rows;
  let most = worst[0]!;
  for (let c = 0; c < contacts; c++) {
    const r = joints + 3 * c;
    const was1 = impulse[r]!;
    const was2 = impulse[r + 1]!;
    const reach = friction[pairOf[c]!]! * impulse[r + 2]!;
    if (reach === 0 && was1 === 0 && was2 === 0) continue;
    const o = 12 * r;
    const b = lead[r]!;
    const a = other[r]!;
    const bits = kind[r]!;
    let speed1 = j[o]! * v[b]! + j[o + 1]! * v[b + 1]! + j[o + 2]! * v[b + 2]!;
    let speed2 = j[o + 12]! * v[b]! + j[o + 13]! * v[b + 1]! + j[o + 14]! * v[b + 2]!;
    if ((bits & LEAD_TURNS) !== 0) {
      speed1 += j[o + 3]! * v[b + 3]! + j[o + 4]! * v[b + 4]! + j[o + 5]! * v[b + 5]!;
      speed2 += j[o + 15]! * v[b + 3]! + j[o + 16]! * v[b + 4]! + j[o + 17]! * v[b + 5]!;
    }
    if ((bits & HAS_OTHER) !== 0) {
      speed1 += j[o + 6]! * v[a]! + j[o + 7]! * v[a + 1]! + j[o + 8]! * v[a + 2]!;
      speed2 += j[o + 18]! * v[a]! + j[o + 19]! * v[a + 1]! + j[o + 20]! * v[a + 2]!;
    }
    if ((bits & OTHER_TURNS) !== 0) {
      speed1 += j[o + 9]! * v[a + 3]! + j[o + 10]! * v[a + 4]! + j[o + 11]! * v[a + 5]!;
      speed2 += j[o + 21]! * v[a + 3]! + j[o + 22]! * v[a + 4]! + j[o + 23]! * v[a + 5]!;
    }
    let is1 = was1 + (target[r]! - softness[r]! * was1 - speed1) * gain[r]!;
    let is2 = was2 + (target[r + 1]! - softness[r + 1]! * was2 - speed2) * gain[r + 1]!;
    const squared = is1 * is1 + is2 * is2;
    if (squared > reach * reach) {
      const scale = reach / Math.sqrt(squared);
      is1 *= scale;
      is2 *= scale;
    }
    impulse[r] = is1;
    impulse[r + 1] = is2;
    const d1 = is1 - was1;
    const d2 = is2 - was2;
    v[b]! += p[o]! * d1 + p[o + 12]! * d2;
    v[b + 1]! += p[o + 1]! * d1 + p[o + 13]! * d2;
    v[b + 2]! += p[o + 2]! * d1 + p[o + 14]! * d2;
    if ((bits & LEAD_TURNS) !== 0) {
      v[b + 3]! += p[o + 3]! * d1 + p[o + 15]! * d2;
      v[b + 4]! += p[o + 4]! * d1 + p[o + 16]! * d2;
      v[b + 5]! += p[o + 5]! * d1 + p[o + 17]! * d2;
    }
    if ((bits & HAS_OTHER) !== 0) {
      v[a]! += p[o + 6]! * d1 + p[o + 18]! * d2;
      v[a + 1]! += p[o + 7]! * d1 + p[o + 19]! * d2;
      v[a + 2]! += p[o + 8]! * d1 + p[o + 20]! * d2;
    }
    if ((bits & OTHER_TURNS) !== 0) {
      v[a + 3]! += p[o + 9]! * d1 + p[o + 21]! * d2;
      v[a + 4]! += p[o + 10]! * d1 + p[o + 22]! * d2;
      v[a + 5]! += p[o + 11]! * d1 + p[o + 23]! * d2;
    }
    const moved = Math.max(Math.abs(d1) * diagonal[r]!, Math.abs(d2) * diagonal[r + 1]!);
    if (moved > most) most = moved;
  }
  worst[0] = most;
}
