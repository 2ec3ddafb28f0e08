/** @file Peg-insert-side: grasp the peg and put it into the hole in the side of the box. */
import { Box, Vec3 } from "cannon-es";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { color } from "../looks.ts";
import { writeVector, writeXyzw } from "../object-block.ts";
import { GOAL, OBJECT, point, tcpDistance, type Point } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.07;
/** How far the peg must be above where it rests to count as lifted, in m. */
const LIFT = 0.03;

/** The peg: half extents in m, mass in kg; and from its middle to where it is grasped, which is observed, and to its head, in m. */
const PEG: Point = [0.12, 0.015, 0.015];
const MASS = 0.1;
const GRASPED: Point = [0.03, 0, 0.01];
const HEAD_X = -0.1;

/** The height at which the peg is observed at rest, in m. */
const REST = PEG[2] + GRASPED[2];

/** From the box's foot to the goal, in m. */
const GOAL_FROM_BOX: Point = [0.03, 0, 0.13];

/** The box around the hole, which is 6 cm square: half extents and middles from its foot, in m. */
const BOX: readonly (readonly [half: Point, at: Point])[] = [
  [[0.1, 0.09, 0.005], [0, 0, 0.195]],
  [[0.096, 0.09, 0.015], [0, 0, 0.175]],
  [[0.096, 0.03, 0.03], [0, -0.06, 0.13]],
  [[0.096, 0.03, 0.03], [0, 0.06, 0.13]],
  [[0.096, 0.09, 0.05], [0, 0, 0.05]],
  [[0.1, 0.005, 0.1], [0, -0.095, 0.1]],
  [[0.1, 0.005, 0.1], [0, 0.095, 0.1]],
]; // prettier-ignore

/** How far right of the goal the grasped point is when the head is clear of the hole, and when it is well inside; in m. */
const BEFORE = 0.26;
const INSIDE = 0.1;

const grasped = { up: -GRASPED[2], width: 2 * PEG[1] };

export const pegInsertSide: TabletopTask = {
  name: "peg-insert-side",
  version: 1,
  summary: "Put the peg into the hole in the side of the box.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [0, 0.5, 0.02], high: [0.2, 0.7, 0.02] },
    { name: "box", quantity: "position", unit: "m", size: 3, low: [-0.35, 0.4, -0.001], high: [-0.25, 0.7, 0.001] },
  ],
  accepts: (variation) => Math.hypot(variation[3]! - variation[0]!, variation[4]! - variation[1]!) >= 0.1,
  furnish,
  succeeds: (o) => headToGoal(o) <= RADIUS,
  /** near·(3 + lifted) + 5·closeness(|head − goal|) with near = closeness(|tcp − peg|), and 10 at success */
  reward(o) {
    const away = headToGoal(o);
    if (away <= RADIUS) return 10;
    const near = closeness(tcpDistance(o, OBJECT), 0.02, 0.3);
    return near * (3 + clamp((o[OBJECT + 2]! - REST) / LIFT, 0, 1)) + 5 * closeness(away, RADIUS, 0.4);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      const height = o[GOAL + 2]! + GRASPED[2];
      const off = Math.hypot(o[OBJECT + 1]! - o[GOAL + 1]!, o[OBJECT + 2]! - height);
      const inward = smoothstep(off, 0.02, 0.008) * smoothstep(Math.abs(turnAside(o)), 0.12, 0.04);
      carry(o, aim, [o[GOAL]! + mix(BEFORE, INSIDE, inward), o[GOAL + 1]!, height + GRASP_HEIGHT - GRASPED[2]], grasped);
    }),
};

/** Meta-World's distance of the peg's head from the goal, which counts double across the hole, in m. */
function headToGoal(o: ArrayLike<number>): number {
  const [qx, qy, qz, qw] = [o[OBJECT + 3]!, o[OBJECT + 4]!, o[OBJECT + 5]!, o[OBJECT + 6]!];
  const [x, z] = [HEAD_X - GRASPED[0], -GRASPED[2]];
  // The rotation of (x, 0, z).
  const dx = x * (1 - 2 * (qy * qy + qz * qz)) + 2 * z * (qx * qz + qw * qy);
  const dy = 2 * x * (qx * qy + qw * qz) + 2 * z * (qy * qz - qw * qx);
  const dz = 2 * x * (qx * qz - qw * qy) + z * (1 - 2 * (qx * qx + qy * qy));
  return Math.hypot(o[OBJECT]! + dx - o[GOAL]!, 2 * (o[OBJECT + 1]! + dy - o[GOAL + 1]!), 2 * (o[OBJECT + 2]! + dz - o[GOAL + 2]!));
}

/** How far the peg's middle axis points away from the hole's, as a sine. */
const turnAside = (o: ArrayLike<number>): number => 2 * (o[OBJECT + 3]! * o[OBJECT + 4]! + o[OBJECT + 6]! * o[OBJECT + 5]!);

function furnish(table: Table): Furniture {
  const box = table.add({ solids: BOX.map(([half, at]) => ({ shape: new Box(new Vec3(...half)), at })) });
  table.scene.show({ name: "box", body: box, color: color.teal });
  const peg = table.add({ mass: MASS, solids: [{ shape: new Box(new Vec3(...PEG)) }] });
  table.scene.show({ name: "peg", body: peg, color: color.red });
  const seen = new Vec3();
  return {
    place(variation, goal): void {
      const [x, y] = point(variation, 0);
      const [boxX, boxY, boxZ] = point(variation, 3);
      table.world.moveTo(peg, x, y, PEG[2]);
      table.world.moveTo(box, boxX, boxY, boxZ);
      goal.set(boxX + GOAL_FROM_BOX[0], boxY + GOAL_FROM_BOX[1], boxZ + GOAL_FROM_BOX[2]);
    },
    observe(into, at): void {
      peg.pointToWorldFrame(seen.set(...GRASPED), seen);
      writeVector(seen, into, at);
      writeXyzw(peg.quaternion, into, at + 3);
    },
  };
}
