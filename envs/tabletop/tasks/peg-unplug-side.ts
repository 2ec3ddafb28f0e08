/** @file Peg-unplug-side: grasp the plug and pull it out of the wall. */
import { Box, Sphere, Vec3 } from "cannon-es";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT } from "../grasp.ts";
import { boxPart, color, following, part, rodPart } from "../looks.ts";
import { writeVector, writeWxyz } from "../object-block.ts";
import { distance, GOAL, HAND, OBJECT, point, tcpDistance, type Point } from "../observation.ts";
import { closeness } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.07;

/** From the wall's foot to the plug, and from the plug to its end, which is observed, and to the goal; in m. */
const PLUG: Point = [0.044, 0, 0.131];
const END_X = 0.04;
const GOAL_X = 0.15;

const MASS = 0.08;

/** The plug's tip, which sits in the hole, and its body, which is grasped and as wide as where Meta-World's fingers stop: half extents and middles, in m. */
const TIP: readonly [half: Point, at: Point] = [[0.03, 0.021, 0.022], [-0.035, 0, 0]]; // prettier-ignore
const BODY: readonly [half: Point, at: Point] = [[0.05, 0.044, 0.036], [0.04, 0, 0]]; // prettier-ignore

/** The wall around the hole: half extents and middles from its foot, in m. */
const WALL: readonly (readonly [half: Point, at: Point])[] = [
  [[0.025, 0.039, 0.022], [0, 0.061, 0.131]],
  [[0.025, 0.039, 0.022], [0, -0.061, 0.131]],
  [[0.025, 0.1, 0.023], [0, 0, 0.176]],
  [[0.025, 0.1, 0.0545], [0, 0, 0.0545]],
]; // prettier-ignore

const grasped = { right: 0.005, width: 2 * BODY[0][1] };

export const pegUnplugSide: TabletopTask = {
  name: "peg-unplug-side",
  version: 1,
  summary: "Pull the plug out of the wall.",
  handStart: [0, 0.6, 0.2],
  variation: [{ name: "wall", quantity: "position", unit: "m", size: 3, low: [-0.25, 0.6, -0.001], high: [-0.15, 0.8, 0.001] }],
  furnish,
  succeeds: (o) => distance(o, OBJECT, GOAL) <= RADIUS,
  /** 4·closeness(|tcp − plug|) + 5·closeness(|plug − goal|), and 10 at success */
  reward(o) {
    const away = distance(o, OBJECT, GOAL);
    return away <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.02, 0.3) + 5 * closeness(away, RADIUS, 0.1);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      carry(o, aim, [o[HAND]! + 0.05, o[GOAL + 1]!, o[OBJECT + 2]! + GRASP_HEIGHT], grasped);
    }),
};

function furnish(table: Table): Furniture {
  const solid = ([half, at]: readonly [half: Point, at: Point]) => ({ shape: new Box(new Vec3(...half)), at });
  const wall = table.add({ solids: WALL.map(solid) });
  table.scene.show({ name: "wall", body: wall, color: color.teal });
  const plug = table.add({ mass: MASS, solids: [solid(TIP), solid(BODY)] });
  // Meta-World's is wedged in its hole and hardly turns.
  plug.fixedRotation = true;
  plug.updateMassProperties();
  table.scene.dress(
    "plug",
    [
      boxPart(...TIP, color.steel),
      boxPart([0.035, BODY[0][1], BODY[0][2]], [0.025, 0, 0], color.red),
      part(new Sphere(0.036), [0.055, 0, 0], color.red),
      rodPart({ radius: 0.04, height: 0.014, along: "x" }, [-0.005, 0, 0], color.graphite),
    ],
    following(plug.position),
  );
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(wall, x, y, z);
      table.world.moveTo(plug, x + PLUG[0], y + PLUG[1], z + PLUG[2]);
      goal.set(x + PLUG[0] + GOAL_X, y, z + PLUG[2]);
    },
    observe(into, at): void {
      writeVector(plug.position, into, at);
      into[at]! += END_X;
      writeWxyz(plug.quaternion, into, at + 3);
    },
  };
}
