/**
 * @file Contact points → rows: two tangents and the normal of each point, in that order, after the joints' rows.
 * A gap may close but not turn into penetration within the substep; penetration beyond the slop is pushed out a share at a time.
 */
import type { Contacts } from "./contacts.ts";
import type { FlatBodies } from "./flat-bodies.ts";
import type { PairTable } from "./pair-table.ts";
import { HAS_OTHER, LEAD_TURNS, OTHER_TURNS, type RowFrame, type Rows } from "./rows.ts";

/** How contacts are held apart. */
export interface ContactOptions {
  /** Penetration that is left alone [m]. */
  readonly slop: number;
  /** Share of SPOOK's push that deeper penetration gets. */
  readonly correction: number;
}

/** Approach slower than this does not bounce [m/s]: resting contacts stay at rest. */
const BOUNCE_SPEED = 0.1;

/** The row being written. */
const direction = new Float64Array(3);
const leadArm = new Float64Array(3);
const otherArm = new Float64Array(3);
const frame: RowFrame = { direction, leadArm, otherArm };

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
  rows.reserve(base + 3 * now.count);
  for (let c = 0; c < now.count; c++) {
    const pair = now.pair[c]!;
    const lead = pairs.lead[pair]!;
    const other = pairs.other[pair]!;
    const sign = pairs.sign[pair]!;
    const nx = sign * normals[3 * c]!;
    const ny = sign * normals[3 * c + 1]!;
    const nz = sign * normals[3 * c + 2]!;
    for (let x = 0; x < 3; x++) {
      leadArm[x] = points[4 * c + x]! - pose[7 * lead + x]!;
      if (other >= 0) otherArm[x] = points[4 * c + x]! - pose[7 * other + x]!;
    }
    const r = base + 3 * c;
    // One tangent lies in a coordinate plane, so that it does not turn about the normal from step to step.
    const alongX = nx * nx < 0.5;
    const scale = 1 / Math.sqrt(nz * nz + (alongX ? ny * ny : nx * nx));
    const tx = alongX ? 0 : -nz * scale;
    const ty = alongX ? nz * scale : 0;
    const tz = (alongX ? -ny : nx) * scale;
    direction[0] = tx;
    direction[1] = ty;
    direction[2] = tz;
    writeRow(scene, r, pair, c);
    direction[0] = ny * tz - nz * ty;
    direction[1] = nz * tx - nx * tz;
    direction[2] = nx * ty - ny * tx;
    writeRow(scene, r + 1, pair, c);
    direction[0] = nx;
    direction[1] = ny;
    direction[2] = nz;
    writeRow(scene, r + 2, pair, c);
    finishTangents(rows, r, pairs.tangentSoftness[pair]!);
    const gap = points[4 * c + 3]!;
    const normal = r + 2;
    rows.target[normal]! += gap > 0 ? -gap / h : gap > -options.slop ? 0 : -options.correction * pairs.push[pair]! * (gap + options.slop);
    rows.low[normal] = 0;
    rows.high[normal] = Infinity;
    rows.softness[normal] = pairs.softness[pair]!;
    rows.diagonal[normal]! += pairs.softness[pair]!;
    rows.gain[normal] = 1 / rows.diagonal[normal]!;
    if (pairs.restitution[pair]! > 0) bounce(rows, normal, bodies.velocity, pairs.restitution[pair]!);
  }
  warmStart(scene, base);
}

/** Row r along `direction`; the target is the speed of what carries the point. */
function writeRow({ bodies, pairs, contacts, rows }: ContactScene, r: number, pair: number, contact: number): void {
  rows.target[r] = 0;
  rows.impulse[r] = 0;
  rows.lead[r] = 6 * pairs.lead[pair]!;
  rows.other[r] = 6 * pairs.other[pair]!;
  rows.kind[r] = pairs.kind[pair]!;
  rows.writeLinear(bodies, r, frame);
  if (pairs.carrier[pair]! >= 0) carry(bodies, rows, r, pairs.carrier[pair]!, contacts.points, contact);
}

/** A kinematic body's surface moves: the target is the speed of its point along `direction`. */
function carry({ pose, velocity }: FlatBodies, rows: Rows, r: number, carrier: number, points: Float64Array, contact: number): void {
  const v = 6 * carrier;
  const x = points[4 * contact]! - pose[7 * carrier]!;
  const y = points[4 * contact + 1]! - pose[7 * carrier + 1]!;
  const z = points[4 * contact + 2]! - pose[7 * carrier + 2]!;
  rows.target[r] =
    direction[0]! * (velocity[v]! + velocity[v + 4]! * z - velocity[v + 5]! * y) +
    direction[1]! * (velocity[v + 1]! + velocity[v + 5]! * x - velocity[v + 3]! * z) +
    direction[2]! * (velocity[v + 2]! + velocity[v + 3]! * y - velocity[v + 4]! * x);
}

/** Both tangents of a point share one gain, so that the cone projection opposes the slip and does not turn it. */
function finishTangents(rows: Rows, r: number, softness: number): void {
  const { diagonal, gain } = rows;
  rows.softness[r] = softness;
  rows.softness[r + 1] = softness;
  diagonal[r]! += softness;
  diagonal[r + 1]! += softness;
  const shared = 1 / Math.max(diagonal[r]!, diagonal[r + 1]!);
  gain[r] = shared;
  gain[r + 1] = shared;
}

/** Newton's restitution: what approaches leaves with that share of its speed. */
function bounce(rows: Rows, r: number, velocity: Float64Array, restitution: number): void {
  const { jacobian } = rows;
  const o = 12 * r;
  const kind = rows.kind[r]!;
  let speed = 0;
  for (let k = 0; k < ((kind & LEAD_TURNS) !== 0 ? 6 : 3); k++) speed += jacobian[o + k]! * velocity[rows.lead[r]! + k]!;
  if ((kind & HAS_OTHER) !== 0)
    for (let k = 0; k < ((kind & OTHER_TURNS) !== 0 ? 6 : 3); k++) speed += jacobian[o + 6 + k]! * velocity[rows.other[r]! + k]!;
  if (speed < -BOUNCE_SPEED) rows.target[r] = Math.max(rows.target[r]!, -restitution * speed);
}

/** Both lists of contacts are in pair order, so one merge finds last substep's impulses. */
function warmStart({ bodies, contacts, rows }: ContactScene, base: number): void {
  const { now, last } = contacts;
  const { velocity } = bodies;
  let from = 0;
  for (let c = 0; c < now.count; c++) {
    const pair = now.pair[c]!;
    while (from < last.count && last.pair[from]! < pair) from++;
    let match = from;
    while (match < last.count && last.pair[match] === pair && last.feature[match] !== now.feature[c]) match++;
    if (match >= last.count || last.pair[match] !== pair || last.impulse[3 * match + 2] === 0) continue;
    for (let k = 0; k < 3; k++) {
      const r = base + 3 * c + k;
      rows.impulse[r] = last.impulse[3 * match + k]!;
      rows.applyImpulse(velocity, r);
    }
  }
}
