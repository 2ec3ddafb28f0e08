/**
 * @file How joints write their rows. A joint says which bodies it holds (`between`); then for each row it sets target, softness and bounds
 * of row `next` and the `direction`, and adds it. A slot names a row over time, so that it starts from the impulse it ended with before.
 */
import type { Constraint, Vec3 } from "cannon-es";
import { FIXED_TURN, type FlatBodies } from "./flat-bodies.ts";
import { Rows } from "./rows.ts";
import { kernel } from "./solver-kernel.ts";

/** A joint that writes its own rows. */
export interface RowWriter extends Constraint {
  /** How many slots it may use. */
  readonly rowSlots: number;
  /** Writes this substep's rows; its slots are `slot` up to `slot + rowSlots`. */
  writeRows(rows: JointRows, slot: number): void;
}

/** A joint with motors or other state of its own that a world's snapshot must hold. */
export interface StatefulJoint {
  readonly stateSize: number;
  writeState(into: Float64Array, at: number): void;
  readState(from: Float64Array, at: number): void;
}

/** Along a row with less inverse mass than this [1/kg or 1/(kg·m²)] nothing can move: it is left out. */
const IMMOVABLE = 1e-9;

/** SPOOK's stiffness [N/m] and relaxation [substeps] of joints. See `solver.ts` for why errors are not pulled back faster. */
const STIFFNESS = 1e7;
const RELAXATION = 10;

export class JointRows extends Rows {
  /** The row being written, and how many are finished. */
  next = 0;
  /** The substep [s]. */
  h = 0;
  readonly bodies: FlatBodies;
  /** From each body's centre of mass to where the row acts, in the world [m]. */
  readonly armA: Float64Array = new Float64Array(3);
  readonly armB: Float64Array = new Float64Array(3);
  /** The last impulse of every slot, 0 if it was not used. */
  readonly remembered: Float64Array;
  readonly #slotOf: Int32Array;
  /** The present pair: the lead is b unless b cannot move or only a turns; −1 for a body that does not move. */
  #lead = -1;
  #other = -1;
  #leadIsA = false;
  /** The body of the pair that moves but cannot be moved, or −1. */
  #carrier = -1;
  #carrierIsA = false;

  constructor(bodies: FlatBodies, slots: number) {
    super();
    this.bodies = bodies;
    this.remembered = new Float64Array(slots);
    this.#slotOf = new Int32Array(slots);
    this.expectRoom(slots);
  }

