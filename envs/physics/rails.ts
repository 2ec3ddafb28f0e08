/**
 * @file Sliders along a world axis of something static: their body gets mass along that axis alone, which is exact, cannot drift and leaves
 * no rows to solve. What the rows would have pulled back, such as after a reset moved the rail, is put back before the substep.
 */
import { Body, type Constraint } from "cannon-es";
import type { FlatBodies } from "./flat-bodies.ts";
import { Prismatic } from "./prismatic.ts";

export interface Rail {
  readonly joint: Prismatic;
  /** World axis: 0, 1 or 2. */
  readonly axis: number;
}

/** Every slider that is a rail; a body with two sliders is not on one. */
export function findRails(joints: readonly Constraint[]): Rail[] {
  const sliders = joints.filter((joint) => joint instanceof Prismatic);
  return sliders.flatMap((joint) => {
    const { bodyA, bodyB } = joint;
    const alone = sliders.every((other) => other === joint || (other.bodyB !== bodyB && other.bodyA !== bodyB));
    if (bodyA.type !== Body.STATIC || bodyB.type !== Body.DYNAMIC || !alone) return [];
    const axis = bodyA.quaternion
      .vmult(joint.axisA)
      .toArray()
      .findIndex((share) => Math.abs(share) > 1 - 1e-12);
    return axis < 0 ? [] : [{ joint, axis }];
  });
}

/** Puts bodies back on their rails. @returns Whether all rails still lie along their axis. */
export function holdRails(rails: readonly Rail[], { pose }: FlatBodies): boolean {
  for (let k = 0; k < rails.length; k++) {
    const { joint, axis } = rails[k]!;
    const { position: p, quaternion: q } = joint.bodyB;
    const { position: ap, quaternion: aq } = joint.bodyA;
    const a = 7 * joint.bodyA.index;
    const b = 7 * joint.bodyB.index;
    if (aq.x !== pose[a + 3] || aq.y !== pose[a + 4] || aq.z !== pose[a + 5] || aq.w !== pose[a + 6]) {
      if (!Number.isNaN(pose[a + 3]!)) return false;
    }
    const still =
      ap.x === pose[a] &&
      ap.y === pose[a + 1] &&
      ap.z === pose[a + 2] &&
      (axis === 0 || p.x === pose[b]) &&
      (axis === 1 || p.y === pose[b + 1]) &&
      (axis === 2 || p.z === pose[b + 2]) &&
      q.x === pose[b + 3] &&
      q.y === pose[b + 4] &&
      q.z === pose[b + 5] &&
      q.w === pose[b + 6];
    if (!still && !joint.isAligned()) joint.place(joint.displacement());
  }
  return true;
}
