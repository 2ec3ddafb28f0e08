/**
 * @file A floating gripper like Meta-World's: a kinematic mocap body pulls a hand with limited force, and two geared fingers on sliders
 * close along y with limited force. Nothing of it can push harder than its limits, so it stops at tables and does not crush what it holds.
 * @see Yu et al. (2019), "Meta-World", for its action: motion of the mocap body and finger effort.
 */
import { Body, Box, PointToPointConstraint, Vec3 } from "cannon-es";
import { collisionFilter, GHOST, HAND } from "./collision-groups.ts";
import type { FlatWorld } from "./flat-world.ts";
import { Prismatic } from "./prismatic.ts";

type Triple = readonly [x: number, y: number, z: number];

export interface HandOptions {
  /** Where the hand is at first [m]: the point between the pads' centres. */
  readonly position: Triple;
  /** The box that the mocap body stays in [m]. */
  readonly low: Triple;
  readonly high: Triple;
  /** How far an action of 1 moves the mocap body [m]; 0.01 by default. */
  readonly stride?: number;
  /** Force limits [N]: of the pull on the hand and of each finger; 400 and 100 by default. */
  readonly pull?: number;
  readonly grip?: number;
  /** A finger's speed at full effort [m/s]; 0.4 by default. */
  readonly fingerSpeed?: number;
  /** Half extents of a pad [m]; (0.015, 0.006, 0.045) by default. */
  readonly pad?: Triple;
  /** How far each pad's centre is from the hand when open, and how far it can close [m]; 0.056 and 0.0352 by default, Meta-World's gap of 10 to 3 cm. */
  readonly reach?: number;
  readonly travel?: number;
  /** Half extents of the palm [m], whose underside is level with the pads' upper ends; (0.015, 0.06, 0.01) by default. */
  readonly palm?: Triple;
  /** How far below the hand's position the tool centre point, between the finger tips, is [m]; 0.045 by default. */
  readonly tcp?: number;
}

const HAND_MASS = 1;
const FINGER_MASS = 0.2;
/** SPOOK numbers of the pull: it yields a little, as a welded mocap body does. */
const PULL_STIFFNESS = 2e5;
const PULL_RELAXATION = 10;
/** The gear that keeps the fingers centred: a spring [N/m] and damper [N·s/m] between their mean and the hand, up to a force [N]. */
const GEAR_STIFFNESS = 5000;
const GEAR_DAMPING = 40;
const GEAR_FORCE = 40;

const clip = (value: number, limit: number): number => (value < -limit ? -limit : value > limit ? limit : value);

/** How fast the mocap body comes after its target, critically damped: Meta-World's soft weld, which trails by 2/ω = 50 ms [1/s]. */
const FOLLOWING = 40;

/** The share of what a finger's speed lacks that it gains in one action: Meta-World's fingers have a time constant of 0.1 s. */
const FINGER_HASTE = 1 - Math.exp(-0.125);

export class Hand {
  /** Where the actions have asked the hand to be; touches nothing. */
  readonly target: Body;
  readonly mocap: Body;
  readonly body: Body;
  /** At y below and above the hand. */
  readonly fingers: readonly [right: Body, left: Body];
  readonly sliders: readonly [right: Prismatic, left: Prismatic];
  /** The hand's position [m]; live, only to be read. */
  readonly position: Vec3;
  readonly #world: FlatWorld;
  readonly #options: Required<HandOptions>;

  constructor(world: FlatWorld, options: HandOptions) {
    const settings: Required<HandOptions> = {
      stride: 0.01,
      pull: 400,
      grip: 100,
      fingerSpeed: 0.4,
      pad: [0.015, 0.006, 0.045],
      reach: 0.056,
      travel: 0.0352,
      palm: [0.015, 0.06, 0.01],
      tcp: 0.045,
      ...options,
    };
    this.#world = world;
    this.#options = settings;
    const { pad, palm, reach, travel } = settings;
    const ghost = (): Body => new Body({ mass: 0, type: Body.KINEMATIC, collisionResponse: false, ...collisionFilter[GHOST] });
    this.target = ghost();
    this.mocap = ghost();
    this.body = new Body({ mass: HAND_MASS, fixedRotation: true, ...collisionFilter[HAND] });
    this.body.addShape(new Box(new Vec3(...palm)), new Vec3(0, 0, pad[2] + palm[2]));
    this.position = this.body.position;
    const finger = (): Body => new Body({ mass: FINGER_MASS, fixedRotation: true, shape: new Box(new Vec3(...pad)), ...collisionFilter[HAND] });
    this.fingers = [finger(), finger()];
    this.moveTo(...settings.position);
    for (const body of [this.target, ...this.bodies]) world.addBody(body);
    const pull = new PointToPointConstraint(this.mocap, new Vec3(), this.body, new Vec3(), settings.pull);
    for (const equation of pull.equations) equation.setSpookParams(PULL_STIFFNESS, PULL_RELAXATION, 1 / 60);
    world.addConstraint(pull);
    const slider = (of: Body, side: 1 | -1): Prismatic => {
      const joint = new Prismatic(this.body, of, {
        anchorA: new Vec3(0, side * reach, 0),
        axisA: new Vec3(0, -side, 0),
        lower: 0,
        upper: travel,
      });
      joint.motor.maxForce = settings.grip;
      world.addConstraint(joint);
      return joint;
    };
    this.sliders = [slider(this.fingers[0], -1), slider(this.fingers[1], 1)];
  }

