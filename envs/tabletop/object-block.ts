/** @file Writes poses into the observation's object block, in Meta-World's conventions. */
import type { Quaternion, Vec3 } from "cannon-es";

export function writeVector(v: Vec3, into: Float64Array, at: number): void {
  into[at] = v.x;
  into[at + 1] = v.y;
  into[at + 2] = v.z;
}

/** [x, y, z, w], as Meta-World shows blocks. */
export function writeXyzw(q: Quaternion, into: Float64Array, at: number): void {
  into[at] = q.x;
  into[at + 1] = q.y;
  into[at + 2] = q.z;
  into[at + 3] = q.w;
}

/** [w, x, y, z], as Meta-World shows drawers and buttons. */
export function writeWxyz(q: Quaternion, into: Float64Array, at: number): void {
  into[at] = q.w;
  into[at + 1] = q.x;
  into[at + 2] = q.y;
  into[at + 3] = q.z;
}
