/** @file Button-press: push the button on the front of its box all the way in. */
import { Box, Vec3 } from "cannon-es";
import { Prismatic } from "../../physics/prismatic.ts";
import { proportionalController } from "../controller.ts";
import { boxPart, color, following, rodPart } from "../looks.ts";
import { writeVector, writeWxyz } from "../object-block.ts";
import { GOAL, HAND, OBJECT, point, tcpDistance } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.02;

/** From the box's centre to the button's face and to the hole that the face is pushed towards, in m along y. */
const FACE_Y = -0.193;
const HOLE_Y = -0.1;

/** Meta-World's slide ends at 0.06 m, short of success, but its soft stop gives way to here. */
const TRAVEL = 0.085;

/** Not Meta-World's 10 g: a hand's weight against a feather's makes a soft stop of any stop. */
const MASS = 0.2;

/** Weak and never slack; N/m, m, N·s/m. */
const SPRING = { stiffness: 0.5, rest: -0.5, damping: 1 };

/** Where the hand waits in front of the face, and where its palm touches it, in m along y; and how far ahead it aims at most. */
const WAIT = -0.12;
const TOUCH = -0.06;
const LEAD = 0.06;

/** What is left to press where the controller comes to rest: success, just off the stop, so that it does not wind up against it. */
const REST = 0.009;

export const buttonPress: TabletopTask = {
  name: "button-press",
  version: 1,
  summary: "Push the button on the box all the way in.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "box", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.85, 0.115], high: [0.1, 0.9, 0.115] }],
  furnish,
  succeeds: (o) => left(o) <= RADIUS,
  /** 4·closeness(|tcp − face|) + 5·closeness(way left to press), and 10 at success */
  reward: (o) => (left(o) <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.08, 0.3) + 5 * closeness(left(o), RADIUS, 0.1)),
  controller: () =>
    proportionalController((o, aim) => {
      const below = o[OBJECT + 2]! - 0.04;
      const aligned = smoothstep(Math.hypot(o[HAND]! - o[OBJECT]!, o[HAND + 2]! - below), 0.04, 0.01);
      aim.x = o[OBJECT]!;
      aim.y = o[OBJECT + 1]! + mix(WAIT, TOUCH + clamp(o[GOAL + 1]! - o[OBJECT + 1]! - REST, 0, LEAD), aligned);
      aim.z = below;
      aim.grip = -1;
    }),
};

const left = (o: Float32Array): number => Math.abs(o[GOAL + 1]! - o[OBJECT + 1]!);

function furnish(table: Table): Furniture {
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const housing = table.add({ solids: [{ shape: box(0.12, 0.102, 0.12), at: [0, 0.012, 0] }] });
  const button = table.add({ mass: MASS, mounted: true, solids: [{ shape: box(0.038, 0.011, 0.038), at: [0, -0.182, 0] }] });
  const slide = new Prismatic(housing, button, { axisA: new Vec3(0, 1, 0), lower: 0, upper: TRAVEL, spring: SPRING });
  table.world.addConstraint(slide);
  drawButtonBox(table, housing.position, button.position);
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(housing, x, y, z);
      slide.place(0);
      goal.set(x, y + HOLE_Y, z);
    },
    observe(into, at): void {
      writeVector(button.position, into, at);
      into[at + 1]! += FACE_Y;
      writeWxyz(button.quaternion, into, at + 3);
    },
  };
}

/** The button is round, where its solid is a square of the same area. */
function drawButtonBox({ scene }: Table, housing: Vec3, button: Vec3): void {
  scene.dress(
    "button box",
    [boxPart([0.12, 0.102, 0.12], [0, 0.012, 0], color.amber), rodPart({ radius: 0.06, height: 0.012, along: "y" }, [0, -0.096, 0], color.graphite)],
    following(housing),
  );
  scene.dress(
    "button",
    [
      rodPart({ radius: 0.043, height: 0.022, along: "y" }, [0, -0.182, 0], color.red),
      rodPart({ radius: 0.021, height: 0.09, along: "y" }, [0, -0.126, 0], color.steel),
    ],
    following(button),
  );
}
