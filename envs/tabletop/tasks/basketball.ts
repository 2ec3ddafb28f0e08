/** @file Basketball: grasp the ball and bring it above the hoop. */
import { Box, Sphere, Vec3 } from "cannon-es";
import { goalBetween } from "../block.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { boxPart, color, following, rodPart } from "../looks.ts";
import { writeVector, writeWxyz } from "../object-block.ts";
import { GOAL, OBJECT, point, tcpDistance } from "../observation.ts";
import { clamp, closeness, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.08;

const grasped = { width: 0.06 };

/** The ball, in m and kg, and the share of its speed that rolling costs it in a second: Meta-World's rolls with friction, cannon-es' does not. */
const BALL = 0.03;
const MASS = 0.1;
const ROLLING = 0.9;

/** How high above the table the ball counts as above the hoop, and how much height counts beside width there. */
const ABOVE = 0.3;
const HEIGHT_WEIGHT = 2;

/** How far the ball must be above where it rests to count as lifted, in m. */
const LIFT = 0.1;

/** From the stand's foot to the hoop, in m; and the ring's bars: half extents and middles from the hoop, nearly round. */
const HOOP_Y = -0.083;
const HOOP_Z = 0.25;
const RING = 0.045;

export const basketball: TabletopTask = {
  name: "basketball",
  version: 1,
  summary: "Bring the ball above the hoop.",
  handStart: [0, 0.6, 0.2],
  variation: [
    { name: "object1", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.6, 0.0299], high: [0.1, 0.7, 0.0301] },
    goalBetween([-0.1, 0.85, 0], [0.1, 0.9, 0]),
  ],
  accepts: (variation) => Math.hypot(variation[3]! - variation[0]!, variation[4]! - variation[1]!) >= 0.15,
  furnish,
  succeeds: (o) => away(o) <= RADIUS,
  /** near·(3 + lifted) + 5·closeness(way above the hoop) with near = closeness(|tcp − ball|), and 10 at success */
  reward(o) {
    if (away(o) <= RADIUS) return 10;
    const near = closeness(tcpDistance(o, OBJECT), 0.03, 0.3);
    return near * (3 + clamp((o[OBJECT + 2]! - BALL) / LIFT, 0, 1)) + 5 * closeness(away(o), RADIUS, 0.4);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      const high = smoothstep(o[OBJECT + 2]!, 0.27, 0.3);
      // Straight up in front of the hoop, then over it.
      const y = Math.min(o[OBJECT + 1]!, o[GOAL + 1]! - 0.12) * (1 - high) + o[GOAL + 1]! * high;
      carry(o, aim, [o[GOAL]!, y, ABOVE + 0.03 + GRASP_HEIGHT], grasped);
    }),
};

/** From the ball to above the hoop, heights weighed double. */
const away = (o: Float32Array): number => Math.hypot(o[OBJECT]! - o[GOAL]!, o[OBJECT + 1]! - o[GOAL + 1]!, HEIGHT_WEIGHT * (o[OBJECT + 2]! - ABOVE));

function furnish(table: Table): Furniture {
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const ball = table.add({ mass: MASS, damping: ROLLING, solids: [{ shape: new Sphere(BALL) }] });
  table.scene.show({ name: "ball", body: ball, color: color.amber });
  const stand = table.add({
    solids: [
      { shape: box(0.1, 0.01, 0.07), at: [0, 0, 0.29] },
      { shape: box(0.007, 0.007, 0.113), at: [0, 0, 0.113] },
      { shape: box(0.01, 0.02, 0.004), at: [0, -0.03, HOOP_Z] },
      { shape: box(RING, 0.008, 0.008), at: [0, HOOP_Y - RING, HOOP_Z] },
      { shape: box(RING, 0.008, 0.008), at: [0, HOOP_Y + RING, HOOP_Z] },
      { shape: box(0.008, RING, 0.008), at: [-RING, HOOP_Y, HOOP_Z] },
      { shape: box(0.008, RING, 0.008), at: [RING, HOOP_Y, HOOP_Z] },
    ],
  });
  table.scene.dress(
    "hoop",
    [
      boxPart([0.1, 0.01, 0.07], [0, 0, 0.29], color.white),
      rodPart({ radius: 0.007, height: 0.226, along: "z" }, [0, 0, 0.113], color.steel),
      rodPart({ radius: 0.06, height: 0.01, along: "z" }, [0, 0, 0.005], color.steel),
      boxPart([RING, 0.008, 0.008], [0, HOOP_Y - RING, HOOP_Z], color.red),
      boxPart([RING, 0.008, 0.008], [0, HOOP_Y + RING, HOOP_Z], color.red),
      boxPart([0.008, RING, 0.008], [-RING, HOOP_Y, HOOP_Z], color.red),
      boxPart([0.008, RING, 0.008], [RING, HOOP_Y, HOOP_Z], color.red),
    ],
    following(stand.position),
  );
  return {
    place(variation, goal): void {
      const [x, y] = point(variation, 0);
      table.world.moveTo(ball, x, y, BALL);
      const [hoopX, hoopY, hoopZ] = point(variation, 3);
      table.world.moveTo(stand, hoopX, hoopY, hoopZ);
      goal.set(hoopX, hoopY + HOOP_Y, hoopZ + HOOP_Z);
    },
    observe(into, at): void {
      writeVector(ball.position, into, at);
      writeWxyz(ball.quaternion, into, at + 3);
    },
  };
}
