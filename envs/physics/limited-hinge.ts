/** @file A hinge: bodyB turns about an axis of bodyA, with angle limits, dry friction, a motor and a spring. For FlatWorld alone. */
import { type Body, Quaternion, Vec3 } from "cannon-es";
import { AXIS_SLOTS, AxisJoint, type AxisJointOptions } from "./axis-joint.ts";
import type { JointRows } from "./joint-rows.ts";

export interface LimitedHingeOptions extends AxisJointOptions {
  /** The point that both bodies share, in bodyA's frame [m]. */
  readonly pivotA: Vec3;
  /** The same point in bodyB's frame; by default where it is when the hinge is made. */
  readonly pivotB?: Vec3;
  /** The axis in bodyA's frame. */
  readonly axisA: Vec3;
}

/** From this angle on a limit is watched, so that up to 20 rad/s stops at it within 2.5 ms [rad]. */
const NEAR_LIMIT = 0.05;

/** Squared distance of bodyB's centre from the axis below which there is no lever to speak of [m²]. */
const NO_LEVER = 1e-10;

const wanted = new Quaternion();
const relative = new Quaternion();
const scratch = new Vec3();

/** The angle is 0 in the pose in which the hinge is made. */
export class LimitedHinge extends AxisJoint {
  readonly rowSlots: number = 5 + AXIS_SLOTS;
  readonly pivotA: Vec3;
  readonly pivotB: Vec3;
  readonly axisA: Vec3;
  /** bodyB's rotation in bodyA's frame at angle 0. */
  readonly turn: Quaternion;
  readonly #axisB: Vec3;
  /** A direction across the axis, in bodyA's frame. */
  readonly #tangent = new Vec3();
  /** The axis, the direction from bodyB's centre to it, and the one across both, in the world. */
  readonly #frame: readonly [Float64Array, Float64Array, Float64Array] = [new Float64Array(3), new Float64Array(3), new Float64Array(3)];
  readonly #otherAxis = new Float64Array(3);
  /** From bodyA's pivot to bodyB's, in the world. */
  readonly #offset = new Float64Array(3);

