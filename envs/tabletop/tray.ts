/** @file A tray with a rim, and how something is carried over the rim and let down into it. */
import { type Body, Box, Vec3 } from "cannon-es";
import { BLOCK_HALF, blockOnTable } from "./block.ts";
import { proportionalController, type Aim } from "./controller.ts";
import { aimAtBlock, carry, GRASP_HEIGHT, type Grasped } from "./grasp.ts";
import { boxPart, color, following } from "./looks.ts";
import { GOAL, HAND, OBJECT, tcpDistance, type Point } from "./observation.ts";
import { clamp, closeness, mix, smoothstep } from "./shaping.ts";
import type { Table } from "./table.ts";
import type { Furniture, TabletopTask } from "./tabletop-task.ts";

/** Half the tray's side, its floor's thickness, and its rim's height above the floor; in m. */
export const TRAY = { half: 0.1, floor: 0.004, rim: 0.04 };
const RIM_HALF = 0.004;

/** How far a thing's middle may be off the tray's, and how much higher than where it rests, to be in it; in m. */
const RADIUS = 0.05;
const AFLOAT = 0.025;

/** How far a thing's underside clears the rim while it is carried, in m. */
const CLEARANCE = 0.03;

/** A tray that stands still; things and fingers touch it. Its place is that of its foot's middle. */
export function trayOnTable(table: Table, name = "tray"): Body {
  const { half, floor, rim } = TRAY;
  const up = floor + rim / 2;
  const parts: readonly (readonly [half: Point, at: Point])[] = [
    [[half, half, floor / 2], [0, 0, floor / 2]],
    [[half, RIM_HALF, rim / 2], [0, half - RIM_HALF, up]],
    [[half, RIM_HALF, rim / 2], [0, RIM_HALF - half, up]],
    [[RIM_HALF, half, rim / 2], [half - RIM_HALF, 0, up]],
    [[RIM_HALF, half, rim / 2], [RIM_HALF - half, 0, up]],
  ]; // prettier-ignore
  const tray = table.add({ solids: parts.map(([size, at]) => ({ shape: new Box(new Vec3(...size)), at })) });
  table.scene.dress(
    name,
    parts.map(([size, at]) => boxPart(size, at, color.mint)),
    following(tray.position),
  );
  return tray;
}

/** What the block and the tray stand on, in m above the table's top; 0 by default. */
export interface Surfaces {
  readonly block?: number;
  readonly tray?: number;
}

/** The block, and the tray that it is to be put into, where the draw says. */
export function blockAndTray(table: Table, { block: under = 0, tray: raised = 0 }: Surfaces = {}): Furniture {
  const goalOf = (variation: ArrayLike<number>): Point => [variation[3]!, variation[4]!, raised + TRAY.floor + BLOCK_HALF];
  const block = blockOnTable(table, goalOf, { rest: under + BLOCK_HALF });
  const tray = trayOnTable(table);
  return {
    place(variation, goal): void {
      block.place(variation, goal);
      table.world.moveTo(tray, goal.x, goal.y, raised);
    },
    observe: (into, at) => block.observe(into, at),
  };
}

/** What is carried, as far as carrying it differs. */
export interface Carried {
  /** Height of the observed point above what it rests on, in m. */
  readonly rest: number;
  readonly grasped: Grasped;
  /** How high its underside travels, in m above what the tray stands on; just over the rim by default. */
  readonly travel?: number;
}

/** The goal is where the thing's observed point comes to rest in the tray. */
const low = (o: ArrayLike<number>): number => o[OBJECT + 2]! - o[GOAL + 2]!;
const aside = (o: ArrayLike<number>): number => Math.hypot(o[OBJECT]! - o[GOAL]!, o[OBJECT + 1]! - o[GOAL + 1]!);

/** Whether it is in the tray, in the hand or not. */
const isInTray = (o: ArrayLike<number>): boolean => aside(o) <= RADIUS && Math.abs(low(o)) <= AFLOAT;

/** Success, reward and controller of a task that carries a thing into the tray: up, across, down. */
export function carryingIntoTray({
  rest,
  grasped,
  travel = TRAY.rim + CLEARANCE,
}: Carried): Pick<TabletopTask, "succeeds" | "reward" | "controller"> {
  return {
    succeeds: isInTray,
    /** near·(3 + lifted) + 5·closeness(|thing − goal|) with near = closeness(|tcp − thing|), and 10 at success */
    reward(o) {
      if (isInTray(o)) return 10;
      const near = closeness(tcpDistance(o, OBJECT), 0.04, 0.3);
      const lifted = clamp((o[OBJECT + 2]! - rest) / CLEARANCE, 0, 1);
      return near * (3 + lifted) + 5 * closeness(Math.hypot(aside(o), low(o)), 0.02, 0.35);
    },
    controller: () => proportionalController((o, aim) => aimIntoTray(o, aim, grasped, travel)),
  };
}

/** One pure aim: grasps the thing where it lies, lifts it to its travelling height, brings it over the tray and lets it down. */
function aimIntoTray(o: Float32Array, aim: Aim, grasped: Grasped, travel: number): void {
  const { right = 0, up = 0 } = grasped;
  aimAtBlock(o, aim, grasped);
  const over = smoothstep(aside(o), 0.05, 0.025);
  // The observed point of the thing, travelling.
  const height = o[GOAL + 2]! + travel + 0.01;
  const high = Math.max(over, smoothstep(o[OBJECT + 2]!, height - 0.035, height - 0.012));
  const x = mix(o[HAND]!, o[GOAL]! + right, high);
  const y = mix(o[HAND + 1]!, o[GOAL + 1]!, high);
  carry(o, aim, [x, y, mix(height, o[GOAL + 2]! - 0.005, over) + up + GRASP_HEIGHT], grasped);
}
