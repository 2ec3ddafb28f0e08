/** @file Reach-wall: bring the point between the fingertips to a goal behind the wall, over it. */
import { clearOfGoal, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { GOAL, HAND, point, TCP_DEPTH, tcpDistance } from "../observation.ts";
import { closeness, smoothstep } from "../shaping.ts";
import type { TabletopTask } from "../tabletop-task.ts";
import { blockBeforeWall } from "../wall.ts";

const RADIUS = 0.05;

/** How high the hand passes over the wall, in m; and where the wall is passed, along y. */
const OVER = 0.24;
const PASSED = 0.82;

export const reachWall: TabletopTask = {
  name: "reach-wall",
  version: 1,
  summary: "Bring the gripper to a goal behind the wall.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.05, 0.6, 0.015], high: [0.05, 0.65, 0.015] },
    goalBetween([-0.05, 0.85, 0.05], [0.05, 0.9, 0.3]),
  ],
  accepts: clearOfGoal,
  furnish: (table) => blockBeforeWall(table, (variation) => point(variation, 3)),
  succeeds: (o) => tcpDistance(o, GOAL) <= RADIUS,
  /** 9·closeness(|tcp − goal|), and 10 at success */
  reward: (o) => (tcpDistance(o, GOAL) <= RADIUS ? 10 : 9 * closeness(tcpDistance(o, GOAL), RADIUS, 0.25)),
  controller: () =>
    proportionalController((o, aim) => {
      const low = o[GOAL + 2]! + TCP_DEPTH;
      aim.x = o[GOAL]!;
      aim.y = o[GOAL + 1]!;
      aim.z = low + Math.max(0, OVER - low) * smoothstep(o[HAND + 1]!, PASSED, PASSED - 0.04);
      aim.grip = -1;
    }),
};
