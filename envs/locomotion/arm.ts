/**
 * @file An arm of seven joints that reaches for a point, its joints driven at speeds, as those of real arms are: shoulder pan, lift and roll, elbow,
 * forearm roll, wrist bend and roll.
 */
import { Vec3 } from "cannon-es";
import { asEnvironmentId, type Controller, type EnvironmentSpec } from "../../src/contract/environment.ts";
import type { Scene } from "../../src/contract/scene.ts";
import { nested, type Snapshot } from "../../src/contract/snapshot.ts";
import { space, type PartOptions } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { isStable } from "../physics/guard.ts";
import type { Color } from "../physics/scene.ts";
import { chain, dampedLeastSquares } from "./chain.ts";
import { Creature, type CreatureSpec, type JointSpec, type LinkSpec, type Point } from "./creature.ts";
import { bodySettings } from "./locomotion-world.ts";

const DARK: Color = [0.19, 0.21, 0.25, 1];
const LIGHT: Color = [0.94, 0.95, 0.96, 1];
const TEAL: Color = [0.15, 0.43, 0.46, 1];

/** Height of the shoulder, in m. */
const SHOULDER = 0.4;

/** Each link after the base: its far end, stretched out along x; its radius in m and mass in kg; and the joint that it hangs on. */
const PIECES: readonly {
  readonly link: string;
  readonly to: Point;
  readonly radius: number;
  readonly mass: number;
  readonly joint: string;
  readonly axis: Point;
  readonly range: readonly [lower: number, upper: number];
  readonly torque: number;
  readonly color: Color;
}[] = [
  { link: "shoulder", to: [0, 0, SHOULDER], radius: 0.07, mass: 2, joint: "shoulder pan", axis: [0, 0, 1], range: [-2.2, 2.2], torque: 60, color: TEAL },
  { link: "upper arm", to: [0.18, 0, SHOULDER], radius: 0.055, mass: 1.6, joint: "shoulder lift", axis: [0, 1, 0], range: [-1.4, 0.6], torque: 60, color: LIGHT },
  { link: "upper arm end", to: [0.36, 0, SHOULDER], radius: 0.05, mass: 1.2, joint: "upper arm roll", axis: [1, 0, 0], range: [-1.5, 1.5], torque: 40, color: LIGHT },
  { link: "forearm", to: [0.52, 0, SHOULDER], radius: 0.045, mass: 1, joint: "elbow", axis: [0, 1, 0], range: [0, 2.3], torque: 40, color: TEAL },
  { link: "forearm end", to: [0.68, 0, SHOULDER], radius: 0.04, mass: 0.7, joint: "forearm roll", axis: [1, 0, 0], range: [-1.5, 1.5], torque: 20, color: LIGHT },
  { link: "wrist", to: [0.76, 0, SHOULDER], radius: 0.035, mass: 0.4, joint: "wrist bend", axis: [0, 1, 0], range: [-1.5, 1.5], torque: 20, color: TEAL },
  { link: "hand", to: [0.86, 0, SHOULDER], radius: 0.03, mass: 0.3, joint: "wrist roll", axis: [1, 0, 0], range: [-1.5, 1.5], torque: 10, color: DARK },
]; // prettier-ignore

const BASE: LinkSpec = { name: "base", from: [0, 0, 0.05], to: [0, 0, 0.3], radius: 0.08, mass: 0, color: DARK };
const JOINTS = PIECES.length;

/** How fast a joint turns at an action of 1, in rad/s. */
const SPEED = 1.5;
/** Joint friction, in N·m·s/rad. */
const DAMPING = 0.5;

const beginningOf = (k: number): Point => (k === 0 ? BASE.to : PIECES[k - 1]!.to);

export const armCreature: CreatureSpec = {
  root: "fixed",
  sweeps: 40,
  tolerance: 1e-5,
  links: [BASE, ...PIECES.map(({ link, to, radius, mass, color }, k): LinkSpec => ({ name: link, from: beginningOf(k), to, radius, mass, color }))],
  joints: PIECES.map(({ link, joint, axis, range, torque }, k): JointSpec => ({
    name: joint,
    parent: k === 0 ? BASE.name : PIECES[k - 1]!.link,
    child: link,
    pivot: beginningOf(k),
    axis,
    lower: range[0],
    upper: range[1],
    torque,
    damping: DAMPING,
  })),
};

/** Where an episode begins, in rad, before it is stirred: the elbow bent, the hand in front. */
const START = [0, -0.6, 0, 1.2, 0, 0.4, 0];
const STIR = 0.1;

/** How near the goal the fingertip must be, in m; how far from the shoulder a goal is. */
const NEAR = 0.05;
const REACH: readonly [nearest: number, farthest: number] = [0.35, 0.75];

/** Where the parts of an observation begin. */
const SPEEDS = JOINTS;
const TIP = 2 * JOINTS;
const GOAL = TIP + 3;

const CONTROL_PERIOD = 0.02;
const SUBSTEPS = 4;

const spec: EnvironmentSpec = {
  id: asEnvironmentId("locomotion/arm@1"),
  summary: "Reach for a point with an arm of seven joints.",
  observation: space([
    { name: "joints", quantity: "angle", unit: "rad", size: JOINTS, low: -Math.PI, high: Math.PI },
    { name: "joint speeds", quantity: "velocity", unit: "rad/s", size: JOINTS, low: -100, high: 100 },
    { name: "fingertip", quantity: "position", unit: "m", size: 3, low: -5, high: 5 },
    { name: "goal", quantity: "position", unit: "m", size: 3, low: -5, high: 5 },
  ]),
  action: space(armCreature.joints.map(({ name }): PartOptions => ({ name, quantity: "velocity", unit: "1", size: 1, low: -1, high: 1 }))),
  variation: space([
    { name: "start", quantity: "angle", unit: "rad", size: JOINTS, low: -STIR, high: STIR },
    { name: "goal", quantity: "position", unit: "m", size: 3, low: [0.1, -0.6, 0.1], high: [0.75, 0.6, 0.8] },
  ]),
  settings: bodySettings(armCreature, `${SPEED} rad/s`),
  controlPeriod: CONTROL_PERIOD,
  horizon: 200,
};

