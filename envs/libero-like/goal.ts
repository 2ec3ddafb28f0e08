/**
 * @file `libero-like/goal`: one scene, ten things to do in it. Nothing but the goal's place tells them apart: it is where the block, the drawer's
 * handle or the hand shall be, and no two tasks have it in the same place.
 */
import { Box, Vec3 } from "cannon-es";
import { BLOCK_HALF, blockOnTable } from "../tabletop/block.ts";
import { DRAWER_Y, DRAWER_Z, drawerOnTable, HANDLE_Y } from "../tabletop/drawer.ts";
import { color } from "../tabletop/looks.ts";
import { writeVector } from "../tabletop/object-block.ts";
import { GOAL, OBJECT, OBJECT2, point, type Point } from "../tabletop/observation.ts";
import { toSecondObject, type Doing } from "../tabletop/stages.ts";
import type { Table } from "../tabletop/table.ts";
import type { Furniture, TabletopTask } from "../tabletop/tabletop-task.ts";
import { drawerClose } from "../tabletop/tasks/drawer-close.ts";
import { drawerOpen } from "../tabletop/tasks/drawer-open.ts";
import { pickPlace } from "../tabletop/tasks/pick-place.ts";
import { push } from "../tabletop/tasks/push.ts";
import { reach } from "../tabletop/tasks/reach.ts";
import { carryingIntoTray, TRAY, trayOnTable } from "../tabletop/tray.ts";

/** The scene, in m: the cabinet's foot along y and how far its drawer is open, the tray, the stand. */
const CABINET_Y = 0.9;
const HALF_OPEN = 0.1;
const CABINET_TOP = 0.168;
const TRAY_AT: Point = [0.28, 0.8, 0];
const STAND_AT: Point = [0.06, 0.86, 0.03];
const STAND_HALF: Point = [0.05, 0.05, 0.03];

/** From the cabinet's foot to its handle when the drawer is pulled out as far as it shall be, in m along y. */
const OPENED = DRAWER_Y + HANDLE_Y - 0.19;
/** Drawer-close is written for a point so far above the handle, in m. */
const CLOSING = { shift: [0, 0, 0.05] as Point, goalOf: (o: ArrayLike<number>): Point => point(o, GOAL) };

interface Deed {
  readonly name: string;
  readonly summary: string;
  /** Where the goal is, from the cabinet's foot where the deed is the drawer's; in m. */
  readonly goal: Point;
  readonly isAtCabinet?: boolean;
  readonly doing: Doing;
}

/** @param travel How high the block's underside travels above the goal, in m. */
const carry = (travel: number): Doing => carryingIntoTray({ rest: BLOCK_HALF, grasped: {}, travel });

const deeds: readonly Deed[] = [
  {
    name: "open-the-drawer",
    summary: "Pull the half-open drawer out.",
    goal: [0, OPENED, DRAWER_Z],
    isAtCabinet: true,
    doing: toSecondObject(drawerOpen, { goalOf: (o) => point(o, GOAL) }),
  },
  {
    name: "close-the-drawer",
    summary: "Push the half-open drawer shut.",
    goal: [0, HANDLE_Y, DRAWER_Z],
    isAtCabinet: true,
    doing: toSecondObject(drawerClose, CLOSING),
  },
  {
    name: "block-into-the-tray",
    summary: "Put the block into the tray.",
    goal: [TRAY_AT[0], TRAY_AT[1], TRAY.floor + BLOCK_HALF],
    doing: carry(0.1),
  },
  {
    name: "block-onto-the-stand",
    summary: "Put the block onto the stand.",
    goal: [STAND_AT[0], STAND_AT[1], 2 * STAND_HALF[2] + BLOCK_HALF],
    doing: carry(0.05),
  },
  {
    name: "block-onto-the-cabinet",
    summary: "Put the block onto the cabinet.",
    goal: [0, -0.02, CABINET_TOP + BLOCK_HALF],
    isAtCabinet: true,
    doing: carry(0.06),
  },
  { name: "block-to-the-left", summary: "Slide the block to the left.", goal: [-0.12, 0.5, BLOCK_HALF], doing: push },
  { name: "block-to-the-right", summary: "Slide the block to the right.", goal: [0.3, 0.55, BLOCK_HALF], doing: push },
  { name: "lift-the-block", summary: "Hold the block up.", goal: [0.06, 0.62, 0.28], doing: pickPlace },
  { name: "hand-to-the-left", summary: "Bring the gripper to the left.", goal: [-0.15, 0.62, 0.32], doing: reach },
  { name: "hand-to-the-right", summary: "Bring the gripper to the right.", goal: [0.35, 0.62, 0.32], doing: reach },
];

export const goalTasks: readonly TabletopTask[] = deeds.map(({ name, summary, goal, isAtCabinet = false, doing }) => ({
  name,
  version: 1,
  summary,
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [0.02, 0.56, BLOCK_HALF], high: [0.12, 0.64, BLOCK_HALF] },
    { name: "cabinet", quantity: "position", unit: "m", size: 3, low: [-0.31, CABINET_Y, 0], high: [-0.25, CABINET_Y, 0] },
  ],
  furnish: (table) => scene(table, goal, isAtCabinet),
  succeeds: (o) => doing.succeeds(o),
  reward: (o) => doing.reward(o),
  controller: () => doing.controller(),
}));

function scene(table: Table, goalAt: Point, isAtCabinet: boolean): Furniture {
  const cabinet = drawerOnTable(table);
  const goalOf = (variation: ArrayLike<number>): Point => (isAtCabinet ? [variation[3]! + goalAt[0], variation[4]! + goalAt[1], goalAt[2]] : goalAt);
  const block = blockOnTable(table, goalOf);
  const tray = trayOnTable(table);
  const stand = table.add({ solids: [{ shape: new Box(new Vec3(...STAND_HALF)) }] });
  table.scene.show({ name: "stand", body: stand, color: color.teal });
  const at = OBJECT2 - OBJECT;
  return {
    place(variation, goal): void {
      block.place(variation, goal);
      cabinet.place(point(variation, 3), HALF_OPEN);
      table.world.moveTo(tray, ...TRAY_AT);
      table.world.moveTo(stand, ...STAND_AT);
    },
    observe(into, from): void {
      block.observe(into, from);
      writeVector(cabinet.drawer.position, into, from + at);
      into[from + at + 1]! += HANDLE_Y;
    },
  };
}
