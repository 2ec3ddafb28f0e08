/** @file Keeps a body in the xz plane: it moves along x and z and turns about y, as planar walkers do. For FlatWorld alone. */
import { type Body, Constraint } from "cannon-es";
import { OrderError } from "../../src/contract/errors.ts";
import type { JointRows, RowWriter } from "./joint-rows.ts";

/** What it can bear [N, N·m]. */
const MAX_FORCE = 1e6;

export class PlanarJoint extends Constraint implements RowWriter {
  readonly rowSlots = 3;

  /** @param ground A static body. */
  constructor(ground: Body, body: Body) {
    super(ground, body, { collideConnected: true });
  }

  writeRows(rows: JointRows, slot: number): void {
    const { direction, armA, armB } = rows;
    const { position, quaternion: q } = this.bodyB;
    rows.between(this.bodyA.index, this.bodyB.index);
    armA.fill(0);
    armB.fill(0);
    direction.fill(0);
    direction[1] = 1;
    rows.hold(position.y, MAX_FORCE);
    rows.addLinear(slot);
    // q less its part about y: what is left is twice the error about x and about z.
    const length = Math.hypot(q.y, q.w) || 1;
    const [sine, cosine] = [q.y / length, q.w / length];
    direction[1] = 0;
    direction[0] = 1;
    rows.hold(2 * (q.x * cosine + q.z * sine), MAX_FORCE);
    rows.addAngular(slot + 1);
    direction[0] = 0;
    direction[2] = 1;
    rows.hold(2 * (q.z * cosine - q.x * sine), MAX_FORCE);
    rows.addAngular(slot + 2);
  }

  /** Called by a plain cannon-es world alone. */
  override update(): void {
    throw new OrderError(
      "PlanarJoint writes rows of a FlatWorld and does nothing in a plain cannon-es World. Build the world with `new FlatWorld()`.",
    );
  }
}
