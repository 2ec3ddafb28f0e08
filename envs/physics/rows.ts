/**
 * @file The velocity constraints of one substep as flat arrays, one row a constraint: joints first, then three rows a contact point.
 * Row r asks for J·v = target − softness·λ with impulse λ in [low, high]; λ changes the velocities by M⁻¹Jᵀλ.
 *
 * A row acts on a lead body, which certainly moves, and perhaps on another. Its 12 numbers in `jacobian` and in `response` (M⁻¹Jᵀ) are:
 * lead linear 0–2, lead angular 3–5, other linear 6–8, other angular 9–11. Parts that `kind` says do not move are never read.
 */
import { FIXED_TURN, type FlatBodies } from "./flat-bodies.ts";

/** Bits of a row's kind. The other body turns only if the lead does too. */
export const LEAD_TURNS = 1;
export const HAS_OTHER = 2;
export const OTHER_TURNS = 4;

/** @param other −1 for a row on the lead alone. */
export function kindOf({ turning }: FlatBodies, lead: number, other: number): number {
  const otherKind = other < 0 ? 0 : turning[other] === FIXED_TURN ? HAS_OTHER : HAS_OTHER | OTHER_TURNS;
  return otherKind | (turning[lead] === FIXED_TURN ? 0 : LEAD_TURNS);
}

/** Along a row with less inverse mass than this [1/kg] nothing can move: it is left out. */
const IMMOVABLE = 1e-9;

export class Rows {
  jacobian = new Float64Array(0);
  response = new Float64Array(0);
  /** Wanted speed [m/s or rad/s]. */
  target = new Float64Array(0);
  /** [1/kg or 1/(kg·m²)] */
  softness = new Float64Array(0);
  /** Bounds of the impulse [N·s or N·m·s]. */
  low = new Float64Array(0);
  high = new Float64Array(0);
  impulse = new Float64Array(0);
  /** J·M⁻¹·Jᵀ + softness, and the impulse per missing speed that one visit of the solver applies. */
  diagonal = new Float64Array(0);
  gain = new Float64Array(0);
  /** Where the bodies' velocities begin: 6 × index; −6 for none. */
  lead = new Int32Array(0);
  other = new Int32Array(0);
  kind = new Uint8Array(0);
  capacity = 0;

