import { Body, PointToPointConstraint, Sphere, Vec3 } from "cannon-es";
import { describe, expect, it } from "vitest";
import { FlatWorld } from "../../../envs/physics/flat-world.ts";
import { isStable } from "../../../envs/physics/guard.ts";
import { LimitedHinge } from "../../../envs/physics/limited-hinge.ts";
import { Prismatic } from "../../../envs/physics/prismatic.ts";
import { box, G, STEP, thing } from "./workbench.ts";

/** Kinetic and potential energy [J]. */
function energy(world: FlatWorld): number {
  return world.bodies.reduce((sum, { mass, position, quaternion, velocity, angularVelocity, inertia }) => {
    if (mass === 0) return sum;
    const spin = quaternion.inverse().vmult(angularVelocity);
    return sum - mass * world.gravity.dot(position) + (mass * velocity.lengthSquared() + spin.vmul(spin).dot(inertia)) / 2;
  }, 0);
}

/** The most energy a world has in some seconds, less what it begins with. */
function energyGained(world: FlatWorld, seconds: number): number {
  const before = energy(world);
  let most = 0;
  for (let k = 0; k < seconds / STEP; k++) {
    world.step(STEP);
    const gained = energy(world) - before;
    // Written so that NaN counts.
    if (!(gained <= most)) most = gained;
  }
  return most;
}

describe("a small heavy ball on a long lever, which few sweeps solve badly", () => {
  // Lever² over gyration² is 0.09 / 0.00036 = 250.
  it.each([
    ["hinge", (pivot: Body, ball: Body) => new LimitedHinge(pivot, ball, { pivotA: new Vec3(), axisA: new Vec3(0.2, 1, 0.1) })],
    ["point joint", (pivot: Body, ball: Body) => new PointToPointConstraint(pivot, new Vec3(), ball, ball.pointToLocalFrame(new Vec3()))],
  ])("swings on a %s for 20 s without gaining energy or leaving its pivot by 0.2 mm", (_, connect) => {
    const world = new FlatWorld();
    const pivot = new Body({ mass: 0 });
    const ball = thing(1, new Sphere(0.03), [0.2, 0.1, -0.2]);
    world.addBody(pivot);
    world.addBody(ball);
    const arm = ball.pointToLocalFrame(new Vec3());
    world.addConstraint(connect(pivot, ball));
    expect(energyGained(world, 20)).toBeLessThan(0.01);
    expect(ball.pointToWorldFrame(arm).length()).toBeLessThan(2e-4);
    expect(world.sweeps / 8000).toBeLessThan(1.5);
  });

  it("slides on a beam carried by another", () => {
    const world = new FlatWorld({ gravity: new Vec3() });
    const one = thing(1, new Sphere(0.03));
    const two = thing(1, new Sphere(0.03), [0.4, 0.1, 0]);
    two.velocity.set(0.03, 0.2, 0.1);
    world.addBody(one);
    world.addBody(two);
    world.addConstraint(new Prismatic(one, two, { axisA: new Vec3(1, 0.3, 1), lower: -0.5, upper: 0.5 }));
    expect(energyGained(world, 20)).toBeLessThan(1e-3);
  });
});

describe("a chain of rods that whip and hit each other", () => {
  it("never gains energy: what the solver cannot finish it does not pile up", () => {
    for (const count of [4, 6]) {
      const world = new FlatWorld();
      let last = new Body({ mass: 0 });
      world.addBody(last);
      for (let k = 0; k < count; k++) {
        const rod = thing(0.3, box(0.1, 0.01, 0.01), [0.1 + 0.2 * k, 0, 0]);
        world.addBody(rod);
        world.addConstraint(new LimitedHinge(last, rod, { pivotA: new Vec3(k === 0 ? 0 : 0.1, 0, 0), axisA: new Vec3(0, 1, 0) }));
        last = rod;
      }
      expect(energyGained(world, 10)).toBeLessThan(0.01);
      expect(isStable(world)).toBe(true);
    }
  });
});

describe("a block wedged where it cannot be", () => {
  it("is not thrown out when the wedge opens: impulses do not wind up", () => {
    const world = new FlatWorld({ gravity: new Vec3() });
    const block = thing(0.1, box(0.02, 0.02, 0.02));
    // The walls leave 2 mm less than the block needs.
    const walls = [-1, 1].map((side) => new Body({ mass: 0, shape: box(0.05, 0.1, 0.1), position: new Vec3(side * 0.069, 0, 0) }));
    for (const body of [block, ...walls]) world.addBody(body);
    for (let k = 0; k < 2000; k++) world.step(STEP);
    expect(Math.abs(block.position.x)).toBeLessThan(1e-3);
    world.moveTo(walls[1]!, 1, 0, 0);
    let fastest = 0;
    for (let k = 0; k < 200; k++) {
      world.step(STEP);
      fastest = Math.max(fastest, block.velocity.length());
    }
    expect(fastest).toBeLessThan(0.1);
  });
});

describe("isStable", () => {
  const world = (): FlatWorld => {
    const made = new FlatWorld();
    made.addBody(thing(1, new Sphere(0.1)));
    made.addBody(new Body({ mass: 0 }));
    return made;
  };

  it("holds for a world at work", () => {
    const calm = world();
    for (let k = 0; k < 100; k++) calm.step(STEP);
    expect(isStable(calm)).toBe(true);
  });

  it.each<[string, (body: Body) => void]>([
    ["a position that is not a number", (body) => (body.position.x = NaN)],
    ["an infinite position", (body) => (body.position.z = -Infinity)],
    ["a rotation that is not a number", (body) => (body.quaternion.w = NaN)],
    ["a speed above 50 m/s", (body) => body.velocity.set(30, 30, 30)],
    ["a speed that is not a number", (body) => (body.velocity.y = NaN)],
    ["a spin above 1000 rad/s", (body) => body.angularVelocity.set(0, -1001, 0)],
    ["a spin that is not a number", (body) => (body.angularVelocity.z = NaN)],
  ])("fails for %s", (_, break_) => {
    const broken = world();
    break_(broken.bodies[0]!);
    expect(isStable(broken)).toBe(false);
  });

  it("accepts what falls for five seconds", () => {
    const fallen = world();
    for (let k = 0; k < 5 / STEP; k++) fallen.step(STEP);
    expect(fallen.bodies[0]!.velocity.z).toBeLessThan(-4.8 * G);
    expect(isStable(fallen)).toBe(true);
  });
});
