/**
 * @file A two-legged walker in the plane with six motors, of the proportions of Gymnasium's Walker2d: a torso, and twice a thigh, a shin and a foot.
 * @see Tassa, Erez & Todorov (2012), and Duan et al. (2016), "Benchmarking deep reinforcement learning for continuous control", for the walker.
 */
import type { Color } from "../physics/scene.ts";
import type { CreatureSpec, JointSpec, LinkSpec } from "./creature.ts";
import { locomotionWorld, type Locomotion } from "./locomotion-world.ts";

const TORSO: Color = [0.15, 0.43, 0.46, 1];

const SIDES: readonly (readonly [name: string, color: Color])[] = [
  ["right", [0.84, 0.24, 0.22, 1]],
  ["left", [0.95, 0.7, 0.22, 1]],
];

/** Radius of the feet, on which it stands, in m; and the heights of ankle, knee, hip and head. */
const FOOT = 0.06;
const ANKLE = 0.1;
const KNEE = 0.6;
const HIP = 1.05;
const HEAD = 1.45;

function leg([name, color]: (typeof SIDES)[number]): { readonly links: readonly LinkSpec[]; readonly joints: readonly JointSpec[] } {
  return {
    links: [
      { name: `${name} thigh`, from: [0, 0, HIP], to: [0, 0, KNEE], radius: 0.05, mass: 3.9, color },
      { name: `${name} shin`, from: [0, 0, KNEE], to: [0, 0, ANKLE], radius: 0.04, mass: 2.7, color },
      { name: `${name} foot`, from: [-0.05, 0, FOOT], to: [0.2, 0, FOOT], radius: FOOT, mass: 2.9, color },
    ],
    joints: [
      // Positive swings the leg forwards, bends the knee back, lifts the toes.
      {
        name: `${name} hip`,
        parent: "torso",
        child: `${name} thigh`,
        pivot: [0, 0, HIP],
        axis: [0, -1, 0],
        lower: -0.5,
        upper: 2,
        torque: 100,
        damping: 2,
      },
      {
        name: `${name} knee`,
        parent: `${name} thigh`,
        child: `${name} shin`,
        pivot: [0, 0, KNEE],
        axis: [0, 1, 0],
        lower: 0,
        upper: 2.4,
        torque: 100,
        damping: 2,
      },
      {
        name: `${name} ankle`,
        parent: `${name} shin`,
        child: `${name} foot`,
        pivot: [0, 0, ANKLE],
        axis: [0, -1, 0],
        lower: -0.8,
        upper: 0.8,
        torque: 60,
        damping: 2,
      },
    ],
  };
}

const legs = SIDES.map(leg);

export const walkerCreature: CreatureSpec = {
  root: "planar",
  links: [{ name: "torso", from: [0, 0, HIP], to: [0, 0, HEAD], radius: 0.05, mass: 3.5, color: TORSO }, ...legs.flatMap(({ links }) => links)],
  joints: legs.flatMap(({ joints }) => joints),
};

const walker: Locomotion = {
  name: "walker",
  version: 1,
  summary: "Walk on two legs in the plane, forwards or backwards, at a speed.",
  creature: walkerCreature,
  controlPeriod: 0.008,
  substeps: 4,
  horizon: 1000,
  healthy: [0.7, 2],
  stir: 0.02,
  speed: [1, 4],
};

export const walkerWorld = locomotionWorld(walker);