export const armWorld: World = {
  spec,
  accepts(variation) {
    const [x, y, z] = variation.subarray(JOINTS) as unknown as Point;
    const far = Math.hypot(x, y, z - SHOULDER);
    return far >= REACH[0] && far <= REACH[1] && Math.hypot(x, y) > 0.25;
  },
  simulate: () => new ArmSimulation(),
  controller: reacher,
};

class ArmSimulation implements Simulation {
  #creature: Creature;
  #built = "";
  #fresh: Snapshot;
  #gains = new Float64Array(JOINTS).fill(1);
  #size = 1;
  #strength = 1;
  #goal: Float32Array = new Float32Array(3);
  readonly #angles = new Float64Array(JOINTS);
  readonly #tip = new Vec3();

  constructor() {
    this.#creature = new Creature(armCreature, { gravity: 1, friction: 1, mass: 1, size: 1 });
    this.#fresh = this.#creature.world.snapshot();
  }

  get scene(): Scene {
    return this.#creature.scene;
  }

  begin(episode: Episode, observation: Float32Array): void {
    this.#face(episode);
    this.#creature.world.restore(this.#fresh);
    for (let k = 0; k < JOINTS; k++) this.#angles[k] = START[k]! + episode.variation[k]!;
    this.#creature.place(0, this.#angles);
    this.#observe(observation);
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    let effort = 0;
    for (let k = 0; k < JOINTS; k++) {
      const { motor } = this.#creature.hinges[k]!;
      const gain = this.#gains[k]!;
      motor.target = Math.sign(gain) * SPEED * action[k]!;
      motor.maxForce = Math.abs(gain) * this.#strength * PIECES[k]!.torque;
      effort += action[k]! * action[k]!;
    }
    for (let k = 0; k < SUBSTEPS; k++) this.#creature.world.step(CONTROL_PERIOD / SUBSTEPS);
    if (!isStable(this.#creature.world)) {
      outcome.ending = "unstable";
      return;
    }
    this.#observe(observation);
    const distance = Math.hypot(
      observation[GOAL]! - observation[TIP]!,
      observation[GOAL + 1]! - observation[TIP + 1]!,
      observation[GOAL + 2]! - observation[TIP + 2]!,
    );
    // Minus the way that is left, less a little for effort.
    outcome.reward = -distance - 0.005 * effort;
    outcome.success = distance < NEAR * this.#size;
  }

  snapshot(): Snapshot {
    return { world: this.#creature.world.snapshot() };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    this.#face(episode);
    this.#creature.world.restore(nested(snapshot, "world"));
  }

  #face({ variation, settings }: Episode): void {
    const of = (name: string): number => settings[name]!;
    const options = { gravity: of("gravity"), friction: of("friction"), mass: of("mass"), size: of("size") };
    const wanted = JSON.stringify(options);
    if (wanted !== this.#built) {
      this.#creature = new Creature(armCreature, options);
      this.#fresh = this.#creature.world.snapshot();
      this.#built = wanted;
    }
    this.#gains = Float64Array.from(armCreature.joints, ({ name }) => of(name));
    this.#size = options.size;
    this.#strength = options.mass * options.size;
    this.#goal = variation.subarray(JOINTS);
  }

  #observe(observation: Float32Array): void {
    this.#creature.writeJoints(observation, 0, SPEEDS);
    const hand = this.#creature.links.at(-1)!;
    hand.pointToWorldFrame(this.#tip.set((PIECES.at(-1)!.to[0] - PIECES.at(-2)!.to[0]) * 0.5 * this.#size, 0, 0), this.#tip);
    observation[TIP] = this.#tip.x;
    observation[TIP + 1] = this.#tip.y;
    observation[TIP + 2] = this.#tip.z;
    for (let k = 0; k < 3; k++) observation[GOAL + k] = this.#goal[k]! * this.#size;
    this.#creature.goal.set(observation[GOAL]!, observation[GOAL + 1]!, observation[GOAL + 2]!);
    for (let k = 0; k < GOAL; k++) observation[k] = Math.min(Math.max(observation[k]!, spec.observation.low[k]!), spec.observation.high[k]!);
  }
}

/** Turns the joints so that the fingertip goes straight to the goal, by damped least squares; what it does is a function of what it sees. */
function reacher(): Controller {
  const arm = chain(armCreature.joints, PIECES.at(-1)!.to);
  const speeds = new Float64Array(JOINTS);
  const way = new Float64Array(3);
  return {
    reset(): void {},
    act(observation, action): void {
      for (let k = 0; k < 3; k++) way[k] = 4 * (observation[GOAL + k]! - observation[TIP + k]!);
      const length = Math.hypot(...way);
      if (length > 0.6) for (let k = 0; k < 3; k++) way[k] = (0.6 * way[k]!) / length;
      dampedLeastSquares(arm.jacobian(observation), way, speeds);
      for (let k = 0; k < JOINTS; k++) action[k] = Math.min(Math.max(speeds[k]! / SPEED, -1), 1);
    },
  };
}
