/** @file The suites: the members of the originals, in their order, and worlds that there are. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { environments, suites } from "../../envs/index.ts";
import { references } from "../../envs/references/index.ts";
import type { BenchResult } from "../../src/continual/benchmark/result.ts";
import { parseProtocol } from "../../src/continual/benchmark/protocol.ts";
import { misfit, references as referencesSchema } from "../../src/continual/references.ts";
import { configOf, parseSuite, placementsOf, type Suite } from "../../src/continual/suite.ts";
import { InvalidValueError, UnknownNameError } from "../../src/contract/errors.ts";
import { validate } from "../../src/contract/validate.ts";
import { contains } from "../../src/contract/space.ts";
import { findEnvironment } from "../../src/environments/find-environment.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const names = (worlds: Suite["worlds"]): readonly string[] => worlds.map(({ world }) => world.replace(/^tabletop\/(.*)@1(\?.*)?$/, "$1"));
const suiteOf = (name: string): Suite => suites.get(name)!;

/** As metaworld 3.1.1 lists them in `env_dict`, and Continual World in its paper's section 3. */
const originals = {
  mt10: "reach push pick-place door-open drawer-open drawer-close button-press-topdown peg-insert-side window-open window-close",
  ml10: "reach push pick-place door-open drawer-close button-press-topdown peg-insert-side window-open sweep basketball",
  cw10: "hammer push-wall faucet-close push-back stick-pull handle-press-side push shelf-place window-close peg-unplug-side",
};

describe("the suites", () => {
  it.each(Object.entries(originals))("have the members of the original %s, in its order", (name, members) => {
    expect(names(suiteOf(name).worlds)).toEqual(members.split(" "));
  });

  it("go through cw10 twice in cw20, and test ml10 on five others", () => {
    expect(names(suiteOf("cw20").worlds)).toEqual([...originals.cw10.split(" "), ...originals.cw10.split(" ")]);
    expect(names(suiteOf("ml10").test)).toEqual(["drawer-open", "door-close", "shelf-place", "sweep-into", "lever-pull"]);
  });

  it("have worlds that there are, with the goal hidden where one learns to learn", () => {
    expect(suites.size).toBe(4 + 32 + 4 + 2);
    for (const { name, worlds, test } of suites.values()) {
      for (const { world } of [...worlds, ...test]) {
        expect(findEnvironment(world, environments).spec.id).toBe(world);
        expect(world.endsWith("?hide=goal")).toBe(name.startsWith("ml"));
      }
    }
  }, 60_000);

  it("freeze as many placements as they say, the same from the same seed", () => {
    const entry = findEnvironment("tabletop/push@1?hide=goal", environments);
    const draw = (seed: number) => placementsOf(entry, 50, RandomStream.fromSeed(seed));
    const placements = draw(1);
    expect(draw(1)).toEqual(placements);
    expect(new Set(placements.map(({ variation }) => String(variation))).size).toBe(50);
    for (const { variation } of placements) expect(contains(entry.spec.variation, variation!)).toBe(true);
    const environment = entry.make();
    environment.reset({ task: placements[3]! });
    expect([...environment.variation]).toEqual(placements[3]!.variation);
  });
});

describe("a suite's file", () => {
  it("says which worlds, ours or remote, with which demonstrations", () => {
    const own = parseSuite({
      name: "mine",
      worlds: [{ world: "tabletop/push@1" }, { world: "gymnasium:ws://127.0.0.1:8770", demonstrations: "D4RL/door/human-v2" }],
    });
    expect(configOf(own)).toEqual({
      tasks: ["tabletop/push@1", "gymnasium:ws://127.0.0.1:8770"],
      testTasks: [],
      placements: undefined,
      demonstrationSets: { "gymnasium:ws://127.0.0.1:8770": "D4RL/door/human-v2" },
    });
    expect(parseSuite(JSON.parse(JSON.stringify(suiteOf("ml10"))))).toEqual(suiteOf("ml10"));
  });

  it.each([
    [{}, InvalidValueError, "suite.name"],
    [{ name: "Mine!", worlds: [{ world: "a" }] }, InvalidValueError, "lower-case"],
    [{ name: "mine", worlds: [] }, InvalidValueError, "suite.worlds"],
    [
      { name: "mine", worlds: ["tabletop/push@1"] },
      InvalidValueError,
      'Expected `suite.worlds.0` to be an object such as {"world": "tabletop/reach@1"}',
    ],
    [{ name: "mine", worlds: [{ wurld: "a" }] }, UnknownNameError, "key in `suite.worlds.0`: `wurld`. Did you mean `world`?"],
    [{ name: "mine", worlds: [{ world: "a" }], placements: 0 }, InvalidValueError, "placements"],
    [{ name: "mine", worlds: [{ world: "a" }], plaecments: 5 }, UnknownNameError, "`placements`"],
    [null, InvalidValueError, "suite"],
  ])("is refused when it is wrong, with where: %j", (value, kind, told) => {
    expect(() => parseSuite(value)).toThrow(kind);
    expect(() => parseSuite(value)).toThrow(told);
  });
});

describe("references", () => {
  it("are of suites that there are, of tasks in their order, and of a protocol that a benchmark has by default", () => {
    for (const [name, each] of references) {
      const ids = names(suiteOf(name).worlds);
      expect(validate(referencesSchema, each, "references")).toEqual(each);
      if (each.singleTaskCurves !== undefined) expect(Object.keys(each.singleTaskCurves.tasks)).toEqual(ids);
      if (each.jointFinal !== undefined) expect(Object.keys(each.jointFinal.tasks)).toHaveLength(ids.length);
      expect(misfit(each, parseProtocol({}))).toBeUndefined();
      expect(misfit(each, parseProtocol({ demonstrations: 3 }))).toEqual({ choice: "demonstrations", wanted: 30 });
    }
    expect(references.size).toBeGreaterThan(0);
  });

  it.each([...references])("of %s are what its committed result measured", (name, each) => {
    const folder = new URL(`../../docs/results/${name.replace("/", "-")}-references/`, import.meta.url);
    const measured = (JSON.parse(readFileSync(new URL("results.json", folder), "utf8")) as BenchResult).references!;
    expect(each.protocol).toEqual(measured.protocol);
    expect(rounded(each.singleTaskCurves)).toEqual(each.singleTaskCurves && rounded(measured.singleTaskCurves));
    expect(rounded(each.jointFinal)).toEqual(each.jointFinal && rounded(measured.jointFinal));
  });
});

/** To a thousandth of a percent. */
const rounded = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value), (_, each: unknown) => (typeof each === "number" ? Number(each.toFixed(5)) : each));
