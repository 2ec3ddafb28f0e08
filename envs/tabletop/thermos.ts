/** @file Meta-World's stick, and its thermos flask with a handle, which slides over the table and neither turns nor tips; of stick-push and stick-pull. */
import { Box, Cylinder, Sphere, Vec3 } from "cannon-es";
import { HAND, OBJECT as LOOSE } from "../physics/collision-groups.ts";
import { Y_TO_Z } from "../physics/inertia.ts";
import { Prismatic } from "../physics/prismatic.ts";
import { boxPart, color, following, part, rodPart } from "./looks.ts";
import { writeVector, writeXyzw } from "./object-block.ts";
import { OBJECT, tcpDistance, type Point } from "./observation.ts";
import type { Table } from "./table.ts";
import type { Furniture } from "./tabletop-task.ts";

/** The stick: half extents in m, and its mass in kg. */
export const STICK: Point = [0.05, 0.02, 0.02];
const STICK_MASS = 0.05;

/** A sixth of Meta-World's 3.3 kg, which no stick of 20 g would move but for a solver of another kind; its damping in N·s/m. */
const MASS = 0.5;
const DAMPING = 1;

/** The middle of the thermos' sliding, and how far it slides either way, in m: Meta-World's 0.2, and the 6 mm by which its limits give. */
const RAIL: Point = [0.2, 0.6, 0];
const SLIDE = 0.206;

/** The flask: radius, height, and its middle from the foot; and half extents and middles of the handle's parts; in m. */
const FLASK = { radius: 0.06, height: 0.24, at: [0, 0, 0.13] as Point };
const HANDLE_PARTS: readonly (readonly [half: Point, at: Point])[] = [
  [[0.01, 0.005, 0.068], [0, -0.135, 0.132]],
  [[0.01, 0.04, 0.005], [0, -0.09, 0.195]],
  [[0.01, 0.04, 0.005], [0, -0.09, 0.069]],
]; // prettier-ignore

/** From the flask's foot to the middle of the handle's opening, in m. */
export const HANDLE: Point = [0, -0.09, 0.132];

/** How far the stick is above where it rests to count as lifted, and how far from the fingers to count as held; in m. */
export const LIFTED = STICK[2] + 0.01;
const HELD = 0.05;

/** Whether the stick is in the gripper and off the table: Meta-World looks at the fingers' contacts, which the observation does not hold. */
export const carriesStick = (o: ArrayLike<number>): boolean => o[OBJECT + 2]! > LIFTED && tcpDistance(o, OBJECT) < HELD;

interface ThermosOptions {
  /** Where the thermos starts along y, from the middle of its sliding, in m. */
  readonly start: number;
  /** The point of the thermos that is observed, from its foot, in m. */
  readonly seen: Point;
  /** Where the goal is, from a draw. */
  readonly goalOf: (variation: ArrayLike<number>) => Point;
}

/** Stick and thermos; the draw begins with the stick's place. */
export function stickAndThermos(table: Table, { start, seen, goalOf }: ThermosOptions): Furniture {
  const stick = table.add({ mass: STICK_MASS, solids: [{ shape: new Box(new Vec3(...STICK)) }] });
  table.scene.show({ name: "stick", body: stick, color: color.red });
  const damping = 1 - Math.exp(-DAMPING / MASS);
  const rail = table.add({ solids: [] });
  table.world.moveTo(rail, ...RAIL);
  // What slides to the sides and carries the thermos: under the table, out of reach.
  const carriage = table.add({ mass: MASS / 2, damping, mounted: true, solids: [{ shape: new Box(new Vec3(0.02, 0.02, 0.02)), at: [0, 0, -0.06] }] });
  const flask = { shape: new Cylinder(FLASK.radius, FLASK.radius, FLASK.height, 12), at: FLASK.at, turn: Y_TO_Z };
  const handle = HANDLE_PARTS.map(([half, at]) => ({ shape: new Box(new Vec3(...half)), at }));
  const thermos = table.add({ mass: MASS, damping, solids: [flask, ...handle] });
  thermos.collisionFilterMask = HAND | LOOSE;
  const across = new Prismatic(rail, carriage, { anchorA: new Vec3(), axisA: new Vec3(1, 0, 0), lower: -SLIDE, upper: SLIDE });
  const along = new Prismatic(carriage, thermos, { anchorA: new Vec3(), axisA: new Vec3(0, 1, 0), lower: -SLIDE, upper: SLIDE });
  for (const slide of [across, along]) table.world.addConstraint(slide);
  table.scene.dress(
    "thermos",
    [
      rodPart({ radius: 0.062, height: 0.04, along: "z" }, [0, 0, 0.02], color.graphite),
      rodPart({ radius: 0.06, height: 0.2, along: "z" }, [0, 0, 0.14], color.teal),
      rodPart({ radius: 0.05, height: 0.03, along: "z" }, [0, 0, 0.255], color.steel),
      part(new Sphere(0.045), [0, 0, 0.27], color.graphite),
      ...HANDLE_PARTS.map(([half, at]) => boxPart(half, at, color.graphite)),
    ],
    following(thermos.position),
  );
  return {
    place(variation, goal): void {
      table.world.moveTo(stick, variation[0]!, variation[1]!, STICK[2]);
      across.place(0);
      along.place(start);
      goal.set(...goalOf(variation));
    },
    observe(into, at): void {
      writeVector(stick.position, into, at);
      writeXyzw(stick.quaternion, into, at + 3);
      const { x, y, z } = thermos.position;
      into[at + 7] = x + seen[0];
      into[at + 8] = y + seen[1];
      into[at + 9] = z + seen[2];
    },
  };
}
