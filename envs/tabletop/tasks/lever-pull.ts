/** @file Lever-pull: lift the lever from below and push it upright. */
import { Box, Quaternion, Sphere, Vec3 } from "cannon-es";
import { LimitedHinge } from "../../physics/limited-hinge.ts";
import { proportionalController } from "../controller.ts";
import { boxPart, color, following, part, rodPart } from "../looks.ts";
import { writeXyzw } from "../object-block.ts";
import { GOAL, HAND, OBJECT, point } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

/** From the lever's foot to its axis, and the lever's length; in m. */
const AXIS_X = 0.12;
const AXIS_Z = 0.25;
const LENGTH = 0.2;

/** Within so much of upright it is pulled, in rad. */
const UPRIGHT = Math.PI / 24;

/** A little beyond upright, in rad; kg; Meta-World's damping, in N·m·s/rad. */
const RANGE = 1.7;
const MASS = 0.1;
const DAMPING = { stiffness: 1e-6, rest: 0, damping: 2 };

/** What Meta-World shows of the lever at rest: its mesh's own axes. */
const SHOWN = new Quaternion(0.6628, -0.2473, 0.2471, 0.6622);

/** Where the palm is under the ball, in m; in front of it and below; and how far under it the hand comes at first. */
const FRONT = -0.045;
const UNDER = -0.1;
const WAIT = 0.06;
const LEAD = 0.05;

export const leverPull: TabletopTask = {
  name: "lever-pull",
  version: 1,
  summary: "Pull the lever upright.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "lever", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.7, 0], high: [0.1, 0.8, 0] }],
  furnish,
  succeeds: (o) => left(o) <= UPRIGHT,
  /** 4·closeness(|hand − under the ball|) + 5·closeness(angle left), and 10 at success */
  reward: (o) => (left(o) <= UPRIGHT ? 10 : 4 * closeness(toLever(o), 0.04, 0.3) + 5 * closeness(left(o), UPRIGHT, 1)),
  controller: () =>
    proportionalController((o, aim) => {
      const angle = angleOf(o);
      const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
      const under = smoothstep(Math.hypot(o[HAND]! - o[OBJECT]!, (o[HAND + 1]! - o[OBJECT + 1]! - FRONT) * cos), 0.03, 0.012);
      const lead = clamp(left(o) * LENGTH, 0.02, LEAD);
      // Along the arc: up at first, and away from the robot at its end, where the lever stands beside the palm.
      aim.x = o[OBJECT]!;
      aim.y = o[OBJECT + 1]! + mix(FRONT, FRONT - 0.03, smoothstep(angle, 0.6, 1.3)) + under * lead * sin;
      aim.z = o[OBJECT + 2]! + UNDER + mix(-WAIT, lead * cos + 0.05 * sin, under);
      aim.grip = 1;
    }),
};

/** How far the lever is up, from where its ball is; in rad. The goal is the ball's place when it stands upright. */
const angleOf = (o: Float32Array): number => Math.atan2(o[OBJECT + 2]! - o[GOAL + 2]! + LENGTH, o[GOAL + 1]! - o[OBJECT + 1]!);
const left = (o: Float32Array): number => Math.abs(Math.PI / 2 - angleOf(o));

const toLever = (o: Float32Array): number =>
  Math.hypot(o[HAND]! - o[OBJECT]!, o[HAND + 1]! - o[OBJECT + 1]! - FRONT, o[HAND + 2]! - o[OBJECT + 2]! - UNDER);

function furnish(table: Table): Furniture {
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const post = table.add({ solids: [{ shape: box(0.041, 0.083, 0.166), at: [0, 0, 0.166] }] });
  const lever = table.add({
    mass: MASS,
    mounted: true,
    solids: [
      { shape: box(0.011, 0.085, 0.011), at: [0, -0.09, 0] },
      { shape: new Sphere(0.03), at: [0, -LENGTH, 0] },
    ],
  });
  lever.position.set(AXIS_X, 0, AXIS_Z);
  const hinge = new LimitedHinge(post, lever, {
    pivotA: new Vec3(AXIS_X, 0, AXIS_Z),
    pivotB: new Vec3(),
    axisA: new Vec3(-1, 0, 0),
    lower: 0,
    upper: RANGE,
    spring: DAMPING,
  });
  table.world.addConstraint(hinge);
  table.scene.dress(
    "post",
    [
      boxPart([0.041, 0.083, 0.125], [0, 0, 0.125], color.graphite),
      rodPart({ radius: 0.083, height: 0.082, along: "x" }, [0, 0, AXIS_Z], color.graphite),
      rodPart({ radius: 0.016, height: 0.09, along: "x" }, [0.08, 0, AXIS_Z], color.steel),
    ],
    following(post.position),
  );
  table.scene.dress(
    "lever",
    [
      rodPart({ radius: 0.038, height: 0.032, along: "x" }, [0, 0, 0], color.steel),
      rodPart({ radius: 0.012, height: 0.18, along: "y" }, [0, -0.09, 0], color.steel),
      part(new Sphere(0.03), [0, -LENGTH, 0], color.red),
    ],
    (body) => {
      body.position.copy(lever.position);
      body.quaternion.copy(lever.quaternion);
    },
  );
  const ball = new Vec3();
  const shown = new Quaternion();
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(post, x, y, z);
      hinge.place(0);
      goal.set(x + AXIS_X, y, z + AXIS_Z + LENGTH);
    },
    observe(into, at): void {
      lever.quaternion.vmult(ball.set(0, -LENGTH, 0), ball);
      into[at] = lever.position.x + ball.x;
      into[at + 1] = lever.position.y + ball.y;
      into[at + 2] = lever.position.z + ball.z;
      writeXyzw(lever.quaternion.mult(SHOWN, shown), into, at + 3);
    },
  };
}
