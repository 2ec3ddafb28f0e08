/** @file Hand-insert: grasp the block and put it down in the hole, the fingers with it. */
import { blockOnTable, BLOCK_HALF, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { writeWxyz } from "../object-block.ts";
import { distance, GOAL, HAND, OBJECT, point, tcpDistance } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import { HOLE_DEPTH } from "../table.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.05;
/** How far the block must be above where it rests to count as lifted, in m. */
const LIFT = 0.03;

/** The height of the block's centre where it rests, and where it is carried; in m. */
const REST = HOLE_DEPTH + BLOCK_HALF;
const CARRIED = REST + 0.05;

/** A little above its middle: fingertips that press on the table cannot close. */
const grasped = { up: 0.012 };

export const handInsert: TabletopTask = {
  name: "hand-insert",
  version: 1,
  summary: "Put the block into the hole.",
  handStart: [0, 0.6, 0.2],
  top: "with a hole",
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.6, 0.05], high: [0.1, 0.7, 0.05] },
    goalBetween([-0.04, 0.8, -0.0201], [0.04, 0.88, -0.0199]),
  ],
  accepts: (variation) => Math.hypot(variation[3]! - variation[0]!, variation[4]! - variation[1]!) >= 0.15,
  furnish: (table) => blockOnTable(table, (variation) => point(variation, 3), { rest: REST, writeTurn: writeWxyz }),
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** near·(3 + lifted) + 5·closeness(|block − goal|) with near = closeness(|tcp − block|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    if (away <= RADIUS) return 10;
    const near = closeness(tcpDistance(o, OBJECT), 0.02, 0.3);
    return near * (3 + clamp((o[OBJECT + 2]! - REST) / LIFT, 0, 1)) + 5 * closeness(away, RADIUS, 0.3);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      const over = smoothstep(Math.hypot(o[HAND]! - o[GOAL]!, o[HAND + 1]! - o[GOAL + 1]!), 0.03, 0.012);
      // Up first, then across, then down.
      const up = Math.max(over, smoothstep(o[OBJECT + 2]!, REST + 0.005, REST + 0.03));
      const x = mix(o[HAND]!, o[GOAL]!, up);
      const y = mix(o[HAND + 1]!, o[GOAL + 1]!, up);
      carry(o, aim, [x, y, mix(CARRIED, BLOCK_HALF - 0.01, over) + GRASP_HEIGHT], grasped);
    }),
};
