import { Body, Cylinder, Sphere, Vec3 } from "cannon-es";
import { describe, expect, it } from "vitest";
import { FlatWorld } from "../../../envs/physics/flat-world.ts";
import { Y_TO_Z } from "../../../envs/physics/inertia.ts";
import { blockOnGround, box, G, ground, STEP, thing } from "./workbench.ts";

const run = (world: FlatWorld, steps: number): void => {
  for (let k = 0; k < steps; k++) world.step(STEP);
};

describe("a resting block", () => {
  it.each(["box", "plane"] as const)("neither sinks, nor trembles, nor drifts in ten seconds on a %s", (on) => {
    const { world, block } = blockOnGround(on);
    run(world, 400);
    let speed = 0;
    for (let k = 0; k < 3600; k++) {
      world.step(STEP);
      speed = Math.max(speed, block.velocity.length() + 0.02 * block.angularVelocity.length());
    }
    // No deeper than the slop of 0.1 mm.
    expect(Math.abs(block.position.z - 0.02)).toBeLessThan(1.05e-4);
    expect(speed).toBeLessThan(1e-4);
    expect(Math.hypot(block.position.x, block.position.y)).toBeLessThan(1e-4);
  });

  it("costs one sweep a substep once it lies still", () => {
    const { world } = blockOnGround("box");
    run(world, 400);
    const before = world.sweeps;
    run(world, 100);
    expect(world.sweeps - before).toBe(100);
  });
});

describe("a stack of three blocks", () => {
  it("stands still", () => {
    const world = new FlatWorld();
    world.addBody(ground("box"));
    const blocks = [0, 1, 2].map((k) => thing(0.1, box(0.02, 0.02, 0.02), [0.002 * (k % 2), 0, 0.02 + 0.0401 * k]));
    for (const block of blocks) world.addBody(block);
    run(world, 1200);
    const at = blocks.map((block) => block.position.clone());
    let speed = 0;
    for (let k = 0; k < 1600; k++) {
      world.step(STEP);
      speed = Math.max(speed, ...blocks.map((block) => block.velocity.length()));
    }
    expect(speed).toBeLessThan(1e-3);
    blocks.forEach((block, k) => {
      expect(block.position.distanceTo(at[k]!)).toBeLessThan(2e-4);
      expect(block.position.z).toBeCloseTo(0.02 + 0.04 * k, 3);
    });
  });
});

describe("a falling body", () => {
  it("gains gt in t, and falls gt²/2 and half a step's worth more, as semi-implicit Euler does", () => {
    const world = new FlatWorld();
    const ball = thing(0.3, new Sphere(0.02));
    world.addBody(ball);
    run(world, 400);
    expect(ball.velocity.z).toBeCloseTo(-G, 9);
    expect(ball.position.z).toBeCloseTo((-G * (1 + STEP)) / 2, 9);
  });

  it("keeps energy and momentum exactly without gravity and damping, whatever its axis of rotation", () => {
    const world = new FlatWorld({ gravity: new Vec3() });
    const cube = thing(0.3, box(0.02, 0.02, 0.02));
    cube.velocity.set(1, 2, 3);
    cube.angularVelocity.set(5, 3, 2);
    world.addBody(cube);
    run(world, 4000);
    expect(cube.velocity.toArray()).toEqual([1, 2, 3]);
    expect(cube.angularVelocity.toArray()).toEqual([5, 3, 2]);
    // 10 s at |ω| = √38 rad/s about one axis; each substep turns by 2·atan(ωh/2).
    const turned = 4000 * 2 * Math.atan((Math.sqrt(38) * STEP) / 2);
    expect(Math.abs(cube.quaternion.w)).toBeCloseTo(Math.abs(Math.cos(turned / 2)), 6);
  });

  it("loses the share of its speed per second that its damping says", () => {
    const world = new FlatWorld({ gravity: new Vec3() });
    const ball = new Body({ mass: 1, shape: new Sphere(0.1), linearDamping: 0.3, angularDamping: 0.1 });
    ball.velocity.set(1, 0, 0);
    ball.angularVelocity.set(0, 1, 0);
    world.addBody(ball);
    run(world, 400);
    expect(ball.velocity.x).toBeCloseTo(0.7, 6);
    expect(ball.angularVelocity.y).toBeCloseTo(0.9, 6);
  });
});

