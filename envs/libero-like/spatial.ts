/** @file `libero-like/spatial`: the same block and the same tray, in ten layouts of the table. */
import { type Body, Box, Vec3 } from "cannon-es";
import { BLOCK_HALF, goalBetween } from "../tabletop/block.ts";
import { color } from "../tabletop/looks.ts";
import { writeVector } from "../tabletop/object-block.ts";
import { OBJECT, OBJECT2, point, type Point } from "../tabletop/observation.ts";
import type { Table } from "../tabletop/table.ts";
import type { Furniture, TabletopTask } from "../tabletop/tabletop-task.ts";
import { blockAndTray, carryingIntoTray, TRAY, trayOnTable } from "../tabletop/tray.ts";

/** A region of the table, in m. */
interface Region {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

/** What stands in the way or underneath, half extents in m; its middle is observed as the second object. */
type Obstacle =
  | { readonly kind: "under the block" | "under the tray"; readonly half: Point }
  | { readonly kind: "fixed"; readonly half: Point; readonly at: readonly Point[] }
  | { readonly kind: "another tray around the block" };

interface Layout {
  readonly name: string;
  readonly summary: string;
  readonly block: Region;
  readonly tray: Region;
  readonly obstacle?: Obstacle;
}

/** The fingers open along y and the palm is narrow along x: walls on both sides of the block leave them room. */
const layouts: readonly Layout[] = [
  {
    name: "left-to-right",
    summary: "Put the block at the left into the tray at the right.",
    block: { x: [-0.3, -0.2], y: [0.62, 0.72] },
    tray: { x: [0.2, 0.3], y: [0.62, 0.72] },
  },
  {
    name: "right-to-left",
    summary: "Put the block at the right into the tray at the left.",
    block: { x: [0.2, 0.3], y: [0.62, 0.72] },
    tray: { x: [-0.3, -0.2], y: [0.62, 0.72] },
  },
  {
    name: "near-to-far",
    summary: "Put the block at the near side into the tray at the far side.",
    block: { x: [-0.08, 0.08], y: [0.48, 0.56] },
    tray: { x: [-0.1, 0.1], y: [0.8, 0.85] },
  },
  {
    name: "far-to-near",
    summary: "Put the block at the far side into the tray at the near side.",
    block: { x: [-0.08, 0.08], y: [0.8, 0.88] },
    tray: { x: [-0.1, 0.1], y: [0.54, 0.59] },
  },
  {
    name: "off-the-stand",
    summary: "Put the block on the stand into the tray.",
    block: { x: [-0.2, -0.1], y: [0.74, 0.84] },
    tray: { x: [0.15, 0.25], y: [0.54, 0.62] },
    obstacle: { kind: "under the block", half: [0.06, 0.06, 0.05] },
  },
  {
    name: "onto-the-stand",
    summary: "Put the block into the tray on the stand.",
    block: { x: [-0.2, -0.1], y: [0.52, 0.6] },
    tray: { x: [0.15, 0.25], y: [0.76, 0.84] },
    obstacle: { kind: "under the tray", half: [0.1, 0.1, 0.04] },
  },
  {
    name: "over-the-wall",
    summary: "Put the block over the wall into the tray.",
    block: { x: [0.1, 0.2], y: [0.48, 0.56] },
    tray: { x: [0.05, 0.2], y: [0.84, 0.88] },
    obstacle: { kind: "fixed", half: [0.3, 0.01, 0.06], at: [[0.1, 0.69, 0.06]] },
  },
  {
    name: "between-walls",
    summary: "Put the block between the walls into the tray.",
    block: { x: [-0.27, -0.24], y: [0.5, 0.6] },
    tray: { x: [0, 0.12], y: [0.68, 0.8] },
    obstacle: { kind: "fixed", half: [0.01, 0.12, 0.04], at: [[-0.33, 0.55, 0.04], [-0.18, 0.55, 0.04]] },
  }, // prettier-ignore
  {
    name: "corner-to-corner",
    summary: "Put the block at the far right into the tray at the near left.",
    block: { x: [0.25, 0.35], y: [0.82, 0.9] },
    tray: { x: [-0.35, -0.25], y: [0.52, 0.58] },
  },
  {
    name: "tray-to-tray",
    summary: "Put the block from one tray into the other.",
    block: { x: [-0.3, -0.25], y: [0.8, 0.86] },
    tray: { x: [0.2, 0.3], y: [0.78, 0.85] },
    obstacle: { kind: "another tray around the block" },
  },
];

/** High enough for every wall, so that one way of carrying is right in all layouts; in m. */
const TRAVEL = 0.15;

/** How far above its middle the block on a stand is grasped, in m: fingertips that press on what it stands on cannot close. */
const ABOVE = 0.012;

const heightUnder = (obstacle: Obstacle | undefined, kind: "under the block" | "under the tray"): number =>
  obstacle?.kind === kind ? 2 * obstacle.half[2] : 0;

const blockFloor = ({ obstacle }: Layout): number =>
  obstacle?.kind === "another tray around the block" ? TRAY.floor : heightUnder(obstacle, "under the block");

const corners = ({ x, y }: Region): readonly [low: Point, high: Point] => [
  [x[0], y[0], 0],
  [x[1], y[1], 0],
];

function taskOf(layout: Layout): TabletopTask {
  const [low, high] = corners(layout.block);
  return {
    name: layout.name,
    version: 1,
    summary: layout.summary,
    handStart: [0, 0.6, 0.2],
    variation: [{ name: "object1", quantity: "position", unit: "m", size: 3, low, high }, goalBetween(...corners(layout.tray))],
    furnish: (table) => layOut(table, layout),
    ...carryingIntoTray({
      rest: blockFloor(layout) + BLOCK_HALF,
      grasped: { up: heightUnder(layout.obstacle, "under the block") > 0 ? ABOVE : 0 },
      travel: TRAVEL - heightUnder(layout.obstacle, "under the tray"),
    }),
  };
}

export const spatialTasks: readonly TabletopTask[] = layouts.map(taskOf);

function layOut(table: Table, layout: Layout): Furniture {
  const { obstacle } = layout;
  const block = blockAndTray(table, { block: blockFloor(layout), tray: heightUnder(obstacle, "under the tray") });
  const body = obstacle && standIn(table, obstacle);
  return {
    place(variation, goal): void {
      block.place(variation, goal);
      if (body !== undefined) table.world.moveTo(body, ...middleOf(obstacle!, point(variation, 0), [goal.x, goal.y, 0]));
    },
    observe(into, at): void {
      block.observe(into, at);
      if (body !== undefined) writeVector(body.position, into, at + OBJECT2 - OBJECT);
    },
  };
}

function standIn(table: Table, obstacle: Obstacle): Body {
  if (obstacle.kind === "another tray around the block") return trayOnTable(table, "other tray");
  const { half, kind } = obstacle;
  const [x, y, z] = kind === "fixed" ? obstacle.at[0]! : [0, 0, 0];
  const parts: readonly Point[] = kind === "fixed" ? obstacle.at.map((at): Point => [at[0] - x, at[1] - y, at[2] - z]) : [[0, 0, 0]];
  const body = table.add({ solids: parts.map((at) => ({ shape: new Box(new Vec3(...half)), at })) });
  table.scene.show({ name: kind === "fixed" ? "wall" : "stand", body, color: color.teal });
  return body;
}

/** Where an obstacle stands, of several walls the first; in m. */
function middleOf(obstacle: Obstacle, block: Point, tray: Point): Point {
  switch (obstacle.kind) {
    case "fixed":
      return obstacle.at[0]!;
    case "under the block":
      return [block[0], block[1], obstacle.half[2]];
    case "under the tray":
      return [tray[0], tray[1], obstacle.half[2]];
    case "another tray around the block":
      return [block[0], block[1], 0];
    default:
      return obstacle satisfies never;
  }
}
