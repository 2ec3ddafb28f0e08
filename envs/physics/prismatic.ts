/** @file A slider: bodyB moves along an axis of bodyA and neither turns against it nor leaves the axis. For FlatWorld alone. */
import { Body, Quaternion, Vec3 } from "cannon-es";
import { AXIS_SLOTS, AxisJoint, type AxisJointOptions } from "./axis-joint.ts";
import { FIXED_TURN } from "./flat-bodies.ts";
import type { JointRows } from "./joint-rows.ts";

export interface PrismaticOptions extends AxisJointOptions {
  /** The point of bodyB that stays on the axis, in its frame [m]; its centre by default. */
  readonly anchorB?: Vec3;
  /** The point of the axis at displacement 0, in bodyA's frame [m]; by default where bodyB's anchor is when the joint is made. */
  readonly anchorA?: Vec3;
  /** The axis in bodyA's frame. */
  readonly axisA: Vec3;
}

/** From this distance on a limit is watched, so that up to 2 m/s stops at it within 2.5 ms [m]. */
const NEAR_LIMIT = 0.005;

const wanted = new Quaternion();
const inverse = new Quaternion();
const error = new Quaternion();
const offset = new Vec3();
const anchor = new Vec3();
const along = new Vec3();

/** The bodies' rotations against each other when the joint is made are the ones it keeps. */
export class Prismatic extends AxisJoint {
  readonly rowSlots: number = 5 + AXIS_SLOTS;
  readonly anchorA: Vec3;
  readonly anchorB: Vec3;
  readonly axisA: Vec3;
  /** bodyB's rotation in bodyA's frame. */
  readonly turn: Quaternion;
  /** Two directions across the axis, in bodyA's frame. */
  readonly #across: readonly [Vec3, Vec3];
  readonly #axis = new Float64Array(3);
  /** From bodyA's anchor to bodyB's, in the world. */
  readonly #apart = new Float64Array(3);

  constructor(bodyA: Body, bodyB: Body, options: PrismaticOptions) {
    super(bodyA, bodyB, options);
    this.anchorB = options.anchorB?.clone() ?? new Vec3();
    this.anchorA = options.anchorA?.clone() ?? bodyA.pointToLocalFrame(bodyB.pointToWorldFrame(this.anchorB));
    this.axisA = options.axisA.unit();
    this.turn = bodyA.quaternion.inverse().mult(bodyB.quaternion);
    this.#across = [new Vec3(), new Vec3()];
    this.axisA.tangents(...this.#across);
  }

  /** How far bodyB's anchor is along the axis from bodyA's [m]. */
  displacement(): number {
    this.#measure();
    return along.dot(offset);
  }

  /** From bodyA's anchor to bodyB's, and the axis, in the world. */
  #measure(): void {
    const { bodyA: a, bodyB: b } = this;
    a.quaternion.vmult(this.axisA, along);
    b.quaternion.vmult(this.anchorB, offset);
    offset.vadd(b.position, offset);
    a.quaternion.vmult(this.anchorA, anchor);
    offset.vsub(anchor, offset);
    offset.vsub(a.position, offset);
  }

  /** Sets bodyB on the axis at a displacement [m], at rest against bodyA. For resets. */
  place(displacement: number): void {
    const { bodyA: a, bodyB: b } = this;
    a.quaternion.mult(this.turn, b.quaternion);
    this.anchorA.addScaledVector(displacement, this.axisA, offset);
    a.quaternion.vmult(offset, offset);
    b.quaternion.vmult(this.anchorB, anchor);
    offset.vsub(anchor, offset);
    a.position.vadd(offset, b.position);
    b.velocity.copy(a.velocity);
    b.angularVelocity.copy(a.angularVelocity);
    b.aabbNeedsUpdate = true;
  }

  /** Whether bodyB is where the joint allows it to be, to 1 nm and 1 µrad. */
  isAligned(): boolean {
    this.#measure();
    const s = along.dot(offset);
    this.bodyA.quaternion.mult(this.turn, wanted);
    const { x, y, z, w } = this.bodyB.quaternion;
    const cosine = Math.abs(x * wanted.x + y * wanted.y + z * wanted.z + w * wanted.w);
    return offset.lengthSquared() - s * s < 1e-18 && cosine > 1 - 1e-12;
  }

  writeRows(rows: JointRows, slot: number): void {
    const { bodies, direction, armA, armB } = rows;
    const { pose, turning } = bodies;
    const a = this.bodyA.index;
    const b = this.bodyB.index;
    rows.between(a, b);
    if (turning[a] !== FIXED_TURN || turning[b] !== FIXED_TURN) this.#writeTurns(rows, slot);
    rows.turn(a, this.axisA, this.#axis);
    rows.turn(a, this.anchorA, armA);
    rows.turn(b, this.anchorB, armB);
    const apart = this.#apart;
    for (let x = 0; x < 3; x++) {
      const between = pose[7 * b + x]! - pose[7 * a + x]!;
      apart[x] = between + armB[x]! - armA[x]!;
      // Since the bodies turn as one, a force may act anywhere along its line: at b's centre it does not fight with the rows that turn b.
      armA[x] = between;
      armB[x] = 0;
    }
    for (let k = 0; k < 2; k++) {
      rows.turn(a, this.#across[k]!, direction);
      this.hold(rows, apart[0]! * direction[0]! + apart[1]! * direction[1]! + apart[2]! * direction[2]!);
      rows.addLinear(slot + 3 + k);
    }
    for (let x = 0; x < 3; x++) direction[x] = this.#axis[x]!;
    const s = apart[0]! * direction[0]! + apart[1]! * direction[1]! + apart[2]! * direction[2]!;
    this.writeAlong(rows, slot + 5, s, NEAR_LIMIT);
  }

  /** Three rows that keep the rotation, one about each world axis. */
  #writeTurns(rows: JointRows, slot: number): void {
    const { bodyA, bodyB } = this;
    bodyA.quaternion.mult(this.turn, wanted);
    wanted.conjugate(inverse);
    bodyB.quaternion.mult(inverse, error);
    const scale = error.w < 0 ? -2 : 2;
    for (let k = 0; k < 3; k++) {
      for (let x = 0; x < 3; x++) rows.direction[x] = x === k ? 1 : 0;
      this.hold(rows, scale * (k === 0 ? error.x : k === 1 ? error.y : error.z));
      rows.addAngular(slot + k);
    }
  }

  protected addAlong(rows: JointRows, slot: number): void {
    rows.addLinear(slot);
  }
}
