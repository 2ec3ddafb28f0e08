/** @file The wall of the tasks whose goal lies behind one. */
import { Box, Vec3 } from "cannon-es";
import { blockOnTable } from "./block.ts";
import { color } from "./looks.ts";
import type { Point } from "./observation.ts";
import type { Table } from "./table.ts";
import type { Furniture } from "./tabletop-task.ts";

/** Meta-World's: half extents and middle, in m. */
const HALF: Point = [0.12, 0.01, 0.06];
export const WALL: Point = [0.1, 0.75, 0.06];

/** From here on, to the left, the way around the wall is clear; in m along x. */
export const WALL_LEFT = WALL[0] - HALF[0];

/** A block in front of the wall. */
export function blockBeforeWall(table: Table, goalOf: (variation: ArrayLike<number>) => Point): Furniture {
  const wall = table.add({ solids: [{ shape: new Box(new Vec3(...HALF)), at: WALL }] });
  table.scene.show({ name: "wall", body: wall, color: color.teal });
  return blockOnTable(table, goalOf);
}
