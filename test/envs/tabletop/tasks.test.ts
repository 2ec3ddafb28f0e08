/** @file Each task's success test at states placed by hand, its reward's slope, and where its resets put things. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GOAL, HAND, OBJECT, OBJECT2, observationSpace } from "../../../envs/tabletop/observation.ts";
import { tabletopTasks } from "../../../envs/tabletop/tasks/index.ts";
import { buttonPress } from "../../../envs/tabletop/tasks/button-press.ts";
import { drawerOpen } from "../../../envs/tabletop/tasks/drawer-open.ts";
import { pickPlace } from "../../../envs/tabletop/tasks/pick-place.ts";
import { push } from "../../../envs/tabletop/tasks/push.ts";
import { reach } from "../../../envs/tabletop/tasks/reach.ts";
import { tabletopWorld } from "../../../envs/tabletop/tabletop-world.ts";
import type { TabletopTask } from "../../../envs/tabletop/tabletop-task.ts";
import { contains } from "../../../src/contract/space.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import { SimulatedEnvironment } from "../../../src/environments/simulated-environment.ts";

type Triple = readonly [number, number, number];

/** An observation with only what success and reward look at. */
function observation({ hand, object, goal }: { hand: Triple; object: Triple; goal: Triple }): Float32Array {
  const o = new Float32Array(39);
  o.set(hand, 0);
  o.set(object, 4);
  o.set(goal, 36);
  return o;
}

const plus = ([x, y, z]: Triple, dx: number, dy: number, dz: number): Triple => [x + dx, y + dy, z + dz];

describe("success", () => {
  it("of reach: the point 45 mm below the hand within 5 cm of the goal", () => {
    const goal: Triple = [0, 0.85, 0.2];
    const at = (above: number): boolean => reach.succeeds(observation({ hand: plus(goal, 0, 0, 0.045 + above), object: [0, 0.6, 0.02], goal }));
    expect([-0.0501, -0.0499, 0, 0.0499, 0.0501].map(at)).toEqual([false, true, true, true, false]);
  });

  it.each([
    ["push", push, 0.05],
    ["pick-place", pickPlace, 0.07],
    ["drawer-open", drawerOpen, 0.03],
  ] as const)("of %s: the object within its radius of the goal, in any direction, wherever the hand is", (_, task, radius) => {
    const goal: Triple = [0.03, 0.8, 0.1];
    const at = (object: Triple): boolean => task.succeeds(observation({ hand: [0.3, 0.5, 0.3], object, goal }));
    for (const [x, y, z] of [
      [1, 0, 0],
      [0, -1, 0],
      [0, 0.6, 0.8],
    ] as const) {
      const off = (r: number): Triple => plus(goal, r * x, r * y, r * z);
      expect(at(off(radius - 1e-4))).toBe(true);
      expect(at(off(radius + 1e-4))).toBe(false);
    }
  });

  it("of button-press: at most 2 cm left along y, whatever lies across", () => {
    const goal: Triple = [0, 0.78, 0.115];
    const at = (dy: number): boolean => buttonPress.succeeds(observation({ hand: [0, 0.6, 0.1], object: plus(goal, 0.5, dy, 0.3), goal }));
    expect([-0.0201, -0.0199, 0, 0.0199, 0.0201].map(at)).toEqual([false, true, true, true, false]);
  });
});

describe("rewards", () => {
  const goal: Triple = [0, 0.85, 0.1];
  it.each([reach, push, pickPlace, drawerOpen, buttonPress].map((task) => [task.name, task] as const))(
    "of %s rise on the way: nearer to the object, then nearer to the goal, then success",
    (_, task) => {
      const object: Triple = [0.05, 0.6, 0.02];
      const path = [
        { hand: plus(object, 0.2, 0, 0.3), object },
        { hand: plus(object, 0, 0, 0.06), object },
        { hand: plus(goal, 0, -0.1, 0.06), object: plus(goal, 0, -0.1, 0) },
        { hand: plus(goal, 0, 0, 0.045), object: goal },
      ];
      const rewards = path.map((state) => task.reward(observation({ ...state, goal })));
      expect(rewards).toEqual([...rewards].toSorted((a, b) => a - b));
      expect(new Set(rewards).size).toBe(rewards.length);
      expect(rewards[3]).toBe(10);
      expect(rewards[2]).toBeLessThan(10);
    },
  );
});

