/** @file Sweep-into: take the block between the fingers and slide it into the hole. */
import { blockOnTable, BLOCK_HALF, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { GOAL, OBJECT, tcpDistance, type Point } from "../observation.ts";
import { closeness } from "../shaping.ts";
import { HOLE_DEPTH } from "../table.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.05;

/** Always here, whatever was drawn, as in Meta-World; in m. */
const HOLE: Point = [0, 0.84, 0.02];

/** A little above its middle: fingertips that press on the table cannot close. */
const grasped = { up: 0.012 };

export const sweepInto: TabletopTask = {
  name: "sweep-into",
  version: 1,
  summary: "Sweep the block into the hole.",
  handStart: [0, 0.6, 0.2],
  top: "with a hole",
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.6, 0.02], high: [0.1, 0.7, 0.02] },
    goalBetween([-0.001, 0.8399, 0.0199], [0.001, 0.8401, 0.0201]),
  ],
  accepts: (variation) => Math.hypot(HOLE[0] - variation[0]!, HOLE[1] - variation[1]!) >= 0.15,
  furnish: (table) => blockOnTable(table, () => HOLE, { rest: HOLE_DEPTH + BLOCK_HALF }),
  succeeds: (o) => aside(o) <= RADIUS,
  /** 4·closeness(|tcp − block|) + 5·closeness(way from the hole, seen from above), and 10 at success */
  reward: (o) => (aside(o) <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.02, 0.3) + 5 * closeness(aside(o), RADIUS, 0.25)),
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      carry(o, aim, [o[GOAL]!, o[GOAL + 1]!, HOLE_DEPTH + BLOCK_HALF + GRASP_HEIGHT], grasped);
    }),
};

const aside = (o: Float32Array): number => Math.hypot(o[OBJECT]! - o[GOAL]!, o[OBJECT + 1]! - o[GOAL + 1]!);
