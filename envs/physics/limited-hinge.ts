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
  /** Two directions across the axis, in bodyA's frame. */
  readonly #across: readonly [Vec3, Vec3];
  readonly #axis = new Float64Array(3);
  readonly #otherAxis = new Float64Array(3);

  constructor(bodyA: Body, bodyB: Body, options: LimitedHingeOptions) {
    super(bodyA, bodyB, options);
    this.pivotA = options.pivotA.clone();
    this.pivotB = options.pivotB?.clone() ?? bodyB.pointToLocalFrame(bodyA.pointToWorldFrame(this.pivotA));
    this.axisA = options.axisA.unit();
    this.turn = bodyA.quaternion.inverse().mult(bodyB.quaternion);
    this.#axisB = this.turn.inverse().vmult(this.axisA);
    this.#across = [new Vec3(), new Vec3()];
    this.axisA.tangents(...this.#across);
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

  writeRows(rows: JointRows, slot: number): void {
    const { bodies, direction, armA, armB } = rows;
    const a = this.bodyA.index;
    const b = this.bodyB.index;
    rows.between(a, b);
    rows.turn(a, this.pivotA, armA);
    rows.turn(b, this.pivotB, armB);
    for (let k = 0; k < 3; k++) {
      for (let x = 0; x < 3; x++) direction[x] = x === k ? 1 : 0;
      this.hold(rows, bodies.pose[7 * b + k]! + armB[k]! - bodies.pose[7 * a + k]! - armA[k]!);
      rows.addLinear(slot + k);
    }
    const axis = this.#axis;
    const other = this.#otherAxis;
    rows.turn(a, this.axisA, axis);
    rows.turn(b, this.#axisB, other);
    // B's axis leans out of A's by axis × other: turning back about that vector closes the gap.
    const lx = axis[1]! * other[2]! - axis[2]! * other[1]!;
    const ly = axis[2]! * other[0]! - axis[0]! * other[2]!;
    const lz = axis[0]! * other[1]! - axis[1]! * other[0]!;
    for (let k = 0; k < 2; k++) {
      rows.turn(a, this.#across[k]!, direction);
      this.hold(rows, lx * direction[0]! + ly * direction[1]! + lz * direction[2]!);
      rows.addAngular(slot + 3 + k);
    }
    for (let x = 0; x < 3; x++) direction[x] = axis[x]!;
    this.writeAlong(rows, slot + 5, this.angle(), NEAR_LIMIT);
  }

  protected addAlong(rows: JointRows, slot: number): void {
    rows.addAngular(slot);
  }
}
