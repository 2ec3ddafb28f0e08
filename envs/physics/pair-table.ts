/** @file Which shapes can touch, listed once: the kernel of each pair, its material, and which of its bodies move. */
import { Body, type ContactMaterial, type Shape, type World } from "cannon-es";
import { FIXED_TURN, type FlatBodies } from "./flat-bodies.ts";
import type { Slot } from "./flat-shapes.ts";
import { kernelOf, kindOf } from "./kernels/kernels.ts";
import type { Kernel } from "./kernels/manifold.ts";

/** What a pair is made of before it becomes columns. */
interface Pair {
  readonly first: number;
  readonly second: number;
  /** Undefined for pairs that go through cannon-es' own narrowphase. */
  readonly kernel: Kernel | undefined;
  readonly material: ContactMaterial;
  readonly friction: number;
  readonly restitution: number;
}

export class PairTable {
  readonly count: number;
  /** Shape slots, in the order the kernel wants them. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Undefined for pairs that go through cannon-es' own narrowphase. */
  readonly kernel: readonly (Kernel | undefined)[];
  /** The body that certainly moves, the other one if it moves too (else −1), and the other one if it is kinematic (else −1). */
  readonly lead: Int32Array;
  readonly other: Int32Array;
  readonly carrier: Int32Array;
  /** 1 if the kernel's normal points from the other body to the lead, else −1. */
  readonly sign: Int8Array;
  readonly friction: Float64Array;
  readonly restitution: Float64Array;
  /** SPOOK numbers of the materials at the present step: velocity per penetration [1/s], and softness of normals and tangents [1/kg]. */
  readonly push: Float64Array;
  readonly softness: Float64Array;
  readonly tangentSoftness: Float64Array;
  readonly #materials: readonly ContactMaterial[];

  constructor(slots: readonly Slot[], bodies: FlatBodies, world: World) {
    const pairs = touchingPairs(slots, bodies, world);
    const n = pairs.length;
    this.count = n;
    this.first = Int32Array.from(pairs, (pair) => pair.first);
    this.second = Int32Array.from(pairs, (pair) => pair.second);
    this.kernel = pairs.map((pair) => pair.kernel);
    this.friction = Float64Array.from(pairs, (pair) => pair.friction);
    this.restitution = Float64Array.from(pairs, (pair) => pair.restitution);
    this.#materials = pairs.map((pair) => pair.material);
    this.lead = new Int32Array(n);
    this.other = new Int32Array(n);
    this.carrier = new Int32Array(n);
    this.sign = new Int8Array(n);
    this.push = new Float64Array(n);
    this.softness = new Float64Array(n);
    this.tangentSoftness = new Float64Array(n);
    pairs.forEach((pair, p) => {
      const a = slots[pair.first]!.bodyIndex;
      const b = slots[pair.second]!.bodyIndex;
      const leadIsFirst =
        bodies.immovable[b] === 1 || (bodies.immovable[a] === 0 && bodies.turning[b] === FIXED_TURN && bodies.turning[a] !== FIXED_TURN);
      const lead = leadIsFirst ? a : b;
      const rest = leadIsFirst ? b : a;
      const restMoves = bodies.immovable[rest] === 0;
      this.lead[p] = lead;
      this.other[p] = restMoves ? rest : -1;
      this.carrier[p] = !restMoves && bodies.bodies[rest]!.type === Body.KINEMATIC ? rest : -1;
      this.sign[p] = leadIsFirst ? -1 : 1;
    });
  }

  /** Prepares for substeps of h seconds. */
  setStep(h: number): void {
    this.#materials.forEach((material, p) => {
      const { contactEquationStiffness: k, contactEquationRelaxation: d, frictionEquationStiffness: kt, frictionEquationRelaxation: dt } = material;
      this.push[p] = 4 / (h * (1 + 4 * d));
      this.softness[p] = 4 / (h * h * k * (1 + 4 * d));
      this.tangentSoftness[p] = 4 / (h * h * kt * (1 + 4 * dt));
    });
  }
}

function touchingPairs(slots: readonly Slot[], bodies: FlatBodies, world: World): Pair[] {
  const apart = new Set(
    world.constraints.filter((joint) => !joint.collideConnected).flatMap(({ bodyA, bodyB }) => [key(bodyA, bodyB), key(bodyB, bodyA)]),
  );
  const pairs: Pair[] = [];
  slots.forEach((p, s) => {
    slots.slice(s + 1).forEach((q, offset) => {
      if (p.body === q.body || (bodies.immovable[p.bodyIndex] === 1 && bodies.immovable[q.bodyIndex] === 1)) return;
      if (apart.has(key(p.body, q.body)) || !meet(p.body, q.body) || p.body.isTrigger || q.body.isTrigger || !meet(p.shape, q.shape)) return;
      pairs.push(pairOf(slots, s, s + 1 + offset, world));
    });
  });
  return pairs;
}

const key = (a: Body, b: Body): string => `${a.index} ${b.index}`;

type Filtered = Pick<Shape, "collisionFilterGroup" | "collisionFilterMask" | "collisionResponse">;

const meet = (p: Filtered, q: Filtered): boolean =>
  (p.collisionFilterGroup & q.collisionFilterMask) !== 0 &&
  (q.collisionFilterGroup & p.collisionFilterMask) !== 0 &&
  p.collisionResponse &&
  q.collisionResponse;

/** cannon-es' rules: two materials with numbers of their own multiply them; else the pair's contact material holds, else the world's default. */
function pairOf(slots: readonly Slot[], s: number, t: number, world: World): Pair {
  const p = slots[s]!;
  const q = slots[t]!;
  const a = p.shape.material ?? p.body.material;
  const b = q.shape.material ?? q.body.material;
  // The typings forget that most materials have no entry.
  const material = (a && b && (world.getContactMaterial(a, b) as ContactMaterial | undefined)) || world.defaultContactMaterial;
  const friction = a && b && a.friction >= 0 && b.friction >= 0 ? a.friction * b.friction : material.friction;
  const restitution = a && b && a.restitution >= 0 && b.restitution >= 0 ? a.restitution * b.restitution : material.restitution;
  const [one, other] = [kindOf(p.shape), kindOf(q.shape)];
  const straight = kernelOf(one, other);
  const crossed = straight === undefined ? kernelOf(other, one) : undefined;
  const kernel = straight ?? crossed;
  return { first: crossed === undefined ? s : t, second: crossed === undefined ? t : s, kernel, material, friction, restitution };
}
