import { Body, Sphere, Vec3, World } from "cannon-es";
import { describe, expect, it } from "vitest";
import { FlatWorld } from "../../../envs/physics/flat-world.ts";
import { Prismatic, type PrismaticOptions } from "../../../envs/physics/prismatic.ts";
import { OrderError } from "../../../src/contract/errors.ts";
import { box, G, STEP, thing } from "./workbench.ts";

const along = (x: number, y: number, z: number): Vec3 => new Vec3(x, y, z).unit();
/** A world axis makes a rail; an oblique one is held by rows. */
const axes = [
  { name: "a world axis", axis: along(1, 0, 0) },
  { name: "an oblique axis", axis: along(2, -1, 0.5) },
];

/** A 1 kg box on a slider of the fixed world, without gravity unless given. */
function slider(
  options: PrismaticOptions,
  gravity: Vec3 = new Vec3(),
): { world: FlatWorld; base: Body; body: Body; joint: Prismatic; push: (force: number, steps: number) => void } {
  const world = new FlatWorld({ gravity });
  const base = new Body({ mass: 0, position: new Vec3(0.1, 0.2, 0.3) });
  const body = thing(1, box(0.05, 0.04, 0.03), [0.1, 0.2, 0.3]);
  world.addBody(base);
  world.addBody(body);
  const joint = new Prismatic(base, body, options);
  world.addConstraint(joint);
  const axis = options.axisA.unit();
  const push = (force: number, steps: number): void => {
    for (let k = 0; k < steps; k++) {
      body.force.addScaledVector(force, axis, body.force);
      world.step(STEP);
    }
  };
  return { world, base, body, joint, push };
}

describe.each(axes)("a slider along $name", ({ axis }) => {
  it("moves freely along its axis: ½(F/m)t²", () => {
    const { joint, push } = slider({ axisA: axis });
    push(2, 400);
    expect(joint.displacement()).toBeCloseTo(1 * (1 + STEP), 2);
  });

  it("does not leave it under side loads of 100 N and 5 N·m, to 0.1 mm and 1 mrad", () => {
    const { world, body, joint } = slider({ axisA: axis });
    const across = axis.cross(along(0.3, 0.2, 1)).unit();
    let away = 0;
    for (let k = 0; k < 400; k++) {
      body.force.addScaledVector(100, across, body.force);
      body.torque.set(3, -2, 4);
      body.force.addScaledVector(k < 200 ? 1 : -1, axis, body.force);
      world.step(STEP);
      const offset = body.position.vsub(new Vec3(0.1, 0.2, 0.3));
      away = Math.max(away, offset.vsub(axis.scale(offset.dot(axis))).length());
    }
    expect(Math.abs(joint.displacement())).toBeGreaterThan(0.1);
    expect(away).toBeLessThan(1e-4);
    expect(2 * Math.acos(Math.min(1, Math.abs(body.quaternion.w)))).toBeLessThan(1e-3);
  });

  it("stops at its limits, which are met and not crossed, and holds 1000 N there", () => {
    const { joint, push } = slider({ axisA: axis, lower: -0.1, upper: 0.2 });
    let most = -Infinity;
    for (let k = 0; k < 200; k++) {
      push(20, 1);
      most = Math.max(most, joint.displacement());
    }
    expect(most).toBeGreaterThan(0.1999);
    expect(most).toBeLessThan(0.2001);
    push(1000, 200);
    expect(joint.displacement()).toBeCloseTo(0.2, 3);
    push(-20, 400);
    expect(joint.displacement()).toBeCloseTo(-0.1, 4);
  });

  it.each([
    ["dry friction", { dryFriction: 20 }],
    ["a motor told to stand still", { motor: { target: 0, maxForce: 20 } }],
  ])("%s of 20 N holds 98 % of it and yields to 102 % with what is left over", (_, part) => {
    const held = slider({ axisA: axis, ...part });
    held.push(0.98 * 20, 400);
    expect(Math.abs(held.joint.displacement())).toBeLessThan(1e-4);
    const moved = slider({ axisA: axis, ...part });
    moved.push(1.02 * 20, 400);
    // ½·(0.4 N / 1 kg)·(1 s)²
    expect(moved.joint.displacement()).toBeCloseTo(0.2, 2);
  });

  it("a motor reaches its speed with its force and then keeps it", () => {
    const { world, joint, body } = slider({ axisA: axis, motor: { target: 0.5, maxForce: 2 } });
    for (let k = 0; k < 60; k++) world.step(STEP);
    // 2 N for 0.15 s on 1 kg
    expect(body.velocity.dot(axis)).toBeCloseTo(0.3, 4);
    for (let k = 0; k < 60; k++) world.step(STEP);
    expect(body.velocity.dot(axis)).toBeCloseTo(0.5, 6);
    joint.motor.target = -0.5;
    for (let k = 0; k < 400; k++) world.step(STEP);
    expect(body.velocity.dot(axis)).toBeCloseTo(-0.5, 6);
  });

  it("a spring hangs at F/k from its rest and swings with period 2π√(m/k)", () => {
    const spring = { stiffness: 100, rest: 0.05 };
    const hung = slider({ axisA: axis, spring: { ...spring, damping: 20 } });
    hung.push(3, 1200);
    expect(hung.joint.displacement()).toBeCloseTo(0.05 + 3 / 100, 4);
    const swung = slider({ axisA: axis, spring });
    const crossings: number[] = [];
    let was = swung.joint.displacement();
    for (let k = 1; k <= 1200; k++) {
      swung.world.step(STEP);
      const is = swung.joint.displacement();
      if (was < 0.05 && is >= 0.05) crossings.push((k - (is - 0.05) / (is - was)) * STEP);
      was = is;
    }
    const period = (crossings.at(-1)! - crossings[0]!) / (crossings.length - 1);
    expect(period).toBeCloseTo((2 * Math.PI) / 10, 2);
  });

  it("stays calm on a spring far stiffer than the step resolves", () => {
    const { push, joint } = slider({ axisA: axis, spring: { stiffness: 1e8, rest: 0, damping: 1 } });
    push(10, 400);
    expect(Math.abs(joint.displacement())).toBeLessThan(1e-5);
  });

  it("is placed by hand, and follows where its base is moved", () => {
    const { world, base, body, joint } = slider({ axisA: axis, lower: -1, upper: 1 });
    joint.place(0.15);
    expect(joint.displacement()).toBeCloseTo(0.15, 12);
    world.step(STEP);
    expect(joint.displacement()).toBeCloseTo(0.15, 9);
    world.moveTo(base, 0, 0, 0);
    for (let k = 0; k < 400; k++) world.step(STEP);
    const across = body.position.vsub(axis.scale(body.position.dot(axis)));
    expect(across.length()).toBeLessThan(1e-4);
  });
});

