/** @file Hammer: grasp the hammer and drive the nail into the block. */
import { Box, Vec3 } from "cannon-es";
import { HAND as GRIPPER_GROUP, OBJECT as LOOSE } from "../../physics/collision-groups.ts";
import { Prismatic } from "../../physics/prismatic.ts";
import { proportionalController } from "../controller.ts";
import { aimAtBlock, carry } from "../grasp.ts";
import { boxPart, color, following, rodPart } from "../looks.ts";
import { writeVector, writeWxyz } from "../object-block.ts";
import { HAND, OBJECT, OBJECT2, point, tcpDistance, type Point } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

/** How far in the nail must be, and how far it goes, in m. */
const DRIVEN = 0.09;
const DEPTH = 0.1;

/** The block's foot, and from there to the nail's head before it is driven, in m. Neither is randomised. */
const BLOCK: Point = [0.24, 0.85, 0];
const NAIL: Point = [0.24, 0.64, 0.11];
const NAIL_MASS = 0.1;
const NAIL_DAMPING = 2;

/** The block around the nail's hole: half extents and middles from its foot, in m. */
const AROUND_NAIL: readonly (readonly [half: Point, at: Point])[] = [
  [[0.1, 0.1, 0.048], [0, 0, 0.172]],
  [[0.042, 0.1, 0.014], [0.058, 0, 0.11]],
  [[0.042, 0.1, 0.014], [-0.058, 0, 0.11]],
  [[0.1, 0.1, 0.048], [0, 0, 0.048]],
]; // prettier-ignore

/** The hammer: handle and head, half extents and middles, in m. A quarter of Meta-World's 1.1 kg, its weight in the handle's middle. */
const MASS = 0.3;
const HANDLE: readonly [half: Point, at: Point] = [[0.14, 0.02, 0.02], [0, 0, 0]]; // prettier-ignore
const HEAD: readonly [half: Point, at: Point] = [[0.03, 0.072, 0.038], [0.16, 0, 0]]; // prettier-ignore

/** At rest the head's side and the handle's end lie on the table: how high the handle's middle is then, in m, and how it is turned about y, in rad. */
const REST = 0.0293;
const TILT = -0.0666;

/** How far the hammer must be above that to count as lifted, in m. */
const LIFT = 0.05;

const grasped = { right: -0.04, up: -0.01 };

/** From the nail to where the hand holds the hammer that is ready to strike: to the left by handle and grip, up by the grip; in m. */
const READY: Point = [-0.2, 0, 0.03];

export const hammer: TabletopTask = {
  name: "hammer",
  version: 1,
  summary: "Drive the nail into the block with the hammer.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "hammer", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.4, 0], high: [0.1, 0.5, 0] }],
  furnish,
  succeeds: (o) => o[OBJECT2 + 1]! - NAIL[1] > DRIVEN,
  /** near·(2 + lifted) + 2·closeness(|head − nail|) + 4·driven with near = closeness(|tcp − hammer|), and 10 at success */
  reward(o) {
    const driven = o[OBJECT2 + 1]! - NAIL[1];
    if (driven > DRIVEN) return 10;
    const near = closeness(tcpDistance(o, OBJECT), 0.06, 0.3);
    const lifted = clamp((o[OBJECT + 2]! - REST) / LIFT, 0, 1);
    return near * (2 + lifted) + 2 * closeness(headToNail(o), 0.03, 0.3) + 4 * clamp(driven / DRIVEN, 0, 1);
  },
  controller: () =>
    proportionalController((o, aim) => {
      aimAtBlock(o, aim, grasped);
      const [x, y, z] = point(o, OBJECT2);
      const [readyX, readyZ] = [x + READY[0], z + READY[2]];
      const ready = smoothstep(Math.hypot(o[HAND]! - readyX, o[HAND + 2]! - readyZ), 0.04, 0.015);
      // Up and across, then ahead.
      carry(o, aim, [readyX, mix(o[HAND + 1]!, y + DEPTH, ready), readyZ], grasped);
    }),
};

/** From the middle of the hammer's face to the nail's head, in m; the hammer is taken to be straight. */
const headToNail = (o: ArrayLike<number>): number =>
  Math.hypot(o[OBJECT]! + HEAD[1][0] - o[OBJECT2]!, o[OBJECT + 1]! + HEAD[0][1] - o[OBJECT2 + 1]!, o[OBJECT + 2]! - o[OBJECT2 + 2]!);

function furnish(table: Table): Furniture {
  const solid = ([half, at]: readonly [half: Point, at: Point]) => ({ shape: new Box(new Vec3(...half)), at });
  const block = table.add({ solids: AROUND_NAIL.map(solid) });
  table.world.moveTo(block, ...BLOCK);
  table.scene.show({ name: "block", body: block, color: color.wood });
  const nail = table.add({
    mass: NAIL_MASS,
    damping: 1 - Math.exp(-NAIL_DAMPING / NAIL_MASS),
    solids: [{ shape: new Box(new Vec3(0.03, 0.009, 0.03)) }],
  });
  nail.collisionFilterMask = GRIPPER_GROUP | LOOSE;
  const slide = new Prismatic(block, nail, {
    anchorA: new Vec3(NAIL[0] - BLOCK[0], NAIL[1] - BLOCK[1], NAIL[2]),
    axisA: new Vec3(0, 1, 0),
    lower: 0,
    upper: DEPTH,
  });
  table.world.addConstraint(slide);
  table.scene.dress(
    "nail",
    [
      rodPart({ radius: 0.03, height: 0.018, along: "y" }, [0, 0, 0], color.steel),
      rodPart({ radius: 0.01, height: 0.12, along: "y" }, [0, 0.06, 0], color.steel),
    ],
    following(nail.position),
  );
  const tool = table.add({ mass: MASS, solids: [solid(HANDLE), solid(HEAD)] });
  table.scene.dress(
    "hammer",
    [
      rodPart({ radius: 0.02, height: 0.3, along: "x" }, [0, 0, 0], color.amber),
      boxPart([0.026, 0.04, 0.026], HEAD[1], color.graphite),
      rodPart({ radius: 0.038, height: 0.032, along: "y" }, [0.16, 0.056, 0], color.steel),
      rodPart({ radius: 0.038, height: 0.032, along: "y" }, [0.16, -0.056, 0], color.steel),
    ],
    (body) => {
      body.position.copy(tool.position);
      body.quaternion.copy(tool.quaternion);
    },
  );
  return {
    place(variation, goal): void {
      table.world.moveTo(tool, variation[0]!, variation[1]!, REST);
      tool.quaternion.setFromAxisAngle(Vec3.UNIT_Y, TILT);
      slide.place(0);
      goal.set(NAIL[0], NAIL[1] + DEPTH, NAIL[2]);
    },
    observe(into, at): void {
      writeVector(tool.position, into, at);
      writeWxyz(tool.quaternion, into, at + 3);
      writeVector(nail.position, into, at + 7);
      writeWxyz(nail.quaternion, into, at + 10);
    },
  };
}
