/** @file Push: take the block between the fingers and slide it over the table to the goal. */
import { blockOnTable, BLOCK_HALF, blockStart, clearOfGoal, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { distance, GOAL, OBJECT, tcpDistance } from "../observation.ts";
import { closeness } from "../shaping.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.05;

export const push: TabletopTask = {
  name: "push",
  version: 1,
  summary: "Slide the block over the table to the goal.",
  handStart: [0, 0.6, 0.2],
  variation: [blockStart, goalBetween([-0.1, 0.8, 0.01], [0.1, 0.9, 0.02])],
  accepts: clearOfGoal,
  // The goal lies where the block's centre is when it rests, whatever height was drawn: so does Meta-World's.
  furnish: (table) => blockOnTable(table, (variation) => [variation[3]!, variation[4]!, BLOCK_HALF]),
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 4·closeness(|tcp − block|) + 5·closeness(|block − goal|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    return away <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.02, 0.3) + 5 * closeness(away, RADIUS, 0.25);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim);
      carry(o, aim, [o[GOAL]!, o[GOAL + 1]!, GRASP_HEIGHT + BLOCK_HALF]);
    }),
};
