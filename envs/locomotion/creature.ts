/**
 * @file Bodies of capsules on motorised hinges, from a description of how they stand: what the walker and the ant, and the arm, are made of.
 * Capsules meet the ground with the two balls at their ends, which is where a capsule meets a plane; limbs do not meet each other.
 */
import { Body, Plane, Quaternion, Sphere, Vec3 } from "cannon-es";
import type { Scene } from "../../src/contract/scene.ts";
import { Capsule } from "../physics/capsule.ts";
import { collisionFilter, FIXED, GHOST, OBJECT } from "../physics/collision-groups.ts";
import { FlatWorld } from "../physics/flat-world.ts";
import { LimitedHinge } from "../physics/limited-hinge.ts";
import { PlanarJoint } from "../physics/planar-joint.ts";
import { sceneOf, type Color } from "../physics/scene.ts";
import { Floor } from "./floor.ts";

export type Point = readonly [x: number, y: number, z: number];

/** A capsule, or a ball where both ends are the same point; lengths in m in the pose in which all joint angles are 0. */
export interface LinkSpec {
  readonly name: string;
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
  /** In kg. */
  readonly mass: number;
  readonly color: Color;
}

/** A hinge between a link and the one it hangs from. */
export interface JointSpec {
  readonly name: string;
  readonly parent: string;
  readonly child: string;
  readonly pivot: Point;
  readonly axis: Point;
  /** In rad. */
  readonly lower: number;
  readonly upper: number;
  /** In N·m. */
  readonly torque: number;
  /** In N·m·s/rad. */
  readonly damping: number;
}

export interface CreatureSpec {
  readonly links: readonly LinkSpec[];
  readonly joints: readonly JointSpec[];
  /** What the first link is: free, kept in the xz plane, or fixed to the world. */
  readonly root: "free" | "planar" | "fixed";
  /** Sweeps of the solver, and the change of speed in m/s at which they end; 10 and 1e-3 by default. Long chains need more. */
  readonly sweeps?: number;
  readonly tolerance?: number;
}

/** What a task may change about a creature's body; factors. */
export interface CreatureOptions {
  readonly gravity: number;
  readonly friction: number;
  readonly mass: number;
  readonly size: number;
}

const GRAVITY = 9.81;
const FRICTION = 1;
/** Of the marker that shows the goal, in m. */
const GOAL_RADIUS = 0.04;
const GOAL_COLOR: Color = [0.2, 0.75, 0.38, 0.6];

export class Creature {
  readonly world: FlatWorld;
  readonly links: readonly Body[];
  readonly hinges: readonly LimitedHinge[];
  readonly scene: Scene;
  /** Where the goal is shown, in m. */
  readonly goal: Vec3 = new Vec3();
  readonly #spec: CreatureSpec;
  readonly #options: CreatureOptions;
  readonly #axis = new Vec3();

