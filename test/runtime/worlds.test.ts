/** @file Worlds, suites and recordings on the command line: the program as it is published, in processes of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { programIn } from "../engram-program.ts";
import { serveEnvironment } from "../interop/engram-process.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-worlds-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(resolve(import.meta.dirname, "../.."), join(folder, "node_modules", "engram"));
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engram = programIn(folder, { MINARI_DATASETS_PATH: join(folder, "datasets") });

/** A user's own world, written in TypeScript; `drift` is what a step adds of its own. */
const ownWorld = (drift: string): string => `
import { asEnvironmentId, space, type World } from "engram";

enum Start { Left = -1, Right = 1 }
const world: World = {
  spec: {
    id: asEnvironmentId("own/line@1"),
    summary: "Go to the middle of a line.",
    observation: space([{ name: "x", quantity: "position", unit: "m", size: 1, low: -100, high: 100 }]),
    action: space([{ name: "step", quantity: "position", unit: "m", size: 1, low: -1, high: 1 }]),
    variation: space([{ name: "x", quantity: "position", unit: "m", size: 1, low: Start.Left, high: Start.Right }]),
    settings: [],
    controlPeriod: 0.1,
    horizon: 20,
  },
  simulate() {
    let x = 0;
    return {
      begin({ variation }, observation) { observation[0] = x = variation[0]!; },
      advance(action, observation, outcome) { observation[0] = x = x + action[0]! + ${drift}; outcome.reward = -Math.abs(x); },
      snapshot: () => ({ x }),
      restore(snapshot) { x = snapshot["x"] as number; },
    };
  },
};
export default world;
`;

const small = ["demonstrations=2", "gradientSteps=4", "evaluationEpisodes=2", 'agents={"engram":{}}'].flatMap((each) => ["--set", each]);
const read = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");

describe("engram check-env", () => {
  it("tells of a world of one's own which promises it keeps, and fails where one is broken", async () => {
    writeFileSync(join(folder, "good.ts"), ownWorld("0"));
    expect(await engram("check-env", "./good.ts")).toMatchObject({
      code: 0,
      out: expect.stringContaining("own/line@1: keeps all 18 promises.") as string,
    });
    writeFileSync(join(folder, "bad.ts"), ownWorld("Math.random()"));
    const bad = await engram("check-env", "./bad.ts");
    expect(bad).toMatchObject({ code: 1, err: "" });
    expect(bad.out).toMatch(/FAIL repeats itself bit for bit from a seed.*\n {5}The same seed, again: /u);
    expect(bad.out).toMatch(/own\/line@1: breaks \d of its 18 promises\.\n$/u);
    const json = JSON.parse((await engram("check-env", "./bad.ts", "--json")).out) as { readonly results: readonly { readonly problem?: string }[] };
    expect(json.results).toHaveLength(18);
    expect(json.results.filter(({ problem }) => problem !== undefined).length).toBeGreaterThan(0);
  }, 60_000);

  it("finds nothing wrong with the world in docs/worlds.md", async () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/worlds.md"), "utf8");
    writeFileSync(join(folder, "line.ts"), /```ts\n(import \{ asEnvironmentId[^]+?)```/.exec(page)![1]!);
    expect((await engram("check-env", "./line.ts")).out).toContain("own/line@1: keeps all 18 promises.");
  }, 30_000);

  it("says what a file's export should be", async () => {
    writeFileSync(join(folder, "five.ts"), "export default 5;");
    expect(await engram("check-env", "./five.ts")).toMatchObject({ code: 2, err: expect.stringContaining("to be a world") as string });
    expect(await engram("check-env", "./none.ts")).toMatchObject({ code: 1, err: expect.stringContaining("there is no such file") as string });
  }, 30_000);

  it("names the field of a spec that is none", async () => {
    const listed = ownWorld("0").replace(/space\((\[\{ name: "x", quantity: "position", unit: "m", size: 1, low: -100.*?\])\)/, "$1 as never");
    writeFileSync(join(folder, "listed.ts"), listed);
    const wanted = "Expected `./listed.ts: spec.observation` to be what `space([…])` makes of a list of parts";
    expect(await engram("check-env", "./listed.ts")).toMatchObject({ code: 2, err: expect.stringContaining(wanted) as string });
    writeFileSync(join(folder, "unset.ts"), ownWorld("0").replace("settings: [],", ""));
    expect(await engram("check-env", "./unset.ts")).toMatchObject({ code: 2, err: expect.stringContaining("spec.settings") as string });
  }, 30_000);
});

describe("a user's own file", () => {
  it("shares it in a checkout, too, whose tsconfig names the sources", async () => {
    const inside = mkdtempSync(resolve(import.meta.dirname, "../../dist/own-"));
    try {
      writeFileSync(join(inside, "own.ts"), `import { defineScenario } from "engram"; export default defineScenario({ name: "BAD" } as never);`);
      const { code, err } = await engram("run", join(inside, "own.ts"), "--no-serve");
      expect([code, err]).toEqual([2, expect.stringMatching(/^engram: Expected `scenario\.name` to be kebab-case.*\n$/) as string]);
    } finally {
      rmSync(inside, { recursive: true });
    }
  }, 30_000);

  it("shares its engram with the program: its errors are told as errors are", async () => {
    const scenario = `
      import { defineScenario, InvalidValueError } from "engram";
      export default defineScenario({
        name: "own", summary: "Fails.", config: { tasks: ["tabletop/reach@1"], agents: { random: {} } },
        async main() { throw new InvalidValueError("own.value", 3, "four"); },
      });`;
    writeFileSync(join(folder, "own.ts"), scenario);
    const { code, err } = await engram("run", "./own.ts", "--no-serve", "--out", "own");
    expect([code, err]).toEqual([2, "engram: Expected `own.value` to be four, got `3` (number).\n"]);
  }, 30_000);
});