describe("a collision", () => {
  it("returns the share of speed that the restitution says, and none below the bounce speed", () => {
    const drop = (restitution: number): number => {
      const world = new FlatWorld();
      world.defaultContactMaterial.restitution = restitution;
      const ball = thing(0.1, new Sphere(0.05), [0, 0, 0.55]);
      world.addBody(ground("plane"));
      world.addBody(ball);
      let apex = 0;
      let bounced = false;
      for (let k = 0; k < 300; k++) {
        world.step(STEP);
        bounced ||= ball.velocity.z > 0;
        if (bounced) apex = Math.max(apex, ball.position.z - 0.05);
      }
      return apex;
    };
    // From 0.5 m to 0.5·e²: the height where the ball meets the ground is known to v·h = 8 mm.
    expect(drop(0.8)).toBeCloseTo(0.5 * 0.64, 1);
    expect(Math.abs(drop(0.8) - 0.32)).toBeLessThan(0.012);
    expect(drop(0)).toBeLessThan(1e-4);
  });

  it("with a body that moves by itself knows the speed between the two", () => {
    const meet = (speed: number, height: number): { readonly belt: Body; readonly ball: Body } => {
      const world = new FlatWorld({ gravity: new Vec3(0, 0, speed < 0 ? -G : 0) });
      world.defaultContactMaterial.restitution = 0.5;
      const belt = new Body({ mass: 0, type: Body.KINEMATIC, shape: box(1, 1, 0.05), position: new Vec3(0, 0, -0.05) });
      belt.velocity.set(0, 0, speed);
      const ball = thing(0.1, new Sphere(0.05), [0, 0, 0.05 + height]);
      ball.velocity.set(0, 0, Math.min(speed, 0));
      world.addBody(belt);
      world.addBody(ball);
      run(world, 200);
      return { belt, ball };
    };
    // What rides on a lift that goes down stays on it.
    const lift = meet(-0.5, 0);
    expect(lift.ball.velocity.z).toBeCloseTo(-0.5, 3);
    expect(lift.ball.position.z - lift.belt.position.z).toBeCloseTo(0.1, 3);
    // What lies in the way of a bat at 1 m/s leaves it at half of that speed, relative to it: 1.5 m/s.
    expect(meet(1, 0.1).ball.velocity.z).toBeCloseTo(1.5, 2);
  });

  it("of two free blocks keeps their momentum and stops them against each other", () => {
    const world = new FlatWorld({ gravity: new Vec3(), friction: 0, sweeps: 100, tolerance: 1e-9 });
    const left = thing(0.1, box(0.02, 0.02, 0.02), [-0.05, 0, 0]);
    const right = thing(0.3, box(0.02, 0.02, 0.02), [0.05, 0, 0]);
    left.velocity.set(1, 0, 0);
    world.addBody(left);
    world.addBody(right);
    run(world, 100);
    expect(left.velocity.x).toBeCloseTo(0.25, 4);
    expect(right.velocity.x).toBeCloseTo(0.25, 4);
    expect(left.angularVelocity.length()).toBeLessThan(1e-6);
  });

  it("meets a wall at 2 m/s without passing through it or being thrown back", () => {
    const world = new FlatWorld({ gravity: new Vec3() });
    const wall = new Body({ mass: 0, shape: box(0.01, 0.5, 0.5), position: new Vec3(0.2, 0, 0) });
    const block = thing(0.1, box(0.02, 0.02, 0.02));
    block.velocity.set(2, 0, 0);
    world.addBody(wall);
    world.addBody(block);
    run(world, 200);
    expect(block.position.x).toBeGreaterThan(0.16);
    expect(block.position.x).toBeLessThan(0.1705);
    expect(Math.abs(block.velocity.x)).toBeLessThan(0.05);
  });
});

