/** @file Push-wall: take the block between the fingers and slide it around the wall to the goal behind it. */
import { BLOCK_HALF, clearOfGoal, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { distance, GOAL, OBJECT, tcpDistance } from "../observation.ts";
import { closeness, mix, smoothstep } from "../shaping.ts";
import type { TabletopTask } from "../tabletop-task.ts";
import { blockBeforeWall, WALL, WALL_LEFT } from "../wall.ts";

const RADIUS = 0.07;

/** How far the way around the wall keeps from it, in m: to its left, in front of it and behind. */
const ASIDE = 0.07;
const BEFORE = 0.07;
const BEHIND = 0.06;

export const pushWall: TabletopTask = {
  name: "push-wall",
  version: 1,
  summary: "Slide the block around the wall to the goal.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.05, 0.6, 0.015], high: [0.05, 0.65, 0.015] },
    goalBetween([-0.05, 0.85, 0.01], [0.05, 0.9, 0.02]),
  ],
  accepts: clearOfGoal,
  furnish: (table) => blockBeforeWall(table, (variation) => [variation[3]!, variation[4]!, BLOCK_HALF]),
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 4·closeness(|tcp − block|) + 5·closeness(way left, around the wall), and 10 at success */
  reward: (o) =>
    distance(o, OBJECT, GOAL) <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.02, 0.3) + 5 * closeness(wayLeft(o), RADIUS, 0.25),
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim);
      // Straight on to the left of the wall, then past it, then to the goal.
      const left = WALL_LEFT - ASIDE;
      const clear = smoothstep(o[OBJECT]!, left + 0.04, left + 0.015);
      const past = smoothstep(o[OBJECT + 1]!, WALL[1] + 0.03, WALL[1] + BEHIND);
      const x = mix(left - 0.01, o[GOAL]!, past);
      const y = mix(Math.min(o[OBJECT + 1]!, WALL[1] - BEFORE), o[GOAL + 1]!, Math.max(clear, past));
      carry(o, aim, [x, y, GRASP_HEIGHT + BLOCK_HALF]);
    }),
};

/** The block's way to the goal: around the wall's left end while it is in front of it, in m. */
function wayLeft(o: Float32Array): number {
  const before = smoothstep(o[OBJECT + 1]!, WALL[1] + BEHIND, WALL[1]);
  const [x, y] = [WALL_LEFT - ASIDE, WALL[1]];
  const around = Math.hypot(Math.max(0, o[OBJECT]! - x), y - o[OBJECT + 1]!) + Math.hypot(o[GOAL]! - x, o[GOAL + 1]! - y);
  return mix(distance(o, OBJECT, GOAL), around, before);
}
