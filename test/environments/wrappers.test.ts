/** @file Wrappers: each does what it says, and a wrapped world keeps a world's promises. */
import { describe, expect, it } from "vitest";
import { environments } from "../../envs/index.ts";
import type { Environment, EnvironmentEntry } from "../../src/contract/environment.ts";
import { InvalidValueError, OrderError, SnapshotError, UnknownNameError } from "../../src/contract/errors.ts";
import { isLast } from "../../src/contract/step.ts";
import { checkEnvironment } from "../../src/environments/check-environment.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { driftAt, type Drift } from "../../src/environments/wrappers/drift.ts";
import { NormalizeObservationWrapper, NormalizeRewardWrapper } from "../../src/environments/wrappers/normalize.ts";
import { StatisticsWrapper } from "../../src/environments/wrappers/statistics.ts";
import { wrapped } from "../../src/environments/wrappers/wrapper.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const find = (id: string): EnvironmentEntry => findEnvironment(id, environments);
const problems = (entry: EnvironmentEntry): readonly unknown[] => checkEnvironment(entry).filter(({ problem }) => problem !== undefined);

/** Rewards and observations of random play. */
function play(environment: Environment, seed: number, steps: number): { readonly observations: Float32Array[]; readonly rewards: number[] } {
  const random = RandomStream.fromSeed(seed);
  const { low, high } = environment.spec.action;
  const observations = [environment.reset({ seed }).observation.slice()];
  const rewards: number[] = [];
  for (let k = 0; k < steps; k++) {
    const step = environment.step(low.map((from, axis) => random.uniform(from, high[axis])));
    observations.push(step.observation.slice());
    rewards.push(step.reward);
    if (isLast(step)) break;
  }
  return { observations, rewards };
}

describe("a wrapped world", () => {
  it.each([
    "tabletop/push@1?hide=goal",
    "tabletop/push@1?hide=goal,object1&limit=40&stack=3",
    "classic/navigation-2d@1?stack=4",
    "classic/t-maze-passive@1?corridor=3",
    "classic/t-maze-passive@1?corridor=5&limit=4",
  ])("keeps a world's promises: %s", (id) => {
    expect(find(id).spec.id).toBe(id);
    expect(problems(find(id))).toEqual([]);
  });

  it("keeps them with frozen statistics", () => {
    const learner = new NormalizeObservationWrapper(find("classic/navigation-2d@1").make());
    for (let seed = 0; seed < 5; seed++) play(learner, seed, 50);
    const { statistics } = learner;
    const entry = wrapped(find("classic/navigation-2d@1"), (inner) => new NormalizeObservationWrapper(inner, { statistics, frozen: true }));
    expect(problems(entry)).toEqual([]);
    expect(problems(wrapped(entry, (inner) => new NormalizeRewardWrapper(inner, { frozen: true })))).toEqual([]);
    expect(problems(wrapped(entry, (inner) => new StatisticsWrapper(inner)))).toEqual([]);
  });

  it("has the demonstrator of the world inside, who sees what is hidden", () => {
    const entry = find("tabletop/reach@1?hide=goal&limit=100");
    const environment = entry.make();
    const controller = entry.controller!(environment);
    const action = new Float32Array(4);
    let { observation } = environment.reset({ seed: 3 });
    let solved = false;
    for (let k = 0; k < 60; k++) {
      expect(observation.slice(36)).toEqual(new Float32Array(3));
      controller.act(observation, action);
      const step = environment.step(action);
      ({ observation } = step);
      solved ||= step.success;
    }
    expect(solved).toBe(true);
  });

  it.each([
    ["tabletop/push@1?hide=gaol", UnknownNameError, "`goal`"],
    ["tabletop/push@1?hyde=goal", UnknownNameError, "`hide`"],
    ["tabletop/push@1?hide", InvalidValueError, "name=value"],
    ["tabletop/push@1?hide=%", InvalidValueError, "Write % as %25."],
    ["tabletop/push@1?%=1", InvalidValueError, "Write % as %25."],
    ["tabletop/push@1?limit=0", InvalidValueError, "from 1 to 500"],
    ["tabletop/push@1?limit=", InvalidValueError, "a number"],
    ["tabletop/push@1?stack=1.5", InvalidValueError, "whole number of frames"],
    ["tabletop/push@1?normalize=everything", UnknownNameError, "`observation`"],
    ["classic/t-maze-passive@1?corridor=0", InvalidValueError, "from 1 to 1500"],
    ["classic/t-maze-passive@1?drift=corridor:gradual:1", InvalidValueError, "setting:kind"],
    ["classic/t-maze-passive@1?drift=corridor:slow:1,9:5", UnknownNameError, "`sudden`"],
    ["classic/t-maze-passive@1?drift=corridor:sudden:1,9000:5", InvalidValueError, "from 1 to 1500"],
    ["classic/t-maze-passive@1?drift=corridor:sudden:1:5", InvalidValueError, "two values"],
    ["classic/t-maze-passive@1?drift=corridor:sudden:1,2:0.5", InvalidValueError, "whole number of episodes"],
    ["tabletop/posh@1?hide=goal", UnknownNameError, "`tabletop/push@1`"],
    ["tabletop/push@1?constructor=1", UnknownNameError, "constructor"],
  ])("is refused as %s, with what would be right", (id, kind, told) => {
    expect(() => find(id)).toThrow(kind);
    expect(() => find(id)).toThrow(told);
  });

  it.each([
    "classic/navigation-2d@1?normalize=observation&normalize=reward",
    "classic/t-maze-passive@1?drift=corridor:gradual:2,15:9",
    "tabletop/push@1?limit=30&stack=2&hide=goal&normalize=observation",
  ])("that depends on what was lived before goes on bit for bit from a snapshot, also in a fresh copy: %s", (id) => {
    const [one, two] = [find(id).make(), find(id).make()];
    for (let seed = 0; seed < 3; seed++) play(one, seed, 20);
    const snapshot = structuredClone(one.snapshot());
    const future = (environment: Environment): unknown => [3, 4, 5].map((seed) => play(environment, seed, 20));
    const expected = future(one);
    expect(future(one)).not.toEqual(expected);
    for (const environment of [one, two]) {
      environment.restore(snapshot);
      expect(future(environment)).toEqual(expected);
    }
  });

  it("is restored only from its own snapshot, whole", () => {
    const environment = find("tabletop/push@1?limit=40").make();
    environment.reset({ seed: 1 });
    const snapshot = environment.snapshot();
    expect(() => find("tabletop/push@1?limit=41").make().restore(snapshot)).toThrow(SnapshotError);
    expect(() => environment.restore({ ...snapshot, shown: 1 })).toThrow(SnapshotError);
    expect(() => environment.restore({ ...snapshot, inner: 1 })).toThrow(SnapshotError);
  });
});

