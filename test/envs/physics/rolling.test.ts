import { Body, Cylinder, Quaternion, Vec3 } from "cannon-es";
import { describe, expect, it } from "vitest";
import { Capsule } from "../../../envs/physics/capsule.ts";
import { FlatWorld, type FlatWorldOptions } from "../../../envs/physics/flat-world.ts";
import { Prismatic } from "../../../envs/physics/prismatic.ts";
import { box, fingerprint, G, type Ground, ground, STEP, thing } from "./workbench.ts";

const RADIUS = 0.03;
const HALF = 0.05;
/** cannon-es' cylinders, and our capsules, lie along y. */
const upright = new Quaternion().setFromAxisAngle(Vec3.UNIT_X, Math.PI / 2);
const cylinder = new Cylinder(RADIUS, RADIUS, 2 * HALF, 12);
const capsule = new Capsule(RADIUS, 2 * HALF);

function placed(shape: Cylinder | Capsule, z: number, turn = new Quaternion(), x = 0): Body {
  const body = thing(0.2, shape, [x, 0, z]);
  body.quaternion.copy(turn);
  return body;
}

function worldOf(on: Ground, bodies: readonly Body[], options: FlatWorldOptions = {}): FlatWorld {
  const world = new FlatWorld({ tolerance: 1e-4, ...options });
  for (const body of [ground(on), ...bodies]) world.addBody(body);
  return world;
}

const run = (world: FlatWorld, seconds: number): void => {
  for (let k = 0; k < Math.round(seconds / STEP); k++) world.step(STEP);
};

/** Leans gravity so that the ground is a slope of an angle, down towards a direction in the plane. */
const slope = (world: FlatWorld, angle: number, towards = 0): void => {
  const along = G * Math.sin(angle);
  world.gravity.set(along * Math.cos(towards), along * Math.sin(towards), -G * Math.cos(angle));
};

/** How far the body's axis leans from where it pointed [rad]. */
const leanOf = (body: Body, from: Quaternion): number => Math.acos(Math.min(1, body.quaternion.vmult(Vec3.UNIT_Y).dot(from.vmult(Vec3.UNIT_Y))));

describe.each<Ground>(["box", "plane"])("on a %s", (on) => {
  it.each<readonly [string, Cylinder | Capsule, number, Quaternion]>([
    ["a cylinder standing", cylinder, HALF, upright],
    ["a cylinder on its side", cylinder, RADIUS, new Quaternion()],
    ["a capsule on its side", capsule, RADIUS, new Quaternion()],
  ])("%s keeps still for ten seconds", (_, shape, z, turn) => {
    const body = placed(shape, z, turn);
    const world = worldOf(on, [body]);
    run(world, 0.5);
    const from = body.position.clone();
    run(world, 10);
    expect(body.position.distanceTo(from)).toBeLessThan(1e-4);
    expect(Math.abs(body.position.z - z)).toBeLessThan(2e-4);
    expect(leanOf(body, turn)).toBeLessThan(1e-3);
    expect(body.velocity.length() + body.angularVelocity.length()).toBeLessThan(1e-3);
  });

  it.each<readonly [string, Cylinder | Capsule, number]>([
    ["cylinder", cylinder, 1 / 2],
    ["capsule", capsule, (1 / 2) * (5 / 7) + (2 / 5) * (2 / 7)],
  ])("a %s rolls down a slope without slipping, as fast as its inertia lets it", (_, shape, moment) => {
    const body = placed(shape, RADIUS);
    const world = worldOf(on, [body]);
    slope(world, 0.1);
    run(world, 0.5);
    const before = body.velocity.x;
    run(world, 0.5);
    // a = g·sin θ / (1 + I/mr²). I is ½mr² for a cylinder, so a is 2/3·g·sin θ; for this capsule, 5/7 of it a rod and 2/7 balls, it is 0.4714·mr².
    const expected = (G * Math.sin(0.1)) / (1 + moment);
    expect((body.velocity.x - before) / 0.5 / expected).toBeCloseTo(1, 3);
    expect(body.angularVelocity.y * RADIUS).toBeCloseTo(body.velocity.x, 3);
    expect(leanOf(body, new Quaternion())).toBeLessThan(1e-3);
  });

  it("a cylinder topples where its middle leaves its foot: at tan θ = r / h in every direction", () => {
    const edge = Math.atan(RADIUS / HALF);
    for (const towards of [0, 0.3, Math.PI / 4, 2]) {
      const stays = (angle: number): boolean => {
        const body = placed(cylinder, HALF, upright);
        const world = worldOf(on, [body], { friction: 2 });
        slope(world, angle, towards);
        run(world, 3);
        return leanOf(body, upright) < 0.1;
      };
      expect([stays(edge - 0.02), stays(edge + 0.02)]).toEqual([true, false]);
    }
  });

  it("a cylinder that is tipped falls back from below the angle at which its middle is over its rim, and over from above it", () => {
    const edge = Math.atan(RADIUS / HALF);
    for (const side of [-1, 1]) {
      const lean = edge + 0.03 * side;
      const turn = new Quaternion().setFromAxisAngle(Vec3.UNIT_Y, lean).mult(upright);
      const body = placed(cylinder, HALF * Math.cos(lean) + RADIUS * Math.sin(lean), turn);
      run(worldOf(on, [body]), 4);
      expect(leanOf(body, upright) > 1).toBe(side > 0);
    }
  });

  it.each<readonly [string, number, Quaternion, towards: number]>([
    ["standing", HALF, upright, 0.4],
    ["on its side, along its axis", RADIUS, new Quaternion(), Math.PI / 2],
  ])("a cylinder %s slips at Coulomb's angle", (_, z, turn, towards) => {
    const friction = 0.3;
    for (const share of [0.97, 1.03]) {
      const body = placed(cylinder, z, turn);
      const world = worldOf(on, [body], { friction });
      slope(world, share * Math.atan(friction), towards);
      run(world, 2);
      expect(Math.hypot(body.position.x, body.position.y) > 5e-3).toBe(share > 1);
    }
  });

  it("two cylinders on each other stand for ten seconds, one beside the other's middle", () => {
    for (const aside of [0, 0.012]) {
      const [low, high] = [placed(cylinder, HALF, upright), placed(cylinder, 3 * HALF, upright, aside)];
      const world = worldOf(on, [low, high]);
      run(world, 0.5);
      const from = high.position.clone();
      run(world, 10);
      expect(high.position.distanceTo(from)).toBeLessThan(3e-4);
      expect(leanOf(high, upright)).toBeLessThan(2e-3);
    }
  });

  it("a cylinder thrown at it neither gains energy nor falls through", () => {
    for (let k = 0; k < 6; k++) {
      const body = placed(cylinder, 0.15, new Quaternion().setFromEuler(k, 2 * k, 3 * k));
      body.velocity.set(0.3, 0.2, 0);
      body.angularVelocity.set(3, k, -2);
      const world = worldOf(on, [body]);
      let most = 0;
      const energy = (): number => body.mass * (G * body.position.z + body.velocity.lengthSquared() / 2);
      const start = energy() + 0.01;
      for (let step = 0; step < 3 / STEP; step++) {
        world.step(STEP);
        most = Math.max(most, energy());
        expect(body.position.z).toBeGreaterThan(RADIUS - 4e-3);
      }
      expect(most).toBeLessThan(start);
    }
  });
});