  /** Begins the rows between two bodies (indices). */
  between(a: number, b: number): void {
    const { immovable, turning, velocity } = this.bodies;
    const freeA = immovable[a] === 0;
    const freeB = immovable[b] === 0;
    this.#leadIsA = freeA && (!freeB || (turning[b] === FIXED_TURN && turning[a] !== FIXED_TURN));
    this.#lead = this.#leadIsA ? a : freeB ? b : -1;
    this.#other = !freeA || !freeB ? -1 : this.#leadIsA ? b : a;
    this.#carrierIsA = !freeA;
    this.#carrier = -1;
    if (this.#other >= 0) return;
    const still = 6 * (freeA ? b : a);
    for (let k = 0; k < 6; k++) if (velocity[still + k] !== 0) this.#carrier = freeA ? b : a;
  }

  /** Makes row `next` a stiff constraint on an error [m], with no more than a force [N]: SPOOK with the joints' stiffness at the world's own time step. */
  hold(error: number, maxForce: number): void {
    const { next: r, h } = this;
    const settle = h * (1 + 4 * RELAXATION);
    this.target[r] = (-4 / settle) * error;
    this.softness[r] = 4 / (h * STIFFNESS * settle);
    this.low[r] = -maxForce * h;
    this.high[r] = maxForce * h;
  }

  /** Turns a vector of a body's frame into the world. */
  turn(body: number, local: Vec3, into: Float64Array): void {
    const { axes } = this.bodies;
    const r = 9 * body;
    const { x, y, z } = local;
    into[0] = axes[r]! * x + axes[r + 3]! * y + axes[r + 6]! * z;
    into[1] = axes[r + 1]! * x + axes[r + 4]! * y + axes[r + 7]! * z;
    into[2] = axes[r + 2]! * x + axes[r + 5]! * y + axes[r + 8]! * z;
  }

  /** Adds the row that acts on the speed of b's point against a's along `direction`. */
  addLinear(slot: number): void {
    if (this.#lead < 0) return;
    const { armA, armB, leadArm, otherArm, next: r } = this;
    if (this.#carrier >= 0) this.#carryPoint(r);
    const near = this.#leadIsA ? armA : armB;
    const far = this.#leadIsA ? armB : armA;
    for (let x = 0; x < 3; x++) {
      leadArm[x] = near[x]!;
      otherArm[x] = far[x]!;
    }
    kernel.linear(r, this.#lead, this.#other, this.#leadIsA ? -1 : 1);
    this.#finish(slot);
  }

  /** Adds the row that acts on b's angular speed against a's about `direction`. */
  addAngular(slot: number): void {
    if (this.#lead < 0) return;
    const { jacobian, response, direction, next: r } = this;
    const o = 12 * r;
    this.lead[r] = 6 * this.#lead;
    this.other[r] = 6 * this.#other;
    const sign = this.#leadIsA ? -1 : 1;
    for (let k = 0; k < 3; k++) {
      jacobian[o + k] = 0;
      response[o + k] = 0;
      jacobian[o + 3 + k] = sign * direction[k]!;
      jacobian[o + 6 + k] = 0;
      response[o + 6 + k] = 0;
      jacobian[o + 9 + k] = -sign * direction[k]!;
    }
    if (this.#carrier >= 0) this.#carryTurn(r);
    this.diagonal[r] = 0;
    this.#respond(r, o + 3, this.#lead);
    if (this.#other >= 0) this.#respond(r, o + 9, this.#other);
    this.#finish(slot);
  }

  /**
   * Adds the row whose Jacobian is given whole, a's and b's parts each linear before angular. It starts cold: rows of unknown making may
   * disturb each other so much that starting from the last impulses would not be stable.
   */
  addGeneral(slot: number, partA: readonly number[], partB: readonly number[]): void {
    if (this.#lead < 0) return;
    const { jacobian, response, next: r } = this;
    const { velocity, inverseMass } = this.bodies;
    const o = 12 * r;
    this.lead[r] = 6 * this.#lead;
    this.other[r] = 6 * this.#other;
    jacobian.set(this.#leadIsA ? partA : partB, o);
    jacobian.set(this.#leadIsA ? partB : partA, o + 6);
    if (this.#carrier >= 0) {
      (this.#carrierIsA ? partA : partB).forEach((share, k) => (this.target[r]! -= share * velocity[6 * this.#carrier + k]!));
    }
    let diagonal = 0;
    for (let k = 0; k < 3; k++) {
      response[o + k] = inverseMass[3 * this.#lead + k]! * jacobian[o + k]!;
      diagonal += response[o + k]! * jacobian[o + k]!;
      if (this.#other < 0) continue;
      response[o + 6 + k] = inverseMass[3 * this.#other + k]! * jacobian[o + 6 + k]!;
      diagonal += response[o + 6 + k]! * jacobian[o + 6 + k]!;
    }
    this.diagonal[r] = diagonal;
    this.#respond(r, o + 3, this.#lead);
    if (this.#other >= 0) this.#respond(r, o + 9, this.#other);
    this.remembered[slot] = 0;
    this.#finish(slot);
  }

  /** Response and share of the diagonal of one body's angular part, whose Jacobian begins at j. */
  #respond(r: number, j: number, body: number): void {
    const { jacobian, response } = this;
    const { inverseInertia } = this.bodies;
    const i = 9 * body;
    for (let k = 0; k < 3; k++) {
      const turned =
        inverseInertia[i + 3 * k]! * jacobian[j]! +
        inverseInertia[i + 3 * k + 1]! * jacobian[j + 1]! +
        inverseInertia[i + 3 * k + 2]! * jacobian[j + 2]!;
      response[j + k] = turned;
      this.diagonal[r]! += turned * jacobian[j + k]!;
    }
  }

  /** Takes the speed that the carrier's point has along `direction` out of the target. */
  #carryPoint(r: number): void {
    const { velocity } = this.bodies;
    const { direction: d } = this;
    const arm = this.#carrierIsA ? this.armA : this.armB;
    const v = 6 * this.#carrier;
    const speed =
      d[0]! * (velocity[v]! + velocity[v + 4]! * arm[2]! - velocity[v + 5]! * arm[1]!) +
      d[1]! * (velocity[v + 1]! + velocity[v + 5]! * arm[0]! - velocity[v + 3]! * arm[2]!) +
      d[2]! * (velocity[v + 2]! + velocity[v + 3]! * arm[1]! - velocity[v + 4]! * arm[0]!);
    this.target[r]! += this.#carrierIsA ? speed : -speed;
  }

  #carryTurn(r: number): void {
    const { velocity } = this.bodies;
    const v = 6 * this.#carrier + 3;
    for (let k = 0; k < 3; k++) this.target[r]! += (this.#carrierIsA ? 1 : -1) * this.direction[k]! * velocity[v + k]!;
  }

  /** Ends the row, unless nothing can move along it. It acts on a's and b's speed against each other, whichever leads. */
  #finish(slot: number): void {
    const r = this.next;
    if (this.diagonal[r]! < IMMOVABLE) return;
    const diagonal = this.diagonal[r]! + this.softness[r]!;
    this.diagonal[r] = diagonal;
    this.gain[r] = 1 / diagonal;
    this.#slotOf[r] = slot;
    this.impulse[r] = Math.min(Math.max(this.remembered[slot]!, this.low[r]!), this.high[r]!);
    this.next++;
  }

  /** Keeps a share of the impulses for the next substep. */
  remember(share: number): void {
    const { remembered, impulse } = this;
    for (let slot = 0; slot < remembered.length; slot++) remembered[slot] = 0;
    for (let r = 0; r < this.next; r++) remembered[this.#slotOf[r]!] = share * impulse[r]!;
  }
}
