/** @file Shelf-place: grasp the block, lift it and bring it into the shelf. */
import { Box, Vec3 } from "cannon-es";
import { blockOnTable, BLOCK_HALF, goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { color } from "../looks.ts";
import { distance, GOAL, HAND, OBJECT, point, tcpDistance, type Point } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.07;
/** How far the block must be above where it rests to count as lifted, in m. */
const LIFT = 0.04;

/** From the goal down to the shelf's foot, in m. */
const FOOT = 0.3;
/** The shelf's boards: half extents and middles from its foot, in m. */
const BOARDS: readonly (readonly [half: Point, at: Point])[] = [
  [[0.01, 0.1, 0.32], [-0.11, 0, 0.32]],
  [[0.01, 0.1, 0.32], [0.11, 0, 0.32]],
  [[0.12, 0.1, 0.01], [0, 0, 0.65]],
  [[0.1, 0.095, 0.01], [0, -0.015, 0.24]],
  [[0.1, 0.095, 0.01], [0, -0.015, 0.05]],
  [[0.1, 0.01, 0.32], [0, 0.09, 0.32]],
  [[0.1, 0.088, 0.021], [0, -0.008, 0.021]],
]; // prettier-ignore

/** Where the block is lifted in front of the shelf, in m from the goal along y; and how much higher than the goal it comes in. */
const FRONT = -0.19;
const ABOVE = 0.02;

export const shelfPlace: TabletopTask = {
  name: "shelf-place",
  version: 1,
  summary: "Bring the block into the shelf.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.5, 0.019], high: [0.1, 0.6, 0.021] },
    goalBetween([-0.1, 0.8, 0.299], [0.1, 0.9, 0.301]),
  ],
  accepts: (variation) => Math.hypot(variation[3]! - variation[0]!, variation[4]! - variation[1]!) >= 0.1,
  furnish,
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 3·near + near·lifted + 5·closeness(|block − goal|) with near = closeness(|tcp − block|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    if (away <= RADIUS) return 10;
    const near = closeness(tcpDistance(o, OBJECT), 0.02, 0.3);
    return near * (3 + clamp((o[OBJECT + 2]! - BLOCK_HALF) / LIFT, 0, 1)) + 5 * closeness(away, RADIUS, 0.35);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim);
      // In front of the shelf until the block is high enough and between its sides.
      const high = smoothstep(o[OBJECT + 2]!, o[GOAL + 2]! - 0.03, o[GOAL + 2]! - 0.01);
      const between = smoothstep(Math.abs(o[HAND]! - o[GOAL]!), 0.05, 0.025);
      const y = o[GOAL + 1]! + mix(Math.min(FRONT, o[OBJECT + 1]! - o[GOAL + 1]!), 0, high * between);
      carry(o, aim, [o[GOAL]!, y, o[GOAL + 2]! + ABOVE + GRASP_HEIGHT]);
    }),
};

function furnish(table: Table): Furniture {
  const shelf = table.add({ solids: BOARDS.map(([half, at]) => ({ shape: new Box(new Vec3(...half)), at })) });
  table.scene.show({ name: "shelf", body: shelf, color: color.teal });
  const block = blockOnTable(table, (variation) => point(variation, 3));
  return {
    place(variation, goal): void {
      block.place(variation, goal);
      table.world.moveTo(shelf, goal.x, goal.y, goal.z - FOOT);
    },
    observe: (into, at) => block.observe(into, at),
  };
}
