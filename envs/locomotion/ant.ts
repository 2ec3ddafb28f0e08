/**
 * @file A four-legged ant with eight motors, of the proportions of Gymnasium's: a ball with four legs of two limbs, each with a hip that swings sideways
 * and a knee.
 * @see Schulman et al. (2016), "High-dimensional continuous control using generalized advantage estimation", for the ant.
 */
import type { Color } from "../physics/scene.ts";
import type { CreatureSpec, JointSpec, LinkSpec, Point } from "./creature.ts";
import { locomotionWorld, type Locomotion } from "./locomotion-world.ts";

const TORSO: Color = [0.15, 0.43, 0.46, 1];
const UPPER: Color = [0.95, 0.7, 0.22, 1];
const LOWER: Color = [0.84, 0.24, 0.22, 1];

/** The torso's height when the feet stand on the ground, in m. */
const HEIGHT = 0.55;
const RADIUS = 0.08;

/** Where the legs are, seen from above. */
const LEGS: readonly (readonly [name: string, x: number, y: number])[] = [
  ["front left", 1, 1],
  ["front right", 1, -1],
  ["back left", -1, 1],
  ["back right", -1, -1],
];

function leg([name, x, y]: (typeof LEGS)[number]): { readonly links: readonly LinkSpec[]; readonly joints: readonly JointSpec[] } {
  const at = (out: number, down: number): Point => [out * x, out * y, HEIGHT - down];
  const [hip, knee, foot] = [at(0.2, 0), at(0.4, 0), at(0.65, HEIGHT - RADIUS)];
  return {
    links: [
      { name: `${name} thigh`, from: hip, to: knee, radius: RADIUS, mass: 0.2, color: UPPER },
      { name: `${name} shin`, from: knee, to: foot, radius: RADIUS, mass: 0.2, color: LOWER },
    ],
    joints: [
      {
        name: `${name} hip`,
        parent: "torso",
        child: `${name} thigh`,
        pivot: hip,
        axis: [0, 0, 1],
        lower: -0.6,
        upper: 0.6,
        torque: 2.5,
        damping: 0.2,
      },
      {
        name: `${name} knee`,
        parent: `${name} thigh`,
        child: `${name} shin`,
        pivot: knee,
        // Positive lifts the foot outwards.
        axis: [y * Math.SQRT1_2, -x * Math.SQRT1_2, 0],
        lower: -0.5,
        upper: 0.8,
        torque: 2.5,
        damping: 0.2,
      },
    ],
  };
}

const legs = LEGS.map(leg);

export const antCreature: CreatureSpec = {
  root: "free",
  links: [{ name: "torso", from: [0, 0, HEIGHT], to: [0, 0, HEIGHT], radius: 0.25, mass: 0.5, color: TORSO }, ...legs.flatMap(({ links }) => links)],
  joints: legs.flatMap(({ joints }) => joints),
};

const ant: Locomotion = {
  name: "ant",
  version: 1,
  summary: "Walk on four legs, in a direction and at a speed.",
  creature: antCreature,
  controlPeriod: 0.05,
  substeps: 5,
  horizon: 1000,
  // Of Gymnasium's Ant-v5: it may lie on its belly, and crawl from there.
  healthy: [0.2, 1],
  stir: 0.1,
  speed: [1, 3],
};

export const antWorld = locomotionWorld(ant);