describe("a wrapper", () => {
  it("is as it was when the world inside refuses a reset", () => {
    const drifting = find("classic/t-maze-passive@1?drift=corridor:sudden:2,5:1&limit=2").make();
    drifting.reset({ seed: 1 });
    drifting.step(Float32Array.of(0));
    const before = drifting.snapshot();
    expect(() => drifting.reset({ seed: -1 })).toThrow(InvalidValueError);
    expect(drifting.snapshot()).toEqual(before);
    expect(drifting.step(Float32Array.of(0)).kind).toBe("truncated");
  });

  it("disposes of the world inside", () => {
    let times = 0;
    const inner = Object.assign(find("classic/navigation-2d@1").make(), { dispose: () => void times++ });
    new StatisticsWrapper(new StatisticsWrapper(inner)).dispose();
    expect(times).toBe(1);
    expect(() => find("classic/navigation-2d@1?limit=5").make().dispose!()).not.toThrow();
  });
});

describe("hide", () => {
  it("shows zeros for the parts, at every age, and all else as it is", () => {
    const [plain, hidden] = [play(find("tabletop/push@1").make(), 1, 20), play(find("tabletop/push@1?hide=hand,goal").make(), 1, 20)];
    plain.observations.forEach((observation, k) => {
      const expected = observation.slice();
      for (const [from, to] of [[0, 3], [18, 21], [36, 39]] as const) expected.fill(0, from, to); // prettier-ignore
      expect(hidden.observations[k]).toEqual(expected);
    });
    expect(hidden.rewards).toEqual(plain.rewards);
  });
});

describe("limit", () => {
  it("truncates at its step, and takes none after it", () => {
    const environment = find("tabletop/push@1?limit=7").make();
    environment.reset({ seed: 1 });
    const action = new Float32Array(4);
    for (let k = 0; k < 6; k++) expect(environment.step(action).kind).toBe("middle");
    expect(environment.step(action)).toMatchObject({ kind: "truncated", reason: "horizon" });
    expect(() => environment.step(action)).toThrow(OrderError);
  });
});

describe("stack", () => {
  it("shows the newest frame first, and the first one again where there is none before", () => {
    const [plain, stacked] = [play(find("classic/navigation-2d@1").make(), 1, 6), play(find("classic/navigation-2d@1?stack=3").make(), 1, 6)];
    stacked.observations.forEach((observation, k) => {
      const frames = [0, 1, 2].flatMap((age) => Array.from(plain.observations[Math.max(k - age, 0)]!));
      expect([...observation]).toEqual(frames);
    });
    const { parts } = find("tabletop/push@1?stack=2").spec.observation;
    expect(parts.filter(({ name }) => name === "hand").map(({ offset, age }) => [offset, age])).toEqual([[0, 0], [18, 1], [39, 1], [57, 2]]); // prettier-ignore
  });
});