describe.each(tabletopTasks.map((task) => [task.name, task] as const))("%s, whatever is observed,", (_, task) => {
  const { low, high } = observationSpace;
  /** Anything in the space: spread over it, in its corners, or with hand and objects near the goal, where tasks succeed. */
  const seen = fc
    .record({
      shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 39, maxLength: 39 }),
      kind: fc.constantFrom("spread", "corner", "near"),
    })
    .map(({ shares, kind }) => {
      const o = low.map((from, k) => from + (high[k]! - from) * (kind === "corner" ? Math.round(shares[k]!) : shares[k]!));
      if (kind === "near")
        for (const at of [HAND, OBJECT, OBJECT2]) for (let k = 0; k < 3; k++) o[at + k] = o[GOAL + k]! + 0.2 * (shares[at + k]! - 0.5);
      return o;
    });

  it("rewards within [0, 10], with 10 exactly where it calls it a success, and leaves the observation alone", () => {
    fc.assert(
      fc.property(seen, (o) => {
        const before = o.slice();
        const [reward, success] = [task.reward(o), task.succeeds(o)];
        expect(reward).toBeGreaterThanOrEqual(0);
        expect(reward).toBeLessThanOrEqual(10);
        expect(reward === 10).toBe(success);
        expect([task.reward(before), o]).toEqual([reward, before]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("resets", () => {
  const worldOf = (task: TabletopTask): SimulatedEnvironment => new SimulatedEnvironment(tabletopWorld(task));
  const start = (task: TabletopTask, variation: number[]): number[] => {
    const world = worldOf(task);
    return [...world.reset({ task: { id: asTaskId(task.name), environment: world.spec.id, variation } }).observation];
  };
  /** The largest difference, in m. */
  const error = (actual: number[], expected: number[]): number => Math.max(...actual.map((x, k) => Math.abs(x - expected[k]!)));
  const NEAR = 5e-4;

  it("put hand, block and goal where Meta-World puts them", () => {
    for (const task of [reach, pickPlace]) {
      const o = start(task, [-0.05, 0.62, 0.02, 0.08, 0.87, 0.25]);
      expect(error(o.slice(0, 11), [0, 0.6, 0.2, 1, -0.05, 0.62, 0.02, 0, 0, 0, 1])).toBeLessThan(NEAR);
      expect(error(o.slice(36), [0.08, 0.87, 0.25])).toBeLessThan(NEAR);
    }
    expect(error(start(push, [0.1, 0.7, 0.02, -0.1, 0.9, 0.015]).slice(36), [-0.1, 0.9, 0.02])).toBeLessThan(NEAR);
  });

  it("put handle, button and goals where Meta-World puts them, orientations in its order", () => {
    const drawer = start(drawerOpen, [0.07, 0.9, 0]);
    expect(error(drawer.slice(0, 11), [0, 0.6, 0.2, 1, 0.07, 0.73, 0.09, 1, 0, 0, 0])).toBeLessThan(NEAR);
    expect(error(drawer.slice(36), [0.07, 0.54, 0.09])).toBeLessThan(NEAR);
    const button = start(buttonPress, [-0.1, 0.85, 0.115]);
    expect(error(button.slice(0, 11), [0, 0.4, 0.2, 1, -0.1, 0.657, 0.115, 1, 0, 0, 0])).toBeLessThan(NEAR);
    expect(error(button.slice(36), [-0.1, 0.75, 0.115])).toBeLessThan(NEAR);
  });

  it.each([reach, push, pickPlace, drawerOpen, buttonPress].map((task) => [task.name, task] as const))(
    "of %s draw inside the variation's box, spread over it, and never break the task's own rule",
    (_, task) => {
      const world = worldOf(task);
      const { variation } = world.spec;
      const draws = Array.from({ length: 200 }, (__, seed) => {
        world.reset({ seed });
        return Float32Array.from(world.variation);
      });
      for (const draw of draws) {
        expect(contains(variation, draw)).toBe(true);
        expect(task.accepts?.(draw) ?? true).toBe(true);
      }
      variation.low.forEach((low, k) => {
        const width = variation.high[k]! - low;
        const drawn = draws.map((draw) => draw[k]!);
        expect(Math.max(...drawn) - Math.min(...drawn)).toBeGreaterThanOrEqual(0.9 * width);
      });
    },
  );

  it.each([reach, push, pickPlace].map((task) => [task.name, task] as const))("of %s keep block and goal 15 cm apart, seen from above", (_, task) => {
    expect(task.accepts!([0, 0.7, 0.02, 0, 0.849, 0.3])).toBe(false);
    expect(task.accepts!([0, 0.7, 0.02, 0, 0.851, 0.02])).toBe(true);
    expect(task.accepts!([-0.1, 0.7, 0.02, 0.05, 0.8, 0.02])).toBe(true);
  });
});
