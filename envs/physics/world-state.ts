/** @file A FlatWorld's state as a snapshot of flat arrays, and back. */
import { type Constraint, HingeConstraint } from "cannon-es";
import { SnapshotError } from "../../src/contract/errors.ts";
import type { Snapshot } from "../../src/contract/snapshot.ts";
import type { Compiled, FlatWorld } from "./flat-world.ts";
import type { StatefulJoint } from "./joint-rows.ts";

/** position 3, quaternion 4, velocity 3, angular velocity 3, force 3, torque 3 */
const BODY_NUMBERS = 19;

export function writeWorld(world: FlatWorld, { rows, contacts }: Compiled): Snapshot {
  const bodies = new Float64Array(BODY_NUMBERS * world.bodies.length);
  world.bodies.forEach((body, i) => {
    const { position: p, quaternion: q, velocity: v, angularVelocity: w, force: f, torque: t } = body;
    bodies.set([p.x, p.y, p.z, q.x, q.y, q.z, q.w, v.x, v.y, v.z, w.x, w.y, w.z, f.x, f.y, f.z, t.x, t.y, t.z], BODY_NUMBERS * i);
  });
  const states = world.constraints.map(stateOf);
  const joints = new Float64Array(states.reduce((sum, state) => sum + state.stateSize, 0));
  let at = 0;
  for (const state of states) {
    state.writeState(joints, at);
    at += state.stateSize;
  }
  const { last } = contacts;
  return {
    time: world.time,
    stepNumber: world.stepnumber,
    bodies,
    joints,
    jointImpulses: rows.remembered.slice(),
    contactPairs: last.pair.slice(0, last.count),
    contactFeatures: last.feature.slice(0, last.count),
    contactImpulses: last.impulse.slice(0, 3 * last.count),
  };
}

export function readWorld(world: FlatWorld, { rows, contacts, pairs }: Compiled, snapshot: Snapshot): void {
  const { time, stepNumber, bodies, joints, jointImpulses, contactPairs, contactFeatures, contactImpulses } = snapshot;
  const states = world.constraints.map(stateOf);
  const stateSize = states.reduce((sum, state) => sum + state.stateSize, 0);
  if (
    typeof time !== "number" ||
    typeof stepNumber !== "number" ||
    !(contactPairs instanceof Int32Array) ||
    !(contactFeatures instanceof Int32Array)
  ) {
    throw new SnapshotError("Expected the snapshot of a FlatWorld: `time`, `stepNumber`, `contactPairs` and `contactFeatures`.");
  }
  expectLength("bodies", bodies, BODY_NUMBERS * world.bodies.length);
  expectLength("joints", joints, stateSize);
  expectLength("jointImpulses", jointImpulses, rows.remembered.length);
  expectLength("contactImpulses", contactImpulses, 3 * contactPairs.length);
  if (contactFeatures.length !== contactPairs.length || contactPairs.some((pair) => pair < 0 || pair >= pairs.count)) {
    throw new SnapshotError(`Expected contacts of ${pairs.count} pairs of shapes, got others: the snapshot is of another world.`);
  }
  world.time = time;
  world.stepnumber = stepNumber;
  world.bodies.forEach((body, i) => {
    const at = (k: number): number => bodies[BODY_NUMBERS * i + k]!;
    body.position.set(at(0), at(1), at(2));
    body.quaternion.set(at(3), at(4), at(5), at(6));
    body.velocity.set(at(7), at(8), at(9));
    body.angularVelocity.set(at(10), at(11), at(12));
    body.force.set(at(13), at(14), at(15));
    body.torque.set(at(16), at(17), at(18));
    body.aabbNeedsUpdate = true;
  });
  let at = 0;
  for (const state of states) {
    state.readState(joints, at);
    at += state.stateSize;
  }
  rows.remembered.set(jointImpulses);
  contacts.recall(contactPairs, contactFeatures, contactImpulses);
}

function expectLength(name: string, value: Snapshot[string] | undefined, length: number): asserts value is Float64Array {
  if (value instanceof Float64Array && value.length === length) return;
  const got = value instanceof Float64Array ? value.length : "none";
  throw new SnapshotError(
    `Expected \`${name}\` with ${length} numbers (float64), got ${got}: the snapshot is of a world with other bodies or constraints.`,
  );
}

const stateless: StatefulJoint = { stateSize: 0, writeState: () => undefined, readState: () => undefined };

const isStateful = (joint: Constraint): joint is Constraint & StatefulJoint => "stateSize" in joint;

/** The state of any constraint; cannon-es' hinges have a motor. */
function stateOf(joint: Constraint): StatefulJoint {
  if (isStateful(joint)) return joint;
  if (!(joint instanceof HingeConstraint)) return stateless;
  const { motorEquation: motor } = joint;
  return {
    stateSize: 3,
    writeState: (into, at) => into.set([motor.enabled ? 1 : 0, motor.targetVelocity, motor.maxForce], at),
    readState: (from, at) => {
      motor.enabled = from[at] === 1;
      motor.targetVelocity = from[at + 1]!;
      motor.maxForce = from[at + 2]!;
      motor.minForce = -motor.maxForce;
    },
  };
}
