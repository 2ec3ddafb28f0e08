/** @file Stick-pull: grasp the stick, put it through the thermos' handle, and pull the thermos along. */
import { goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { distance, GOAL, HAND, OBJECT, OBJECT2, point, tcpDistance } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import { HANDLE, LIFTED, STICK, stickAndThermos } from "../thermos.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.12;

/** How far the stick's end may be off the handle's middle along y and z to be in it, in m. */
const ASIDE = 0.04;
const ABOVE = 0.06;

/** Where the stick is held, right of its middle, in m. */
const grasped = { right: -0.015 };

/** How far right of the handle the stick's middle is, in m: while the stick waits until it points into the handle, and pushed through. */
const BEFORE = -0.09;
const THROUGH = 0.02;
/** How far towards the robot of the handle's middle it goes through, in m: nearer, the palm would push the flask away. */
const OUTER = -0.015;

export const stickPull: TabletopTask = {
  name: "stick-pull",
  version: 1,
  summary: "Pull the thermos to the goal with the stick in its handle.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "stick", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.55, 0], high: [0, 0.65, 0.001] },
    goalBetween([0.35, 0.45, 0.0199], [0.45, 0.55, 0.0201]),
  ],
  furnish: (table) =>
    stickAndThermos(table, {
      start: 0.09,
      seen: HANDLE,
      goalOf: (variation) => [variation[3]!, variation[4]!, STICK[2]],
    }),
  succeeds: (o) => distance(o, OBJECT2, GOAL) <= RADIUS && outside(o) <= 0,
  /** near·(2 + lifted) + 2·closeness(|stick − handle|) + 4·through·closeness(|handle − goal|) with near = closeness(|tcp − stick|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT2, GOAL);
    if (away <= RADIUS && outside(o) <= 0) return 10;
    const through = closeness(outside(o), 0, 0.05);
    const near = closeness(tcpDistance(o, OBJECT), 0.03, 0.3);
    const lifted = clamp((o[OBJECT + 2]! - STICK[2]) / (LIFTED - STICK[2]), 0, 1);
    return near * (2 + lifted) + 2 * closeness(distance(o, OBJECT, OBJECT2), 0.02, 0.3) + 4 * through * closeness(away, RADIUS, 0.2);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      const [x, y, z] = point(o, OBJECT2);
      const pointing = smoothstep(Math.hypot(o[OBJECT + 1]! - y - OUTER, o[OBJECT + 2]! - z), 0.03, 0.012);
      const inside = smoothstep(o[OBJECT]! - x, -0.045, -0.02);
      // To the handle and through it, then with it.
      const toX = mix(x + mix(BEFORE, THROUGH, pointing) + grasped.right, o[HAND]! + o[GOAL]! + 0.03 - x, inside);
      const toY = mix(y + OUTER, o[HAND + 1]! + o[GOAL + 1]! - y, inside);
      carry(o, aim, [toX, toY, z + GRASP_HEIGHT], grasped);
    }),
};

/**
 * How far the stick's end is from being in the handle, in m; at most 0 where it is. Meta-World's test; the stick hardly turns, so its end is
 * taken to be right of its middle.
 */
const outside = (o: ArrayLike<number>): number =>
  Math.max(
    o[OBJECT2]! - o[OBJECT]! - STICK[0],
    Math.abs(o[OBJECT + 1]! - o[OBJECT2 + 1]!) - ASIDE,
    Math.abs(o[OBJECT + 2]! - o[OBJECT2 + 2]!) - ABOVE,
  );
