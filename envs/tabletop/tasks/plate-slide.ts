/** @file Plate-slide: push the plate over the table into its cabinet. */
import { Box, Cylinder, Vec3 } from "cannon-es";
import { Y_TO_Z } from "../../physics/inertia.ts";
import { Prismatic } from "../../physics/prismatic.ts";
import { goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { color, following, rodPart } from "../looks.ts";
import { writeVector, writeXyzw } from "../object-block.ts";
import { distance, GOAL, HAND, OBJECT, point, type Point } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.07;

/** The plate: radius and height in m, mass in kg, Meta-World's damping in N·s/m; and how far it slides to either side and away, in m. */
const PLATE = { radius: 0.05, height: 0.03 };
const MASS = 0.05;
const DAMPING = 1;
const ASIDE = 0.2;
const AWAY = 0.3;

/** Where the hand comes down behind the plate, and where its closed fingers touch it, in m along y; how high it pushes, and how high it comes. */
const BEHIND = -0.11;
const TOUCH = -0.066;
const LEAD = 0.05;
const LOW = 0.045;
const OVER = 0.09;

/** The cabinet: half extents and middles from the goal, in m. */
const CABINET: readonly (readonly [half: Point, at: Point])[] = [
  [[0.005, 0.075, 0.09], [-0.1, 0, 0.09]],
  [[0.005, 0.075, 0.09], [0.1, 0, 0.09]],
  [[0.1, 0.005, 0.09], [0, 0.08, 0.09]],
  [[0.105, 0.06, 0.005], [0, -0.013, 0.177]],
]; // prettier-ignore

export const plateSlide: TabletopTask = {
  name: "plate-slide",
  version: 1,
  summary: "Slide the plate into the cabinet.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [0, 0.6, 0], high: [0, 0.6, 0] },
    goalBetween([-0.1, 0.85, 0], [0.1, 0.9, 0]),
  ],
  furnish,
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 4·closeness(|hand − behind the plate|) + 5·closeness(|plate − goal|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    return away <= RADIUS ? 10 : 4 * closeness(toPush(o), 0.02, 0.3) + 5 * closeness(away, RADIUS, 0.25);
  },
  controller: () =>
    proportionalController((o, aim) => {
      const ahead = o[HAND + 1]! - o[OBJECT + 1]!;
      const [dx, dy] = [o[GOAL]! - o[OBJECT]!, o[GOAL + 1]! - o[OBJECT + 1]!];
      const behind = smoothstep(ahead, -0.075, -0.095);
      const aligned = smoothstep(Math.abs(o[HAND]! - o[OBJECT]!), 0.06, 0.035);
      const low = smoothstep(o[HAND + 2]! - o[OBJECT + 2]!, 0.075, 0.06) * smoothstep(ahead, -0.02, -0.05);
      // Straight towards the goal: friction takes the plate along, since it cannot turn.
      const lead = clamp(dy, 0.02, LEAD);
      aim.x = o[OBJECT]! + low * clamp((dx / Math.max(dy, 0.05)) * lead, -LEAD, LEAD);
      aim.y = o[OBJECT + 1]! + mix(BEHIND, TOUCH + lead, low * aligned);
      aim.z = o[OBJECT + 2]! + LOW + OVER * (1 - behind) * (1 - low);
      aim.grip = 1;
    }),
};

/** From the hand to where it touches the plate from behind, in m. */
const toPush = (o: Float32Array): number =>
  Math.hypot(o[HAND]! - o[OBJECT]!, o[HAND + 1]! - o[OBJECT + 1]! - TOUCH, o[HAND + 2]! - o[OBJECT + 2]! - LOW);

function furnish(table: Table): Furniture {
  const box = ([x, y, z]: Point): Box => new Box(new Vec3(x, y, z));
  const damping = 1 - Math.exp(-DAMPING / (2 * MASS));
  const channel = table.add({ solids: [] });
  // What slides to the sides and carries the plate: under the table, out of reach.
  const carriage = table.add({ mass: MASS, damping, mounted: true, solids: [{ shape: box([0.02, 0.02, 0.02]), at: [0, 0, -0.06] }] });
  const plate = table.add({
    mass: MASS,
    damping,
    mounted: true,
    solids: [{ shape: new Cylinder(PLATE.radius, PLATE.radius, PLATE.height, 12), turn: Y_TO_Z }],
  });
  const across = new Prismatic(channel, carriage, { anchorA: new Vec3(), axisA: new Vec3(1, 0, 0), lower: -ASIDE, upper: ASIDE });
  const along = new Prismatic(carriage, plate, { anchorA: new Vec3(), axisA: new Vec3(0, 1, 0), lower: 0, upper: AWAY });
  for (const slide of [across, along]) table.world.addConstraint(slide);
  const cabinet = table.add({ solids: CABINET.map(([half, at]) => ({ shape: box(half), at })) });
  table.scene.show({ name: "cabinet", body: cabinet, color: color.teal });
  table.scene.dress("plate", [rodPart({ radius: PLATE.radius, height: PLATE.height, along: "z" }, [0, 0, 0], color.red)], following(plate.position));
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(channel, x, y, z + PLATE.height / 2);
      across.place(0);
      along.place(0);
      goal.set(...point(variation, 3));
      table.world.moveTo(cabinet, goal.x, goal.y, goal.z);
    },
    observe(into, at): void {
      writeVector(plate.position, into, at);
      writeXyzw(plate.quaternion, into, at + 3);
    },
  };
}
