/** @file The box with a handle to press down, of handle-press and handle-press-side, and how both press it. */
import { Box, Vec3 } from "cannon-es";
import { Prismatic } from "../physics/prismatic.ts";
import { proportionalController } from "./controller.ts";
import { boxPart, color, rodPart, type LookPart } from "./looks.ts";
import { GOAL, HAND, OBJECT, point, tcpDistance } from "./observation.ts";
import { clamp, closeness, mix, smoothstep } from "./shaping.ts";
import type { Table } from "./table.ts";
import type { Furniture, TabletopTask } from "./tabletop-task.ts";

const RADIUS = 0.02;

/** How far the handle goes down, in m. */
const TRAVEL = 0.1;
/** Not Meta-World's 2 g, which nothing can rest on; kg. Friction holds it where it is left, as Meta-World's 30 N·s/m nearly do; N. */
const MASS = 0.2;
const FRICTION = 4;

/** From the box's foot to the top of the handle, and to the goal below it, in m: outward and up. */
const HANDLE = { out: 0.216, up: 0.172 };
const GOAL_UP = 0.075;

/** Where the closed fingers wait over the handle, and where they touch it, in m above it; and how far ahead the hand aims at most. */
const WAIT = 0.1;
const TOUCH = 0.045;
const LEAD = 0.06;

/** The handle's bar seen from above, half, along it and across; and the open fingers over it before an episode begins: where, and half; in m. */
const BAR = [0.07, 0.022] as const;
const FINGERS = { x: 0, y: [0.55, 0.65], low: 0.155, half: [0.015, 0.006] } as const;

/** @param yaw How the box is turned, in rad: at 0 its handle is towards the robot. */
export function handleBoxOnTable(table: Table, yaw: number): Furniture {
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const housing = table.add({
    solids: [
      { shape: box(0.085, 0.115, 0.13), at: [0, 0.03, 0.13] },
      { shape: box(0.035, 0.028, 0.014), at: [0, -0.1, 0.014] },
    ],
  });
  const handle = table.add({
    mass: MASS,
    mounted: true,
    solids: [
      { shape: box(0.032, 0.06, 0.011), at: [0, -0.116, 0.15] },
      { shape: box(0.07, 0.022, 0.022), at: [0, -0.216, 0.15] },
    ],
  });
  for (const body of [housing, handle]) body.quaternion.setFromAxisAngle(Vec3.UNIT_Z, yaw);
  const slide = new Prismatic(housing, handle, {
    anchorA: new Vec3(),
    axisA: new Vec3(0, 0, 1),
    lower: -TRAVEL,
    upper: 0,
    dryFriction: FRICTION,
  });
  table.world.addConstraint(slide);
  const [outX, outY] = [HANDLE.out * Math.sin(yaw), -HANDLE.out * Math.cos(yaw)];
  const turned = (parts: readonly LookPart[], leader: typeof housing): void => {
    table.scene.dress(leader === housing ? "box" : "handle", parts, (body) => {
      body.position.copy(leader.position);
      body.quaternion.copy(leader.quaternion);
    });
  };
  turned([boxPart([0.085, 0.115, 0.13], [0, 0.03, 0.13], color.amber), boxPart([0.035, 0.028, 0.014], [0, -0.1, 0.014], color.graphite)], housing);
  turned(
    [
      boxPart([0.032, 0.06, 0.011], [0, -0.116, 0.15], color.steel),
      rodPart({ radius: 0.022, height: 0.14, along: "x" }, [0, -0.216, 0.15], color.red),
    ],
    handle,
  );
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(housing, x, y, z);
      housing.quaternion.setFromAxisAngle(Vec3.UNIT_Z, yaw);
      slide.place(-pressedAtFirst(x + outX, y + outY, z, yaw));
      goal.set(x + outX, y + outY, z + GOAL_UP);
    },
    observe(into, at): void {
      into[at] = handle.position.x + outX;
      into[at + 1] = handle.position.y + outY;
      into[at + 2] = handle.position.z + HANDLE.up;
    },
  };
}

/** How far the handle starts pressed, in m: under the fingers, where it lies below them. Meta-World lets both start within each other. */
function pressedAtFirst(x: number, y: number, z: number, yaw: number): number {
  const [halfX, halfY] = yaw === 0 ? BAR : [BAR[1], BAR[0]];
  const below = FINGERS.y.some((fingerY) => Math.abs(x - FINGERS.x) < halfX + FINGERS.half[0] && Math.abs(y - fingerY) < halfY + FINGERS.half[1]);
  return below ? z + HANDLE.up - FINGERS.low + 1e-3 : 0;
}

const left = (o: Float32Array): number => Math.abs(o[GOAL + 2]! - o[OBJECT + 2]!);

/** Success, reward and controller of a task that presses the handle down. */
export const pressingTheHandle: Pick<TabletopTask, "succeeds" | "reward" | "controller"> = {
  succeeds: (o) => left(o) <= RADIUS,
  /** 4·closeness(|tcp − handle|) + 5·closeness(way left to press), and 10 at success */
  reward: (o) => (left(o) <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.02, 0.3) + 5 * closeness(left(o), RADIUS, 0.1)),
  controller: () =>
    proportionalController((o, aim) => {
      const over = smoothstep(Math.hypot(o[HAND]! - o[OBJECT]!, o[HAND + 1]! - o[OBJECT + 1]!), 0.04, 0.015);
      aim.x = o[OBJECT]!;
      aim.y = o[OBJECT + 1]!;
      aim.z = o[OBJECT + 2]! + mix(WAIT, TOUCH - clamp(o[OBJECT + 2]! - o[GOAL + 2]! + 0.01, 0, LEAD), over);
      aim.grip = 1;
    }),
};
