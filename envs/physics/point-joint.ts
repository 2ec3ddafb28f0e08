/** @file cannon-es' PointToPointConstraint as rows: three along the world axes that keep the pivots together with at most its force. */
import { type Constraint, PointToPointConstraint } from "cannon-es";
import type { JointRows } from "./joint-rows.ts";
import type { StepFree } from "./stock-joints.ts";

export const POINT_SLOTS = 3;

/** Subclasses such as HingeConstraint have more equations than these three. */
export const isPointJoint = (joint: Constraint): joint is PointToPointConstraint =>
  joint instanceof PointToPointConstraint && joint.equations.length === POINT_SLOTS;

/** @param spook What `stepFree` says of the joint's equations. */
export function writePointRows(joint: PointToPointConstraint, { pace, yielding }: StepFree, rows: JointRows, slot: number): void {
  const { h, armA, armB, direction, bodies } = rows;
  const a = joint.bodyA.index;
  const b = joint.bodyB.index;
  const max = joint.equationX.maxForce * h;
  rows.between(a, b);
  rows.turn(a, joint.pivotA, armA);
  rows.turn(b, joint.pivotB, armB);
  for (let k = 0; k < 3; k++) {
    const r = rows.next;
    for (let x = 0; x < 3; x++) direction[x] = x === k ? 1 : 0;
    rows.target[r] = (-pace / h) * (bodies.pose[7 * b + k]! + armB[k]! - bodies.pose[7 * a + k]! - armA[k]!);
    rows.softness[r] = yielding / (h * h);
    rows.low[r] = -max;
    rows.high[r] = max;
    rows.addLinear(slot + k);
  }
}
