/** @file Small worlds for physics tests: ground and a block, and one with a bit of everything. */
import { Body, Box, Cylinder, HingeConstraint, Plane, type Shape, Sphere, Vec3 } from "cannon-es";
import { collisionFilter, FIXED, OBJECT } from "../../../envs/physics/collision-groups.ts";
import { FlatWorld, type FlatWorldOptions } from "../../../envs/physics/flat-world.ts";
import { Hand } from "../../../envs/physics/hand.ts";
import { setInertia, Y_TO_Z } from "../../../envs/physics/inertia.ts";
import { LimitedHinge } from "../../../envs/physics/limited-hinge.ts";
import { Prismatic } from "../../../envs/physics/prismatic.ts";
import { RandomStream } from "../../../src/numerics/random.ts";

export const STEP = 0.0025;
export const G = 9.81;

export const box = (x: number, y: number, z: number): Box => new Box(new Vec3(x, y, z));

/** A dynamic body without damping and with its true inertia. */
export function thing(mass: number, shape: Shape, [x, y, z]: readonly [number, number, number] = [0, 0, 0]): Body {
  const body = new Body({ mass, shape, position: new Vec3(x, y, z), linearDamping: 0, angularDamping: 0 });
  setInertia(body);
  return body;
}

export type Ground = "box" | "plane";

/** Ground with its surface at z = 0. */
export function ground(kind: Ground): Body {
  const body = new Body({ mass: 0, shape: kind === "plane" ? new Plane() : box(0.7, 0.7, 0.05) });
  if (kind === "box") body.position.z = -0.05;
  return body;
}

/** A 4 cm block of 1 kg lying on the ground. */
export function blockOnGround(kind: Ground, options: FlatWorldOptions = {}): { world: FlatWorld; block: Body } {
  const world = new FlatWorld(options);
  const block = thing(1, box(0.02, 0.02, 0.02), [0, 0, 0.02]);
  world.addBody(ground(kind));
  world.addBody(block);
  return { world, block };
}

export interface Workshop {
  readonly world: FlatWorld;
  readonly hand: Hand;
  readonly block: Body;
}

/** Hand, block, drawer on a rail, door on a limited hinge, can, ball, and a flap on a cannon-es hinge with a motor. */
export function workshop(): Workshop {
  const world = new FlatWorld();
  const add = (body: Body, group: typeof FIXED | typeof OBJECT): Body => {
    Object.assign(body, collisionFilter[group]);
    world.addBody(body);
    return body;
  };
  add(ground("box"), FIXED);
  const hand = new Hand(world, { position: [0, 0, 0.15], low: [-0.5, -0.5, 0.05], high: [0.5, 0.5, 0.5] });
  const block = add(thing(0.1, box(0.02, 0.02, 0.02), [0, 0, 0.02]), OBJECT);
  const cabinet = add(new Body({ mass: 0, position: new Vec3(0, 0.4, 0.06) }), FIXED);
  cabinet.addShape(box(0.12, 0.1, 0.005), new Vec3(0, 0, 0.055));
  const drawer = add(thing(0.5, box(0.1, 0.085, 0.045), [0, 0.4, 0.0465]), OBJECT);
  const slide = new Prismatic(cabinet, drawer, { axisA: new Vec3(0, 1, 0), lower: -0.16, upper: 0, dryFriction: 1 });
  slide.place(-0.14);
  world.addConstraint(slide);
  const door = add(thing(0.3, box(0.1, 0.01, 0.08), [0.3, 0.1, 0.09]), OBJECT);
  const frame = add(new Body({ mass: 0, position: new Vec3(0.2, 0.1, 0.09) }), FIXED);
  world.addConstraint(new LimitedHinge(frame, door, { pivotA: new Vec3(), axisA: new Vec3(0, 0, 1), lower: -1.5, upper: 0, dryFriction: 0.02 }));
  const can = add(new Body({ mass: 0.1, position: new Vec3(-0.1, 0, 0.02) }), OBJECT);
  can.addShape(new Cylinder(0.02, 0.02, 0.04, 12), new Vec3(), Y_TO_Z);
  setInertia(can);
  can.velocity.set(0, -0.3, 0);
  add(thing(0.05, new Sphere(0.02), [0.1, 0, 0.05]), OBJECT).velocity.set(-0.5, 0.1, 0);
  const flap = add(thing(0.2, box(0.05, 0.02, 0.005), [-0.3, 0.2, 0.15]), OBJECT);
  const hinge = new HingeConstraint(frame, flap, {
    pivotA: new Vec3(-0.5, 0.05, 0.06),
    pivotB: new Vec3(0, -0.05, 0),
    axisA: Vec3.UNIT_X,
    axisB: Vec3.UNIT_X,
  });
  hinge.enableMotor();
  hinge.setMotorMaxForce(0.05);
  hinge.setMotorSpeed(2);
  world.addConstraint(hinge);
  return { world, hand, block };
}

/** One control step of a workshop. */
export function act({ world, hand }: Workshop, action: ArrayLike<number>): void {
  hand.drive(action);
  for (let k = 0; k < 5; k++) {
    hand.beforeSubstep(0.0025);
    world.step(STEP);
  }
}

/** Restless actions that keep the hand near the table: every 20 steps new ones. */
export function restlessActions(count: number, seed: number): number[][] {
  const random = RandomStream.fromSeed(seed);
  let action: number[] = [];
  return Array.from({ length: count }, (_, k) => {
    if (k % 20 === 0) action = [random.uniform(-0.6, 0.6), random.uniform(-0.5, 0.7), random.uniform(-1, 0.6), random.uniform(-1, 1)];
    return action;
  });
}

/** Every bit of every body's state, as text. */
export function fingerprint(world: FlatWorld): string {
  const numbers = Float64Array.from(
    world.bodies.flatMap(({ position, quaternion, velocity, angularVelocity }) =>
      [position, quaternion, velocity, angularVelocity].flatMap((part) => part.toArray()),
    ),
  );
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(numbers.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
