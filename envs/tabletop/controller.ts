/**
 * @file What the scripted controllers share. They are demonstrators: every action is a smooth function of the current observation, with
 * no timers and no memory, so that a policy that clones them can reproduce what it sees.
 */
import type { Controller } from "../../src/contract/environment.ts";
import { ACTION_STEP, GRIPPER, HAND, OBJECT } from "./observation.ts";
import { clamp, mix, smoothstep } from "./shaping.ts";

/** The share of the remaining way that one action covers. */
const GAIN = 0.1;

/** What a gripper of the kit shows when it holds the 4 cm block, with room for a tilted one. */
const HOLDING = 0.65;

/** Where a controller wants the hand to be, in m, and the gripper in [−1, 1]; positive closes. */
export interface Aim {
  x: number;
  y: number;
  z: number;
  grip: number;
}

/** A controller from a pure aim: each action covers a fixed share of the way there, at most a full step along each axis. */
export function proportionalController(aimAt: (observation: Float32Array, aim: Aim) => void): Controller {
  const aim: Aim = { x: 0, y: 0, z: 0, grip: 0 };
  return {
    reset(): void {},
    act(observation, action): void {
      aimAt(observation, aim);
      action[0] = toward(aim.x, observation[HAND]!);
      action[1] = toward(aim.y, observation[HAND + 1]!);
      action[2] = toward(aim.z, observation[HAND + 2]!);
      action[3] = clamp(aim.grip, -1, 1);
    },
  };
}

const toward = (target: number, from: number): number => clamp((GAIN / ACTION_STEP) * (target - from), -1, 1);

/** How far above the block's centre the hand is when it grasps it, in m. */
export const GRASP_HEIGHT = 0.035;

/** How far above the block the hand travels until it is over it, in m. */
const TRAVEL_HEIGHT = 0.1;

/**
 * Down a funnel to the block and around it: the farther the hand is from over it, the higher the aim; the deeper the hand is in the
 * funnel, the tighter the grip.
 */
export function aimAtBlock(o: Float32Array, aim: Aim): void {
  const aside = asideOf(o);
  aim.x = o[OBJECT]!;
  aim.y = o[OBJECT + 1]!;
  aim.z = o[OBJECT + 2]! + GRASP_HEIGHT + TRAVEL_HEIGHT * smoothstep(aside, 0.01, 0.04);
  aim.grip = mix(-1, 1, around(o));
}

/** How surely the block is in the gripper's hold, in [0, 1]. */
export const holding = (o: Float32Array): number => around(o) * smoothstep(o[GRIPPER]!, HOLDING + 0.1, HOLDING);

/** How far the fingers are around the block, in [0, 1]. */
const around = (o: Float32Array): number => smoothstep(asideOf(o), 0.035, 0.015) * smoothstep(o[HAND + 2]! - o[OBJECT + 2]!, 0.08, 0.05);

const asideOf = (o: Float32Array): number => Math.hypot(o[OBJECT]! - o[HAND]!, o[OBJECT + 1]! - o[HAND + 1]!);
