/**
 * @file The ten things of `libero-like/object`: boxes, a ball, cylinders and things of two parts, of 25 g to half a kilogram. Each is observed by its
 * middle and by a corner of what it fills, so that a mind without names can tell them apart.
 */
import { Box, Cylinder, Sphere, Vec3 } from "cannon-es";
import { Y_TO_Z } from "../physics/inertia.ts";
import type { Grasped } from "../tabletop/grasp.ts";
import { color } from "../tabletop/looks.ts";
import type { Point } from "../tabletop/observation.ts";
import type { Solid } from "../tabletop/table.ts";
import type { Color } from "../physics/scene.ts";

export interface Thing {
  readonly name: string;
  readonly solids: readonly Solid[];
  /** In kg. */
  readonly mass: number;
  /** The share of its speed that it loses in a second; 0 by default. */
  readonly damping?: number;
  /** From its origin to the corner of what it fills that is observed, in m. */
  readonly corner: Point;
  /** Height of its origin when it rests, in m. */
  readonly rest: number;
  /** Where and how tightly it is grasped. */
  readonly grasped: Grasped;
  readonly color: Color;
}

const box = (half: Point, at: Point = [0, 0, 0]): Solid => ({ shape: new Box(new Vec3(...half)), at });

/** Where a thing lies too flat for fingers that must not press on the table, they take it a little above its middle. */
const above = (rest: number): number => Math.max(0, 0.021 - rest);

interface BoxOptions {
  readonly half: Point;
  readonly mass: number;
  readonly color: Color;
}

const boxThing = (name: string, { half, mass, color: of }: BoxOptions): Thing => ({
  name,
  solids: [box(half)],
  mass,
  corner: half,
  rest: half[2],
  grasped: { width: 2 * half[1], up: above(half[2]) },
  color: of,
});

export const things: readonly Thing[] = [
  boxThing("block", { half: [0.02, 0.02, 0.02], mass: 0.2, color: color.red }),
  boxThing("domino", { half: [0.01, 0.025, 0.045], mass: 0.05, color: color.white }),
  boxThing("brick", { half: [0.045, 0.02, 0.025], mass: 0.5, color: color.amber }),
  boxThing("carton", { half: [0.025, 0.03, 0.05], mass: 0.25, color: color.teal }),
  boxThing("book", { half: [0.05, 0.032, 0.014], mass: 0.3, color: color.graphite }),
  boxThing("stick", { half: [0.07, 0.018, 0.018], mass: 0.05, color: color.wood }),
  {
    name: "ball",
    solids: [{ shape: new Sphere(0.03) }],
    mass: 0.1,
    damping: 0.9,
    corner: [0.03, 0.03, 0.03],
    rest: 0.03,
    grasped: { width: 0.06 },
    color: color.amber,
  },
  {
    name: "can",
    solids: [{ shape: new Cylinder(0.025, 0.025, 0.08, 12), turn: Y_TO_Z }],
    mass: 0.15,
    corner: [0.025, 0.025, 0.04],
    rest: 0.04,
    grasped: { width: 0.05 },
    color: color.steel,
  },
  {
    name: "bottle",
    solids: [box([0.03, 0.03, 0.035]), box([0.018, 0.018, 0.03], [0, 0, 0.065])],
    mass: 0.2,
    corner: [0.03, 0.03, 0.095],
    rest: 0.035,
    grasped: { width: 0.036, up: 0.074 },
    color: color.mint,
  },
  {
    name: "pan",
    solids: [box([0.035, 0.035, 0.014]), box([0.04, 0.018, 0.008], [0.075, 0, 0.006])],
    mass: 0.1,
    corner: [0.115, 0.035, 0.014],
    rest: 0.014,
    grasped: { width: 0.036, right: 0.06, up: 0.012 },
    color: color.graphite,
  },
];
