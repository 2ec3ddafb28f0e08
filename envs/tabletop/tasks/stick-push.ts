/** @file Stick-push: grasp the stick and push the thermos with it. */
import { goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { distance, GOAL, HAND, OBJECT, OBJECT2, point, tcpDistance } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import { carriesStick, HANDLE, LIFTED, STICK, stickAndThermos } from "../thermos.ts";
import type { TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.12;

/** Where the stick is held, right of its middle, in m. */
const grasped = { right: 0.015 };

/** How far left of the thermos' middle the stick waits until it points at it, in m. */
const BEFORE = -0.14;

export const stickPush: TabletopTask = {
  name: "stick-push",
  version: 1,
  summary: "Push the thermos to the goal with the stick.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "stick", quantity: "position", unit: "m", size: 3, low: [-0.08, 0.58, 0], high: [-0.03, 0.62, 0.001] },
    goalBetween([0.399, 0.55, 0.1319], [0.401, 0.6, 0.1321]),
  ],
  furnish: (table) =>
    stickAndThermos(table, {
      start: 0,
      seen: [0, 0, HANDLE[2]],
      goalOf: (variation) => [variation[3]!, variation[4]!, HANDLE[2]],
    }),
  succeeds: (o) => distance(o, OBJECT2, GOAL) <= RADIUS && carriesStick(o),
  /** near·(3 + lifted) + 5·closeness(|thermos − goal|) with near = closeness(|tcp − stick|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT2, GOAL);
    if (away <= RADIUS && carriesStick(o)) return 10;
    const near = closeness(tcpDistance(o, OBJECT), 0.03, 0.3);
    return near * (3 + clamp((o[OBJECT + 2]! - STICK[2]) / (LIFTED - STICK[2]), 0, 1)) + 5 * closeness(away, RADIUS, 0.15);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      const [x, y, z] = point(o, OBJECT2);
      const aside = Math.hypot(o[OBJECT + 1]! - y, o[OBJECT + 2]! - z);
      const pointing = smoothstep(aside, 0.03, 0.015);
      carry(o, aim, [mix(x + BEFORE, o[HAND]! + 0.06, pointing) + grasped.right, y, z + GRASP_HEIGHT], grasped);
    }),
};
