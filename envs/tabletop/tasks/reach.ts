/** @file Reach: bring the point between the fingertips to the goal in the air. The block on the table is in nobody's way. */
import { blockOnTable, blockStart, clearOfGoal, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { GOAL, point, TCP_DEPTH, tcpDistance } from "../observation.ts";
import { closeness } from "../shaping.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.05;

export const reach: TabletopTask = {
  name: "reach",
  version: 1,
  summary: "Bring the gripper to a goal in the air.",
  handStart: [0, 0.6, 0.2],
  variation: [blockStart, goalBetween([-0.1, 0.8, 0.05], [0.1, 0.9, 0.3])],
  accepts: clearOfGoal,
  furnish: (table) => blockOnTable(table, (variation) => point(variation, 3)),
  succeeds: (o) => tcpDistance(o, GOAL) <= RADIUS,
  /** 10·closeness(|tcp − goal|) */
  reward: (o) => 10 * closeness(tcpDistance(o, GOAL), RADIUS, 0.3),
  controller: () =>
    proportionalController((o, aim) => {
      aim.x = o[GOAL]!;
      aim.y = o[GOAL + 1]!;
      aim.z = o[GOAL + 2]! + TCP_DEPTH;
      aim.grip = -1;
    }),
};