  /** Mocap body, hand, right and left finger. */
  get bodies(): readonly [mocap: Body, hand: Body, right: Body, left: Body] {
    return [this.mocap, this.body, ...this.fingers];
  }

  /** How far the fingers are open: the gap between the pads over 0.1 m, in [0, 1]. */
  get opening(): number {
    const [right, left] = this.fingers;
    const gap = left.position.y - right.position.y - 2 * this.#options.pad[1];
    return Math.min(Math.max(gap / 0.1, 0), 1);
  }

  /** Writes the point between the finger tips [m]. */
  writeTcp(out: Float32Array | Float64Array | number[]): void {
    const [right, left] = this.fingers;
    out[0] = (right.position.x + left.position.x) / 2;
    out[1] = (right.position.y + left.position.y) / 2;
    out[2] = (right.position.z + left.position.z) / 2 - this.#options.tcp;
  }

  /**
   * Takes an action for the coming control period: the target moves by `stride` times the first three numbers, and the fingers close (above 0)
   * or open at `fingerSpeed` times the fourth; each is clipped to [−1, 1].
   */
  drive(action: ArrayLike<number>): void {
    const { target, sliders } = this;
    const { low, high, stride, fingerSpeed } = this.#options;
    const { position: p } = target;
    p.x = Math.min(Math.max(p.x + stride * clip(action[0]!, 1), low[0]), high[0]);
    p.y = Math.min(Math.max(p.y + stride * clip(action[1]!, 1), low[1]), high[1]);
    p.z = Math.min(Math.max(p.z + stride * clip(action[2]!, 1), low[2]), high[2]);
    // Meta-World's fingers are position servos with a target of a metre and much damping: at no effort they drift open. They take time to get going.
    const effort = clip(action[3]!, 1);
    for (let k = 0; k < 2; k++) {
      const outward = k === 0 ? -1 : 1;
      const speed = outward * (this.body.velocity.y - this.fingers[k]!.velocity.y);
      const wanted = fingerSpeed * (effort - sliders[k]!.displacement());
      sliders[k]!.motor.target = speed + FINGER_HASTE * (wanted - speed);
    }
  }

  /** Moves the mocap body after its target, carries hand and fingers against gravity and works the gear. Call it before every substep of h seconds. */
  beforeSubstep(h: number): void {
    const { body, fingers, target, mocap } = this;
    const pace = h * FOLLOWING * FOLLOWING;
    const keep = 1 - 2 * h * FOLLOWING;
    mocap.velocity.x = keep * mocap.velocity.x + pace * (target.position.x - mocap.position.x);
    mocap.velocity.y = keep * mocap.velocity.y + pace * (target.position.y - mocap.position.y);
    mocap.velocity.z = keep * mocap.velocity.z + pace * (target.position.z - mocap.position.z);
    const [right, left] = fingers;
    const { gravity } = this.#world;
    for (let k = 0; k < 3; k++) {
      const part = k === 0 ? body : fingers[k - 1]!;
      part.force.x -= part.mass * gravity.x;
      part.force.y -= part.mass * gravity.y;
      part.force.z -= part.mass * gravity.z;
    }
    const offset = (right.position.y + left.position.y) / 2 - body.position.y;
    const speed = (right.velocity.y + left.velocity.y) / 2 - body.velocity.y;
    const force = clip(GEAR_STIFFNESS * offset + GEAR_DAMPING * speed, GEAR_FORCE);
    right.force.y -= force;
    left.force.y -= force;
    body.force.y += 2 * force;
  }

  /** Puts the open hand somewhere, at rest; for resets. */
  moveTo(x: number, y: number, z: number): void {
    const { reach } = this.#options;
    this.#world.moveTo(this.target, x, y, z);
    this.#world.moveTo(this.mocap, x, y, z);
    this.#world.moveTo(this.body, x, y, z);
    this.#world.moveTo(this.fingers[0], x, y - reach, z);
    this.#world.moveTo(this.fingers[1], x, y + reach, z);
  }
}
