import { describe, expect, it } from "vitest";
import { agents } from "../../../agents/index.ts";
import { suites } from "../../../envs/suites.ts";
import { benchCsv } from "../../../src/continual/benchmark/csv.ts";
import { benchLatex } from "../../../src/continual/benchmark/latex.ts";
import { isToldTask, knownMethods, parseMethod, toldBoundaries } from "../../../src/continual/benchmark/methods.ts";
import { configOfJob, parseProtocol } from "../../../src/continual/benchmark/protocol.ts";
import { benchReport } from "../../../src/continual/benchmark/report.ts";
import { benchTable } from "../../../src/continual/benchmark/table.ts";
import type { ContinualConfig } from "../../../src/continual/config.ts";
import { strategies } from "../../../src/learning/consolidation/strategies.ts";
import { madeUpResult } from "./made-up-result.ts";

const suite = suites.get("cw10")!;
const known = knownMethods(agents);

function config(name: string, choices: object = {}): ContinualConfig {
  const method = known.get(name)!;
  return configOfJob({ suite, protocol: parseProtocol(choices), method, agent: agents.get(method.agent)! });
}

describe("methods", () => {
  it("are every agent, every strategy in the cloning agent, and joint training", () => {
    expect([...known.keys()].toSorted()).toEqual([...new Set([...agents.keys(), ...strategies.keys(), "joint"])].toSorted());
    expect(known.get("replay")).toMatchObject({ agent: "behaviour-cloning", config: { consolidation: "replay" } });
  });

  it("of one's own must have a name that a folder can have", () => {
    expect(() => parseMethod({ name: "../up", agent: "engram" })).toThrow("lower-case words with dashes");
    expect(() => parseMethod({ name: "mine", agent: "engram", confg: {} })).toThrow("Did you mean `config`?");
  });
});

describe("a protocol", () => {
  it("reaches the agents that have such a setting", () => {
    const choices = { memoryPerTask: 50, taskCue: 8, hidden: [16], demonstrations: 3, gradientSteps: 7, evaluationEpisodes: 2 };
    expect(config("engram", choices)).toMatchObject({
      agents: { engram: { memoryPerTask: 50, taskCue: 8 } },
      demonstrations: 3,
      gradientSteps: 7,
      evaluationEpisodes: 2,
    });
    expect(config("none", choices).agents).toEqual({ "behaviour-cloning": { consolidation: "none", memoryPerTask: 50, taskCue: 8, hidden: [16] } });
    expect(config("random", choices).agents).toEqual({ random: {} });
  });

  it("gives no task identity and the same memory to all unless it is told otherwise", () => {
    for (const name of ["engram", "replay"]) expect(Object.values(config(name).agents)[0]).toMatchObject({ taskCue: 0, memoryPerTask: 400 });
  });

  it("says what is known of boundaries, and when there are tests while learning: of as many episodes as there are, and never of joint learning", () => {
    expect(config("none")).toMatchObject({ boundaries: "given", testsWhileLearning: { every: 50, episodes: 10, tasks: "current" } });
    expect(config("none", { evaluationEpisodes: 2 }).testsWhileLearning).toMatchObject({ episodes: 2 });
    expect(config("none", { testsWhileLearning: null }).testsWhileLearning).toBeUndefined();
    expect(config("joint").testsWhileLearning).toBeUndefined();
    const testsWhileLearning = { every: 10, episodes: 2, tasks: "seen" };
    expect(config("none", { boundaries: "none", testsWhileLearning })).toMatchObject({ boundaries: "none", testsWhileLearning });
  });

  it("is overruled by what a method is told of boundaries, under a name of its own", () => {
    const method = toldBoundaries(known.get("ewc")!, "none");
    expect(method).toMatchObject({ name: "ewc-no-boundaries", variantOf: "ewc" });
    const agent = agents.get(method.agent)!;
    expect(configOfJob({ suite, protocol: parseProtocol({ boundaries: "noisy" }), method, agent }).boundaries).toBe("none");
    expect(toldBoundaries(known.get("ewc")!, "given").name).toBe("ewc");
  });

  it("counts less than what a method says itself", () => {
    const method = parseMethod({ name: "more", agent: "engram", config: { memoryPerTask: 800 } });
    const made = configOfJob({ suite, protocol: parseProtocol({ memoryPerTask: 50 }), method, agent: agents.get("engram")! });
    expect(made.agents["engram"]).toMatchObject({ memoryPerTask: 800 });
  });

  it("gives joint training the gradient steps of all tasks in its one sleep", () => {
    expect(config("joint", { gradientSteps: 7 }).gradientSteps).toBe(70);
    expect(config("none", { gradientSteps: 7 }).gradientSteps).toBe(7);
  });

  it.each(["noisy", "none"] as const)("leaves joint training its one sleep after all tasks when boundaries are %s", (boundaries) => {
    expect(config("joint", { boundaries }).boundaries).toBe("given");
    expect(config("none", { boundaries }).boundaries).toBe(boundaries);
  });

  it.each([
    [{ demonstrations: 0 }, "protocol.demonstrations"],
    [{ hidden: [0] }, "protocol.hidden.0"],
    [{ boundaries: "guessed" }, "protocol.boundaries"],
    [{ demonstration: 3 }, "Did you mean `demonstrations`"],
  ])("refuses %j", (choices, said) => {
    expect(() => parseProtocol(choices)).toThrow(said);
  });
});