describe("a rolling ball", () => {
  it("ends with 5/7 of the speed it slid with", () => {
    const world = new FlatWorld({ friction: 0.5 });
    const ball = thing(0.1, new Sphere(0.02), [0, 0, 0.02]);
    ball.velocity.set(1, 0, 0);
    world.addBody(ground("box"));
    world.addBody(ball);
    run(world, 160);
    expect(ball.velocity.x).toBeCloseTo(5 / 7, 2);
    expect(ball.angularVelocity.y * 0.02).toBeCloseTo(5 / 7, 2);
  });
});

describe("a conveyor", () => {
  it("carries what lies on it at its speed: friction knows a kinematic body's motion", () => {
    const world = new FlatWorld();
    const belt = new Body({ mass: 0, type: Body.KINEMATIC, shape: box(1, 1, 0.05), position: new Vec3(0, 0, -0.05) });
    belt.velocity.set(0.2, 0, 0);
    const block = thing(0.1, box(0.02, 0.02, 0.02), [0, 0, 0.02]);
    world.addBody(belt);
    world.addBody(block);
    run(world, 200);
    expect(block.velocity.x).toBeCloseTo(0.2, 3);
    expect(belt.position.x).toBeCloseTo(0.1, 9);
  });
});

describe("what has no kernel here", () => {
  it("goes through cannon-es: a cylinder that narrows a little rests on a box and a plane", () => {
    for (const on of ["box", "plane"] as const) {
      const world = new FlatWorld();
      const can = new Body({ mass: 0.1, position: new Vec3(0, 0, 0.02) });
      can.addShape(new Cylinder(0.019, 0.02, 0.04, 12), new Vec3(), Y_TO_Z);
      world.addBody(ground(on));
      world.addBody(can);
      run(world, 400);
      expect(Math.abs(can.position.z - 0.02)).toBeLessThan(3e-4);
      expect(can.velocity.length()).toBeLessThan(0.01);
    }
  });
});

describe("a world that is changed", () => {
  it("sees a static body that was moved by hand, with or without moveTo", () => {
    const { world, block } = blockOnGround("box");
    run(world, 40);
    world.bodies[0]!.position.z -= 0.1;
    run(world, 200);
    expect(block.position.z).toBeCloseTo(-0.08, 3);
    world.moveTo(world.bodies[0]!, 0, 0, -0.25);
    run(world, 200);
    expect(block.position.z).toBeCloseTo(-0.18, 3);
  });

  it("sees bodies that were added and removed", () => {
    const { world, block } = blockOnGround("box");
    run(world, 4);
    const second = thing(0.1, box(0.02, 0.02, 0.02), [0, 0, 0.07]);
    world.addBody(second);
    run(world, 200);
    expect(second.position.z).toBeCloseTo(0.06, 3);
    world.removeBody(block);
    run(world, 200);
    expect(second.position.z).toBeCloseTo(0.02, 3);
  });

  it("lets triggers and filtered bodies pass through each other", () => {
    const world = new FlatWorld();
    const floor = ground("box");
    const ghost = thing(1, box(0.02, 0.02, 0.02), [0, 0, 0.05]);
    ghost.collisionFilterMask = 2;
    const trigger = thing(1, box(0.02, 0.02, 0.02), [0.2, 0, 0.05]);
    trigger.isTrigger = true;
    for (const body of [floor, ghost, trigger]) world.addBody(body);
    run(world, 100);
    expect(ghost.position.z).toBeLessThan(-0.2);
    expect(trigger.position.z).toBeLessThan(-0.2);
  });

  it("obeys linearFactor and angularFactor in contacts too", () => {
    const world = new FlatWorld();
    const slider = thing(1, box(0.02, 0.02, 0.02), [0, 0, 0.3]);
    slider.linearFactor.set(1, 0, 0);
    slider.angularFactor.set(0, 0, 0);
    const ball = thing(1, new Sphere(0.02), [-0.1, 0.01, 0.31]);
    ball.velocity.set(2, 0, 0);
    world.gravity.set(0, 0, 0);
    world.addBody(slider);
    world.addBody(ball);
    run(world, 100);
    expect(slider.velocity.x).toBeGreaterThan(0.5);
    expect([slider.position.y, slider.position.z]).toEqual([0, 0.3]);
    expect(slider.quaternion.toArray()).toEqual([0, 0, 0, 1]);
  });
});
