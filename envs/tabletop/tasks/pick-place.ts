/** @file Pick and place: grasp the block and hold it at the goal in the air. */
import { blockOnTable, BLOCK_HALF, blockStart, clearOfGoal, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { distance, GOAL, OBJECT, point, tcpDistance } from "../observation.ts";
import { clamp, closeness } from "../shaping.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.07;

/** How far the block must be above where it rests to count as lifted, in m. */
const LIFT = 0.04;

export const pickPlace: TabletopTask = {
  name: "pick-place",
  version: 1,
  summary: "Grasp the block and bring it to a goal in the air.",
  handStart: [0, 0.6, 0.2],
  variation: [blockStart, goalBetween([-0.1, 0.8, 0.05], [0.1, 0.9, 0.3])],
  accepts: clearOfGoal,
  furnish: (table) => blockOnTable(table, (variation) => point(variation, 3)),
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 3·near + near·lifted + 5·closeness(|block − goal|) with near = closeness(|tcp − block|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    if (away <= RADIUS) return 10;
    const near = closeness(tcpDistance(o, OBJECT), 0.02, 0.3);
    const lifted = clamp((o[OBJECT + 2]! - BLOCK_HALF) / LIFT, 0, 1);
    return near * (3 + lifted) + 5 * closeness(away, RADIUS, 0.3);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim);
      carry(o, aim, [o[GOAL]!, o[GOAL + 1]!, o[GOAL + 2]! + GRASP_HEIGHT]);
    }),
};
