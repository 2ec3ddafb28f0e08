/** @file What every simulated world does alike, where the conformance tests, which all worlds pass, do not say it. */
import { describe, expect, it } from "vitest";
import { environments } from "../../envs/index.ts";
import { asEnvironmentId, type Environment, type EnvironmentSpec } from "../../src/contract/environment.ts";
import { SnapshotError } from "../../src/contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../../src/contract/snapshot.ts";
import { space } from "../../src/contract/space.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { SimulatedEnvironment } from "../../src/environments/simulated-environment.ts";

const spec: EnvironmentSpec = {
  id: asEnvironmentId("test/counter@1"),
  summary: "Counts.",
  observation: space([{ name: "count", quantity: "scalar", unit: "1", size: 1, low: 0, high: 100 }]),
  action: space([{ name: "none", quantity: "scalar", unit: "1", size: 1, low: -1, high: 1 }]),
  variation: space([]),
  settings: [],
  controlPeriod: 0.1,
  horizon: 50,
};

/** A world that counts its steps, and does at each what it is told. */
const counting = (at: (steps: number) => { readonly count: number; readonly reward: number }): SimulatedEnvironment =>
  new SimulatedEnvironment({
    spec,
    simulate() {
      let steps = 0;
      return {
        begin(_episode, observation) {
          observation[0] = steps = 0;
        },
        advance(_action, observation, outcome) {
          const { count, reward } = at(++steps);
          observation[0] = count;
          outcome.reward = reward;
        },
        snapshot: () => ({ steps }),
        restore: (snapshot) => void (steps = snapshot["steps"] as number),
      };
    },
  });

const noRewardAtThree = (at: number): { readonly count: number; readonly reward: number } => ({ count: at, reward: at === 3 ? -Infinity : 1 });

it.each([
  ["a reward", noRewardAtThree],
  ["an observation", (at: number) => ({ count: at === 3 ? Number.NaN : at, reward: 1 })],
])("ends an episode as unstable when %s is no number, and shows what was seen last", (_, at) => {
  const world = counting(at);
  world.reset();
  const action = new Float32Array(1);
  expect([world.step(action), world.step(action)].map(({ kind }) => kind)).toEqual(["middle", "middle"]);
  expect(world.step(action)).toMatchObject({ kind: "truncated", reason: "unstable", reward: 0, success: false, observation: Float32Array.of(2) });
  expect(() => world.step(action)).toThrow("Call `reset()`");
  expect(world.reset().observation).toEqual(Float32Array.of(0));
});

it("shows what was seen last also where that was before it was restored", () => {
  const [world, copy] = [counting(noRewardAtThree), counting(noRewardAtThree)];
  world.reset();
  const action = new Float32Array(1);
  for (let k = 0; k < 2; k++) world.step(action);
  copy.restore(world.snapshot());
  expect(copy.step(action)).toEqual(world.step(action));
});

/** The snapshot with one field of it, at any depth, gone or another. */
function* damagedIn(snapshot: Snapshot): Generator<readonly [path: string, damaged: Snapshot]> {
  for (const [key, value] of Object.entries(snapshot)) {
    const { [key]: _, ...rest } = snapshot;
    yield [`no ${key}`, rest];
    yield [`a word as ${key}`, { ...snapshot, [key]: "damaged" }];
    if (isNested(value)) for (const [path, damaged] of damagedIn(value)) yield [`${path} in ${key}`, { ...snapshot, [key]: damaged }];
  }
}

const isNested = (value: SnapshotValue): value is Snapshot =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

function isRefused(world: Environment, snapshot: Snapshot): boolean {
  try {
    world.restore(snapshot);
    return false;
  } catch (error) {
    return error instanceof SnapshotError;
  }
}

describe("a damaged snapshot is refused, and changes nothing", () => {
  const ids = [
    ...environments.keys(),
    "classic/navigation-2d@1?limit=40&stack=2&hide=point",
    "classic/navigation-2d@1?normalize=observation&normalize=reward",
    "classic/t-maze-passive@1?drift=corridor:sudden:2,5:1",
  ];

  it.each(ids)("%s", (id) => {
    const world = findEnvironment(id, environments).make();
    world.reset({ seed: 1 });
    const snapshot = world.snapshot();
    world.reset({ seed: 2 });
    world.step(world.spec.action.high);
    const before = world.snapshot();
    const taken = [...damagedIn(snapshot)].filter(([, damaged]) => !isRefused(world, damaged));
    expect(taken.map(([path]) => path)).toEqual([]);
    expect(world.snapshot()).toEqual(before);
    world.restore(snapshot);
    expect(world.snapshot()).toEqual(snapshot);
  });
});
