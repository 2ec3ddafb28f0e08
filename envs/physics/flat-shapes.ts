/** @file The shapes of a world as flat arrays, one slot a shape: where they are, which way they point, and their bounding boxes. */
import { type Body, Box, Cylinder, Plane, type Shape, Sphere, Vec3 } from "cannon-es";
import { Capsule } from "./capsule.ts";
import type { FlatBodies } from "./flat-bodies.ts";
import type { PlacedShapes } from "./kernels/manifold.ts";

/** A shape on its body. */
export interface Slot {
  readonly shape: Shape;
  readonly body: Body;
  readonly bodyIndex: number;
}

export class FlatShapes implements PlacedShapes {
  readonly slots: readonly Slot[];
  readonly centers: Float64Array;
  readonly axes: Float64Array;
  readonly halfExtents: Float64Array;
  readonly margin: number;
  /** 6 a slot: the world box's low corner, then its high corner, widened by half the margin. */
  readonly bounds: Float64Array;
  /** 3 a slot: centre in the body's frame. */
  readonly #offsets: Float64Array;
  /** 3 a slot: the offset in the world, and the bounding box's half size. */
  readonly #arms: Float64Array;
  readonly #reach: Float64Array;
  /** 9 a slot: axes in the body's frame. */
  readonly #turns: Float64Array;
  /** Whether the shape is turned against its body. */
  readonly #turned: Uint8Array;
  /** How the bounding box follows from half extents and rotation. */
  readonly #hull: Uint8Array;
  /** Slots of body b: from #first[b] up to #first[b + 1]. */
  readonly #first: Int32Array;

  constructor(bodies: readonly Body[], margin: number) {
    const slots = bodies.flatMap((body, bodyIndex) => body.shapes.map((shape) => ({ shape, body, bodyIndex })));
    const n = slots.length;
    this.slots = slots;
    this.margin = margin;
    this.centers = new Float64Array(3 * n);
    this.axes = new Float64Array(9 * n);
    this.halfExtents = new Float64Array(3 * n);
    this.bounds = new Float64Array(6 * n);
    this.#offsets = new Float64Array(3 * n);
    this.#arms = new Float64Array(3 * n);
    this.#reach = new Float64Array(3 * n);
    this.#turns = new Float64Array(9 * n);
    this.#turned = new Uint8Array(n);
    this.#hull = new Uint8Array(n);
    this.#first = new Int32Array(bodies.length + 1);
    let s = 0;
    bodies.forEach((body, b) => {
      body.shapes.forEach((shape, k) => {
        this.halfExtents.set(halfExtentsOf(shape), 3 * s);
        this.#hull[s] = hullOf(shape);
        this.#offsets.set(body.shapeOffsets[k]!.toArray(), 3 * s);
        const turn = body.shapeOrientations[k]!;
        this.#turned[s] = turn.x === 0 && turn.y === 0 && turn.z === 0 ? 0 : 1;
        [Vec3.UNIT_X, Vec3.UNIT_Y, Vec3.UNIT_Z].forEach((unit, axis) => this.#turns.set(turn.vmult(unit).toArray(), 9 * s + 3 * axis));
        s++;
      });
      this.#first[b + 1] = s;
    });
  }

  /** Follows the bodies that moved or turned since last time. */
  place(bodies: FlatBodies): void {
    const { changed } = bodies;
    for (let b = 0; b < changed.length; b++) {
      if (changed[b] === 0) continue;
      const end = this.#first[b + 1]!;
      for (let s = this.#first[b]!; s < end; s++) {
        if ((changed[b]! & 2) !== 0) this.#turn(s, b, bodies);
        this.#move(s, b, bodies);
      }
    }
  }

  /** Axes, and what follows from them alone: the centre's offset and the bounding box's half size, in the world. */
  #turn(s: number, b: number, { axes: turn }: FlatBodies): void {
    const { axes } = this;
    const a = 9 * s;
    const r = 9 * b;
    const c = 3 * s;
    for (let k = 0; k < 9; k += 3) {
      const x = this.#turns[a + k]!;
      const y = this.#turns[a + k + 1]!;
      const z = this.#turns[a + k + 2]!;
      for (let d = 0; d < 3; d++) {
        axes[a + k + d] = this.#turned[s] === 0 ? turn[r + k + d]! : x * turn[r + d]! + y * turn[r + 3 + d]! + z * turn[r + 6 + d]!;
      }
    }
    const x = this.#offsets[c]!;
    const y = this.#offsets[c + 1]!;
    const z = this.#offsets[c + 2]!;
    for (let d = 0; d < 3; d++) {
      this.#arms[c + d] = turn[r + d]! * x + turn[r + 3 + d]! * y + turn[r + 6 + d]! * z;
      this.#reach[c + d] = this.margin / 2 + this.#reachAlong(s, d);
    }
  }

  /** How far a shape reaches from its centre along a world axis. */
  #reachAlong(s: number, d: number): number {
    const { axes, halfExtents } = this;
    const a = 9 * s + d;
    const c = 3 * s;
    const hull = this.#hull[s]!;
    if (hull === BALL) return halfExtents[c]!;
    const upright = Math.abs(axes[a + 3]!);
    if (hull === CAPSULE) return halfExtents[c]! + halfExtents[c + 1]! * upright;
    if (hull === CYLINDER) return halfExtents[c]! * Math.sqrt(Math.max(0, 1 - upright * upright)) + halfExtents[c + 1]! * upright;
    return halfExtents[c]! * Math.abs(axes[a]!) + halfExtents[c + 1]! * upright + halfExtents[c + 2]! * Math.abs(axes[a + 6]!);
  }

  #move(s: number, b: number, { pose }: FlatBodies): void {
    const { centers, bounds } = this;
    for (let d = 0; d < 3; d++) {
      const center = pose[7 * b + d]! + this.#arms[3 * s + d]!;
      const reach = this.#reach[3 * s + d]!;
      centers[3 * s + d] = center;
      bounds[6 * s + d] = center - reach;
      bounds[6 * s + 3 + d] = center + reach;
    }
  }
}

/** A shape's hull: a ball's bounding box is the same whatever the rotation. */
const BALL = 0;
const BOX = 1;
const CYLINDER = 2;
const CAPSULE = 3;

function hullOf(shape: Shape): number {
  if (shape instanceof Box) return BOX;
  if (shape instanceof Capsule) return CAPSULE;
  return isRound(shape) ? CYLINDER : BALL;
}

const isRound = (shape: Shape): shape is Cylinder => shape instanceof Cylinder && shape.radiusTop === shape.radiusBottom;

/** What the kernels and bounding boxes need of a shape; shapes that they do not know are bounded by a sphere, a plane by nothing. */
function halfExtentsOf(shape: Shape): number[] {
  if (shape instanceof Box) return shape.halfExtents.toArray();
  if (shape instanceof Capsule) return [shape.radius, shape.height / 2, shape.radius];
  if (isRound(shape)) return [shape.radiusTop, shape.height / 2, shape.radiusTop];
  const radius = shape instanceof Sphere ? shape.radius : shape instanceof Plane ? Infinity : shape.boundingSphereRadius;
  return [radius, radius, radius];
}
