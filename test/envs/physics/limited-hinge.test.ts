import { Body, DistanceConstraint, HingeConstraint, Sphere, Vec3 } from "cannon-es";
import { describe, expect, it } from "vitest";
import { FlatWorld } from "../../../envs/physics/flat-world.ts";
import { LimitedHinge, type LimitedHingeOptions } from "../../../envs/physics/limited-hinge.ts";
import { box, G, STEP, thing } from "./workbench.ts";

const Z = new Vec3(0, 0, 1);
const WIDTH = 0.36;

/** A door of 1 kg, hinged at its edge about z; m/3·(w² + t²)-like inertia about the hinge is in `inertia`. */
function door(options: Partial<LimitedHingeOptions> = {}): {
  world: FlatWorld;
  door: Body;
  joint: LimitedHinge;
  inertia: number;
  turn: (torque: number, steps: number) => void;
} {
  const world = new FlatWorld();
  const frame = new Body({ mass: 0, position: new Vec3(0.5, 0.3, 0.2) });
  const leaf = thing(1, box(WIDTH / 2, 0.01, 0.12), [0.5 + WIDTH / 2, 0.3, 0.2]);
  world.addBody(frame);
  world.addBody(leaf);
  const joint = new LimitedHinge(frame, leaf, { pivotA: new Vec3(), axisA: Z, ...options });
  world.addConstraint(joint);
  const turn = (torque: number, steps: number): void => {
    for (let k = 0; k < steps; k++) {
      leaf.torque.z += torque;
      world.step(STEP);
    }
  };
  return { world, door: leaf, joint, inertia: leaf.inertia.z + (WIDTH / 2) ** 2, turn };
}

describe("a limited hinge", () => {
  it("measures its angle, positive about the axis, in (−π, π]", () => {
    const { joint } = door();
    for (const angle of [-3.1, -1.5, -0.01, 0, 0.3, 1.57, 3.1]) {
      joint.place(angle);
      expect(joint.angle()).toBeCloseTo(angle, 12);
    }
  });

  it("turns with torque over inertia", () => {
    const { joint, inertia, turn } = door();
    turn(0.02, 400);
    expect(joint.angle()).toBeCloseTo((0.5 * 0.02) / inertia, 2);
  });

  it("keeps its pivot within 0.3 mm while the door swings at 5 rad/s under its own weight", () => {
    const { world, door: leaf, turn } = door();
    leaf.angularVelocity.set(0, 0, 5);
    leaf.velocity.set(0, 5 * (WIDTH / 2), 0);
    let error = 0;
    for (let k = 0; k < 400; k++) {
      world.step(STEP);
      const pivot = leaf.pointToWorldFrame(new Vec3(-WIDTH / 2, 0, 0));
      error = Math.max(error, pivot.distanceTo(new Vec3(0.5, 0.3, 0.2)));
    }
    turn(0, 1);
    expect(error).toBeLessThan(3e-4);
  });

  it("stops at its limits to 1 mrad, fast or slow, and holds a torque there", () => {
    for (const torque of [0.05, 1]) {
      const { joint, turn } = door({ lower: -1.5, upper: 0.2 });
      let most = 0;
      for (let k = 0; k < 800; k++) {
        turn(torque, 1);
        most = Math.max(most, joint.angle());
      }
      expect(most).toBeLessThan(0.201);
      expect(joint.angle()).toBeGreaterThan(0.199);
      turn(-torque, 2000);
      expect(Math.abs(joint.angle() + 1.5)).toBeLessThan(1e-3);
    }
  });

  it.each([
    ["dry friction", { dryFriction: 0.2 }],
    ["a motor told to stand still", { motor: { target: 0, maxForce: 0.2 } }],
  ])("%s of 0.2 N·m holds 98 % of it and yields to 102 % with what is left over", (_, part) => {
    const held = door(part);
    held.turn(0.98 * 0.2, 400);
    expect(Math.abs(held.joint.angle())).toBeLessThan(1e-3);
    const moved = door(part);
    moved.turn(1.02 * 0.2, 400);
    expect(moved.joint.angle()).toBeCloseTo((0.5 * 0.004) / moved.inertia, 2);
  });

  it("returns to its spring's rest", () => {
    const { joint, turn } = door({ spring: { stiffness: 2, rest: 0.4, damping: 0.3 } });
    turn(0, 1600);
    expect(joint.angle()).toBeCloseTo(0.4, 3);
    turn(0.5, 1600);
    expect(joint.angle()).toBeCloseTo(0.4 + 0.25, 3);
  });
});

