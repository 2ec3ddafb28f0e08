/** @file Door-close: push the open door shut by its handle. */
import { proportionalController } from "../controller.ts";
import { doorOnTable, doorView } from "../door.ts";
import { distance, GOAL, HAND, OBJECT, point, tcpDistance } from "../observation.ts";
import { closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.08;

/** How far the door is open at first, in rad. */
const OPEN = -Math.PI / 2;

/** Meta-World's robot knocks the door while it is being reset: its handle goes 10 cm, and so does this one's. In rad/s. */
const SWING = 4.5;

/** From the safe's middle to the goal, in m. */
const GOAL_X = 0.2;
const GOAL_Y = -0.2;

/** Where the hand waits in front of the handle, in m out of the door; and how far behind it the hand aims while it pushes. */
const WAIT = 0.13;
const LEAD = -0.01;

export const doorClose: TabletopTask = {
  name: "door-close",
  version: 1,
  summary: "Push the safe's door shut.",
  handStart: [-0.5, 0.6, 0.2],
  variation: [{ name: "safe", quantity: "position", unit: "m", size: 3, low: [0, 0.85, 0.15], high: [0.1, 0.95, 0.15] }],
  furnish,
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 4·closeness(|tcp − handle|) + 5·closeness(|handle − goal|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    return away <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.1, 0.3) + 5 * closeness(away, RADIUS, 0.3);
  },
  controller: () =>
    proportionalController((o, aim) => {
      const { out, handAlong } = doorView(o, o[GOAL]! - GOAL_X, o[GOAL + 1]! - GOAL_Y);
      const aligned = smoothstep(Math.abs(handAlong), 0.08, 0.04) * smoothstep(Math.abs(o[HAND + 2]! - o[OBJECT + 2]!), 0.06, 0.03);
      const outward = mix(WAIT, LEAD, aligned);
      aim.x = o[OBJECT]! + outward * out[0];
      aim.y = o[OBJECT + 1]! + outward * out[1];
      aim.z = o[OBJECT + 2]!;
      aim.grip = 1;
    }),
};

function furnish(table: Table): Furniture {
  const door = doorOnTable(table);
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      door.place([x, y, z], OPEN, SWING);
      goal.set(x + GOAL_X, y + GOAL_Y, z);
    },
    observe: (into, at) => door.observe(into, at),
  };
}
