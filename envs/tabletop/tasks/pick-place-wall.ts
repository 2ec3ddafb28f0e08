/** @file Pick-place-wall: grasp the block, lift it over the wall and hold it at the goal behind it. */
import { BLOCK_HALF, clearOfGoal, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { distance, GOAL, OBJECT, point, tcpDistance } from "../observation.ts";
import { clamp, closeness, smoothstep } from "../shaping.ts";
import type { TabletopTask } from "../tabletop-task.ts";
import { blockBeforeWall, WALL } from "../wall.ts";

const RADIUS = 0.07;
/** How far the block must be above where it rests to count as lifted, in m. */
const LIFT = 0.04;

/** How high the block is carried over the wall; where, along y, it must have that height, and from where on it may come down; in m. */
const OVER = 0.19;
const BEFORE = WALL[1] - 0.06;
const PASSED = WALL[1] + 0.06;

export const pickPlaceWall: TabletopTask = {
  name: "pick-place-wall",
  version: 1,
  summary: "Bring the block over the wall to a goal in the air.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.05, 0.6, 0.015], high: [0.05, 0.65, 0.015] },
    goalBetween([-0.05, 0.85, 0.05], [0.05, 0.9, 0.3]),
  ],
  accepts: clearOfGoal,
  furnish: (table) => blockBeforeWall(table, (variation) => point(variation, 3)),
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 3·near + near·lifted + 5·closeness(|block − goal|) with near = closeness(|tcp − block|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    if (away <= RADIUS) return 10;
    const near = closeness(tcpDistance(o, OBJECT), 0.02, 0.3);
    return near * (3 + clamp((o[OBJECT + 2]! - BLOCK_HALF) / LIFT, 0, 1)) + 5 * closeness(away, RADIUS, 0.3);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim);
      const before = smoothstep(o[OBJECT + 1]!, PASSED, PASSED - 0.03);
      const high = Math.max(o[GOAL + 2]!, OVER * before);
      // Not into the wall: on to it only as high as it takes.
      const raised = Math.max(smoothstep(o[OBJECT + 2]!, 0.14, 0.17), 1 - before);
      const y = o[GOAL + 1]! * raised + Math.min(o[OBJECT + 1]!, BEFORE) * (1 - raised);
      carry(o, aim, [o[GOAL]!, y, high + GRASP_HEIGHT]);
    }),
};