describe("normalize", () => {
  it("scales observations by the mean and variance of all that was seen, within ten", () => {
    const plain = find("classic/navigation-2d@1").make();
    const wrapper = new NormalizeObservationWrapper(find("classic/navigation-2d@1").make());
    const seen: Float32Array[] = [];
    const last: Record<"plain" | "scaled", Float32Array> = { plain: new Float32Array(), scaled: new Float32Array() };
    for (let seed = 0; seed < 4; seed++) {
      const { observations } = play(plain, seed, 30);
      seen.push(...observations);
      last.plain = observations.at(-1)!;
      last.scaled = play(wrapper, seed, 30).observations.at(-1)!;
    }
    for (const axis of [0, 1]) {
      const values = seen.map((observation) => observation[axis]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      expect(wrapper.statistics.mean[axis]).toBeCloseTo(mean, 10);
      expect(wrapper.statistics.variance[axis]).toBeCloseTo(variance, 10);
      expect(last.scaled[axis]).toBeCloseTo((last.plain[axis]! - mean) / Math.sqrt(variance + 1e-8), 5);
    }
    expect(wrapper.statistics.count).toBe(seen.length);
  });

  it("scales rewards by the spread of discounted returns", () => {
    const discount = 0.9;
    const { rewards } = play(find("classic/navigation-2d@1").make(), 1, 40);
    const wrapper = new NormalizeRewardWrapper(find("classic/navigation-2d@1").make(), { discount });
    const scaled = play(wrapper, 1, 40).rewards;
    const returns: number[] = [];
    for (const [k, reward] of rewards.entries()) returns.push(discount * (returns[k - 1] ?? 0) + reward);
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length;
    expect(scaled.at(-1)).toBeCloseTo(rewards.at(-1)! / Math.sqrt(variance + 1e-8), 8);
  });

  it("begins with statistics that were saved as JSON, and leaves them alone when frozen", () => {
    const learner = new NormalizeObservationWrapper(find("classic/navigation-2d@1").make());
    play(learner, 1, 50);
    const statistics = JSON.parse(JSON.stringify(learner.statistics)) as typeof learner.statistics;
    const frozen = new NormalizeObservationWrapper(find("classic/navigation-2d@1").make(), { statistics, frozen: true });
    play(frozen, 2, 50);
    expect(frozen.statistics).toEqual(learner.statistics);
  });

  it.each([
    { count: -1, mean: [0, 0], variance: [1, 1] },
    { count: 1, mean: [0], variance: [1, 1] },
    { count: 1, mean: [0, 0], variance: [1, -1] },
    { count: 1, mean: [0, Number.NaN], variance: [1, 1] },
  ])("refuses statistics that are none: %j", (statistics) => {
    expect(() => new NormalizeObservationWrapper(find("classic/navigation-2d@1").make(), { statistics })).toThrow(InvalidValueError);
  });
});

describe("statistics", () => {
  it("keep return, length and success of the last episodes", () => {
    const environment = new StatisticsWrapper(find("classic/navigation-2d@1?limit=5").make(), 2);
    const returns = [1, 2, 3].map((seed) => play(environment, seed, 5).rewards.reduce((sum, reward) => sum + reward, 0));
    expect(environment.episodes.map((episode) => episode.return)).toEqual(returns.slice(1));
    expect(environment.episodes.map(({ length, success }) => [length, success])).toEqual([[5, false], [5, false]]); // prettier-ignore
    const { episodes } = environment;
    const snapshot = environment.snapshot();
    play(environment, 4, 5);
    environment.restore(snapshot);
    expect(environment.episodes).toEqual(episodes);
  });
});

describe("drift", () => {
  const drift = (kind: Drift["kind"]): number[] =>
    Array.from({ length: 8 }, (_, episode) => driftAt({ setting: "x", kind, values: [10, 20, 40], episodes: 2 }, episode));

  it("is sudden, gradual or recurring", () => {
    expect(drift("sudden")).toEqual([10, 10, 20, 20, 40, 40, 40, 40]);
    expect(drift("recurring")).toEqual([10, 10, 20, 20, 40, 40, 10, 10]);
    expect(drift("gradual")).toEqual([10, 15, 20, 30, 40, 40, 40, 40]);
  });

  it("changes a world's setting episode by episode, unless a task says otherwise, and goes on from a snapshot", () => {
    const environment = find("classic/t-maze-passive@1?drift=corridor:sudden:2,5:1").make();
    const length = (options?: Parameters<Environment["reset"]>[0]): number => {
      environment.reset(options);
      let steps = 1;
      while (!isLast(environment.step(Float32Array.of(0)))) steps++;
      return steps;
    };
    const before = environment.snapshot();
    expect([length(), length(), length()]).toEqual([3, 6, 6]);
    environment.restore(before);
    expect(length()).toBe(3);
    const task = { id: "t" as never, environment: environment.spec.id, settings: { corridor: 9 } };
    expect(length({ task })).toBe(10);
  });
});
