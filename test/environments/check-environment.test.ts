/** @file Each check finds the fault it is there for: a sound world, spoilt in one way at a time. */
import { describe, expect, it } from "vitest";
import type { Environment, EnvironmentEntry, EnvironmentSpec } from "../../src/contract/environment.ts";
import { asEnvironmentId } from "../../src/contract/environment.ts";
import { space } from "../../src/contract/space.ts";
import { middle, type NextStep } from "../../src/contract/step.ts";
import { checkEnvironment } from "../../src/environments/check-environment.ts";
import { SimulatedEnvironment } from "../../src/environments/simulated-environment.ts";
import type { World } from "../../src/environments/simulation.ts";

const spec: EnvironmentSpec = {
  id: asEnvironmentId("test/drift@1"),
  summary: "A number drifts by what is done and by chance.",
  observation: space([{ name: "x", quantity: "position", unit: "m", size: 1, low: -1000, high: 1000 }]),
  action: space([{ name: "push", quantity: "scalar", unit: "1", size: 2, low: -1, high: 1 }]),
  variation: space([{ name: "start", quantity: "position", unit: "m", size: 1, low: -1, high: 1 }]),
  settings: [{ name: "wind", summary: "How much chance there is.", unit: "1", low: 0, high: 1, nominal: 0.5 }],
  controlPeriod: 0.1,
  horizon: 50,
};

const drift: World = {
  spec,
  simulate(random) {
    let x = 0;
    let wind = 0;
    return {
      begin({ variation, settings }, observation) {
        x = variation[0] ?? 0;
        wind = settings["wind"]!;
        observation[0] = x;
      },
      advance(action, observation, outcome) {
        x += action[0]! + wind * random.uniform(-1, 1);
        observation[0] = x;
        outcome.reward = -Math.abs(x);
      },
      snapshot: () => ({ x }),
      restore(snapshot, { settings }) {
        x = snapshot["x"] as number;
        wind = settings["wind"]!;
      },
    };
  },
};

const sound: EnvironmentEntry = { spec, make: () => new SimulatedEnvironment(drift) };

/** A world like the sound one except for what is said. */
const spoilt = (change: (environment: SimulatedEnvironment) => Partial<Environment>): EnvironmentEntry => ({
  spec,
  make() {
    const inner = new SimulatedEnvironment(drift);
    const environment: Environment = {
      spec,
      variation: inner.variation,
      reset: (options) => inner.reset(options),
      step: (action) => inner.step(action),
      snapshot: () => inner.snapshot(),
      restore: (snapshot) => inner.restore(snapshot),
    };
    return { ...environment, ...change(inner) };
  },
});

const withSpec = (change: Partial<EnvironmentSpec>): EnvironmentEntry => ({
  spec: { ...spec, ...change },
  make: () => new SimulatedEnvironment({ ...drift, spec: { ...spec, ...change } }),
});

const problemsOf = (entry: EnvironmentEntry): readonly string[] =>
  checkEnvironment(entry)
    .filter(({ problem }) => problem !== undefined)
    .map(({ name, problem }) => `${name}: ${problem}`);

let copies = 0;