  constructor(bodyA: Body, bodyB: Body, options: LimitedHingeOptions) {
    super(bodyA, bodyB, options);
    this.pivotA = options.pivotA.clone();
    this.pivotB = options.pivotB?.clone() ?? bodyB.pointToLocalFrame(bodyA.pointToWorldFrame(this.pivotA));
    this.axisA = options.axisA.unit();
    this.turn = bodyA.quaternion.inverse().mult(bodyB.quaternion);
    this.#axisB = this.turn.inverse().vmult(this.axisA);
    this.axisA.tangents(this.#tangent, scratch);
  }

  /** How far bodyB has turned about the axis, in (−π, π] [rad]. */
  angle(): number {
    const { bodyA, bodyB } = this;
    // bodyB's rotation in bodyA's frame, less the one at angle 0: its part about the axis is the angle.
    bodyA.quaternion.conjugate(wanted);
    wanted.mult(bodyB.quaternion, relative);
    this.turn.conjugate(wanted);
    relative.mult(wanted, relative);
    const { x, y, z, w } = relative;
    const sine = x * this.axisA.x + y * this.axisA.y + z * this.axisA.z;
    return 2 * (w < 0 ? Math.atan2(-sine, -w) : Math.atan2(sine, w));
  }

  /** Sets bodyB at an angle [rad], at rest against bodyA. For resets. */
  place(angle: number): void {
    const { bodyA: a, bodyB: b } = this;
    relative.setFromAxisAngle(this.axisA, angle);
    a.quaternion.mult(relative, wanted);
    wanted.mult(this.turn, b.quaternion);
    a.quaternion.vmult(this.pivotA, b.position);
    b.position.vadd(a.position, b.position);
    b.quaternion.vmult(this.pivotB, scratch);
    b.position.vsub(scratch, b.position);
    b.velocity.copy(a.velocity);
    b.angularVelocity.copy(a.angularVelocity);
    b.aabbNeedsUpdate = true;
  }

  /**
   * Three rows hold a point of the axis, two the axis' direction. They act where and along what makes them independent of each other for
   * bodyB: at the point of the axis nearest to its centre, along the axis, along the lever between them, and across both. A solver of few
   * sweeps that starts from its last impulses is stable only if rows hardly disturb each other.
   */
  writeRows(rows: JointRows, slot: number): void {
    const { bodies, direction, armA, armB } = rows;
    const { pose } = bodies;
    const a = this.bodyA.index;
    const b = this.bodyB.index;
    const offset = this.#offset;
    rows.between(a, b);
    rows.turn(a, this.pivotA, armA);
    rows.turn(b, this.pivotB, armB);
    this.#aim(rows, armB);
    const [axis, lever, across] = this.#frame;
    const along = armB[0]! * axis[0]! + armB[1]! * axis[1]! + armB[2]! * axis[2]!;
    for (let x = 0; x < 3; x++) {
      offset[x] = pose[7 * b + x]! + armB[x]! - pose[7 * a + x]! - armA[x]!;
      armB[x]! -= along * axis[x]!;
      armA[x] = pose[7 * b + x]! + armB[x]! - pose[7 * a + x]!;
    }
    for (let k = 1; k < 3; k++) {
      direction.set(k === 1 ? lever : across);
      this.hold(rows, offset[0]! * direction[0]! + offset[1]! * direction[1]! + offset[2]! * direction[2]!);
      rows.addLinear(slot + k);
    }
    direction.set(axis);
    this.hold(rows, offset[0]! * direction[0]! + offset[1]! * direction[1]! + offset[2]! * direction[2]!);
    for (let x = 0; x < 3; x++) {
      armA[x]! -= armB[x]!;
      armB[x] = 0;
    }
    rows.addLinear(slot);
    this.#writeLean(rows, slot + 3);
    direction.set(axis);
    this.writeAlong(rows, slot + 5, this.angle(), NEAR_LIMIT);
  }

  /** Sets the axis, the lever's direction and the one across both, in the world. */
  #aim(rows: JointRows, arm: Float64Array): void {
    const [axis, lever, across] = this.#frame;
    rows.turn(this.bodyA.index, this.axisA, axis);
    const along = arm[0]! * axis[0]! + arm[1]! * axis[1]! + arm[2]! * axis[2]!;
    let squared = 0;
    for (let x = 0; x < 3; x++) {
      lever[x] = arm[x]! - along * axis[x]!;
      squared += lever[x]! * lever[x]!;
    }
    if (squared < NO_LEVER) rows.turn(this.bodyA.index, this.#tangent, lever);
    else for (let x = 0; x < 3; x++) lever[x]! /= Math.sqrt(squared);
    across[0] = axis[1]! * lever[2]! - axis[2]! * lever[1]!;
    across[1] = axis[2]! * lever[0]! - axis[0]! * lever[2]!;
    across[2] = axis[0]! * lever[1]! - axis[1]! * lever[0]!;
  }

  /** Two rows against bodyB's axis leaning out of bodyA's by axis × other. */
  #writeLean(rows: JointRows, slot: number): void {
    const { direction } = rows;
    const [axis, lever, across] = this.#frame;
    const other = this.#otherAxis;
    rows.turn(this.bodyB.index, this.#axisB, other);
    const x = axis[1]! * other[2]! - axis[2]! * other[1]!;
    const y = axis[2]! * other[0]! - axis[0]! * other[2]!;
    const z = axis[0]! * other[1]! - axis[1]! * other[0]!;
    for (let k = 0; k < 2; k++) {
      direction.set(k === 0 ? lever : across);
      this.hold(rows, x * direction[0]! + y * direction[1]! + z * direction[2]!);
      rows.addAngular(slot + k);
    }
  }

  protected addAlong(rows: JointRows, slot: number): void {
    rows.addAngular(slot);
  }
}
