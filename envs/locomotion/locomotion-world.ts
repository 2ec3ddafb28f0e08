/**
 * @file What walking bodies share: the settings that continual reinforcement learning varies, the goal as a direction and a speed, and the reward for
 * keeping to it.
 * @see Finn et al. (2017), section 5.3, for the goals of direction and speed; Xie, Harrison & Finn (2021) and Kemp et al. for the families of changes.
 */
import type { EnvironmentSpec, Setting } from "../../src/contract/environment.ts";
import { asEnvironmentId } from "../../src/contract/environment.ts";
import type { Scene } from "../../src/contract/scene.ts";
import { nested, type Snapshot } from "../../src/contract/snapshot.ts";
import { space, type PartOptions } from "../../src/contract/space.ts";
import type { Episode, Outcome, Simulation, World } from "../../src/environments/simulation.ts";
import { numberIn } from "../../src/environments/snapshot-fields.ts";
import { isStable } from "../physics/guard.ts";
import { Creature, type CreatureSpec, type JointSpec } from "./creature.ts";

export interface Locomotion {
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  readonly creature: CreatureSpec;
  /** Simulated seconds between two actions, and the substeps they are made of. */
  readonly controlPeriod: number;
  readonly substeps: number;
  readonly horizon: number;
  /** How high the first link may be before the body counts as fallen, in m at size 1. */
  readonly healthy: readonly [low: number, high: number];
  /** How far from 0 the joints begin at most, in rad. */
  readonly stir: number;
  /** The nominal speed to keep to, in m/s, and the largest one. A body in the plane has no direction but forwards and backwards. */
  readonly speed: readonly [nominal: number, most: number];
}

/** What a motor's gain may be: 1 as it is, 0 crippled, −1 inverted. */
const gainOf = ({ name, torque }: JointSpec, atOne: string): Setting => ({
  name,
  summary: `Gain of the motor at the ${name} (${atOne === "" ? `${torque} N·m at an action of 1` : `${atOne} at an action of 1, with up to ${torque} N·m`}): 0 is crippled, −1 inverted.`,
  unit: "1",
  low: -1,
  high: 1,
  nominal: 1,
});

const factor = (name: string, summary: string, low: number, high: number): Setting => ({ name, summary, unit: "1", low, high, nominal: 1 });

/**
 * The settings of every body: factors of gravity, friction, mass and size, and each motor's gain.
 * @param atOne What a motor does at an action of 1, with its unit, where it is something else than to give all its torque.
 */
export const bodySettings = ({ joints }: CreatureSpec, atOne = ""): readonly Setting[] => [
  factor("gravity", "Factor of gravity.", 0.1, 2),
  factor("friction", "Factor of the ground's friction.", 0.1, 2),
  factor("mass", "Factor of all masses; motors grow with it.", 0.25, 4),
  factor("size", "Factor of all lengths; motors grow with it.", 0.5, 4),
  ...joints.map((joint) => gainOf(joint, atOne)),
];

/** The first numbers of an observation: the first link's height, orientation, velocity and turning; then the joints. */
const HEIGHT = 0;
const TURN = 1;
const VELOCITY = 5;
const SPIN = 8;
const ANGLES = 11;

/** For how long it has to keep to its goal to succeed, in s. */
const KEPT = 1;

/** No faster in m/s and rad/s is observed: faster is shown as this. */
const FASTEST = 100;

export const locomotionWorld = (body: Locomotion): World => ({
  spec: specOf(body),
  simulate: () => new LocomotionSimulation(body),
});

function specOf({ name, version, summary, creature, controlPeriod, horizon, stir, speed }: Locomotion): EnvironmentSpec {
  const { joints } = creature;
  const range = (side: "lower" | "upper", slack: number): readonly number[] => joints.map((joint) => joint[side] + slack);
  return {
    id: asEnvironmentId(`locomotion/${name}@${version}`),
    summary,
    observation: space([
      { name: "height", quantity: "position", unit: "m", size: 1, low: -10, high: 100 },
      { name: "orientation", quantity: "orientation", unit: "1", size: 4, low: -1, high: 1 },
      { name: "velocity", quantity: "velocity", unit: "m/s", size: 3, low: -FASTEST, high: FASTEST },
      { name: "spin", quantity: "velocity", unit: "rad/s", size: 3, low: -FASTEST, high: FASTEST },
      { name: "joints", quantity: "angle", unit: "rad", size: joints.length, low: range("lower", -1), high: range("upper", 1) },
      { name: "joint speeds", quantity: "velocity", unit: "rad/s", size: joints.length, low: -FASTEST, high: FASTEST },
      { name: "goal", quantity: "velocity", unit: "m/s", size: 2, low: -speed[1], high: speed[1] },
    ]),
    action: space(joints.map((joint): PartOptions => ({ name: joint.name, quantity: "scalar", unit: "1", size: 1, low: -1, high: 1 }))),
    variation: space([{ name: "start", quantity: "angle", unit: "rad", size: joints.length, low: -stir, high: stir }]),
    settings: [...bodySettings(creature), ...goalSettings(creature, speed)],
    controlPeriod,
    horizon,
  };
}

