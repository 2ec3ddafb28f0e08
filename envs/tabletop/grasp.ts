/** @file How the scripted controllers take hold of the block: where to be, how tightly to grip, and whether it is held, from one observation. */
import type { Aim } from "./controller.ts";
import { GRIPPER, HAND, OBJECT, type Point } from "./observation.ts";
import { clamp, mix, smoothstep } from "./shaping.ts";

/** How far above the block's centre the hand is when it has grasped it, in m: as low as the workspace allows. */
export const GRASP_HEIGHT = 0.03;

/** Where the hand aims on its way down, lower than it can go, so that it does not creep over the last centimetre. */
const AIM_HEIGHT = 0.02;

/** How far above that the hand travels until it is over the block, in m. */
const TRAVEL_HEIGHT = 0.1;

/** How far ahead of the hand it aims at most while it carries, in m. */
const CARRY_LEAD = 0.06;

/** What the gripper shows beyond a thing's own width when it has closed on it, and when it certainly touches nothing. */
const CLOSED = 0.015;
const CLEAR = 0.15;
/** The gripper is never seen to be wider open than this. */
const WIDEST = 0.985;

/** What is grasped, where it is not the block as it is observed; in m. */
export interface Grasped {
  /** From the observed point to the right and up to the middle of what is grasped; 0 by default. */
  readonly right?: number;
  readonly up?: number;
  /** How wide it is across the fingers; 0.04 by default. */
  readonly width?: number;
}

const theBlock: Grasped = {};

/**
 * Down a funnel to the block and around it: the farther the hand is from over it, the higher the aim; the farther the fingers are around
 * it, the tighter the grip.
 */
export function aimAtBlock(o: Float32Array, aim: Aim, grasped: Grasped = theBlock): void {
  aim.x = o[OBJECT]! + (grasped.right ?? 0);
  aim.y = o[OBJECT + 1]!;
  aim.z = o[OBJECT + 2]! + (grasped.up ?? 0) + AIM_HEIGHT + TRAVEL_HEIGHT * smoothstep(asideOf(o, grasped), 0.01, 0.04);
  aim.grip = mix(-1, 1, around(o, grasped));
}

/** Carries what is held towards a place for the hand, gently enough not to turn it between the fingers. */
export function carry(o: Float32Array, aim: Aim, [x, y, z]: Point, grasped: Grasped = theBlock): void {
  const held = holding(o, grasped);
  aim.x = mix(aim.x, ahead(o[HAND]!, x), held);
  aim.y = mix(aim.y, ahead(o[HAND + 1]!, y), held);
  aim.z = mix(aim.z, ahead(o[HAND + 2]!, z), held);
}

const ahead = (from: number, to: number): number => from + clamp(to - from, -CARRY_LEAD, CARRY_LEAD);

/** How surely it is held, in [0, 1]. */
const holding = (o: Float32Array, grasped: Grasped): number => around(o, grasped) * closed(o, grasped);

function closed(o: Float32Array, { width = 0.04 }: Grasped): number {
  const on = width / 0.1 + CLOSED;
  return smoothstep(o[GRIPPER]!, Math.min(on + CLEAR - CLOSED, WIDEST), on);
}

/** How far the fingers are around it, in [0, 1]. Fingers that have closed on it may slip up a little before they let go. */
function around(o: Float32Array, grasped: Grasped): number {
  const above = o[HAND + 2]! - o[OBJECT + 2]! - (grasped.up ?? 0) - 0.015 * closed(o, grasped);
  return smoothstep(asideOf(o, grasped), 0.035, 0.015) * smoothstep(above, 0.06, 0.045);
}

const asideOf = (o: Float32Array, { right = 0 }: Grasped): number => Math.hypot(o[OBJECT]! + right - o[HAND]!, o[OBJECT + 1]! - o[HAND + 1]!);
