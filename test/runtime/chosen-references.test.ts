import { expect, it } from "vitest";
import { references } from "../../envs/references.ts";
import { suites } from "../../envs/suites.ts";
import { parseProtocol } from "../../src/continual/benchmark/protocol.ts";
import type { Suite } from "../../src/continual/suite.ts";
import { absentFigures, chosenReferences, type ChosenReferences } from "../../src/runtime/bench/chosen-references.ts";
import type { Registries } from "../../src/runtime/registries.ts";

const registries: Registries = {
  environments: async () => new Map(),
  suites: async () => suites,
  references: async () => references,
  agents: async () => new Map(),
  scenarios: new Map(),
};
const cw10 = suites.get("cw10")!;
const chosen = async (suite: Suite, choices: object = {}): Promise<ChosenReferences> =>
  chosenReferences({ suite, protocol: parseProtocol(choices), file: undefined }, registries);

it("references that come with Engram are those of a suite's worlds, whatever it is called", async () => {
  expect((await chosen(cw10)).references?.suite).toBe("cw10");
  expect((await chosen({ ...cw10, name: "mine" })).references?.suite).toBe("cw10");
  for (const other of [
    { ...cw10, worlds: cw10.worlds.slice(1) },
    { ...cw10, placements: 50 },
  ])
    expect(await chosen(other)).toEqual({ why: "no references come with Engram for the worlds of cw10" });
});

it("a protocol that they are not of is named, with what they are of", async () => {
  const { why, references: none } = await chosen(cw10, { demonstrations: 10 });
  expect([why, none]).toEqual([
    "the references that come with Engram are of demonstrations=30, and this benchmark is of demonstrations=10",
    undefined,
  ]);
  expect(absentFigures(undefined, why!)).toBe(`There is no forward transfer and no intransigence: ${why}. Add from-scratch and joint to the methods, or name --references.`); // prettier-ignore
  expect(absentFigures(references.get("cw10"), "")).toBeUndefined();
});