function goalSettings({ root }: CreatureSpec, [nominal, high]: Locomotion["speed"]): readonly Setting[] {
  if (root === "planar") return [{ name: "speed", summary: "How fast to go; below 0, backwards.", unit: "m/s", low: -high, high, nominal }];
  const where = "Where to go, seen from above; 0 is along x, π/2 along y.";
  return [
    { name: "direction", summary: where, unit: "rad", low: -Math.PI, high: Math.PI, nominal: 0 },
    { name: "speed", summary: "How fast to go there.", unit: "m/s", low: 0, high, nominal },
  ];
}

class LocomotionSimulation implements Simulation {
  readonly #body: Locomotion;
  #creature: Creature;
  /** The settings that the creature was built for. */
  #built = "";
  #fresh: Snapshot;
  #gains: Float64Array;
  readonly #shares: Float64Array;
  /** The velocity to keep to, in m/s, and its size. */
  #goal: readonly [x: number, y: number, speed: number] = [0, 0, 0];
  #healthy: readonly [low: number, high: number];
  /** For how many steps it has kept to its goal by now. */
  #kept = 0;

  constructor(body: Locomotion) {
    this.#body = body;
    const { joints } = body.creature;
    this.#gains = new Float64Array(joints.length).fill(1);
    this.#shares = new Float64Array(joints.length);
    this.#healthy = body.healthy;
    this.#creature = new Creature(body.creature, { gravity: 1, friction: 1, mass: 1, size: 1 });
    this.#fresh = this.#creature.world.snapshot();
  }

  get scene(): Scene {
    return this.#creature.scene;
  }

  begin(episode: Episode, observation: Float32Array): void {
    this.#face(episode);
    this.#creature.world.restore(this.#fresh);
    this.#creature.place(0, episode.variation);
    this.#kept = 0;
    this.#observe(observation);
  }

  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void {
    const { controlPeriod, substeps } = this.#body;
    let effort = 0;
    for (let k = 0; k < action.length; k++) {
      this.#shares[k] = action[k]! * this.#gains[k]!;
      effort += action[k]! * action[k]!;
    }
    for (let k = 0; k < substeps; k++) {
      this.#creature.drive(this.#shares);
      this.#creature.world.step(controlPeriod / substeps);
    }
    if (!isStable(this.#creature.world)) {
      outcome.ending = "unstable";
      return;
    }
    this.#observe(observation);
    const [x, y, speed] = this.#goal;
    const off = Math.hypot(observation[VELOCITY]! - x, observation[VELOCITY + 1]! - y);
    // 1 for not having fallen, as much again as the goal's speed for keeping to it, less a little for effort.
    outcome.reward = 1 + speed - off - EFFORT * effort;
    this.#kept = off <= Math.max(0.2 * speed, 0.1) ? this.#kept + 1 : 0;
    outcome.success = this.#kept * controlPeriod >= KEPT;
    const height = observation[HEIGHT]!;
    if (!(height > this.#healthy[0] && height < this.#healthy[1])) outcome.ending = "terminated";
  }

  snapshot(): Snapshot {
    return { world: this.#creature.world.snapshot(), kept: this.#kept };
  }

  restore(snapshot: Snapshot, episode: Episode): void {
    this.#face(episode);
    this.#kept = numberIn(snapshot, "kept");
    this.#creature.world.restore(nested(snapshot, "world"));
  }

  /** Takes over an episode's settings; builds the creature anew where they ask for another one. */
  #face({ settings }: Episode): void {
    const { creature, healthy } = this.#body;
    const of = (name: string): number => settings[name]!;
    const options = { gravity: of("gravity"), friction: of("friction"), mass: of("mass"), size: of("size") };
    const wanted = JSON.stringify(options);
    if (wanted !== this.#built) {
      this.#creature = new Creature(creature, options);
      this.#fresh = this.#creature.world.snapshot();
      this.#built = wanted;
    }
    this.#gains = Float64Array.from(creature.joints, ({ name }) => of(name));
    this.#healthy = [healthy[0] * options.size, healthy[1] * options.size];
    const [speed, direction] = [of("speed"), settings["direction"] ?? 0];
    this.#goal = [speed * Math.cos(direction), speed * Math.sin(direction), Math.abs(speed)];
  }

  #observe(observation: Float32Array): void {
    const { links, hinges } = this.#creature;
    const { position, quaternion, velocity, angularVelocity } = links[0]!;
    observation[HEIGHT] = position.z;
    // Where it would be in a second if it kept to its goal.
    this.#creature.goal.set(position.x + this.#goal[0], position.y + this.#goal[1], 0);
    observation.set([quaternion.x, quaternion.y, quaternion.z, quaternion.w], TURN);
    observation.set([velocity.x, velocity.y, velocity.z], VELOCITY);
    observation.set([angularVelocity.x, angularVelocity.y, angularVelocity.z], SPIN);
    const speeds = ANGLES + hinges.length;
    this.#creature.writeJoints(observation, ANGLES, speeds);
    observation[speeds + hinges.length] = this.#goal[0];
    observation[speeds + hinges.length + 1] = this.#goal[1];
    clampAll(observation);
  }
}

/** What effort costs: the share of the squared actions that is taken off the reward. */
const EFFORT = 0.01;

function clampAll(observation: Float32Array): void {
  for (let k = VELOCITY; k < observation.length; k++) observation[k] = Math.min(Math.max(observation[k]!, -FASTEST), FASTEST);
}
