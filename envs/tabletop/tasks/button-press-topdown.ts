/** @file Button-press-topdown: push the button on top of its box all the way in. */
import { Box, Quaternion, Vec3 } from "cannon-es";
import { Prismatic } from "../../physics/prismatic.ts";
import { proportionalController } from "../controller.ts";
import { boxPart, color, following, rodPart } from "../looks.ts";
import { writeVector } from "../object-block.ts";
import { GOAL, HAND, OBJECT, point, tcpDistance } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.024;

/** From the box's centre to the button's face and to the hole that the face is pushed towards, in m along z. */
const FACE_Z = 0.193;
const HOLE_Z = 0.1;

/** Meta-World's slide ends at 0.06 m, short of success, but its soft stop gives way to here. */
const TRAVEL = 0.085;

/** Not Meta-World's 10 g: a hand's weight against a feather's makes a soft stop of any stop. */
const MASS = 0.2;

/** Holds the button's weight up, weak and never slack; N/m, m, N·s/m. */
const SPRING = { stiffness: 0.5, rest: 5, damping: 1 };

/** Meta-World's box lies on its back: what it shows is turned by this. */
const LYING = new Quaternion().setFromAxisAngle(Vec3.UNIT_X, -Math.PI / 2);

/** Where the closed fingers wait over the face, and where they touch it, in m above it; and how far ahead the hand aims at most. */
const WAIT = 0.1;
const TOUCH = 0.045;
const LEAD = 0.06;

export const buttonPressTopdown: TabletopTask = {
  name: "button-press-topdown",
  version: 1,
  summary: "Push the button on top of the box all the way in.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "box", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.8, 0.115], high: [0.1, 0.9, 0.115] }],
  furnish,
  succeeds: (o) => left(o) <= RADIUS,
  /** 4·closeness(|tcp − face|) + 5·closeness(way left to press), and 10 at success */
  reward: (o) => (left(o) <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.02, 0.3) + 5 * closeness(left(o), RADIUS, 0.1)),
  controller: () =>
    proportionalController((o, aim) => {
      const over = smoothstep(Math.hypot(o[HAND]! - o[OBJECT]!, o[HAND + 1]! - o[OBJECT + 1]!), 0.05, 0.02);
      aim.x = o[OBJECT]!;
      aim.y = o[OBJECT + 1]!;
      aim.z = o[OBJECT + 2]! + mix(WAIT, TOUCH - clamp(o[OBJECT + 2]! - o[GOAL + 2]! - 0.005, 0, LEAD), over);
      aim.grip = 1;
    }),
};

const left = (o: Float32Array): number => Math.abs(o[GOAL + 2]! - o[OBJECT + 2]!);

function furnish(table: Table): Furniture {
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const housing = table.add({ solids: [{ shape: box(0.12, 0.12, 0.102), at: [0, 0, -0.012] }] });
  const button = table.add({ mass: MASS, mounted: true, solids: [{ shape: box(0.038, 0.038, 0.011), at: [0, 0, 0.182] }] });
  const slide = new Prismatic(housing, button, { axisA: new Vec3(0, 0, 1), lower: -TRAVEL, upper: 0, spring: SPRING });
  table.world.addConstraint(slide);
  drawButtonBox(table, housing.position, button.position);
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(housing, x, y, z);
      slide.place(0);
      goal.set(x, y, z + HOLE_Z);
    },
    observe(into, at): void {
      writeVector(button.position, into, at);
      into[at + 2]! += FACE_Z;
      into.set([LYING.w, LYING.x, LYING.y, LYING.z], at + 3);
    },
  };
}

/** The button is round, where its solid is a square of the same area. */
function drawButtonBox({ scene }: Table, housing: Vec3, button: Vec3): void {
  scene.dress(
    "button box",
    [boxPart([0.12, 0.12, 0.102], [0, 0, -0.012], color.amber), rodPart({ radius: 0.06, height: 0.012, along: "z" }, [0, 0, 0.096], color.graphite)],
    following(housing),
  );
  scene.dress(
    "button",
    [
      rodPart({ radius: 0.043, height: 0.022, along: "z" }, [0, 0, 0.182], color.red),
      rodPart({ radius: 0.021, height: 0.09, along: "z" }, [0, 0, 0.126], color.steel),
    ],
    following(button),
  );
}
