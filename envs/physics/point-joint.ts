/** @file cannon-es' PointToPointConstraint as rows: three along the world axes that keep the pivots together with at most its force. */
import { type Constraint, PointToPointConstraint, Vec3 } from "cannon-es";
import { FIXED_TURN, type FlatBodies } from "./flat-bodies.ts";
import type { JointRows } from "./joint-rows.ts";
import type { StepFree } from "./stock-joints.ts";

export const POINT_SLOTS = 3;

/** Share of an error that a substep pulls back at most, whatever the constraint asks for; see `solver.ts`. */
const PULL = 0.1;

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
  const { pose } = bodies;
  const turns = bodies.turning[a] !== FIXED_TURN || bodies.turning[b] !== FIXED_TURN;
  if (turns) aim(rows, a, b);
  for (let x = 0; x < 3; x++) offset[x] = pose[7 * b + x]! + armB[x]! - pose[7 * a + x]! - armA[x]!;
  for (let k = 0; k < 3; k++) {
    const r = rows.next;
    for (let x = 0; x < 3; x++) direction[x] = turns ? frame[3 * k + x]! : x === k ? 1 : 0;
    rows.target[r] = (-Math.min(pace, PULL) / h) * (offset[0]! * direction[0]! + offset[1]! * direction[1]! + offset[2]! * direction[2]!);
    rows.softness[r] = yielding / (h * h);
    rows.low[r] = -max;
    rows.high[r] = max;
    rows.addLinear(slot + k);
  }
}

/** Three directions along and across the lever of the body that turns more easily: along them the rows hardly disturb each other. */
function aim({ armA, armB, bodies }: JointRows, a: number, b: number): void {
  const arm = easeOf(bodies, b, armB) >= easeOf(bodies, a, armA) ? armB : armA;
  lever.set(arm[0]!, arm[1]!, arm[2]!);
  if (lever.normalize() === 0) lever.set(1, 0, 0);
  lever.tangents(tangent, across);
  frame[0] = lever.x;
  frame[1] = lever.y;
  frame[2] = lever.z;
  frame[3] = tangent.x;
  frame[4] = tangent.y;
  frame[5] = tangent.z;
  frame[6] = across.x;
  frame[7] = across.y;
  frame[8] = across.z;
}

/** Lever squared times the trace of the inverse inertia. */
function easeOf({ inverseInertia }: FlatBodies, body: number, arm: Float64Array): number {
  const i = 9 * body;
  const trace = inverseInertia[i]! + inverseInertia[i + 4]! + inverseInertia[i + 8]!;
  return trace * (arm[0]! * arm[0]! + arm[1]! * arm[1]! + arm[2]! * arm[2]!);
}

const offset = new Float64Array(3);
const frame = new Float64Array(9);
const lever = new Vec3();
const tangent = new Vec3();
const across = new Vec3();
