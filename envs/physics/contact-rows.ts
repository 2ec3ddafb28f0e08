/**
 * @file Contact points → rows: two tangents and the normal of each point, in that order, after the joints' rows.
 * A gap may close but not turn into penetration within the substep; penetration beyond the slop is pushed out a share at a time.
 */
import type { Contacts } from "./contacts.ts";
import type { FlatBodies } from "./flat-bodies.ts";
import type { PairTable } from "./pair-table.ts";
import type { Rows } from "./rows.ts";
import { kernel } from "./solver-kernel.ts";

/** How contacts are held apart. */
export interface ContactOptions {
  /** Penetration that is left alone [m]. */
  readonly slop: number;
  /** Share of SPOOK's push that deeper penetration gets. */
  readonly correction: number;
}

/** Approach slower than this does not bounce [m/s]: resting contacts stay at rest. */
const BOUNCE_SPEED = 0.1;

/** What rows are made from and where they go. */
export interface ContactScene {
  readonly bodies: FlatBodies;
  readonly pairs: PairTable;
  readonly contacts: Contacts;
  readonly rows: Rows;
}

/** Writes all contact rows from row `base` up, for a substep of h seconds. */
export function writeContactRows(scene: ContactScene, base: number, h: number, options: ContactOptions): void {
  const { bodies, pairs, contacts, rows } = scene;
  const { normals, points, now } = contacts;
  const { pose } = bodies;
  const { direction, leadArm, otherArm } = rows;
  rows.expectRoom(base + 3 * now.count);
  for (let c = 0; c < now.count; c++) {
    const pair = now.pair[c]!;
    const lead = pairs.lead[pair]!;
    const other = pairs.other[pair]!;
    const sign = pairs.sign[pair]!;
    const x = points[4 * c]!;
    const y = points[4 * c + 1]!;
    const z = points[4 * c + 2]!;
    direction[0] = sign * normals[3 * c]!;
    direction[1] = sign * normals[3 * c + 1]!;
    direction[2] = sign * normals[3 * c + 2]!;
    leadArm[0] = x - pose[7 * lead]!;
    leadArm[1] = y - pose[7 * lead + 1]!;
    leadArm[2] = z - pose[7 * lead + 2]!;
    if (other >= 0) {
      otherArm[0] = x - pose[7 * other]!;
      otherArm[1] = y - pose[7 * other + 1]!;
      otherArm[2] = z - pose[7 * other + 2]!;
    }
    const r = base + 3 * c;
    kernel.contact(r, lead, other, pairs.tangentSoftness[pair]!, pairs.softness[pair]!);
    rows.friction[r] = pairs.friction[pair]!;
    if (pairs.carrier[pair]! >= 0) carry(bodies, rows, r, pairs.carrier[pair]!, points, c);
    const gap = points[4 * c + 3]!;
    const normal = r + 2;
    const carried = rows.target[normal]!;
    rows.target[normal]! += gap > 0 ? -gap / h : gap > -options.slop ? 0 : -options.correction * pairs.push[pair]! * (gap + options.slop);
    if (pairs.restitution[pair]! > 0) bounce(rows, normal, bodies.velocity, carried, pairs.restitution[pair]!);
  }
  warmStart(scene, base);
}

/** A kinematic body's surface moves: the targets of a contact's rows are the speed of its point along them. */
function carry(
  { pose, velocity }: FlatBodies,
  { jacobian, target }: Rows,
  base: number,
  carrier: number,
  points: Float64Array,
  contact: number,
): void {
  const v = 6 * carrier;
  const x = points[4 * contact]! - pose[7 * carrier]!;
  const y = points[4 * contact + 1]! - pose[7 * carrier + 1]!;
  const z = points[4 * contact + 2]! - pose[7 * carrier + 2]!;
  for (let r = base; r < base + 3; r++)
    target[r] =
      jacobian[12 * r]! * (velocity[v]! + velocity[v + 4]! * z - velocity[v + 5]! * y) +
      jacobian[12 * r + 1]! * (velocity[v + 1]! + velocity[v + 5]! * x - velocity[v + 3]! * z) +
      jacobian[12 * r + 2]! * (velocity[v + 2]! + velocity[v + 3]! * y - velocity[v + 4]! * x);
}

/** Newton's restitution: what approaches a surface leaves it with that share of its speed. @param carried The surface's own speed along the row. */
function bounce(rows: Rows, r: number, velocity: Float64Array, carried: number, restitution: number): void {
  const approach = rows.speedAlong(velocity, r) - carried;
  if (approach < -BOUNCE_SPEED) rows.target[r] = Math.max(rows.target[r]!, carried - restitution * approach);
}

/** Both lists of contacts are in pair order, so one merge finds last substep's impulses. */
function warmStart({ contacts, rows }: ContactScene, base: number): void {
  const { now, last } = contacts;
  const { impulse } = rows;
  let from = 0;
  for (let c = 0; c < now.count; c++) {
    const pair = now.pair[c]!;
    while (from < last.count && last.pair[from]! < pair) from++;
    let match = from;
    while (match < last.count && last.pair[match] === pair && last.feature[match] !== now.feature[c]) match++;
    if (match >= last.count || last.pair[match] !== pair || last.impulse[3 * match + 2] === 0) continue;
    for (let k = 0; k < 3; k++) impulse[base + 3 * c + k] = last.impulse[3 * match + k]!;
  }
  kernel.warmStart(base, 3 * now.count);
}
