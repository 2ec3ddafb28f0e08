/** @file Door-open: reach behind the handle's bar from above and pull the door open. */
import { proportionalController } from "../controller.ts";
import { doorOnTable, doorView } from "../door.ts";
import { GOAL, HAND, OBJECT, point, tcpDistance } from "../observation.ts";
import { closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

/** Open is the handle so near to the goal along x, in m. */
const RADIUS = 0.08;

/** From the safe's middle to the goal, in m. */
const GOAL_X = -0.3;
const GOAL_Y = -0.45;

/** Where the closed fingers come down behind the bar, from the handle's observed point, in m: along the door and out of it; and how high they come. */
const ASIDE = 0.02;
const BEHIND = -0.05;
const OVER = 0.13;
/** How far in front of the handle the hand aims while it pulls. */
const LEAD = 0.05;

export const doorOpen: TabletopTask = {
  name: "door-open",
  version: 1,
  summary: "Pull the safe's door open by its handle.",
  handStart: [0, 0.6, 0.2],
  variation: [{ name: "safe", quantity: "position", unit: "m", size: 3, low: [0, 0.85, 0.15], high: [0.1, 0.95, 0.15] }],
  furnish,
  succeeds: (o) => left(o) <= RADIUS,
  /** 4·closeness(|tcp − handle|) + 5·closeness(way left along x), and 10 at success */
  reward: (o) => (left(o) <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.06, 0.3) + 5 * closeness(left(o), RADIUS, 0.3)),
  controller: () =>
    proportionalController((o, aim) => {
      const { along, out, handAlong, handOut } = doorView(o, o[GOAL]! - GOAL_X, o[GOAL + 1]! - GOAL_Y);
      const above = o[HAND + 2]! - o[OBJECT + 2]!;
      const over = smoothstep(Math.hypot(handAlong - ASIDE, handOut - BEHIND), 0.04, 0.015);
      const low = smoothstep(above, 0.05, 0.03);
      const behind = low * smoothstep(Math.abs(handAlong - ASIDE), 0.08, 0.05) * smoothstep(handOut, 0.01, -0.01);
      const outward = mix(BEHIND, LEAD, behind);
      aim.x = o[OBJECT]! + ASIDE * along[0] + outward * out[0];
      aim.y = o[OBJECT + 1]! + ASIDE * along[1] + outward * out[1];
      aim.z = o[OBJECT + 2]! + 0.01 + OVER * (1 - Math.max(over, behind));
      aim.grip = 1;
    }),
};

const left = (o: Float32Array): number => Math.abs(o[OBJECT]! - o[GOAL]!);

function furnish(table: Table): Furniture {
  const door = doorOnTable(table);
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      door.place([x, y, z], 0);
      goal.set(x + GOAL_X, y + GOAL_Y, z);
    },
    observe: (into, at) => door.observe(into, at),
  };
}
