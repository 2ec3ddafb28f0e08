/** @file Whether a simulation still makes sense: a blow-up must become a truncated step with a reason, not an observation. */
import type { World } from "cannon-es";

/** What no tabletop reaches unless it blew up [m/s, rad/s]. */
const FASTEST = 50;
const FASTEST_SPIN = 1000;

/** Whether every body is somewhere, and no faster than 50 m/s and 1000 rad/s. */
export function isStable({ bodies }: World): boolean {
  for (let i = 0; i < bodies.length; i++) {
    const { position: p, quaternion: q, velocity: v, angularVelocity: w } = bodies[i]!;
    if (!Number.isFinite(p.x + p.y + p.z + q.x + q.y + q.z + q.w)) return false;
    // Written so that NaN fails.
    if (!(v.x * v.x + v.y * v.y + v.z * v.z <= FASTEST * FASTEST)) return false;
    if (!(w.x * w.x + w.y * w.y + w.z * w.z <= FASTEST_SPIN * FASTEST_SPIN)) return false;
  }
  return true;
}
