/** @file The tables as physical places: things stop, stay, slide and spring as they should, and a blow-up is named. */
import { describe, expect, it } from "vitest";
import { environments } from "../../../envs/index.ts";
import type { Environment } from "../../../src/contract/environment.ts";
import type { Snapshot } from "../../../src/contract/snapshot.ts";
import { contains } from "../../../src/contract/space.ts";
import { asTaskId } from "../../../src/contract/task.ts";

/** A world at a given placement, and its observation, which stays the same buffer. */
function placed(name: string, variation: readonly number[]): { world: Environment; o: Float32Array } {
  const world = environments.get(`tabletop/${name}@1`)!.make();
  const { observation: o } = world.reset({ task: { id: asTaskId(name), environment: world.spec.id, variation } });
  return { world, o };
}

/** Moves by one action for some steps. */
function move(world: Environment, steps: number, ...action: readonly [number, number, number, number]): void {
  for (let k = 0; k < steps; k++) world.step(Float32Array.from(action));
}

describe("the hand", () => {
  it("follows a full action at 0.8 m/s and stops within 2 mm of where it was sent, at the workspace's edge too", () => {
    const { world, o } = placed("reach", [0.1, 0.7, 0.02, 0, 0.85, 0.2]);
    move(world, 20, 1, 0, 0, -1);
    expect((o[0]! - o[18]!) * 80).toBeCloseTo(0.8, 2);
    move(world, 30, 0, 0, 0, -1);
    expect(Math.abs(o[0]! - 0.2)).toBeLessThan(2e-3);
    move(world, 80, 1, 1, 1, -1);
    move(world, 30, 0, 0, 0, -1);
    [0.5, 1, 0.5].forEach((edge, axis) => expect(Math.abs(o[axis]! - edge)).toBeLessThan(2e-3));
  });

  it("closes for a positive grip and opens for a negative one, within half a second each", () => {
    const { world, o } = placed("reach", [0.1, 0.7, 0.02, 0, 0.85, 0.2]);
    move(world, 40, 0, 0, 0, 1);
    expect(o[3]).toBeLessThan(0.3);
    move(world, 40, 0, 0, 0, -1);
    expect(o[3]).toBeGreaterThan(0.98);
  });

  it("shows the block's width when it has closed on it, and lifts it", () => {
    const { world, o } = placed("pick-place", [0, 0.6, 0.02, 0, 0.85, 0.2]);
    move(world, 30, 0, 0, -0.5, -1);
    move(world, 20, 0, 0, 0, 1);
    expect(o[3]).toBeCloseTo(0.4, 2);
    move(world, 15, 0, 0, 1, 1);
    move(world, 10, 0, 0, 0, 1);
    expect(o[6]! - (o[2]! - 0.03)).toBeCloseTo(0, 2);
    expect(o[6]).toBeGreaterThan(0.12);
  });
});

describe("the block", () => {
  it("is kept on the table by its rim when it is swept off at full speed", () => {
    const { world, o } = placed("push", [0, 0.7, 0.02, 0, 0.9, 0.02]);
    move(world, 30, 0, -0.1, 0, 1);
    move(world, 30, 0, 0, -1, 1);
    move(world, 80, 0, 1, 0, 1);
    expect(o[5]).toBeGreaterThan(0.9);
    expect(o[5]).toBeLessThan(0.97);
    expect(o[6]).toBeGreaterThan(0.015);
  });
});

describe("the drawer", () => {
  it("moves with what hooks its handle, along y alone, and stays where it is left", () => {
    const { world, o } = placed("drawer-open", [0, 0.9, 0]);
    move(world, 30, 0, 0.42, 0, -1);
    move(world, 40, 0, 0, -0.33, -1);
    move(world, 30, 0, -0.4, 0, -1);
    move(world, 60, 0, 0, 0, -1);
    const opened = 0.73 - o[5]!;
    expect(opened).toBeGreaterThan(0.05);
    expect([o[4], o[6]]).toEqual([0, Math.fround(0.09)]);
    move(world, 60, 0, 0, 0.3, -1);
    expect(0.73 - o[5]!).toBeCloseTo(opened, 3);
  });
});

describe("the button", () => {
  it("gives way to the hand up to its stop at 85 mm, and comes back when it is let go", () => {
    const { world, o } = placed("button-press", [0, 0.9, 0.115]);
    const face = o[5]!;
    move(world, 40, 0, 0, -0.25, -1);
    move(world, 60, 0, 0.8, 0, -1);
    expect(o[5]! - face).toBeGreaterThan(0.08);
    expect(o[5]! - face).toBeLessThan(0.088);
    expect(world.step(new Float32Array(4)).success).toBe(true);
    move(world, 100, 0, -1, 0, -1);
    expect(o[5]! - face).toBeLessThan(0.01);
  });
});

describe("a blow-up", () => {
  it.each([1e4, NaN, Infinity])(
    "of a body at %d m/s truncates the episode as unstable, with the last sound observation, and a reset heals it",
    (speed) => {
      const world = environments.get("tabletop/push@1")!.make();
      world.reset({ seed: 1 });
      const sound = [...world.step(new Float32Array(4)).observation];
      const snapshot = world.snapshot();
      const simulation = snapshot["simulation"] as Snapshot;
      const state = simulation["world"] as Snapshot;
      const bodies = Float64Array.from(state["bodies"] as Float64Array);
      // Each body: position 3, orientation 4, velocity 3, … ; the block is the last.
      bodies[bodies.length - 19 + 7] = speed;
      world.restore({ ...snapshot, simulation: { ...simulation, world: { ...state, bodies } } });
      const step = world.step(new Float32Array(4));
      expect(step).toMatchObject({ kind: "truncated", reason: "unstable", reward: 0, success: false });
      expect([...step.observation]).toEqual(sound);
      expect(contains(world.spec.observation, step.observation)).toBe(true);
      expect(() => world.step(new Float32Array(4))).toThrow("reset");
      const healed = [...world.reset({ seed: 2 }).observation];
      const fresh = environments.get("tabletop/push@1")!.make();
      expect(healed).toEqual([...fresh.reset({ seed: 2 }).observation]);
      expect([...world.step(new Float32Array(4)).observation]).toEqual([...fresh.step(new Float32Array(4)).observation]);
    },
  );
});
