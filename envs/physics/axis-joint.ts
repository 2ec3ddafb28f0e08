/**
 * @file What joints with one free axis share, a slider's or a hinge's: limits, dry friction, a velocity motor and a spring, all as rows
 * along that axis. Forces are forces: a limit of 20 N is 20 N whatever the time step. Units are a slider's; for a hinge read rad and N·m.
 */
import { type Body, Constraint } from "cannon-es";
import { OrderError } from "../../src/contract/errors.ts";
import type { JointRows, RowWriter, StatefulJoint } from "./joint-rows.ts";

/** Drives the axis to a speed with no more than a force. Set both at any time. */
export interface Motor {
  /** [m/s] */
  target: number;
  /** [N]; 0 is off. */
  maxForce: number;
}

/** F = −stiffness·(s − rest) − damping·ṡ, integrated implicitly: stable at any stiffness. */
export interface JointSpring {
  /** [N/m], above 0. */
  readonly stiffness: number;
  /** Where it pulls to [m]. */
  readonly rest: number;
  /** [N·s/m] */
  readonly damping?: number;
}

export interface AxisJointOptions {
  /** Range of the axis [m]; unlimited by default. A hinge knows angles within ±π alone. */
  readonly lower?: number;
  readonly upper?: number;
  /** Coulomb friction of the joint itself [N]. */
  readonly dryFriction?: number;
  /** What the joint's constraints and limits can bear [N]; 1e6 by default. */
  readonly maxForce?: number;
  readonly motor?: Motor;
  readonly spring?: JointSpring;
}

/** Slots of `writeAlong`: lower limit, upper limit, motor, dry friction, spring. */
export const AXIS_SLOTS = 5;

export abstract class AxisJoint extends Constraint implements RowWriter, StatefulJoint {
  abstract readonly rowSlots: number;
  readonly lower: number;
  readonly upper: number;
  readonly dryFriction: number;
  readonly maxForce: number;
  readonly motor: Motor;
  readonly spring: JointSpring | undefined;
  readonly stateSize = 2;

  protected constructor(bodyA: Body, bodyB: Body, options: AxisJointOptions) {
    super(bodyA, bodyB, { collideConnected: false });
    this.lower = options.lower ?? -Infinity;
    this.upper = options.upper ?? Infinity;
    this.dryFriction = options.dryFriction ?? 0;
    this.maxForce = options.maxForce ?? 1e6;
    this.motor = { target: options.motor?.target ?? 0, maxForce: options.motor?.maxForce ?? 0 };
    this.spring = options.spring;
  }

  abstract writeRows(rows: JointRows, slot: number): void;

  /** Adds the row along the free axis, whose direction and arms are set. */
  protected abstract addAlong(rows: JointRows, slot: number): void;

  /** Row `next` as a stiff constraint on an error [m]. */
  protected hold(rows: JointRows, error: number): void {
    rows.hold(error, this.maxForce);
  }

  /**
   * Limits, motor, friction and spring at position s.
   * @param near How close to a limit [m] its row begins to watch; from there the limit is met, not crossed.
   */
  protected writeAlong(rows: JointRows, slot: number, s: number, near: number): void {
    const { h } = rows;
    if (s < this.lower + near) {
      const r = rows.next;
      this.hold(rows, s - this.lower);
      if (s > this.lower) rows.target[r] = (this.lower - s) / h;
      rows.low[r] = 0;
      this.addAlong(rows, slot);
    }
    if (s > this.upper - near) {
      const r = rows.next;
      this.hold(rows, s - this.upper);
      if (s < this.upper) rows.target[r] = (this.upper - s) / h;
      rows.high[r] = 0;
      this.addAlong(rows, slot + 1);
    }
    const { motor } = this;
    if (motor.maxForce > 0) this.#drive(rows, slot + 2, motor.target, motor.maxForce);
    if (this.dryFriction > 0) this.#drive(rows, slot + 3, 0, this.dryFriction);
    if (this.spring !== undefined) this.#pull(rows, slot + 4, s, this.spring);
  }

  #drive(rows: JointRows, slot: number, target: number, force: number): void {
    const r = rows.next;
    rows.target[r] = target;
    rows.softness[r] = 0;
    rows.low[r] = -force * rows.h;
    rows.high[r] = force * rows.h;
    this.addAlong(rows, slot);
  }

  /** A spring and damper as a soft row: λ/h = −k·s' − c·v' with the position and speed after the substep (Catto 2011, "Soft constraints"). */
  #pull(rows: JointRows, slot: number, s: number, { stiffness, rest, damping = 0 }: JointSpring): void {
    const { next: r, h } = rows;
    const yielding = h * (h * stiffness + damping);
    rows.target[r] = (-h * h * stiffness * (s - rest)) / (h * yielding);
    rows.softness[r] = 1 / yielding;
    rows.low[r] = -Infinity;
    rows.high[r] = Infinity;
    this.addAlong(rows, slot);
  }

  writeState(into: Float64Array, at: number): void {
    into[at] = this.motor.target;
    into[at + 1] = this.motor.maxForce;
  }

  readState(from: Float64Array, at: number): void {
    this.motor.target = from[at]!;
    this.motor.maxForce = from[at + 1]!;
  }

  /** Called by a plain cannon-es world alone. */
  override update(): void {
    throw new OrderError(
      "Prismatic and LimitedHinge write rows of a FlatWorld and do nothing in a plain cannon-es World. Build the world with `new FlatWorld()`.",
    );
  }
}
