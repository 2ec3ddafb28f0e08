/** @file Drawer-close: come round to the front of the open drawer and push it shut. */
import { proportionalController } from "../controller.ts";
import { DRAWER_Z, drawerOnTable, HANDLE_Y } from "../drawer.ts";
import { writeVector } from "../object-block.ts";
import { distance, GOAL, HAND, OBJECT, point, tcpDistance } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.065;

/** How far the drawer is open at first, and from its middle up to the point that is observed; in m. */
const OPEN = 0.15;
const OBSERVED_Z = 0.05;

/** In front of the handle, and where the hand touches it, from the observed point; in m along y. */
const FRONT = -0.12;
const TOUCH = -0.03;
const LEAD = 0.05;

/** How high the hand pushes, from the observed point, in m; and how much higher it comes over the drawer. */
const LOW = -0.04;
const OVER = 0.14;

export const drawerClose: TabletopTask = {
  name: "drawer-close",
  version: 1,
  summary: "Push the drawer shut.",
  handStart: [0, 0.6, 0.2],
  variation: [{ name: "cabinet", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.9, 0], high: [0.1, 0.9, 0] }],
  furnish,
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 4·closeness(|tcp − handle|) + 5·closeness(|handle − goal|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    return away <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.08, 0.3) + 5 * closeness(away, RADIUS, 0.15);
  },
  controller: () =>
    proportionalController((o, aim) => {
      const ahead = o[HAND + 1]! - o[OBJECT + 1]!;
      const above = o[HAND + 2]! - o[OBJECT + 2]!;
      const inFront = smoothstep(ahead, -0.05, -0.09);
      const down = smoothstep(above, 0.06, 0.03) * smoothstep(ahead, 0.02, -0.02);
      const lead = clamp(o[GOAL + 1]! - o[OBJECT + 1]! + 0.03, 0, LEAD);
      aim.x = o[OBJECT]!;
      aim.y = o[OBJECT + 1]! + mix(FRONT, TOUCH + lead, down);
      aim.z = o[OBJECT + 2]! + LOW + OVER * (1 - inFront) * (1 - down);
      aim.grip = -1;
    }),
};

function furnish(table: Table): Furniture {
  const cabinet = drawerOnTable(table);
  const { drawer } = cabinet;
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      cabinet.place([x, y, z], OPEN);
      goal.set(x, y + HANDLE_Y, z + DRAWER_Z);
    },
    observe(into, at): void {
      writeVector(drawer.position, into, at);
      into[at + 1]! += HANDLE_Y;
      into[at + 2]! += OBSERVED_Z;
    },
  };
}
