/** @file Drawer-open: hook a finger behind the handle and pull the drawer out. */
import { Box, Vec3 } from "cannon-es";
import { Prismatic } from "../../physics/prismatic.ts";
import { proportionalController } from "../controller.ts";
import { boxPart, color, following, rodPart } from "../looks.ts";
import { writeVector, writeWxyz } from "../object-block.ts";
import { distance, GOAL, HAND, OBJECT, point } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.03;

/** From the cabinet's foot to the middle of the closed drawer, and on to the handle that the observation shows; in m, along y and z. */
const DRAWER_Y = -0.01;
const DRAWER_Z = 0.09;
const HANDLE_Y = -0.16;

/** From the closed handle to the goal, in m. */
const GOAL_Y = -0.19;

/** Meta-World's slide ends at 0.16 m, where success only begins, but its soft stop gives way to here. */
const TRAVEL = 0.2;

const MASS = 0.38;
/** N·s/m */
const DAMPING = 2;

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
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const cabinet = table.add({ solids: [{ shape: box(0.118, 0.1, 0.084), at: [0, 0, 0.084] }] });
  const drawer = table.add({
    mass: MASS,
    damping: 1 - Math.exp(-DAMPING / MASS),
    mounted: true,
    solids: [
      { shape: box(0.1, 0.09, 0.06) },
      { shape: box(0.059, 0.009, 0.009), at: [0, -0.15, 0] },
      { shape: box(0.009, 0.026, 0.009), at: [-0.05, -0.115, 0] },
      { shape: box(0.009, 0.026, 0.009), at: [0.05, -0.115, 0] },
    ],
  });
  const slide = new Prismatic(cabinet, drawer, { anchorA: new Vec3(0, DRAWER_Y, DRAWER_Z), axisA: new Vec3(0, 1, 0), lower: -TRAVEL, upper: 0 });
  table.world.addConstraint(slide);
  drawCabinet(table, cabinet.position, drawer.position);
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(cabinet, x, y, z);
      slide.place(0);
      goal.set(x, y + DRAWER_Y + HANDLE_Y + GOAL_Y, z + DRAWER_Z);
    },
    observe(into, at): void {
      writeVector(drawer.position, into, at);
      into[at + 1]! += HANDLE_Y;
      writeWxyz(drawer.quaternion, into, at + 3);
    },
  };
}

/** Hollow, where the solids are full: the hand cannot tell, and one box costs less than five. */
function drawCabinet({ scene }: Table, cabinet: Vec3, drawer: Vec3): void {
  scene.dress(
    "cabinet",
    [
      boxPart([0.118, 0.1, 0.008], [0, 0, 0.16], color.teal),
      boxPart([0.118, 0.1, 0.013], [0, 0, 0.013], color.teal),
      boxPart([0.008, 0.1, 0.067], [-0.11, 0, 0.089], color.teal),
      boxPart([0.008, 0.1, 0.067], [0.11, 0, 0.089], color.teal),
      boxPart([0.102, 0.008, 0.067], [0, 0.092, 0.089], color.teal),
    ],
    following(cabinet),
  );
  scene.dress(
    "drawer",
    [
      boxPart([0.1, 0.008, 0.06], [0, -0.082, 0], color.mint),
      boxPart([0.1, 0.008, 0.05], [0, 0.082, -0.01], color.mint),
      boxPart([0.008, 0.074, 0.05], [-0.092, 0, -0.01], color.mint),
      boxPart([0.008, 0.074, 0.05], [0.092, 0, -0.01], color.mint),
      boxPart([0.1, 0.09, 0.008], [0, 0, -0.052], color.mint),
      rodPart({ radius: 0.009, height: 0.118, along: "x" }, [0, -0.15, 0], color.steel),
      rodPart({ radius: 0.009, height: 0.06, along: "y" }, [-0.05, -0.12, 0], color.steel),
      rodPart({ radius: 0.009, height: 0.06, along: "y" }, [0.05, -0.12, 0], color.steel),
    ],
    following(drawer),
  );
}
