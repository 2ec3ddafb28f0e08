/** @file Sweep: take the block between the fingers and slide it to the goal at the right of the table. */
import { blockOnTable, BLOCK_HALF, blockStart } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { writeWxyz } from "../object-block.ts";
import { distance, GOAL, OBJECT, tcpDistance } from "../observation.ts";
import { closeness } from "../shaping.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.05;

/** The goal, beside the block's start; in m. */
const GOAL_X = 0.5;
const GOAL_Z = 0.01;

/** Meta-World observes the middle of the block's underside. */
const grasped = { up: BLOCK_HALF };

export const sweep: TabletopTask = {
  name: "sweep",
  version: 1,
  summary: "Sweep the block to the right end of the table.",
  handStart: [0, 0.6, 0.2],
  variation: [blockStart],
  furnish: (table) => blockOnTable(table, (variation) => [GOAL_X, variation[1]!, GOAL_Z], { below: BLOCK_HALF, writeTurn: writeWxyz }),
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 4·closeness(|tcp − block|) + 5·closeness(|block − goal|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    return away <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.04, 0.3) + 5 * closeness(away, RADIUS, 0.35);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      carry(o, aim, [o[GOAL]!, o[GOAL + 1]!, GRASP_HEIGHT + BLOCK_HALF], grasped);
    }),
};