describe("tables", () => {
  it("say which methods are told the task, where not all are", () => {
    const said = "Told which task is asked for: joint. The others are not.";
    for (const text of [benchTable(madeUpResult()), benchLatex(madeUpResult()), benchReport(madeUpResult())]) expect(text).toContain(said);
    expect([isToldTask({ taskCue: 8 }), isToldTask({ taskCue: 0 }), isToldTask({ taskCue: 0, consolidation: "packnet" })]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("say who is told of boundaries otherwise than the protocol says, whatever it is called", () => {
    const usual = madeUpResult();
    const methods = usual.methods.map((method) => ({ ...method, boundaries: method.name === "keeper" ? ("none" as const) : ("given" as const) }));
    const result = { ...usual, protocol: { ...usual.protocol, boundaries: "given" }, methods };
    for (const text of [benchTable(result), benchLatex(result), benchReport(result)])
      expect(text).toContain("Boundaries: given, but none to keeper.");
    expect(benchTable(usual)).not.toContain("Boundaries");
  });

  it("show the methods with their intervals, the best first, and what it is ahead by", () => {
    const text = benchTable(madeUpResult());
    expect(text.indexOf("  joint  ")).toBeLessThan(text.indexOf("  keeper "));
    expect(text).toMatch(/^ {2}keeper +5 +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]/m);
    expect(text).toMatch(/^ {2}joint − none +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]/m);
    expect(text).not.toMatch(/NaN|undefined/);
    expect(benchTable(madeUpResult({ seeds: [1] }))).not.toMatch(/NaN|undefined/);
  });

  it("are CSV with a line for every figure of every seed, and for its seconds", () => {
    const result = madeUpResult();
    const lines = benchCsv(result).trimEnd().split("\r\n");
    expect(lines[0]).toBe("suite,method,seed,figure,value");
    expect(lines).toHaveLength(1 + result.runs.reduce((sum, { figures }) => sum + Object.keys(figures).length + 1, 0));
    expect(lines.filter((line) => line.includes(",cpu-seconds,"))).toContain("made-up,keeper,2,cpu-seconds,12.625");
    expect(lines[1]).toBe(`made-up,none,1,average-performance,${result.runs[0]!.figures["average-performance"]!}`);
  });

  it("say how long a run takes, in the terminal and in a paper", () => {
    // Five seeds of 12.5 s, each ⅛ s longer than the one before: 12.5 + 0.25.
    expect(benchTable(madeUpResult())).toMatch(/^ {2}method .* CPU seconds a run$/m);
    expect(benchTable(madeUpResult())).toMatch(/^ {2}keeper .* 13 \[1\d, 1\d\]$/m);
    expect(benchLatex(madeUpResult())).toMatch(/CPU seconds a run \$\\downarrow\$ \\\\\n/);
    expect(benchLatex(madeUpResult())).toMatch(/^ {2}keeper .*& \$13\$ .*\\\\$/m);
  });

  it("are LaTeX that names with special characters cannot break", () => {
    const result = madeUpResult();
    const text = benchLatex({ ...result, suite: { ...result.suite, name: "50%_&#{}" }, failures: [] });
    expect(text).toContain("50\\%\\_\\&\\#\\{\\}");
    const [columns] = /\{lr+\}/.exec(text)!;
    for (const line of text.split("\n").filter((each) => each.endsWith("\\\\"))) expect(line.split("&").length).toBe(columns.length - 2);
  });
});

it("what a method loses by not knowing boundaries is a column of every table and a line of each seed, where anybody was asked", () => {
  const methods = [
    { name: "keeper", learned: 0.9, kept: 0.9 },
    { name: "keeper-no-boundaries", learned: 0.9, kept: 0.3, variantOf: "keeper" },
  ];
  const result = madeUpResult({ methods });
  const mean = (method: string): number => {
    const own = result.runs.filter((run) => run.method === method).map(({ figures }) => figures["average-performance"]!);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  const table = benchTable(result);
  expect(table).toContain("cost of not knowing boundaries");
  const row = table.split("\n").find((line) => line.trim().startsWith("keeper-no-boundaries"))!;
  expect(row).toContain(`  ${(mean("keeper") - mean("keeper-no-boundaries")).toFixed(3)} [`);
  const cost = (mean("keeper") - mean("keeper-no-boundaries")).toFixed(3);
  expect(benchLatex(result)).toContain("cost of not knowing boundaries $\\downarrow$");
  expect(benchLatex(result)).toMatch(new RegExp(`^ {2}keeper-no-boundaries .*\\$${cost}\\$`, "m"));
  const of = (method: string): number => result.runs.find((run) => run.method === method && run.seed === 3)!.figures["average-performance"]!;
  const lines = benchCsv(result).split("\r\n").filter((line) => line.includes("cost-of-not-knowing-boundaries")); // prettier-ignore
  expect(lines).toHaveLength(5);
  expect(lines[2]).toBe(`made-up,keeper-no-boundaries,3,cost-of-not-knowing-boundaries,${of("keeper") - of("keeper-no-boundaries")}`);
  for (const text of [benchTable, benchLatex, benchCsv].map((make) => make(madeUpResult()))) expect(text).not.toMatch(/cost.of.not.knowing/);
});
