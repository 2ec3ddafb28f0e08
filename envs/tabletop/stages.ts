/**
 * @file A task of two things: what is written for the first object, seen through the second; and two tasks as the stages of one. Controllers stay
 * functions of the observation: which stage it is time for is told by where things are.
 */
import type { Controller } from "../../src/contract/environment.ts";
import { proportionalController } from "./controller.ts";
import { GOAL, GRIPPER, HAND, OBJECT, OBJECT2, observationSpace, type Point } from "./observation.ts";
import { clamp, mix, smoothstep } from "./shaping.ts";
import type { TabletopTask } from "./tabletop-task.ts";

/** What a stage is: when it is done, how nearly, and how it is done. */
export type Doing = Pick<TabletopTask, "succeeds" | "reward" | "controller">;

export interface SecondObject {
  /** Where the goal of what is done to it is, from the whole observation, in m. */
  readonly goalOf: (observation: ArrayLike<number>) => Point;
  /** From the observed point to the one that the task is written for, in m. */
  readonly shift?: Point;
}

/** What is done to the first object, done to the second, with a goal that follows from where things are. */
export function toSecondObject(doing: Doing, { goalOf, shift = [0, 0, 0] }: SecondObject): Doing {
  const seen = new Float32Array(observationSpace.size);
  const view = (o: Float32Array): Float32Array => {
    seen.set(o);
    seen.copyWithin(OBJECT, OBJECT2, OBJECT2 + 7);
    for (let k = 0; k < 3; k++) seen[OBJECT + k]! += shift[k]!;
    seen.set(goalOf(o), GOAL);
    return seen;
  };
  return {
    succeeds: (o) => doing.succeeds(view(o)),
    reward: (o) => doing.reward(view(o)),
    controller: () => seenThrough(view, doing.controller()),
  };
}

const seenThrough = (view: (o: Float32Array) => Float32Array, inside: Controller): Controller => ({
  reset: () => inside.reset(),
  act: (o, action) => inside.act(view(o), action),
});

/** How far ahead the hand aims while it leaves what it has done; and from how far away on it turns to the next thing; in m. */
const AWAY = 0.06;
const NEAR = 0.09;

/** Leaving upwards, it keeps this height over what it has done until it is so far aside of it; in m. */
const OVER = 0.14;
const ASIDE = 0.17;

export interface Stages {
  /** Done first; its thing is where `at` says in the observation. */
  readonly first: Doing;
  readonly second: Doing;
  /** When the hand turns from the first to the second, where that is not as soon as the first succeeds: a margin keeps it from slipping back. */
  readonly until?: Doing["succeeds"];
  readonly at: typeof OBJECT | typeof OBJECT2;
  /** How much wider than its thing the gripper must be seen to be before the hand leaves, in the observation's units; 0 where nothing is held. */
  readonly release: number;
  /** Which way the hand leaves, each from −1 to 1: away from what it has pushed, first of all. */
  readonly leave: Point;
}

/**
 * First the one, then the other, and both must be so at the end. The reward is the mean of theirs.
 */
export function inTwoStages({ first, second, until = first.succeeds, at, release, leave }: Stages): Doing {
  return {
    succeeds: (o) => first.succeeds(o) && second.succeeds(o),
    reward: (o) => (first.reward(o) + second.reward(o)) / 2,
    controller() {
      const [one, other, away] = [first.controller(), second.controller(), leavingController(at, release, leave)];
      const aside = new Float32Array(4);
      return {
        reset(): void {
          one.reset();
          other.reset();
        },
        act(o, action): void {
          if (!until(o)) {
            one.act(o, action);
            return;
          }
          other.act(o, action);
          away.act(o, aside);
          const leaving = smoothstep(distanceTo(o, at), NEAR + 0.03, NEAR);
          for (let k = 0; k < action.length; k++) action[k] = mix(action[k]!, aside[k]!, leaving);
          if (leave[2] > 0) action[2] = mix(action[2]!, Math.max(action[2]!, over(o, at)), smoothstep(sideways(o, at), ASIDE + 0.03, ASIDE));
        },
      };
    },
  };
}

const sideways = (o: ArrayLike<number>, at: number): number => Math.hypot(o[HAND]! - o[at]!, o[HAND + 1]! - o[at + 1]!);

/** The way up to the height at which nothing of it is touched any more, as an action. */
const over = (o: ArrayLike<number>, at: number): number => clamp(10 * (o[at + 2]! + OVER - o[HAND + 2]!), -1, 1);

/** What the gripper shows when it is neither open nor closed. */
const HALF_OPEN = 0.65;

const distanceTo = (o: ArrayLike<number>, at: number): number => Math.hypot(o[HAND]! - o[at]!, o[HAND + 1]! - o[at + 1]!, o[HAND + 2]! - o[at + 2]!);

/** Opens the gripper where it holds something, and moves away once it is open; fingers that hold nothing stay as they are, so that they catch on nothing. */
const leavingController = (at: number, release: number, [dx, dy, dz]: Point): Controller =>
  proportionalController((o, aim) => {
    const open = release === 0 ? 1 : clamp((o[GRIPPER]! - release) / 0.1, 0, 1);
    aim.x = o[HAND]! + AWAY * dx * open;
    aim.y = o[HAND + 1]! + AWAY * dy * open;
    aim.z = o[HAND + 2]! + AWAY * dz * open;
    aim.grip = release === 0 ? clamp(10 * (HALF_OPEN - o[GRIPPER]!), -1, 1) : -1;
  });