const faults: Readonly<Record<string, readonly [entry: EnvironmentEntry, told: RegExp]>> = {
  "an id without a version": [withSpec({ id: asEnvironmentId("drift") }), /versioned id.*`drift`/u],
  "copies that differ": [{ ...sound, spec: { ...spec, summary: "Another." } }, /versioned id.*summary/u],
  "a gap between parts": [
    withSpec({ action: { ...spec.action, parts: spec.action.parts.map((part) => ({ ...part, offset: part.offset + 1 })) } }),
    /without gaps.*begins at 1, not at 0/u,
  ],
  "endless bounds": [withSpec({ observation: { ...spec.observation, high: Float32Array.of(Infinity) } }), /finite bounds.*Infinity/u],
  "no time between actions": [withSpec({ controlPeriod: 0 }), /control period.*0 s/u],
  "a nominal setting out of its bounds": [withSpec({ settings: [{ ...spec.settings[0]!, nominal: 2 }] }), /`wind` is nominally 2/u],
  "observations out of bounds": [
    withSpec({ observation: space([{ ...spec.observation.parts[0]!, low: -1, high: 1 }]) }),
    /observes what its space says/u,
  ],
  "rewards that are no numbers": [spoilt((inner) => ({ step: (action) => ({ ...inner.step(action), reward: Number.NaN }) })), /finite rewards.*NaN/u],
  "chance of its own": [
    spoilt((inner) => {
      let count = copies++;
      return { step: (action) => ({ ...inner.step(action), reward: count++ }) };
    }),
    /bit for bit from a seed.*reward is/u,
  ],
  "the same draw for every seed": [spoilt((inner) => ({ reset: (options) => inner.reset({ ...options, seed: 1 }) })), /not always the same/u],
  "deafness to tasks": [
    spoilt((inner) => ({ reset: ({ seed } = {}) => inner.reset(seed === undefined ? {} : { seed }) })),
    /variation that a task names/u,
  ],
  "a setting it cannot bear": [
    spoilt((inner) => ({
      reset(options) {
        const first = inner.reset(options);
        if (options?.task?.settings?.["wind"] === 1) first.observation[0] = Number.NaN;
        return first;
      },
    })),
    /lives under every setting.*NaN/u,
  ],
  "seeds that are none": [
    spoilt((inner) => ({
      reset: ({ seed, ...rest } = {}) => inner.reset({ ...rest, ...(seed !== undefined && { seed: Math.floor(Math.abs(seed)) || 0 }) }),
    })),
    /refuses tasks.*Seed -1/u,
  ],
  "half a snapshot": [
    spoilt((inner) => ({
      restore(snapshot) {
        inner.restore(snapshot);
        inner.reset();
      },
    })),
    /bit for bit from a snapshot/u,
  ],
  "a snapshot that lives on": [
    spoilt((inner) => {
      const live = { ...inner.snapshot(), observation: new Float32Array(1) };
      return {
        step(action) {
          const step = inner.step(action);
          live.observation.set(step.observation);
          return step;
        },
        snapshot: () => ({ ...inner.snapshot(), live: live.observation }),
      };
    }),
    /snapshots that stay as they were.*live/u,
  ],
  "a state that callers can write into": [
    spoilt((inner) => {
      const seen = new Float32Array(1);
      return {
        step(action) {
          const step = inner.step(action);
          seen[0] = seen[0]! + step.observation[0]!;
          return { ...step, observation: seen };
        },
      };
    }),
    /apart from the buffers/u,
  ],
  "an episode without end": [
    spoilt((inner) => ({ step: (action) => middle(inner.step(action).observation, 0, false) })),
    /horizon at the latest.*goes on/u,
  ],
  "steps after the end": [
    spoilt((inner) => {
      let last: NextStep | undefined;
      return {
        step(action) {
          if (last?.kind !== "truncated") last = inner.step(action);
          return last;
        },
      };
    }),
    /after an episode's end/u,
  ],
  "a hand in the caller's action": [
    spoilt((inner) => ({
      step(action) {
        const step = inner.step(action);
        action.fill(0);
        return step;
      },
    })),
    /leaves them alone.*An action, after the step/u,
  ],
  "an appetite for NaN": [
    spoilt((inner) => ({ step: (action) => inner.step(action.map((value) => (Number.isNaN(value) ? 0 : value))) })),
    /refuses actions.*NaN was taken/u,
  ],
  "two bodies of one name": [
    spoilt(() => ({
      scene: {
        bodies: [
          { name: "ball", shapes: [] },
          { name: "ball", shapes: [] },
        ],
        writePoses: (into) => void into.fill(0.5),
      },
    })),
    /names of their own.*same name/u,
  ],
};

describe("checkEnvironment", () => {
  it("finds nothing wrong with a sound world", () => {
    expect(problemsOf(sound)).toEqual([]);
  });

  it("finds nothing wrong with one that has no variation", () => {
    expect(problemsOf(withSpec({ variation: space([]) }))).toEqual([]);
  });

  it.each(Object.entries(faults))("finds %s", (_, [entry, told]) => {
    expect(problemsOf(entry).join("\n")).toMatch(told);
  });
});