describe("a box held between two capsules", () => {
  it("does not creep in ten seconds, though it hangs free", () => {
    const block = thing(0.1, box(0.02, 0.02, 0.02), [0, 0, 0.2]);
    const world = new FlatWorld();
    const frame = new Body({ mass: 0, position: new Vec3(0, 0, 0.2) });
    for (const body of [frame, block]) world.addBody(body);
    for (const side of [-1, 1]) {
      const finger = thing(0.05, new Capsule(0.01, 0.06), [0.0299 * side, 0, 0.2]);
      world.addBody(finger);
      const slide = new Prismatic(frame, finger, { axisA: Vec3.UNIT_X, motor: { target: -side, maxForce: 20 } });
      world.addConstraint(slide);
    }
    run(world, 0.5);
    const from = block.position.clone();
    run(world, 10);
    expect(block.position.distanceTo(from)).toBeLessThan(1e-3);
    expect(leanOf(block, new Quaternion())).toBeLessThan(0.01);
  });
});

describe("a world of cylinders and capsules", () => {
  const pile = (): FlatWorld =>
    worldOf("box", [
      placed(cylinder, 0.06, upright),
      placed(cylinder, 0.2, new Quaternion().setFromEuler(0.5, 0.4, 0.3)),
      placed(capsule, 0.35, new Quaternion().setFromEuler(0.1, 0.7, 0.2), 0.02),
      placed(capsule, 0.06, upright, 0.1),
    ]);

  it("goes on to the last bit from its snapshot, in the same world and in a fresh one", () => {
    const world = pile();
    run(world, 0.4);
    const saved = world.snapshot();
    run(world, 0.6);
    const after = fingerprint(world);
    for (const again of [world, pile()]) {
      again.restore(saved);
      run(again, 0.6);
      expect(fingerprint(again)).toBe(after);
    }
  });

  it("comes to rest above the ground, nothing in anything else", () => {
    const world = pile();
    run(world, 6);
    for (const body of world.bodies.slice(1)) {
      expect(body.velocity.length()).toBeLessThan(0.2);
      expect(body.position.z).toBeGreaterThan(RADIUS - 1e-3);
    }
  });
});
