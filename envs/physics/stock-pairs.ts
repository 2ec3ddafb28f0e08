/** @file Contacts of shape pairs without a kernel of ours: cannon-es' narrowphase finds them. Correct, but an order slower; prefer the shapes of `kernels/kernels.ts`. */
import { Body, type ContactEquation, Quaternion, Vec3, type World } from "cannon-es";
import type { Contacts } from "./contacts.ts";
import type { FlatShapes, Slot } from "./flat-shapes.ts";
import { manifold } from "./kernels/manifold.ts";
import type { PairTable } from "./pair-table.ts";

/** Stand-ins that carry one shape each, so that the narrowphase answers for this pair alone. */
const first = new Body({ mass: 1 });
const second = new Body({ mass: 1 });
const found: ContactEquation[] = [];
const pool: ContactEquation[] = [];
const from = new Vec3();
const to = new Vec3();

/** Adds the contacts of one pair. */
export function collideStock(
  world: World,
  pair: number,
  { pairs, shapes, contacts }: { pairs: PairTable; shapes: FlatShapes; contacts: Contacts },
): void {
  dress(first, shapes.slots[pairs.first[pair]!]!);
  dress(second, shapes.slots[pairs.second[pair]!]!);
  pool.push(...found);
  found.length = 0;
  world.narrowphase.getContacts([first], [second], world, found, pool, [], []);
  found.forEach((equation, k) => {
    const { bi, bj, ri, rj, ni } = equation;
    bi.position.vadd(ri, from);
    bj.position.vadd(rj, to);
    const sign = bi === first ? 1 : -1;
    const { normal, points, features } = manifold;
    normal.set([sign * ni.x, sign * ni.y, sign * ni.z]);
    points.set([
      (from.x + to.x) / 2,
      (from.y + to.y) / 2,
      (from.z + to.z) / 2,
      ni.x * (to.x - from.x) + ni.y * (to.y - from.y) + ni.z * (to.z - from.z),
    ]);
    features[0] = k;
    contacts.add(pair, 1);
  });
}

/** Gives a stand-in the shape and the place it has in the world. */
function dress(stand: Body, { shape, body }: Slot): void {
  const k = body.shapes.indexOf(shape);
  stand.shapes[0] = shape;
  stand.shapeOffsets[0] = Vec3.ZERO;
  stand.shapeOrientations[0] = upright;
  body.quaternion.mult(body.shapeOrientations[k]!, stand.quaternion);
  body.quaternion.vmult(body.shapeOffsets[k]!, stand.position);
  stand.position.vadd(body.position, stand.position);
}

const upright = new Quaternion();
