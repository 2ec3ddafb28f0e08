/** @file The suites after LIBERO's: their controllers solve them, one body lives through all, and what is to be done can be seen. */
import { describe, expect, it } from "vitest";
import { environments, suites } from "../../envs/index.ts";
import { GOAL, OBJECT, OBJECT2 } from "../../envs/tabletop/observation.ts";
import { runTasks } from "../../src/continual/run-task.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import type { EnvironmentEntry } from "../../src/contract/environment.ts";
import { firstObservations, recognized } from "./told-apart.ts";
import { solve } from "./tabletop/solve.ts";

const kinds = ["object", "spatial", "goal", "long"] as const;
const entriesOf = (kind: string): readonly EnvironmentEntry[] =>
  suites.get(`libero-like/${kind}`)!.worlds.map(({ world }) => findEnvironment(world, environments));

describe.each(kinds)("libero-like/%s", (kind) => {
  it("has ten tasks of one body, each with a name of its own", async () => {
    const tasks = await runTasks(
      entriesOf(kind).map(({ spec }) => spec.id),
      (id) => Promise.resolve(findEnvironment(id, environments)),
    );
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(10);
  });

  it.each(entriesOf(kind).map((entry) => [entry.spec.id, entry] as const))(
    "%s is solved in at least 95 of 100 placements with noise of 0.2 on every action",
    (_, entry) => {
      expect(solve(entry, 0.2).rate).toBeGreaterThanOrEqual(0.95);
    },
    60_000,
  );
});

describe("what is to be done can be seen from the first observation", () => {
  it.each(["spatial", "goal", "long"])("in %s: it is like those of its own task, and of no other", (kind) => {
    expect(recognized(entriesOf(kind))).toBeGreaterThanOrEqual(0.98);
  });

  it("in object: a thing's corner is so far from its middle as no other thing's", () => {
    const extents = entriesOf("object").map((entry) => {
      const [o] = firstObservations(entry, [1]);
      return [0, 1, 2].map((k) => o![OBJECT2 + k]! - o![OBJECT + k]!);
    });
    extents.forEach((one, i) => {
      for (const other of extents.slice(i + 1)) expect(Math.hypot(...one.map((x, k) => x - other[k]!))).toBeGreaterThan(0.009);
    });
  });

  it("in goal: no two goals are within 7 cm of each other, and nothing else differs", () => {
    const seeds = [1, 2, 3, 4, 5];
    const shown = entriesOf("goal").map((entry) => firstObservations(entry, seeds));
    shown.forEach((one, i) => {
      for (const other of shown.slice(i + 1)) {
        one.forEach((o, k) => expect([...o.subarray(0, GOAL)]).toEqual([...other[k]!.subarray(0, GOAL)]));
        for (const o of one) for (const p of other) expect(Math.hypot(...[0, 1, 2].map((k) => o[GOAL + k]! - p[GOAL + k]!))).toBeGreaterThan(0.07);
      }
    });
  });
});
