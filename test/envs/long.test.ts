/** @file The fifty generated tasks: named for what they are, solvable, told apart by what is seen; and what it means to turn a world. */
import { describe, expect, it } from "vitest";
import { environments, suites } from "../../envs/index.ts";
import { turned, type Quarters } from "../../envs/long/turned.ts";
import { GOAL, HAND, OBJECT } from "../../envs/tabletop/observation.ts";
import { tabletopWorld } from "../../envs/tabletop/tabletop-world.ts";
import { windowOpen } from "../../envs/tabletop/tasks/window-open.ts";
import { runTasks } from "../../src/continual/run-task.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { entryOf } from "../../src/environments/simulated-environment.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import { recognized } from "./told-apart.ts";
import { solve } from "./tabletop/solve.ts";

const ids = suites.get("long")!.worlds.map(({ world }) => world);
const entries = ids.map((id) => findEnvironment(id, environments));

describe("the suite long", () => {
  it("has fifty tasks of one body, whose names say what they are, the same on every machine", async () => {
    expect((await runTasks(ids, (id) => Promise.resolve(findEnvironment(id, environments)))).length).toBe(50);
    for (const id of ids) expect(id).toMatch(/^long\/[a-z-]+?(-(left|right|near|far))?(-turned-(90|180|270))?(-(light|heavy))?@1$/);
    expect(ids.slice(0, 3)).toEqual([
      "long/handle-press-left-turned-90-heavy@1",
      "long/faucet-open-turned-180@1",
      "long/pick-place-wall-right-turned-270-heavy@1",
    ]);
  });

  it.each(entries.map((entry) => [entry.spec.id, entry] as const))(
    "%s is solved in at least 90 of 100 placements with noise of 0.2 on every action",
    (_, entry) => {
      expect(solve(entry, 0.2).rate).toBeGreaterThanOrEqual(0.9);
    },
    60_000,
  );

  it("shows what is to be done in the first observation", () => {
    expect(recognized(entries)).toBeGreaterThanOrEqual(0.95);
  });
});

describe("a turned world", () => {
  const straight = tabletopWorld(windowOpen);

  it.each([1, 2, 3] as const)("lives as the straight one does when it is acted on in its own directions: %i quarters", (quarters) => {
    const [world, other] = [entryOf(straight).make(), entryOf(turned(straight, quarters)).make()];
    const random = RandomStream.fromSeed(5);
    const pairs = [[world.reset({ seed: 3 }).observation, other.reset({ seed: 3 }).observation.slice()] as const];
    for (let k = 0; k < 60; k++) {
      const action = Float32Array.from({ length: 4 }, () => random.uniform(-1, 1));
      const [x, y] = turn([action[0]!, action[1]!], quarters);
      pairs.push([world.step(action).observation.slice(), other.step(Float32Array.of(x, y, action[2]!, action[3]!)).observation.slice()]);
    }
    for (const [seen, turnedSeen] of pairs.slice(1)) {
      for (const at of [HAND, OBJECT, GOAL]) {
        const [x, y] = turn([seen[at]!, seen[at + 1]! - 0.6], quarters);
        expect(turnedSeen[at]).toBeCloseTo(x, 5);
        expect(turnedSeen[at + 1]).toBeCloseTo(y + 0.6, 5);
        expect(turnedSeen[at + 2]).toBe(seen[at + 2]);
      }
    }
  });

  it("is drawn where it is seen to be", () => {
    const environment = entryOf(turned(straight, 1)).make();
    const { observation } = environment.reset({ seed: 3 });
    const scene = environment.scene!;
    const poses = new Float32Array(7 * scene.bodies.length);
    scene.writePoses(poses);
    const at = 7 * scene.bodies.findIndex(({ name }) => name === "goal");
    for (let k = 0; k < 3; k++) expect(poses[at + k]).toBeCloseTo(observation[GOAL + k]!, 5);
  });
});

/** By quarters to the left. */
function turn([x, y]: readonly [number, number], quarters: Quarters): readonly [number, number] {
  return quarters === 0 ? [x, y] : turn([-y, x], (quarters - 1) as Quarters);
}
