/**
 * @file How joints write their rows: set target, softness and bounds of row `next`, set `direction` and the arms, then add a linear or an
 * angular row. A slot names a row over time, so that it starts from the impulse it ended with in the substep before.
 */
import type { Constraint, Vec3 } from "cannon-es";
import type { FlatBodies } from "./flat-bodies.ts";
import { Rows } from "./rows.ts";

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

export class JointRows extends Rows {
  /** The row being written, and how many are finished. */
  next = 0;
  /** The substep [s]. */
  h = 0;
  bodies: FlatBodies;
  /** Unit vector of the row in the world. */
  readonly direction: Float64Array = new Float64Array(3);
  /** From each body's centre of mass to where the row acts, in the world [m]. */
  readonly armA: Float64Array = new Float64Array(3);
  readonly armB: Float64Array = new Float64Array(3);
  /** The last impulse of every slot, 0 if it was not used. */
  readonly remembered: Float64Array;
  readonly #slotOf: Int32Array;
  readonly #warmStart: number;

  constructor(bodies: FlatBodies, slots: number, warmStart: number) {
    super();
    this.bodies = bodies;
    this.remembered = new Float64Array(slots);
    this.#slotOf = new Int32Array(slots);
    this.#warmStart = warmStart;
    this.reserve(slots);
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
  addLinear(slot: number, a: number, b: number): void {
    const { jacobian, direction, armA, armB } = this;
    const o = 12 * this.next;
    const x = direction[0]!;
    const y = direction[1]!;
    const z = direction[2]!;
    jacobian[o] = x;
    jacobian[o + 1] = y;
    jacobian[o + 2] = z;
    jacobian[o + 3] = armB[1]! * z - armB[2]! * y;
    jacobian[o + 4] = armB[2]! * x - armB[0]! * z;
    jacobian[o + 5] = armB[0]! * y - armB[1]! * x;
    jacobian[o + 6] = -x;
    jacobian[o + 7] = -y;
    jacobian[o + 8] = -z;
    jacobian[o + 9] = armA[2]! * y - armA[1]! * z;
    jacobian[o + 10] = armA[0]! * z - armA[2]! * x;
    jacobian[o + 11] = armA[1]! * x - armA[0]! * y;
    this.add(slot, a, b);
  }

  /** Adds the row that acts on b's angular speed against a's about `direction`. */
  addAngular(slot: number, a: number, b: number): void {
    const { jacobian, direction } = this;
    const o = 12 * this.next;
    for (let k = 0; k < 3; k++) {
      jacobian[o + k] = 0;
      jacobian[o + 3 + k] = direction[k]!;
      jacobian[o + 6 + k] = 0;
      jacobian[o + 9 + k] = -direction[k]!;
    }
    this.add(slot, a, b);
  }

  /** Adds the row whose Jacobian is already there: b's part as "lead", a's as "other". Rows along which nothing can move are dropped. */
  add(slot: number, a: number, b: number): void {
    const r = this.next;
    if (!this.finish(this.bodies, r, a, b)) return;
    this.#slotOf[r] = slot;
    this.next++;
    const last = this.#warmStart * this.remembered[slot]!;
    if (last === 0) return;
    this.impulse[r] = Math.min(Math.max(last, this.low[r]!), this.high[r]!);
    this.applyImpulse(this.bodies.velocity, r);
  }

  /** Keeps the impulses for the next substep. */
  remember(): void {
    const { remembered, impulse } = this;
    remembered.fill(0);
    for (let r = 0; r < this.next; r++) remembered[this.#slotOf[r]!] = impulse[r]!;
  }
}
