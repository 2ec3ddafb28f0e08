/**
 * @file What contacts cost: each pair of shapes in ns a kernel call, and scenes of round things beside the same in stock cannon-es, which takes cylinders for
 * convex polyhedra of 12 sides, and has no capsules: there they are a cylinder and two balls. All in one run; the best of several rounds counts.
 */
import { Body, Box, Cylinder, Quaternion, type Shape, Sphere, Vec3, World } from "cannon-es";
import { Capsule } from "../../envs/physics/capsule.ts";
import { FlatWorld } from "../../envs/physics/flat-world.ts";
import { setInertia } from "../../envs/physics/inertia.ts";
import { kernelOf } from "../../envs/physics/kernels/kernels.ts";
import { place, type Solid } from "../envs/physics/kernels/placed.ts";
import type { BenchRow } from "./bench-row.ts";
import { inTurn, type Part } from "./progress.ts";

/** Short rounds, many of them: on a busy machine some are left alone. */
const ROUNDS = 150;
const CALLS = 1000;
const STEP = 1 / 400;
const STEPS = 10;
const SETTLING = 200;

export async function bench(): Promise<readonly BenchRow[]> {
  return inTurn([["pairs of shapes", kernels], ...scenes.map((scene): Part => [scene.name, () => [beside(scene)]])]);
}

/** Milliseconds, the best of some rounds. */
function best(work: () => void): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

// --- Pairs of shapes

const RADIUS = 0.03;
const HALF = 0.05;
const lying = new Quaternion();
const upright = new Quaternion().setFromAxisAngle(Vec3.UNIT_X, Math.PI / 2);
const aslant = new Quaternion().setFromEuler(0.6, 0.5, 0.3);

/** As big as the rods, whatever the shape. */
const solid = (x: number, z: number, turn = lying): Solid => ({ center: new Vec3(x, 0, z), turn, half: new Vec3(RADIUS, HALF, RADIUS) });
const slab: Solid = { center: new Vec3(0, 0, -0.05), turn: lying, half: new Vec3(0.2, 0.2, 0.05) };
const level = solid(0, 0);
const can = solid(0, 0, upright);

const pairs: readonly (readonly [what: string, first: string, second: string, a: Solid, b: Solid])[] = [
  ["box on a box", "box", "box", slab, solid(0, 0.0299)],
  ["ball on a box", "box", "sphere", slab, solid(0, 0.0299)],
  ["cylinder standing on a plane", "plane", "cylinder", level, solid(0, 0.0499, upright)],
  ["cylinder standing on a box", "box", "cylinder", slab, solid(0, 0.0499, upright)],
  ["cylinder lying on a box", "box", "cylinder", slab, solid(0, 0.0299)],
  ["box's edge in a cylinder's side", "box", "cylinder", slab, solid(0.2211, 0.0211)],
  ["cylinder on a cylinder", "cylinder", "cylinder", can, solid(0.01, 0.0999, upright)],
  ["cylinders side by side", "cylinder", "cylinder", can, solid(0.0599, 0, upright)],
  ["cylinders rim to rim", "cylinder", "cylinder", can, solid(0.0496, 0.0693, aslant)],
  ["ball on a cylinder", "cylinder", "sphere", can, solid(0, 0.0799)],
  ["capsule across a cylinder", "cylinder", "capsule", can, solid(0.0599, 0, aslant)],
  ["capsule lying on a plane", "plane", "capsule", level, solid(0, 0.0299)],
  ["capsule lying on a box", "box", "capsule", slab, solid(0, 0.0299)],
  ["capsules crossed", "capsule", "capsule", can, solid(0.0599, 0, aslant)],
  ["ball on a capsule", "capsule", "sphere", can, solid(0, 0.1099)],
];

function kernels(): readonly BenchRow[] {
  const made = pairs.map(([what, first, second, a, b]) => ({ what, kernel: kernelOf(first, second)!, shapes: place([a, b], 5e-4) }));
  // All kinds take turns first, as in a world of many, so that none is compiled for itself alone.
  for (let k = 0; k < 20 * CALLS; k++) for (const { kernel, shapes } of made) kernel(shapes, 0, 1);
  return made.map(({ what, kernel, shapes }) => {
    const milliseconds = best(() => {
      for (let k = 0; k < CALLS; k++) kernel(shapes, 0, 1);
    });
    return { name: `contacts, ${what}`, figure: (1e6 * milliseconds) / CALLS, unit: "ns" };
  });
}

// --- Scenes beside stock cannon-es

interface Thing {
  readonly shape: Cylinder | Capsule;
  readonly at: Vec3;
  readonly turn: Quaternion;
}

interface BenchScene {
  readonly name: string;
  readonly things: readonly Thing[];
}

const cylinder = new Cylinder(RADIUS, RADIUS, 2 * HALF, 12);
const capsule = new Capsule(RADIUS, 2 * HALF);
const row = (shape: Thing["shape"], z: number, turn: Quaternion): Thing[] =>
  Array.from({ length: 8 }, (_, k) => ({ shape, at: new Vec3(0.07 * k - 0.25, 0, z), turn }));

const scenes: readonly BenchScene[] = [
  { name: "8 cylinders standing on a table", things: row(cylinder, HALF, upright) },
  { name: "8 cylinders lying on a table", things: row(cylinder, RADIUS, lying) },
  { name: "8 pairs of stacked cylinders", things: [...row(cylinder, HALF, upright), ...row(cylinder, 3 * HALF, upright)] },
  { name: "8 capsules lying on a table", things: row(capsule, RADIUS, lying) },
  {
    name: "8 capsules across 8 cylinders",
    things: [...row(cylinder, RADIUS, lying), ...row(capsule, 3 * RADIUS, new Quaternion().setFromAxisAngle(Vec3.UNIT_Z, 1.2))],
  },
];

function beside({ name, things }: BenchScene): BenchRow {
  const ours = furnish(new FlatWorld(), things);
  const stock = new World({ gravity: new Vec3(0, 0, -9.81) });
  stock.defaultContactMaterial.friction = 0.8;
  furnish(stock, things);
  for (const world of [ours, stock]) for (let k = 0; k < SETTLING; k++) world.step(STEP);
  const time = (world: World): number =>
    (1e3 / STEPS) *
    best(() => {
      for (let k = 0; k < STEPS; k++) world.step(STEP);
    });
  const [figure, reference] = [time(ours), time(stock)];
  return { name: `${name}, a substep`, figure, unit: "µs", reference, referenceName: "stock cannon-es", ratio: reference / figure };
}

/** Puts things on a table; a plain World gets capsules as what it knows. */
function furnish<W extends World>(world: W, things: readonly Thing[]): W {
  world.addBody(new Body({ mass: 0, shape: new Box(new Vec3(0.7, 0.7, 0.05)), position: new Vec3(0, 0, -0.05) }));
  const isStock = !(world instanceof FlatWorld);
  for (const { shape, at, turn } of things) {
    const body = new Body({ mass: 0.2, position: at.clone(), quaternion: turn.clone() });
    for (const [part, offset] of isStock ? stockParts(shape) : [[shape, 0] as const]) body.addShape(part, new Vec3(0, offset, 0));
    setInertia(body);
    world.addBody(body);
  }
  return world;
}

function stockParts(shape: Thing["shape"]): readonly (readonly [Shape, number])[] {
  if (shape instanceof Cylinder) return [[shape, 0]];
  const ball = new Sphere(shape.radius);
  const rod = new Cylinder(shape.radius, shape.radius, shape.height, 12);
  return [[rod, 0], [ball, shape.height / 2], [ball, -shape.height / 2]]; // prettier-ignore
}
