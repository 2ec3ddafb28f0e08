/** @file The sliding window of window-open and window-close, and how both push its handle aside. */
import { Box, Vec3 } from "cannon-es";
import { Prismatic } from "../physics/prismatic.ts";
import { proportionalController } from "./controller.ts";
import { boxPart, color, following, rodPart } from "./looks.ts";
import { writeVector } from "./object-block.ts";
import { GOAL, HAND, OBJECT, point, tcpDistance } from "./observation.ts";
import { clamp, closeness, mix, smoothstep } from "./shaping.ts";
import type { Table } from "./table.ts";
import type { Furniture, TabletopTask } from "./tabletop-task.ts";

/** How far the sash slides along x, in m; its mass and Meta-World's damping, in kg and N·s/m. */
export const WINDOW_TRAVEL = 0.2;
const MASS = 0.638;
const DAMPING = 2;

/** The handle's bar, from the sash's origin; in m. */
const BAR = { x: -0.014, y: -0.095 };

/** Within so much of the goal along x it is open, or closed; in m. */
const RADIUS = 0.05;

/** Beside the bar, where the hand comes down, and where it touches it; from the observed handle, in m along the way to push. */
const BESIDE = -0.055;
const TOUCH = 0.01;
/** How far ahead of the hand it aims at most while it pushes. */
const LEAD = 0.06;

export interface WindowOptions {
  /** Where the sash starts, in m along its slide. */
  readonly start: number;
  /** From the sash's origin to the point of the handle that is observed, in m along x. */
  readonly handle: number;
  /** From the window's origin to the goal, in m along x. */
  readonly goal: number;
}

export function windowOnTable(table: Table, { start, handle, goal: target }: WindowOptions): Furniture {
  const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));
  const frame = table.add({
    solids: [
      { shape: box(0.015, 0.03, 0.181), at: [-0.216, 0, 0] },
      { shape: box(0.015, 0.03, 0.181), at: [0.216, 0, 0] },
      { shape: box(0.25, 0.06, 0.026), at: [0, 0, -0.176] },
      { shape: box(0.201, 0.03, 0.015), at: [0, 0, 0.166] },
      { shape: box(0.09, 0.012, 0.15), at: [0.1, 0.013, 0] },
    ],
  });
  const sash = table.add({
    mass: MASS,
    damping: 1 - Math.exp(-DAMPING / MASS),
    mounted: true,
    solids: [
      { shape: box(0.1, 0.012, 0.15), at: [-0.1, -0.013, 0] },
      { shape: box(0.008, 0.035, 0.008), at: [BAR.x, -0.06, 0.045] },
      { shape: box(0.008, 0.035, 0.008), at: [BAR.x, -0.06, -0.045] },
      { shape: box(0.008, 0.008, 0.053), at: [BAR.x, BAR.y, 0] },
    ],
  });
  const slide = new Prismatic(frame, sash, { anchorA: new Vec3(), axisA: new Vec3(1, 0, 0), lower: 0, upper: WINDOW_TRAVEL });
  table.world.addConstraint(slide);
  drawWindow(table, frame.position, sash.position);
  return {
    place(variation, goal): void {
      const [x, y, z] = point(variation, 0);
      table.world.moveTo(frame, x, y, z);
      slide.place(start);
      goal.set(x + target, y, z);
    },
    observe(into, at): void {
      writeVector(sash.position, into, at);
      into[at]! += handle;
      into[at + 1]! += BAR.y;
    },
  };
}

const left = (o: Float32Array): number => Math.abs(o[GOAL]! - o[OBJECT]!);

/** Success, reward and controller of a task that pushes the handle along x. @param sense 1 to the right, −1 to the left. */
export function pushingTheHandle(sense: 1 | -1): Pick<TabletopTask, "succeeds" | "reward" | "controller"> {
  return {
    succeeds: (o) => left(o) <= RADIUS,
    /** 4·closeness(|tcp − handle|) + 5·closeness(way left), and 10 at success */
    reward: (o) => (left(o) <= RADIUS ? 10 : 4 * closeness(tcpDistance(o, OBJECT), 0.06, 0.3) + 5 * closeness(left(o), RADIUS, 0.15)),
    controller: () =>
      proportionalController((o, aim) => {
        const ahead = sense * (o[HAND]! - o[OBJECT]!);
        const front = o[HAND + 1]! - o[OBJECT + 1]!;
        // In front of the glass until it is beside the bar; once its fingers are as deep as the bar, it pushes.
        const beside = smoothstep(ahead, -0.01, -0.035);
        const deep = smoothstep(front, -0.05, -0.02);
        const pushing = deep * smoothstep(Math.abs(o[HAND + 2]! - o[OBJECT + 2]!), 0.05, 0.03);
        const lead = sense * clamp(sense * (o[GOAL]! - o[OBJECT]!) + 0.04, 0, LEAD);
        aim.x = o[OBJECT]! + mix(sense * BESIDE, sense * TOUCH + lead, pushing);
        aim.y = o[OBJECT + 1]! + mix(-0.12, 0.005, Math.max(beside, deep));
        aim.z = o[OBJECT + 2]!;
        aim.grip = 1;
      }),
  };
}

function drawWindow({ scene }: Table, frame: Vec3, sash: Vec3): void {
  scene.dress(
    "window frame",
    [
      boxPart([0.015, 0.03, 0.181], [-0.216, 0, 0], color.teal),
      boxPart([0.015, 0.03, 0.181], [0.216, 0, 0], color.teal),
      boxPart([0.25, 0.06, 0.01], [0, 0, -0.192], color.teal),
      boxPart([0.201, 0.03, 0.015], [0, 0, -0.166], color.teal),
      boxPart([0.201, 0.03, 0.015], [0, 0, 0.166], color.teal),
      boxPart([0.09, 0.002, 0.15], [0.1, 0.013, 0], color.glass),
    ],
    following(frame),
  );
  scene.dress(
    "sash",
    [
      boxPart([0.014, 0.012, 0.15], [-0.014, -0.013, 0], color.mint),
      boxPart([0.01, 0.012, 0.15], [-0.19, -0.013, 0], color.mint),
      boxPart([0.076, 0.012, 0.01], [-0.104, -0.013, 0.14], color.mint),
      boxPart([0.076, 0.012, 0.01], [-0.104, -0.013, -0.14], color.mint),
      boxPart([0.076, 0.002, 0.13], [-0.104, -0.018, 0], color.glass),
      rodPart({ radius: 0.008, height: 0.07, along: "y" }, [BAR.x, -0.06, 0.045], color.steel),
      rodPart({ radius: 0.008, height: 0.07, along: "y" }, [BAR.x, -0.06, -0.045], color.steel),
      rodPart({ radius: 0.008, height: 0.106, along: "z" }, [BAR.x, BAR.y, 0], color.steel),
    ],
    following(sash),
  );
}
