/**
 * @file A table of ours in a plain cannon-es World with its default solver, replaying what the hand did with us. It knows no sliders with motors, so there
 * are two ways to move the hand: led along the poses that it had, without any joint; or with the same number of joints as ours has, the hand pulled by
 * a point-to-point constraint as ours is, and each finger held to it by another, whose pivot slides.
 */
import { Body, type Constraint, PointToPointConstraint, Vec3, World } from "cannon-es";
import type { Table } from "../../envs/tabletop/table.ts";

/** Where mocap body, hand and fingers were after a control step, three numbers each. */
export type HandPose = Float64Array;

export interface StockTable {
  readonly step: (pose: HandPose) => void;
  /** The hand and its fingers there. */
  readonly led: readonly Body[];
}

/** Lives through actions with ours, and tells how the hand went. */
export const posesOf = (table: Table, actions: readonly Float32Array[]): readonly HandPose[] =>
  actions.map((action) => {
    table.hand.drive(action);
    table.advance();
    return Float64Array.from(table.hand.bodies.flatMap((body) => body.position.toArray()));
  });

const SUBSTEPS = 5;
const H = 1 / 400;
/** As ours: of the pull on the hand and of each finger, in N; and how stiff the pull is. */
const PULL = 400;
const GRIP = 100;
const STIFFNESS = 2e5;

export function stockTable(source: Table, joints: "without joints" | "with joints"): StockTable {
  const [mocap, ...led] = source.hand.bodies;
  const world = new World({ gravity: new Vec3(0, 0, -9.81) });
  world.defaultContactMaterial.friction = 0.8;
  const copies = new Map(source.world.bodies.map((body) => [body, copyOf(body, joints === "without joints" && led.includes(body))] as const));
  for (const copy of copies.values()) world.addBody(copy);
  const [guide, hand, ...fingers] = [mocap, ...led].map((body) => copies.get(body)!) as [Body, Body, Body, Body];
  if (joints === "without joints") return { step: (pose) => lead(world, [hand, ...fingers], pose), led: [hand, ...fingers] };
  const pull = new PointToPointConstraint(guide, new Vec3(), hand, new Vec3(), PULL);
  for (const equation of pull.equations) equation.setSpookParams(STIFFNESS, 10, 1 / 60);
  const grips = fingers.map((finger) => new PointToPointConstraint(hand, finger.position.vsub(hand.position), finger, new Vec3(), GRIP));
  for (const joint of [pull, ...grips] as Constraint[]) {
    joint.collideConnected = false;
    world.addConstraint(joint);
  }
  return { step: (pose) => pullAlong(world, { guide, parts: [hand, ...fingers], grips }, pose), led: [hand, ...fingers] };
}

function copyOf(body: Body, isLed: boolean): Body {
  const copy = new Body({
    mass: isLed ? 0 : body.mass,
    type: isLed ? Body.KINEMATIC : body.type,
    position: body.position.clone(),
    quaternion: body.quaternion.clone(),
    fixedRotation: body.fixedRotation,
    collisionResponse: body.collisionResponse,
    collisionFilterGroup: body.collisionFilterGroup,
    collisionFilterMask: body.collisionFilterMask,
  });
  body.shapes.forEach((shape, k) => copy.addShape(shape, body.shapeOffsets[k], body.shapeOrientations[k]));
  return copy;
}

function lead(world: World, led: readonly Body[], pose: HandPose): void {
  led.forEach((body, k) => body.position.set(pose[3 * k + 3]!, pose[3 * k + 4]!, pose[3 * k + 5]!));
  for (let k = 0; k < SUBSTEPS; k++) world.step(H);
}

interface Pulled {
  readonly guide: Body;
  readonly parts: readonly Body[];
  readonly grips: readonly PointToPointConstraint[];
}

function pullAlong(world: World, { guide, parts, grips }: Pulled, pose: HandPose): void {
  const [x, y, z] = pose as unknown as [number, number, number];
  const { position } = guide;
  guide.velocity.set((x - position.x) / (SUBSTEPS * H), (y - position.y) / (SUBSTEPS * H), (z - position.z) / (SUBSTEPS * H));
  grips.forEach(({ pivotA }, k) => {
    const at = 6 + 3 * k;
    pivotA.set(pose[at]! - pose[3]!, pose[at + 1]! - pose[4]!, pose[at + 2]! - pose[5]!);
  });
  for (let k = 0; k < SUBSTEPS; k++) {
    // Carried against gravity, as ours are.
    for (const part of parts) part.force.z += part.mass * 9.81;
    world.step(H);
  }
}