  constructor(spec: CreatureSpec, options: CreatureOptions) {
    this.#spec = spec;
    this.#options = options;
    this.world = new FlatWorld({
      gravity: new Vec3(0, 0, -GRAVITY * options.gravity),
      friction: FRICTION * options.friction,
      sweeps: spec.sweeps ?? 10,
      tolerance: spec.tolerance ?? 1e-3,
      margin: 0.03,
    });
    const ground = new Body({ mass: 0, shape: new Plane(), ...collisionFilter[FIXED] });
    this.world.addBody(ground);
    this.links = spec.links.map((link, k) => this.#build(link, spec.root === "fixed" && k === 0));
    const named = new Map(spec.links.map(({ name }, k) => [name, this.links[k]!]));
    this.hinges = spec.joints.map((joint) => {
      const [a, b] = [named.get(joint.parent)!, named.get(joint.child)!];
      const hinge = new LimitedHinge(a, b, {
        pivotA: a.pointToLocalFrame(this.#scaled(joint.pivot)),
        axisA: a.quaternion.inverse().vmult(new Vec3(...joint.axis)),
        lower: joint.lower,
        upper: joint.upper,
        // A spring so weak that only its damper is felt.
        spring: { stiffness: 1e-6, rest: 0, damping: joint.damping },
      });
      this.world.addConstraint(hinge);
      return hinge;
    });
    if (spec.root === "planar") this.world.addConstraint(new PlanarJoint(ground, this.links[0]!));
    this.scene = this.#draw();
  }

  /** Puts it where it stands, moved up, with its joints at angles in rad; at rest. The joints are in the order of the description, parents first. */
  place(up: number, angles: ArrayLike<number>): void {
    const root = this.links[0]!;
    const { from, to } = this.#spec.links[0]!;
    this.#rest(root, from, to);
    root.position.z += up;
    for (const [k, hinge] of this.hinges.entries()) hinge.place(angles[k]!);
  }

  /** Sets the torque of every motor for the coming substep, in shares of what it has at most. */
  drive(shares: ArrayLike<number>): void {
    for (let k = 0; k < this.hinges.length; k++) {
      const { bodyA, bodyB, axisA } = this.hinges[k]!;
      const torque = shares[k]! * this.#spec.joints[k]!.torque * this.#strength;
      bodyA.quaternion.vmult(axisA, this.#axis);
      bodyB.torque.addScaledVector(torque, this.#axis, bodyB.torque);
      bodyA.torque.addScaledVector(-torque, this.#axis, bodyA.torque);
    }
  }

  /** Writes the joints' angles in rad, and their speeds in rad/s. */
  writeJoints(into: Float32Array, angles: number, speeds: number): void {
    for (let k = 0; k < this.hinges.length; k++) {
      const { bodyA, bodyB, axisA } = this.hinges[k]!;
      into[angles + k] = this.hinges[k]!.angle();
      bodyA.quaternion.vmult(axisA, this.#axis);
      into[speeds + k] = this.#axis.dot(bodyB.angularVelocity) - this.#axis.dot(bodyA.angularVelocity);
    }
  }

  /** Heavier bodies get stronger motors, so that they can still stand: what changes is how they move. */
  get #strength(): number {
    return this.#options.mass * this.#options.size;
  }

  #scaled([x, y, z]: Point): Vec3 {
    const { size } = this.#options;
    return new Vec3(x * size, y * size, z * size);
  }

  /** Where a link is when all angles are 0; a capsule's own x axis points from end to end. */
  #rest(body: Body, from: Point, to: Point): void {
    const [a, b] = [this.#scaled(from), this.#scaled(to)];
    this.world.moveTo(body, (a.x + b.x) / 2, (a.y + b.y) / 2, (a.z + b.z) / 2);
    const along = b.vsub(a);
    if (along.length() === 0) body.quaternion.set(0, 0, 0, 1);
    else body.quaternion.setFromVectors(Vec3.UNIT_X, along.unit());
  }

  #build({ from, to, radius, mass }: LinkSpec, fixed: boolean): Body {
    const { size, mass: heavier } = this.#options;
    const body = new Body({ mass: fixed ? 0 : mass * heavier, ...(fixed ? collisionFilter[GHOST] : collisionFilter[OBJECT]) });
    body.collisionFilterMask = fixed ? 0 : FIXED;
    const half = this.#scaled(to).distanceTo(this.#scaled(from)) / 2;
    const ball = new Sphere(radius * size);
    if (half === 0) body.addShape(ball);
    else for (const end of [-half, half]) body.addShape(ball, new Vec3(end, 0, 0));
    if (!fixed) setCapsuleInertia(body, radius * size, 2 * half);
    this.world.addBody(body);
    this.#rest(body, from, to);
    return body;
  }

  #draw(): Scene {
    const { size } = this.#options;
    const drawn = this.#spec.links.map(({ name, from, to, radius, color }, k) => {
      const length = this.#scaled(to).distanceTo(this.#scaled(from));
      const body = new Body();
      if (length === 0) body.addShape(new Sphere(radius * size));
      else body.addShape(new Capsule(radius * size, length), new Vec3(), Y_TO_X);
      return { name, body, color, follows: this.links[k]! };
    });
    const floor = new Floor();
    const mark = new Body({ shape: new Sphere(GOAL_RADIUS * size) });
    const scene = sceneOf([floor.drawn, ...drawn, { name: "goal", body: mark, color: GOAL_COLOR }]);
    return {
      bodies: scene.bodies,
      writePoses: (into) => {
        floor.follow(this.links[0]!.position);
        mark.position.copy(this.goal);
        for (const { body, follows } of drawn) {
          body.position.copy(follows.position);
          body.quaternion.copy(follows.quaternion);
        }
        scene.writePoses(into);
      },
    };
  }
}

/** cannon-es' cylinders lie along y. */
const Y_TO_X = new Quaternion().setFromAxisAngle(Vec3.UNIT_Z, -Math.PI / 2);

/** A solid capsule along x, of radius r and with a cylinder of length l; a ball where that is 0. */
export function setCapsuleInertia(body: Body, r: number, l: number): void {
  const ball = (2 / 5) * body.mass * r * r;
  const { x: across, y: along } = l === 0 ? { x: ball, y: ball } : new Capsule(r, l).calculateLocalInertia(body.mass);
  body.inertia.set(along, across, across);
  body.invInertia.set(1 / along, 1 / across, 1 / across);
  body.updateInertiaWorld(true);
}
