/** @file Coffee-button: push the button on the front of the coffee machine. */
import { Box, Vec3 } from "cannon-es";
import { Prismatic } from "../../physics/prismatic.ts";
import { proportionalController } from "../controller.ts";
import { boxPart, color, following, rodPart } from "../looks.ts";
import { writeVector } from "../object-block.ts";
import { GOAL, HAND, OBJECT, point } from "../observation.ts";
import { clamp, closeness, mix, smoothstep } from "../shaping.ts";
import type { Table } from "../table.ts";
import type { Furniture, TabletopTask } from "../tabletop-task.ts";

const RADIUS = 0.02;

/** How far the button goes in, in m; its mass and Meta-World's damping, in kg and N·s/m. */
const TRAVEL = 0.03;
const MASS = 0.1;
const DAMPING = 1;

/** From the machine's foot to the button's face, in m. */
const FACE = { y: -0.22, z: 0.3 };

/** The hand presses with its palm: it goes so much below the button, so far in front of it at first, and touches it from there; in m. */
const BELOW = 0.05;
const WAIT = -0.13;
const TOUCH = -0.06;
const LEAD = 0.04;

export const coffeeButton: TabletopTask = {
  name: "coffee-button",
  version: 1,
  summary: "Push the coffee machine's button.",
  handStart: [0, 0.4, 0.2],
  variation: [{ name: "machine", quantity: "position", unit: "m", size: 3, low: [-0.1, 0.8, -0.001], high: [0.1, 0.9, 0.001] }],
  furnish,
  succeeds: (o) => left(o) <= RADIUS,
  /** 4·closeness(|hand − where it presses|) + 5·closeness(way left to press), and 10 at success */
  reward: (o) => (left(o) <= RADIUS ? 10 : 4 * closeness(toPress(o), 0.02, 0.3) + 5 * closeness(left(o), RADIUS, 0.03)),
  controller: () =>
    proportionalController((o, aim) => {
      const below = o[OBJECT + 2]! - BELOW;
      const aligned = smoothstep(Math.hypot(o[HAND]! - o[OBJECT]!, o[HAND + 2]! - below), 0.04, 0.015);
      aim.x = o[OBJECT]!;
      aim.y = o[OBJECT + 1]! + mix(WAIT, TOUCH + clamp(o[GOAL + 1]! - o[OBJECT + 1]!, 0, LEAD), aligned);
      aim.z = below;
      aim.grip = -1;
    }),
};

const left = (o: Float32Array): number => Math.abs(o[GOAL + 1]! - o[OBJECT + 1]!);

/** From the hand to where it touches the button with its palm, in m. */
const toPress = (o: Float32Array): number =>
  Math.hypot(o[HAND]! - o[OBJECT]!, o[HAND + 1]! - o[OBJECT + 1]! - TOUCH, o[HAND + 2]! - o[OBJECT + 2]! + BELOW);

function furnish(table: Table): Furniture {
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const machine = table.add({
    solids: [
      { shape: box(0.1, 0.098, 0.185), at: [0, 0, 0.185] },
      { shape: box(0.1, 0.05, 0.07), at: [0, -0.133, 0.3] },
    ],
  });
  const button = table.add({
    mass: MASS,
    damping: 1 - Math.exp(-DAMPING / MASS),
    mounted: true,
    solids: [{ shape: box(0.028, 0.018, 0.028), at: [0, -0.202, 0.3] }],
  });
  const slide = new Prismatic(machine, button, { anchorA: new Vec3(), axisA: new Vec3(0, 1, 0), lower: 0, upper: TRAVEL, dryFriction: 0.2 });
  table.world.addConstraint(slide);
  drawMachine(table, machine.position, button.position);
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(machine, x, y, z);
      slide.place(0);
      goal.set(x, y + FACE.y + TRAVEL, z + FACE.z);
    },
    observe(into, at): void {
      writeVector(button.position, into, at);
      into[at + 1]! += FACE.y;
      into[at + 2]! += FACE.z;
      into[at + 3] = 1;
    },
  };
}

/** The mug under the spout is only seen: nothing comes near it. */
function drawMachine({ scene }: Table, machine: Vec3, button: Vec3): void {
  scene.dress(
    "coffee machine",
    [
      boxPart([0.1, 0.098, 0.185], [0, 0, 0.185], color.graphite),
      boxPart([0.1, 0.05, 0.07], [0, -0.133, 0.3], color.teal),
      rodPart({ radius: 0.016, height: 0.06, along: "z" }, [0, -0.141, 0.2], color.steel),
      boxPart([0.08, 0.07, 0.006], [0, -0.168, 0.006], color.steel),
      rodPart({ radius: 0.028, height: 0.066, along: "z" }, [0, -0.168, 0.045], color.white),
    ],
    following(machine),
  );
  scene.dress("coffee button", [rodPart({ radius: 0.032, height: 0.036, along: "y" }, [0, -0.202, 0.3], color.red)], following(button));
}
