import { Body, Box, Cylinder, Plane, Quaternion, type Shape, Sphere, Vec3 } from "cannon-es";
import { describe, expect, it } from "vitest";
import { Capsule } from "../../../envs/physics/capsule.ts";
import { inertiaTensor, setInertia, Y_TO_Z } from "../../../envs/physics/inertia.ts";
import { InvalidValueError } from "../../../src/contract/errors.ts";
import { RandomStream } from "../../../src/numerics/random.ts";

type Part = readonly [shape: Shape, at?: Vec3, turn?: Quaternion];

function bodyOf(mass: number, ...parts: readonly Part[]): Body {
  const body = new Body({ mass });
  for (const [shape, at, turn] of parts) body.addShape(shape, at, turn);
  return body;
}

const diagonal = (body: Body): number[] => [0, 4, 8].map((k) => inertiaTensor(body).elements[k]!);

describe("the inertia of a body", () => {
  it("is a box's, a ball's, a cylinder's", () => {
    // 6/3·(0.2² + 0.3²), …
    expect(diagonal(bodyOf(6, [new Box(new Vec3(0.1, 0.2, 0.3))]))).toEqual([
      expect.closeTo(0.26, 12),
      expect.closeTo(0.2, 12),
      expect.closeTo(0.1, 12),
    ]);
    expect(diagonal(bodyOf(5, [new Sphere(0.1)]))).toEqual([0.02, 0.02, 0.02].map((value) => expect.closeTo(value, 12)));
    // About its axis ½·2·0.01; across 2/12·(3·0.01 + 0.16)
    const across = (2 / 12) * (0.03 + 0.16);
    expect(diagonal(bodyOf(2, [new Cylinder(0.1, 0.1, 0.4, 12)]))).toEqual([across, 0.01, across].map((value) => expect.closeTo(value, 12)));
    expect(diagonal(bodyOf(2, [new Cylinder(0.1, 0.1, 0.4, 12), new Vec3(), Y_TO_Z]))).toEqual(
      [across, across, 0.01].map((value) => expect.closeTo(value, 12)),
    );
  });

  it("is a capsule's, which from a thin one is a rod's, and from a short one a ball's", () => {
    const rod = (1 / 12) * 2;
    expect(diagonal(bodyOf(2, [new Capsule(1e-7, 1)]))).toEqual([rod, 0, rod].map((value) => expect.closeTo(value, 6)));
    expect(diagonal(bodyOf(2, [new Capsule(0.1, 1e-9)]))).toEqual([0.008, 0.008, 0.008].map((value) => expect.closeTo(value, 9)));
  });

  it("of a compound is that of its parts about the common origin: two half boxes make a whole", () => {
    const half = new Box(new Vec3(0.1, 0.1, 0.15));
    const whole = diagonal(bodyOf(3, [new Box(new Vec3(0.1, 0.1, 0.3))]));
    const halves = diagonal(bodyOf(3, [half, new Vec3(0, 0, 0.15)], [half, new Vec3(0, 0, -0.15)]));
    halves.forEach((value, k) => expect(value).toBeCloseTo(whole[k]!, 12));
  });

  it("agrees with a sum over many points of turned and shifted parts, products of inertia too", () => {
    const body = bodyOf(
      1.5,
      [new Box(new Vec3(0.1, 0.02, 0.05)), new Vec3(0.03, -0.02, 0.01), new Quaternion().setFromEuler(0.3, 0.5, -0.7)],
      [new Cylinder(0.03, 0.03, 0.2, 12), new Vec3(-0.05, 0.04, 0.02), new Quaternion().setFromEuler(1.1, 0.2, 0.4)],
      [new Sphere(0.04), new Vec3(0, 0.1, -0.05)],
      [new Capsule(0.02, 0.1), new Vec3(0.02, -0.06, 0.03), new Quaternion().setFromEuler(0.4, -0.8, 0.6)],
    );
    const sampled = sampledInertia(body, 60_000);
    inertiaTensor(body).elements.forEach((value, k) => expect(Math.abs(value - sampled[k]!)).toBeLessThan(3e-5));
  });

  it("is set in a turned body without cannon-es' mistake", () => {
    const rod = new Body({ mass: 1, quaternion: new Quaternion().setFromEuler(0, 0, Math.PI / 4) });
    rod.addShape(new Box(new Vec3(0.25, 0.01, 0.01)));
    expect(rod.inertia.x).toBeGreaterThan(0.01);
    setInertia(rod);
    expect(rod.inertia.x).toBeCloseTo((2 * 0.01 ** 2) / 3, 12);
    expect(rod.invInertia.y).toBeCloseTo(3 / (0.25 ** 2 + 0.01 ** 2), 6);
  });

  it("keeps a body that must not turn from turning", () => {
    const body = new Body({ mass: 1, fixedRotation: true, shape: new Sphere(0.1) });
    setInertia(body);
    expect(body.invInertia.toArray()).toEqual([0, 0, 0]);
  });

  it("refuses what it has no formula for", () => {
    expect(() => setInertia(bodyOf(1, [new Cylinder(0.1, 0.2, 0.4, 12)]))).toThrow(InvalidValueError);
    expect(() => new Capsule(0, 1)).toThrow(InvalidValueError);
    expect(() => new Capsule(1, NaN)).toThrow(InvalidValueError);
    expect(() => setInertia(bodyOf(1, [new Plane()]))).toThrow(InvalidValueError);
    expect(() => setInertia(new Body({ mass: 1 }))).toThrow(InvalidValueError);
  });
});

/** Inertia by drawing points uniformly from each part, weighted by its volume. */
function sampledInertia(body: Body, count: number): number[] {
  const random = RandomStream.fromSeed(3);
  const volumes = body.shapes.map((shape) => (shape instanceof Cylinder ? Math.PI * 0.03 ** 2 * 0.2 : shape.volume()));
  const total = volumes.reduce((sum, volume) => sum + volume, 0);
  const sums = Array.from({ length: 9 }, () => 0);
  body.shapes.forEach((shape, s) => {
    const weight = (body.mass * volumes[s]!) / total / count;
    for (let k = 0; k < count; k++) {
      const p = body.shapeOrientations[s]!.vmult(pointIn(shape, random)).vadd(body.shapeOffsets[s]!).toArray();
      const squared = p.reduce((sum, x) => sum + x * x, 0);
      for (let row = 0; row < 3; row++)
        for (let column = 0; column < 3; column++) sums[3 * row + column]! += weight * ((row === column ? squared : 0) - p[row]! * p[column]!);
    }
  });
  return sums;
}

function pointIn(shape: Shape, random: RandomStream): Vec3 {
  if (shape instanceof Box) return new Vec3(random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)).vmul(shape.halfExtents);
  if (shape instanceof Sphere) {
    const point = new Vec3(random.normal(), random.normal(), random.normal()).unit();
    return point.scale(shape.radius * Math.cbrt(random.uniform()));
  }
  if (shape instanceof Capsule) {
    for (;;) {
      const point = new Vec3(random.uniform(-0.02, 0.02), random.uniform(-0.07, 0.07), random.uniform(-0.02, 0.02));
      if (Math.hypot(point.x, Math.max(0, Math.abs(point.y) - 0.05), point.z) < 0.02) return point;
    }
  }
  const { radiusTop, height } = shape as Cylinder;
  const radius = radiusTop * Math.sqrt(random.uniform());
  const angle = random.uniform(0, 2 * Math.PI);
  return new Vec3(radius * Math.cos(angle), random.uniform(-height / 2, height / 2), radius * Math.sin(angle));
}
