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

/** Where and along what a row acts, in the world. */
export interface RowFrame {
  /** Unit vector. */
  readonly direction: Float64Array;
  /** From each body's centre of mass to the point [m]. */
  readonly leadArm: Float64Array;
  readonly otherArm: Float64Array;
}

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
   * Writes row r's Jacobian, response and diagonal: the speed of the lead's point against the other body's along a direction.
   * The row's bodies and kind are set; the other body's part has the opposite sign.
   */
  writeLinear({ inverseMass, inverseInertia }: FlatBodies, r: number, { direction, leadArm, otherArm }: RowFrame): void {
    const { jacobian, response } = this;
    const kind = this.kind[r]!;
    const o = 12 * r;
    const x = direction[0]!;
    const y = direction[1]!;
    const z = direction[2]!;
    const lead = (this.lead[r]! / 6) | 0;
    const lx = inverseMass[3 * lead]! * x;
    const ly = inverseMass[3 * lead + 1]! * y;
    const lz = inverseMass[3 * lead + 2]! * z;
    let diagonal = x * lx + y * ly + z * lz;
    jacobian[o] = x;
    jacobian[o + 1] = y;
    jacobian[o + 2] = z;
    response[o] = lx;
    response[o + 1] = ly;
    response[o + 2] = lz;
    if ((kind & LEAD_TURNS) !== 0) {
      const i = 9 * lead;
      const p = leadArm[1]! * z - leadArm[2]! * y;
      const q = leadArm[2]! * x - leadArm[0]! * z;
      const s = leadArm[0]! * y - leadArm[1]! * x;
      const u = inverseInertia[i]! * p + inverseInertia[i + 1]! * q + inverseInertia[i + 2]! * s;
      const v = inverseInertia[i + 3]! * p + inverseInertia[i + 4]! * q + inverseInertia[i + 5]! * s;
      const w = inverseInertia[i + 6]! * p + inverseInertia[i + 7]! * q + inverseInertia[i + 8]! * s;
      jacobian[o + 3] = p;
      jacobian[o + 4] = q;
      jacobian[o + 5] = s;
      response[o + 3] = u;
      response[o + 4] = v;
      response[o + 5] = w;
      diagonal += p * u + q * v + s * w;
    }
    if ((kind & HAS_OTHER) !== 0) {
      const other = (this.other[r]! / 6) | 0;
      const ox = inverseMass[3 * other]! * x;
      const oy = inverseMass[3 * other + 1]! * y;
      const oz = inverseMass[3 * other + 2]! * z;
      diagonal += x * ox + y * oy + z * oz;
      jacobian[o + 6] = -x;
      jacobian[o + 7] = -y;
      jacobian[o + 8] = -z;
      response[o + 6] = -ox;
      response[o + 7] = -oy;
      response[o + 8] = -oz;
      if ((kind & OTHER_TURNS) !== 0) {
        const i = 9 * other;
        const p = otherArm[2]! * y - otherArm[1]! * z;
        const q = otherArm[0]! * z - otherArm[2]! * x;
        const s = otherArm[1]! * x - otherArm[0]! * y;
        const u = inverseInertia[i]! * p + inverseInertia[i + 1]! * q + inverseInertia[i + 2]! * s;
        const v = inverseInertia[i + 3]! * p + inverseInertia[i + 4]! * q + inverseInertia[i + 5]! * s;
        const w = inverseInertia[i + 6]! * p + inverseInertia[i + 7]! * q + inverseInertia[i + 8]! * s;
        jacobian[o + 9] = p;
        jacobian[o + 10] = q;
        jacobian[o + 11] = s;
        response[o + 9] = u;
        response[o + 10] = v;
        response[o + 11] = w;
        diagonal += p * u + q * v + s * w;
      }
    }
    this.diagonal[r] = diagonal;
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
