import { Material, Vec3 } from "cannon-es";
import { describe, expect, it } from "vitest";
import { box, blockOnGround, G, type Ground, ground, STEP, thing } from "./workbench.ts";
import { FlatWorld } from "../../../envs/physics/flat-world.ts";

const MU = 0.5;

interface Pull {
  readonly force: number;
  readonly angle: number;
  readonly press?: number;
  readonly on: Ground;
}

/** How far a horizontal force, acting at the ground so that it does not tip the block, drags it in a second [m]. */
function dragged({ force, angle, press = 0, on }: Pull): number {
  const { world, block } = blockOnGround(on, { friction: MU });
  for (let k = 0; k < 40; k++) {
    block.force.z -= press;
    world.step(STEP);
  }
  const from = block.position.clone();
  for (let k = 0; k < 400; k++) {
    block.applyForce(new Vec3(force * Math.cos(angle), force * Math.sin(angle), -press), new Vec3(0, 0, -0.02));
    world.step(STEP);
  }
  return Math.hypot(block.position.x - from.x, block.position.y - from.y);
}

const angles = Array.from({ length: 8 }, (_, k) => (k * Math.PI) / 8 + 0.05);
const threshold = MU * 1 * G;

describe.each(["box", "plane"] as const)("Coulomb friction of a block on a %s", (on) => {
  it("holds 98 % of μmg in every direction", () => {
    expect(Math.max(...angles.map((angle) => dragged({ force: 0.98 * threshold, angle, on })))).toBeLessThan(1e-3);
  });

  it("gives way at 102 % of μmg in every direction, with the acceleration that is left over", () => {
    // a = 0.02·μg = 0.0981 m/s², so ½at² = 49 mm after a second.
    for (const angle of angles) expect(dragged({ force: 1.02 * threshold, angle, on })).toBeCloseTo(0.049, 2);
  });

  it("grows with the load: 50 N of extra press hold 50 N·μ more, to 2 %", () => {
    const pressed = MU * (G + 50);
    for (const angle of angles.slice(0, 4)) {
      expect(dragged({ force: 0.98 * pressed, angle, press: 50, on })).toBeLessThan(1e-3);
      expect(dragged({ force: 1.02 * pressed, angle, press: 50, on })).toBeGreaterThan(0.1);
    }
  });
});

describe("a sliding block", () => {
  it("stops after v²/2μg", () => {
    const { world, block } = blockOnGround("plane", { friction: MU });
    for (let k = 0; k < 40; k++) world.step(STEP);
    block.velocity.set(0.6, 0.8, 0);
    for (let k = 0; k < 400; k++) world.step(STEP);
    // 1 / (2 · 0.5 · 9.81) = 0.1019 m; semi-implicit Euler stops half a step's way short, v·h/2 = 1.3 mm.
    expect(Math.hypot(block.position.x, block.position.y)).toBeCloseTo(0.1019 - 0.00125, 3);
    expect(block.velocity.length()).toBeLessThan(1e-4);
  });

  it("takes the product of two materials' coefficients, as in cannon-es", () => {
    const world = new FlatWorld({ friction: 5 });
    const floor = ground("plane");
    const block = thing(1, box(0.02, 0.02, 0.02), [0, 0, 0.02]);
    floor.material = new Material({ friction: 0.5, restitution: 0 });
    block.material = new Material({ friction: 0.4, restitution: 0 });
    world.addBody(floor);
    world.addBody(block);
    block.velocity.set(1, 0, 0);
    for (let k = 0; k < 40; k++) world.step(STEP);
    // 0.1 s at 0.2·g
    expect(block.velocity.x).toBeCloseTo(1 - 0.2 * G * 0.1, 2);
  });
});

describe("a slope", () => {
  it.each([
    [0.98, true],
    [1.02, false],
  ])("at %s of the angle of friction holds a block: %s", (share, holds) => {
    const { world, block } = blockOnGround("plane", { friction: MU });
    const angle = share * Math.atan(MU);
    world.gravity.set(G * Math.sin(angle), 0, -G * Math.cos(angle));
    for (let k = 0; k < 800; k++) world.step(STEP);
    expect(block.position.x < 1e-3).toBe(holds);
  });
});
