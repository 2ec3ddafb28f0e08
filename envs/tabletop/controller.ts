/**
 * @file What the scripted controllers share. They are demonstrators: every action is a smooth function of the current observation, with
 * no timers and no memory, so that a policy that clones them can reproduce what it sees.
 */
import type { Controller } from "../../src/contract/environment.ts";
import { ACTION_STEP, HAND } from "./observation.ts";
import { clamp } from "./shaping.ts";

/** The share of the remaining way that one action covers. */
const GAIN = 0.1;

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
