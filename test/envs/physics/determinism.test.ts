import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { Body } from "cannon-es";
import { describe, expect, it } from "vitest";
import { FlatWorld } from "../../../envs/physics/flat-world.ts";
import { SnapshotError } from "../../../src/contract/errors.ts";
import { act, blockOnGround, box, fingerprint, ground, restlessActions, STEP, thing, workshop } from "./workbench.ts";

const root = resolve(import.meta.dirname, "../../..");

describe("a FlatWorld's trajectory", () => {
  it("is the same to the last bit in this process and in two others, one of them without the optimising compiler", () => {
    const program = join(import.meta.dirname, "trajectory.ts");
    const run = (...flags: string[]): string =>
      execFileSync(process.execPath, [...flags, "--import", "tsx/esm", program], { cwd: root, encoding: "utf8" }).trim();
    const shop = workshop();
    const marks = restlessActions(200, 7).map((action) => {
      act(shop, action);
      return fingerprint(shop.world);
    });
    const here = `${marks[99]} ${marks[199]}`;
    expect(marks[99]).not.toBe(marks[199]);
    expect([run(), run("--no-opt")]).toEqual([here, here]);
  });

  it("touches what the workshop is built for: block, drawer, door, can and ball all move", () => {
    const shop = workshop();
    const before = shop.world.bodies.map((body) => body.position.clone());
    for (const action of restlessActions(400, 7)) act(shop, action);
    const moved = shop.world.bodies.map((body, i) => body.position.distanceTo(before[i]!) > 1e-3);
    expect(shop.world.bodies.map((body, i) => body.mass === 0 || moved[i])).not.toContain(false);
  });
});

describe("worlds that share a thread", () => {
  it("step in turns as each would alone: nothing of one is left in the solver's memory for the other", () => {
    const actions = restlessActions(100, 7);
    const small = blockOnGround("box");
    const alone = workshop();
    const beside = workshop();
    small.block.angularVelocity.set(1, 2, 3);
    for (const action of actions) act(alone, action);
    for (const action of actions) {
      small.world.step(STEP);
      act(beside, action);
    }
    expect(fingerprint(beside.world)).toBe(fingerprint(alone.world));
  });
});

describe("the solver's room", () => {
  it("names what a world needs and what there is", () => {
    const crowd = new FlatWorld();
    for (let k = 0; k <= 5000; k++) crowd.addBody(new Body({ mass: 0 }));
    expect(() => crowd.step(STEP)).toThrow("This world has 5001 bodies, and there is room for 5000.");
    const heap = new FlatWorld();
    heap.addBody(ground("plane"));
    for (let k = 0; k < 834; k++) heap.addBody(thing(1, box(0.02, 0.02, 0.02), [k, 0, 0.02]));
    expect(() => heap.step(STEP)).toThrow("10008 constraint rows");
  });
});

describe("a restored FlatWorld", () => {
  it("goes on to the last bit as the one it was saved from did, in the same world and in a fresh one", () => {
    const shop = workshop();
    const actions = restlessActions(200, 11);
    actions.slice(0, 120).forEach((action) => act(shop, action));
    const saved = shop.world.snapshot();
    const rest = (of: typeof shop): string => {
      actions.slice(120).forEach((action) => act(of, action));
      return fingerprint(of.world);
    };
    const first = rest(shop);
    shop.world.restore(saved);
    expect(rest(shop)).toBe(first);
    const fresh = workshop();
    fresh.world.restore(saved);
    expect(rest(fresh)).toBe(first);
  });

  it("needs the remembered impulses: without them the same poses go on differently", () => {
    const shop = workshop();
    restlessActions(120, 11).forEach((action) => act(shop, action));
    const saved = shop.world.snapshot();
    act(shop, [0, 0, -0.2, 1]);
    const first = fingerprint(shop.world);
    shop.world.restore({ ...saved, jointImpulses: (saved["jointImpulses"] as Float64Array).map(() => 0) });
    act(shop, [0, 0, -0.2, 1]);
    expect(fingerprint(shop.world)).not.toBe(first);
  });

  it("holds forces that were set for the next substep, and the poses of static bodies", () => {
    const { world, block } = blockOnGround("box");
    const table = world.bodies[0]!;
    world.moveTo(table, 0, 0, -0.06);
    block.force.set(1, 2, 3);
    block.torque.set(0.1, 0.2, 0.3);
    const saved = world.snapshot();
    world.step(0.0025);
    const after = fingerprint(world);
    world.moveTo(table, 0, 0, 0);
    world.step(0.0025);
    world.restore(saved);
    expect(table.position.z).toBe(-0.06);
    world.step(0.0025);
    expect(fingerprint(world)).toBe(after);
  });

  it("is by value: a snapshot is not changed by later steps", () => {
    const { world } = blockOnGround("plane");
    for (let k = 0; k < 5; k++) world.step(0.0025);
    const saved = world.snapshot();
    const copy = structuredClone(saved);
    for (let k = 0; k < 5; k++) world.step(0.0025);
    expect(saved).toEqual(copy);
  });

  it("refuses the snapshot of another world", () => {
    const { world } = blockOnGround("box");
    expect(() => world.restore(workshop().world.snapshot())).toThrow(SnapshotError);
    expect(() => world.restore({})).toThrow(SnapshotError);
    const saved = world.snapshot();
    expect(() =>
      world.restore({ ...saved, contactPairs: Int32Array.of(5), contactFeatures: Int32Array.of(0), contactImpulses: new Float64Array(3) }),
    ).toThrow(SnapshotError);
  });
});
