/** @file Drawer-open: hook a finger behind the handle and pull the drawer out. */
import { proportionalController } from "../controller.ts";
import { DRAWER_Y, DRAWER_Z, drawerOnTable, HANDLE_Y } from "../drawer.ts";
import { writeVector, writeWxyz } from "../object-block.ts";
import { distance, GOAL, HAND, OBJECT, point } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.03;

/** From the closed handle to the goal, in m. */
const GOAL_Y = -0.19;

/** Where the hand hangs from the handle while it pulls, in m along y; and how far ahead it aims at most, which sets its speed. */
const HOOK = -0.025;
const LEAD = 0.05;

export const drawerOpen: TabletopTask = {
  name: "drawer-open",
  version: 1,
  summary: "Pull the drawer open by its handle.",
  handStart: [0, 0.6, 0.2],
  variation: [{ name: "cabinet", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.9, 0], high: [0.1, 0.9, 0] }],
  furnish,
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 4·closeness(|hand − handle|) + 5·closeness(|handle − goal|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    return away <= RADIUS ? 10 : 4 * closeness(distance(o, HAND, OBJECT), 0.04, 0.3) + 5 * closeness(away, RADIUS, 0.2);
  },
  controller: () =>
    proportionalController((o, aim) => {
      const x = Math.abs(o[HAND]! - o[OBJECT]!);
      const y = o[HAND + 1]! - o[OBJECT + 1]!;
      const above = o[HAND + 2]! - o[OBJECT + 2]!;
      const aside = smoothstep(x, 0.01, 0.03);
      // A finger clears the handle's bar on the way down only from here on; once it is down, it may come to hang on it.
      const clear = (1 - aside) * smoothstep(y, -0.025, -0.012);
      const hooked = (1 - aside) * smoothstep(y, -0.05, -0.035) * smoothstep(above, 0.045, 0.02);
      const lead = clamp(o[OBJECT + 1]! - o[GOAL + 1]!, -LEAD, LEAD);
      aim.x = o[OBJECT]!;
      aim.y = o[OBJECT + 1]! + mix(0, HOOK - lead, hooked);
      aim.z = o[OBJECT + 2]! - 0.02 + 0.1 * (1 - clear) * (1 - hooked);
      aim.grip = -1;
    }),
};

function furnish(table: Table): Furniture {
  const cabinet = drawerOnTable(table);
  const { drawer } = cabinet;
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      cabinet.place([x, y, z], 0);
      goal.set(x, y + DRAWER_Y + HANDLE_Y + GOAL_Y, z + DRAWER_Z);
    },
    observe(into, at): void {
      writeVector(drawer.position, into, at);
      into[at + 1]! += HANDLE_Y;
      writeWxyz(drawer.quaternion, into, at + 3);
    },
  };
}