/** Period of a rod of 0.3 m and a ball of 1 kg at its end, released at 0.1 rad. */
function pendulum(connect: (pivot: Body, ball: Body, world: FlatWorld) => void): number {
  const world = new FlatWorld();
  const pivot = new Body({ mass: 0 });
  const ball = thing(1, new Sphere(0.03), [0.3 * Math.sin(0.1), 0, -0.3 * Math.cos(0.1)]);
  world.addBody(pivot);
  world.addBody(ball);
  connect(pivot, ball, world);
  const crossings: number[] = [];
  let was = ball.position.x;
  for (let k = 1; k <= 2400; k++) {
    world.step(STEP);
    const is = ball.position.x;
    if (was > 0 && is <= 0) crossings.push((k - is / (is - was)) * STEP);
    was = is;
  }
  return (crossings.at(-1)! - crossings[0]!) / (crossings.length - 1);
}

describe("a pendulum", () => {
  const moment = (2 / 5) * 0.03 ** 2 + 0.3 ** 2;
  // T = 2π√(I/mgl)·(1 + θ²/16 …)
  const compound = 2 * Math.PI * Math.sqrt(moment / (G * 0.3)) * (1 + 0.01 / 16);

  it("on a limited hinge swings with the known period, to 0.3 %", () => {
    const period = pendulum((pivot, ball, world) => {
      world.addConstraint(new LimitedHinge(pivot, ball, { pivotA: new Vec3(), axisA: new Vec3(0, 1, 0) }));
    });
    expect(Math.abs(period / compound - 1)).toBeLessThan(0.003);
  });

  it("on cannon-es' own hinge does too, whose stiffness is that of the world's step", () => {
    const period = pendulum((pivot, ball, world) => {
      const pivotB = ball.pointToLocalFrame(new Vec3());
      world.addConstraint(new HingeConstraint(pivot, ball, { pivotA: new Vec3(), pivotB, axisA: new Vec3(0, 1, 0), axisB: new Vec3(0, 1, 0) }));
    });
    expect(Math.abs(period / compound - 1)).toBeLessThan(0.003);
  });

  it("on cannon-es' distance constraint swings as a mass on a string", () => {
    const period = pendulum((pivot, ball, world) => {
      world.addConstraint(new DistanceConstraint(pivot, ball, 0.3));
    });
    const simple = 2 * Math.PI * Math.sqrt(0.3 / G) * (1 + 0.01 / 16);
    expect(Math.abs(period / simple - 1)).toBeLessThan(0.003);
  });
});

describe("a cannon-es hinge motor", () => {
  it.each([
    [0.98, true],
    [1.02, false],
  ])("at %s of its torque limit stands still: %s", (share, holds) => {
    const world = new FlatWorld({ gravity: new Vec3() });
    const base = new Body({ mass: 0 });
    const wheel = thing(1, new Sphere(0.1));
    world.addBody(base);
    world.addBody(wheel);
    const hinge = new HingeConstraint(base, wheel, { axisA: Z, axisB: Z });
    hinge.enableMotor();
    hinge.setMotorSpeed(0);
    hinge.setMotorMaxForce(0.5);
    world.addConstraint(hinge);
    for (let k = 0; k < 400; k++) {
      wheel.torque.z += 0.5 * share;
      world.step(STEP);
    }
    expect(Math.abs(wheel.angularVelocity.z) < 1e-3).toBe(holds);
  });
});
