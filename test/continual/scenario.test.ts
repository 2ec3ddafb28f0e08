import { describe, expect, it } from "vitest";
import { continualConfig } from "../../src/continual/config.ts";
import { defineScenario, parseConfig } from "../../src/continual/scenario.ts";
import { UnknownNameError } from "../../src/contract/errors.ts";

const least = { tasks: ["point/left@1"], agents: { rememberer: {} } };
const main = async (): Promise<void> => {};

describe("a run's configuration", () => {
  it("needs tasks and agents, and has a default for the rest", () => {
    expect(parseConfig(least)).toEqual({
      ...least,
      testTasks: [],
      boundaries: "given",
      sleepEvery: 0,
      demonstrations: 10,
      demonstrationSets: {},
      demonstrationNoise: 0.2,
      gradientSteps: 500,
      evaluationEpisodes: 20,
    });
  });

  it("describes every value", () => {
    const shapes = Object.entries(continualConfig.shape);
    expect(shapes.length).toBeGreaterThan(5);
    expect(shapes.filter(([, schema]) => !/^[A-Z].*\.$/.test(schema.description ?? "")).map(([key]) => key)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no task", { tasks: [] }, "config.tasks"],
    ["no agent", { agents: {} }, "Expected `config.agents` to be at least one agent"],
    ["half a demonstration", { demonstrations: 0.5 }, "config.demonstrations"],
    ["noise below 0", { demonstrationNoise: -0.1 }, "Expected `config.demonstrationNoise` to be >=0"],
    ["a negative number of gradient steps", { gradientSteps: -1 }, "config.gradientSteps"],
    ["no test episode", { evaluationEpisodes: 0 }, "config.evaluationEpisodes"],
    ["text for a number", { evaluationEpisodes: "20" }, 'got "20" (string)'],
  ])("refuses %s, and says where", (_, change, message) => {
    expect(() => parseConfig({ ...least, ...change })).toThrow(message);
  });

  it("offers the nearest key for one that it does not know", () => {
    const misspelt = (): unknown => parseConfig({ ...least, gradientStep: 3 });
    expect(misspelt).toThrow(UnknownNameError);
    expect(misspelt).toThrow("Did you mean `gradientSteps`?");
  });
});

describe("a scenario", () => {
  it("is checked and filled in when it is defined", () => {
    const scenario = defineScenario({ name: "two-skills", summary: "Two.", config: least, main });
    expect(scenario).toEqual({ name: "two-skills", summary: "Two.", config: parseConfig(least), main });
  });

  it.each(["Two Skills", "", "a--b", "../a"])("refuses the name %j, which could not name a folder", (name) => {
    expect(() => defineScenario({ name, summary: "", config: least, main })).toThrow("Expected `scenario.name` to be kebab-case");
  });
});
