import { expect, it } from "vitest";
import { references } from "../../envs/references/index.ts";
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
  for (const same of [cw10, { ...cw10, name: "mine" }]) {
    const { references: found, why } = await chosen(same);
    expect([found?.suite, Object.keys(found!), why]).toEqual(["cw10", expect.arrayContaining(["singleTaskCurves", "jointFinal"]), undefined]);
  }
  for (const other of [
    { ...cw10, worlds: [...cw10.worlds, { world: "tabletop/reach@1" }] },
    { ...cw10, placements: 50 },
  ])
    expect(await chosen(other)).toEqual({ why: "no references come with Engram for the worlds of cw10" });
});

it.each(["cw20", "repeat10"])("%s has the curves of cw10, as it has no other worlds, but not its joint success", async (name) => {
  const { references: found, why } = await chosen(suites.get(name)!);
  expect(found).toMatchObject({ singleTaskCurves: references.get("cw10")!.singleTaskCurves });
  expect(found).not.toHaveProperty("jointFinal");
  expect(absentFigures(found, parseProtocol({}), why!)).toBe(
    `There is no intransigence: the references that come with Engram for these worlds are of cw10, not of ${name}. Add joint to the methods, or name --references.`,
  );
});

it("joint success of a suite's own goes with another's curves", async () => {
  const { singleTaskCurves, ...rest } = references.get("cw10")!;
  const cw20 = { ...rest, suite: "cw20" };
  const both = new Map([...references, ["cw20", cw20]]);
  const found = (await chosenReferences({ suite: suites.get("cw20")!, protocol: parseProtocol({}), file: undefined }, { ...registries, references: async () => both })).references; // prettier-ignore
  expect(found).toMatchObject({ suite: "cw20", singleTaskCurves, jointFinal: cw20.jointFinal });
});

it("a protocol that they are not of is named, with what they are of", async () => {
  const { why, references: none } = await chosen(cw10, { demonstrations: 10 });
  expect([why, none]).toEqual([
    "the references that come with Engram are of demonstrations=30, and this benchmark is of demonstrations=10",
    undefined,
  ]);
  expect(absentFigures(undefined, parseProtocol({}), why!)).toBe(`There is no forward transfer and no intransigence: ${why}. Add from-scratch and joint to the methods, or name --references.`); // prettier-ignore
  expect(absentFigures(references.get("cw10"), parseProtocol({}), "")).toBeUndefined();
});

it.each([{ testsWhileLearning: null }, { gradientSteps: 50 }])("without tests while learning nobody is told to learn from scratch: %o", (choice) => {
  const protocol = parseProtocol(choice);
  expect(absentFigures(references.get("cw10"), protocol, "")).toMatch(/^There is no forward transfer: .*testsWhileLearning\.every/);
  expect(absentFigures(undefined, protocol, "none fit")).toMatch(/\nThere is no intransigence: none fit. Add joint to the methods/);
});
