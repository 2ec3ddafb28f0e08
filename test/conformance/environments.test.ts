/** @file What every registered environment must do. A new one gets these tests by its line in the registry. */
import { describe, expect, it } from "vitest";
import { environments } from "../../envs/index.ts";
import type { Environment } from "../../src/contract/environment.ts";
import { InvalidValueError, OrderError, SnapshotError } from "../../src/contract/errors.ts";
import { contains } from "../../src/contract/space.ts";
import { isLast, type Step } from "../../src/contract/step.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { RandomStream } from "../../src/numerics/random.ts";

/** A step by value: the environment overwrites its own buffers. */
const copyOf = (step: Step): Step => ({ ...step, observation: step.observation.slice() });

function randomAction(environment: Environment, random: RandomStream): Float32Array {
  const { low, high } = environment.spec.action;
  return low.map((bound, k) => random.uniform(bound, high[k]));
}

/** Random play from the present state. */
function play(environment: Environment, seed: number, steps: number): Step[] {
  const random = RandomStream.fromSeed(seed);
  const seen: Step[] = [];
  for (let k = 0; k < steps; k++) {
    const step = environment.step(randomAction(environment, random));
    seen.push(copyOf(step));
    if (isLast(step)) break;
  }
  return seen;
}

describe.each([...environments])("%s", (id, entry) => {
  it("carries its registered, versioned id", () => {
    expect(entry.spec.id).toBe(id);
    expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+@[1-9][0-9]*$/);
    expect(entry.make().spec).toEqual(entry.spec);
  });

  it("describes its vectors part by part, without gaps", () => {
    for (const space of [entry.spec.observation, entry.spec.action, entry.spec.variation]) {
      expect(space.parts.map((part) => part.offset)).toEqual(
        space.parts.map((_, k) => space.parts.slice(0, k).reduce((sum, part) => sum + part.size, 0)),
      );
      expect(space.low).toHaveLength(space.size);
    }
  });

  it("observes what its space says, under random actions, with finite rewards", () => {
    const environment = entry.make();
    expect(contains(entry.spec.observation, environment.reset({ seed: 1 }).observation)).toBe(true);
    for (const step of play(environment, 1, 200)) {
      expect(contains(entry.spec.observation, step.observation)).toBe(true);
      if (step.kind !== "first") expect(Number.isFinite(step.reward)).toBe(true);
    }
  });

  it("repeats itself bit for bit from a seed, in a fresh copy too, and differs for another seed", () => {
    const [one, two] = [entry.make(), entry.make()];
    play(two, 9, 0);
    const firsts = [one.reset({ seed: 5 }), two.reset({ seed: 5 })].map(copyOf);
    expect(firsts[0]).toEqual(firsts[1]);
    expect(play(one, 2, 60)).toEqual(play(two, 2, 60));
    expect(copyOf(one.reset({ seed: 5 }))).toEqual(firsts[0]);
    expect(copyOf(one.reset({ seed: 6 }))).not.toEqual(firsts[0]);
  });

  it("goes on with its own stream when reset without a seed", () => {
    const [one, two] = [entry.make(), entry.make()];
    for (const environment of [one, two]) environment.reset({ seed: 5 });
    const next = copyOf(one.reset());
    expect(copyOf(two.reset())).toEqual(next);
    expect(copyOf(one.reset())).not.toEqual(next);
  });

  it("resets to the variation a task names, whatever the seed", () => {
    const environment = entry.make();
    const { low, high } = entry.spec.variation;
    const variation = Array.from(low, (bound, k) => (bound + high[k]!) / 2);
    const task = { id: asTaskId("middle"), environment: id, variation };
    const first = copyOf(environment.reset({ task, seed: 1 }));
    expect(copyOf(environment.reset({ task, seed: 2 }))).toEqual(first);
    expect(() => environment.reset({ task: { ...task, environment: "other/world@1" } })).toThrow(InvalidValueError);
    expect(() => environment.reset({ task: { ...task, variation: variation.map((_, k) => high[k]! + 1) } })).toThrow(InvalidValueError);
    expect(() => environment.reset({ task: { ...task, variation: [] } })).toThrow(InvalidValueError);
  });

  it("goes on bit for bit from a snapshot, in the same and in a fresh copy, whatever happened since", () => {
    const [one, two] = [entry.make(), entry.make()];
    one.reset({ seed: 3 });
    play(one, 3, 40);
    const snapshot = structuredClone(one.snapshot());
    const after = play(one, 4, 60);
    const thenReset = copyOf(one.reset());
    one.restore(snapshot);
    expect(play(one, 4, 60)).toEqual(after);
    two.reset({ seed: 99 });
    two.restore(snapshot);
    expect(play(two, 4, 60)).toEqual(after);
    expect(copyOf(two.reset())).toEqual(thenReset);
    expect(() => one.restore({ strange: 1 })).toThrow(SnapshotError);
  });

  it("is truncated at its horizon, and refuses to step before a reset and after the end", () => {
    const environment = entry.make();
    const still = new Float32Array(entry.spec.action.size);
    expect(() => environment.step(still)).toThrow(OrderError);
    environment.reset({ seed: 1 });
    for (let k = 1; k < entry.spec.horizon; k++) expect(isLast(environment.step(still))).toBe(false);
    expect(environment.step(still)).toMatchObject({ kind: "truncated", reason: "horizon" });
    expect(() => environment.step(still)).toThrow(OrderError);
  });

  it("leaves actions alone, clips what is out of bounds, and refuses what is no action", () => {
    const environment = entry.make();
    const { high, size } = entry.spec.action;
    environment.reset({ seed: 1 });
    const beyond = high.map((bound) => bound * 5 + 1);
    const given = beyond.slice();
    const clipped = copyOf(environment.step(given));
    expect(given).toEqual(beyond);
    environment.reset({ seed: 1 });
    expect(copyOf(environment.step(high.slice()))).toEqual(clipped);
    expect(() => environment.step(new Float32Array(size + 1))).toThrow(InvalidValueError);
    expect(() => environment.step(new Float32Array(size).fill(Number.NaN))).toThrow(InvalidValueError);
    environment.step(high.slice());
  });

  it.each([-1, 0.5, Number.NaN])("refuses %d as a seed", (seed) => {
    expect(() => entry.make().reset({ seed })).toThrow(InvalidValueError);
  });

  it("shows every body at a finite pose with a unit quaternion, where it can be seen", () => {
    const environment = entry.make();
    environment.reset({ seed: 1 });
    play(environment, 1, 20);
    if (environment.scene === undefined) return;
    const { bodies } = environment.scene;
    const poses = new Float32Array(7 * bodies.length);
    environment.scene.writePoses(poses);
    expect(new Set(bodies.map((body) => body.name)).size).toBe(bodies.length);
    for (let k = 0; k < bodies.length; k++) expect(Math.hypot(...poses.subarray(7 * k + 3, 7 * k + 7))).toBeCloseTo(1, 4);
    expect(poses.every(Number.isFinite)).toBe(true);
  });
});
