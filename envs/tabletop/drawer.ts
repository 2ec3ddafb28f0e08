/** @file The drawer of drawer-open and drawer-close. */
import { type Body, Box, Vec3 } from "cannon-es";
import { Prismatic } from "../physics/prismatic.ts";
import { boxPart, color, following, rodPart } from "./looks.ts";
import type { Point } from "./observation.ts";
import type { Table } from "./table.ts";

/** From the cabinet's foot to the middle of the closed drawer, and on to its handle; in m, along y and z. */
export const DRAWER_Y = -0.01;
export const DRAWER_Z = 0.09;
export const HANDLE_Y = -0.16;

/** Meta-World's slide ends at 0.16 m, where success at opening only begins, but its soft stop gives way to here. */
const TRAVEL = 0.2;

const MASS = 0.38;
/** N·s/m */
const DAMPING = 2;

export interface Drawer {
  readonly drawer: Body;
  /** Sets the cabinet's foot, and how far the drawer is open; in m. */
  place(foot: Point, open: number): void;
}

export function drawerOnTable(table: Table): Drawer {
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
    drawer,
    place(foot, open) {
      table.world.moveTo(cabinet, ...foot);
      slide.place(-open);
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