  /** Makes room for at least n rows. */
  reserve(n: number): void {
    if (n <= this.capacity) return;
    const room = Math.max(n, 2 * this.capacity);
    const widen = (old: Float64Array, width: number): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(width * room);
      grown.set(old);
      return grown;
    };
    this.jacobian = widen(this.jacobian, 12);
    this.response = widen(this.response, 12);
    this.target = widen(this.target, 1);
    this.softness = widen(this.softness, 1);
    this.low = widen(this.low, 1);
    this.high = widen(this.high, 1);
    this.impulse = widen(this.impulse, 1);
    this.diagonal = widen(this.diagonal, 1);
    this.gain = widen(this.gain, 1);
    const { lead, other, kind } = this;
    this.lead = new Int32Array(room);
    this.lead.set(lead);
    this.other = new Int32Array(room);
    this.other.set(other);
    this.kind = new Uint8Array(room);
    this.kind.set(kind);
    this.capacity = room;
  }

  /**
   * Finishes row r between two bodies (indices), whose Jacobian has a's part as "other" and b's as "lead", and whose target, softness and
   * bounds are set: immovable bodies go into the target, the rest into response, diagonal and gain.
   * @returns Whether anything can move along it; if not, the row must be left out.
   */
  finish(bodies: FlatBodies, r: number, a: number, b: number): boolean {
    const { jacobian } = this;
    const o = 12 * r;
    let lead = b;
    let other = a;
    if (bodies.immovable[a] === 1) {
      this.#carry(bodies, r, o + 6, a);
      other = -1;
    }
    if (bodies.immovable[b] === 1) {
      this.#carry(bodies, r, o, b);
      for (let k = 0; k < 6; k++) jacobian[o + k] = jacobian[o + 6 + k]!;
      lead = other;
      other = -1;
      if (lead < 0) return false;
    } else if (other >= 0 && bodies.turning[lead] === FIXED_TURN && bodies.turning[other] !== FIXED_TURN) {
      for (let k = 0; k < 6; k++) {
        const swap = jacobian[o + k]!;
        jacobian[o + k] = jacobian[o + 6 + k]!;
        jacobian[o + 6 + k] = swap;
      }
      lead = a;
      other = b;
    }
    this.diagonal[r] = 0;
    this.#respond(bodies, r, o, lead);
    if (other >= 0) this.#respond(bodies, r, o + 6, other);
    const movable = this.diagonal[r]! > IMMOVABLE;
    this.diagonal[r]! += this.softness[r]!;
    this.gain[r] = 1 / this.diagonal[r]!;
    this.impulse[r] = 0;
    this.lead[r] = 6 * lead;
    this.other[r] = 6 * other;
    this.kind[r] = kindOf(bodies, lead, other);
    return movable;
  }

  /** Takes the speed that an immovable body already has along the row out of the target. */
  #carry({ velocity }: FlatBodies, r: number, j: number, body: number): void {
    const { jacobian } = this;
    const v = 6 * body;
    let speed = 0;
    for (let k = 0; k < 6; k++) speed += jacobian[j + k]! * velocity[v + k]!;
    this.target[r]! -= speed;
  }

  /** Response and share of the diagonal of one body, whose six Jacobian numbers begin at j. */
  #respond({ inverseMass, inverseInertia: inertia, turning }: FlatBodies, r: number, j: number, body: number): void {
    const { jacobian, response } = this;
    const m = 3 * body;
    const x = jacobian[j]!;
    const y = jacobian[j + 1]!;
    const z = jacobian[j + 2]!;
    const mx = inverseMass[m]! * x;
    const my = inverseMass[m + 1]! * y;
    const mz = inverseMass[m + 2]! * z;
    response[j] = mx;
    response[j + 1] = my;
    response[j + 2] = mz;
    this.diagonal[r]! += x * mx + y * my + z * mz;
    if (turning[body] === FIXED_TURN) return;
    const i = 9 * body;
    const p = jacobian[j + 3]!;
    const q = jacobian[j + 4]!;
    const s = jacobian[j + 5]!;
    const u = inertia[i]! * p + inertia[i + 1]! * q + inertia[i + 2]! * s;
    const v = inertia[i + 3]! * p + inertia[i + 4]! * q + inertia[i + 5]! * s;
    const w = inertia[i + 6]! * p + inertia[i + 7]! * q + inertia[i + 8]! * s;
    response[j + 3] = u;
    response[j + 4] = v;
    response[j + 5] = w;
    this.diagonal[r]! += p * u + q * v + s * w;
  }

  /** Adds what row r's whole impulse does to the velocities. */
  applyImpulse(velocity: Float64Array, r: number): void {
    const { response } = this;
    const o = 12 * r;
    const kind = this.kind[r]!;
    const impulse = this.impulse[r]!;
    const b = this.lead[r]!;
    velocity[b]! += response[o]! * impulse;
    velocity[b + 1]! += response[o + 1]! * impulse;
    velocity[b + 2]! += response[o + 2]! * impulse;
    if ((kind & LEAD_TURNS) !== 0) {
      velocity[b + 3]! += response[o + 3]! * impulse;
      velocity[b + 4]! += response[o + 4]! * impulse;
      velocity[b + 5]! += response[o + 5]! * impulse;
    }
    if ((kind & HAS_OTHER) === 0) return;
    const a = this.other[r]!;
    velocity[a]! += response[o + 6]! * impulse;
    velocity[a + 1]! += response[o + 7]! * impulse;
    velocity[a + 2]! += response[o + 8]! * impulse;
    if ((kind & OTHER_TURNS) === 0) return;
    velocity[a + 3]! += response[o + 9]! * impulse;
    velocity[a + 4]! += response[o + 10]! * impulse;
    velocity[a + 5]! += response[o + 11]! * impulse;
  }
}
