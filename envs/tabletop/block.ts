/** @file The 4 cm block of reach, push and pick-place, where it may start, and where its goal may be. */
import { Box, Vec3 } from "cannon-es";
import type { PartOptions } from "../../src/contract/space.ts";
import { color } from "./looks.ts";
import { writeVector, writeXyzw } from "./object-block.ts";
import { point, type Point } from "./observation.ts";
import type { Table } from "./table.ts";
import type { Furniture } from "./tabletop-task.ts";

/** Half an edge of the block, in m; also the height of its centre when it rests. */
export const BLOCK_HALF = 0.02;

/** Lighter than Meta-World's 0.75 kg, which is a brick's: a gripper of 20 N holds this one through any motion. */
const MASS = 0.2;

/** Meta-World's, for all three tasks. */
export const blockStart: PartOptions = {
  name: "object1",
  quantity: "position",
  unit: "m",
  size: 3,
  low: [-0.1, 0.6, BLOCK_HALF],
  high: [0.1, 0.7, BLOCK_HALF],
};

export const goalBetween = (low: Point, high: Point): PartOptions => ({ name: "goal", quantity: "position", unit: "m", size: 3, low, high });

/** Whether block and goal are at least 15 cm apart, seen from above. */
export const clearOfGoal = (variation: ArrayLike<number>): boolean =>
  Math.hypot(variation[3]! - variation[0]!, variation[4]! - variation[1]!) >= 0.15;

export interface BlockOptions {
  /** Height of its centre at rest, in m, whatever height was drawn: Meta-World lets it drop. Half an edge by default. */
  readonly rest?: number;
  /** How far below its centre the point is that is observed, in m; 0 by default. */
  readonly below?: number;
  /** In which order its orientation is observed; [x, y, z, w] by default. */
  readonly writeTurn?: typeof writeXyzw;
}

/** Meta-World's puck as a box: a cylinder rolls out of our fingers where the hand pulls before they have closed, as Meta-World's policies do. */
export function blockOnTable(table: Table, goalOf: (variation: ArrayLike<number>) => Point, options: BlockOptions = {}): Furniture {
  const { rest = BLOCK_HALF, below = 0, writeTurn = writeXyzw } = options;
  const block = table.add({ mass: MASS, solids: [{ shape: new Box(new Vec3(BLOCK_HALF, BLOCK_HALF, BLOCK_HALF)) }] });
  table.scene.show({ name: "block", body: block, color: color.red });
  return {
    place(variation, goal): void {
      const [x, y] = point(variation, 0);
      table.world.moveTo(block, x, y, rest);
      goal.set(...goalOf(variation));
    },
    observe(into, at): void {
      writeVector(block.position, into, at);
      into[at + 2]! -= below;
      writeTurn(block.quaternion, into, at + 3);
    },
  };
}