describe("engram envs and suites", () => {
  it("list what there is, and a world with its options in detail", async () => {
    expect((await engram("suites", "cw10")).out).toContain("10  tabletop/peg-unplug-side@1");
    expect((await engram("suites", "ml10")).out).toMatch(/to be tested in\n {2}1 {2}tabletop\/drawer-open@1\?hide=goal/u);
    const world = (await engram("envs", "locomotion/ant@1?gravity=0.5&limit=200")).out;
    expect(world).toContain("20 actions a second, 200 at most");
    expect(world).toMatch(/gravity +0\.1 … 2, normally 0\.5/u);
  }, 30_000);

  it.each([
    [["envs", "tabletop/push"], "Did you mean `tabletop/push@1`"],
    [["envs", "locomotion/ant@1?gravity=9"], "Expected `gravity` to be from 0.1 to 2, got `9` (number)."],
    [["suites", "cw11"], "`cw10`"],
    [["run", "quickstart", "--suite", "./none.json"], "there is no such file"],
    [["record", "locomotion/ant@1"], "Expected `environment` to be a world with a scripted controller"],
    [["serve-env", "tabletop/push@1", "--count", "0"], "--count"],
    [["check-env", "gymnasium:ws://127.0.0.1:9"], "nobody is there"],
  ])(
    "%j says what to do",
    async (args, message) => {
      const { code, err } = await engram(...args);
      expect(code).not.toBe(0);
      expect(err).toContain(message);
      expect(err).not.toMatch(/^\s+at /m);
    },
    30_000,
  );
});

describe("a suite's file", () => {
  it("is lived through: our world and a remote one, each with recorded demonstrations, and both are known by their fingerprints", async () => {
    const served = await serveEnvironment("tabletop/push@1", "--port", "0");
    try {
      expect((await engram("record", "tabletop/reach@1?limit=200", "--episodes", "2")).out).toContain(join("engram", "tabletop-reach-limit-200-v0"));
      await engram("record", "tabletop/push@1", "--episodes", "2", "--out", "./push-v0");
      const remote = `gymnasium:${served.url}`;
      const worlds = [
        { world: "tabletop/reach@1", demonstrations: "engram/tabletop-reach-limit-200-v0" },
        { world: remote, demonstrations: "./push-v0" },
      ];
      writeFileSync(join(folder, "mine.json"), JSON.stringify({ name: "mine", worlds }));
      const { code, out, err } = await engram("run", "quickstart", "--suite", "./mine.json", ...small, "--no-serve", "--out", "mine");
      expect([code, err.includes("engram:")]).toEqual([0, false]);
      expect(out).toMatch(/\+ reach +\d+ % +\d+ %\n {2}\+ push/u);
      expect(read("mine", "metrics.jsonl")).toContain('"kind":"demonstrated","task":"push","episodes":2,"successes":2');
      const { worlds: known } = JSON.parse(read("mine", "meta.json")) as { readonly worlds: Record<string, string> };
      expect(Object.keys(known)).toEqual(["tabletop/reach@1", "tabletop/push@1"]);
      for (const fingerprint of Object.values(known)) expect(fingerprint).toMatch(/^[0-9a-f]{64}$/u);
    } finally {
      await served.stop();
    }
  }, 60_000);

  it("of meta-learning has tasks that are only tested", async () => {
    const suite = { name: "ml", worlds: [{ world: "tabletop/reach@1?hide=goal" }], test: [{ world: "tabletop/push@1?hide=goal" }], placements: 3 };
    writeFileSync(join(folder, "ml.json"), JSON.stringify(suite));
    const { code, out } = await engram("run", "quickstart", "--suite", "./ml.json", ...small, "--no-serve", "--out", "ml");
    expect(code).toBe(0);
    expect(out).toMatch(/on tasks that are only tested \(columns\)\n +push\?hide=goal\n {2}nothing yet/u);
    expect(JSON.parse(read("ml", "config.json"))).toMatchObject({ config: { testTasks: ["tabletop/push@1?hide=goal"], placements: 3 } });
    const report = read("ml", "report.html");
    expect((await engram("report", "ml")).code).toBe(0);
    expect(read("ml", "report.html").includes("Tasks that are only tested")).toBe(report.includes("Tasks that are only tested"));
    expect(report).toContain("Tasks that are only tested");
  }, 60_000);

  it.each([
    ["{", "no JSON"],
    ['{"name":"a","worlds":[{"wurld":"tabletop/push@1"}]}', "wrong.json, `worlds.0.wurld`: Unknown key"],
    ['{"name":"a","worlds":[{"world":"tabletop/push@1"},{"world":"classic/cart-pole@1"}]}', "a world with the body of `tabletop/push@1`"],
    ['{"name":"a","worlds":[{"world":"tabletop/push@1","demonstrations":"none-v0"}]}', "there is no data set `none-v0`"],
    ['{"name":"a","worlds":[{"world":"gymnasium:ws://127.0.0.1:9"}]}', "nobody is there"],
  ])(
    "is refused as %s, with where",
    async (text, told) => {
      writeFileSync(join(folder, "wrong.json"), text);
      const { code, err } = await engram("run", "quickstart", "--suite", "./wrong.json", "--no-serve", "--out", "wrong");
      expect(code).not.toBe(0);
      expect(err).toContain(told);
      expect(err).not.toMatch(/^\s+at /m);
    },
    30_000,
  );
});
