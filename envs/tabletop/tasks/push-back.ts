/** @file Push-back: take the block between the fingers and slide it back over the table to the goal. */
import { blockOnTable, BLOCK_HALF, clearOfGoal, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { distance, GOAL, OBJECT, tcpDistance } from "../observation.ts";
import { closeness } from "../shaping.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.07;

export const pushBack: TabletopTask = {
  name: "push-back",
  version: 1,
  summary: "Slide the block back to the goal.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.8, BLOCK_HALF], high: [0.1, 0.85, BLOCK_HALF] },
    goalBetween([-0.1, 0.6, 0.0199], [0.1, 0.7, 0.0201]),
  ],
  accepts: clearOfGoal,
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