describe("a slider between two moving bodies", () => {
  it("keeps them aligned and their momentum together", () => {
    const world = new FlatWorld({ gravity: new Vec3(), tolerance: 1e-9, sweeps: 200 });
    const a = thing(1, box(0.05, 0.05, 0.05));
    const b = thing(0.5, box(0.03, 0.03, 0.03), [0.1, 0, 0]);
    world.addBody(a);
    world.addBody(b);
    const joint = new Prismatic(a, b, { axisA: along(1, 0, 0), anchorA: new Vec3(0.1, 0, 0), lower: -0.05, upper: 0.05 });
    world.addConstraint(joint);
    a.angularVelocity.set(0, 0, 2);
    b.velocity.set(0.3, 0.2, 0);
    b.angularVelocity.set(0, 0, 2);
    for (let k = 0; k < 400; k++) world.step(STEP);
    const momentum = a.velocity.scale(1).vadd(b.velocity.scale(0.5));
    expect(momentum.vsub(new Vec3(0.15, 0.1, 0)).length()).toBeLessThan(1e-6);
    expect(joint.displacement()).toBeGreaterThan(-0.0505);
    expect(joint.displacement()).toBeLessThan(0.0505);
    expect(Math.abs(a.quaternion.inverse().mult(b.quaternion).w)).toBeGreaterThan(1 - 1e-6);
  });

  it("carries a load through a moving base, as a lift does", () => {
    const world = new FlatWorld();
    const lift = new Body({ mass: 0, type: Body.KINEMATIC });
    const load = thing(1, new Sphere(0.05));
    world.addBody(lift);
    world.addBody(load);
    world.addConstraint(new Prismatic(lift, load, { axisA: along(1, 0, 0), dryFriction: 1 }));
    lift.velocity.set(0.2, 0, 0.4);
    for (let k = 0; k < 400; k++) world.step(STEP);
    expect(load.position.z).toBeCloseTo(0.4, 3);
    expect(load.position.x).toBeCloseTo(0.2, 1);
    expect(load.velocity.x).toBeCloseTo(0.2, 6);
  });
});

describe("a vertical slider", () => {
  it("is pushed down against its spring and comes back up, like a button", () => {
    const { push, joint } = slider(
      { axisA: along(0, 0, -1), lower: 0, upper: 0.04, spring: { stiffness: 200, rest: -0.1, damping: 10 } },
      new Vec3(0, 0, -G),
    );
    push(0, 200);
    expect(joint.displacement()).toBeCloseTo(0, 4);
    // To go down, 9.81 N of weight and F must beat 200 N/m · 0.1 m = 20 N, and 28 N at the far end.
    push(9, 400);
    expect(joint.displacement()).toBeCloseTo(0, 3);
    push(20, 400);
    expect(joint.displacement()).toBeCloseTo(0.04, 3);
    push(0, 400);
    expect(joint.displacement()).toBeCloseTo(0, 4);
  });
});

describe("a joint of this kit in a plain cannon-es world", () => {
  it("says that it does not work there instead of doing nothing", () => {
    const world = new World();
    const a = new Body({ mass: 0 });
    const b = thing(1, new Sphere(0.1));
    world.addBody(a);
    world.addBody(b);
    world.addConstraint(new Prismatic(a, b, { axisA: along(1, 0, 0) }));
    expect(() => world.step(STEP)).toThrow(OrderError);
  });
});
