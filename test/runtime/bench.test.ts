/** @file `engram bench` and `engram compare` as they are published, in processes of their own. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { serveEnvironment } from "../interop/engram-process.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const root = resolve(import.meta.dirname, "../..");
const program = join(root, "dist/scenarios/main.js");
// Programs are started dozens of times, which takes minutes on a machine that is busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });
const folder = mkdtempSync(join(tmpdir(), "engram-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function engram(...args: string[]): Promise<Result> {
  return new Promise((done) => {
    execFile(process.execPath, [program, ...args], { cwd: folder }, (error, out, err) => {
      done({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

const put = (name: string, content: unknown): void =>
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content, null, 1));
const read = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");

put("two.json", { name: "two", worlds: [{ world: "tabletop/reach@1" }, { world: "tabletop/push@1" }] });
const small = ["demonstrations=1", "gradientSteps=6", "evaluationEpisodes=1"].flatMap((choice) => ["--set", choice]);
const bench = (out: string): string[] => ["bench", "two.json", "--methods", "random,joint", "--seeds", "1,3", ...small, "--out", out];

/** Everything in a benchmark's folder that must be the same whenever and however often it was run. */
function lasting(out: string): Record<string, string> {
  const { circumstances: _, ...results } = JSON.parse(read(out, "results.json")) as Record<string, unknown>;
  const logs = readdirSync(join(folder, out), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("metrics.jsonl"));
  const files = ["results.csv", "results.tex", ...logs.toSorted()].map((name) => [name, withoutSeconds(read(out, name))]);
  return { results: JSON.stringify(results), ...(Object.fromEntries(files) as Record<string, string>) };
}

/** Without the lines of a CSV file, and the last column of a LaTeX table, that tell how long runs took. */
const withoutSeconds = (text: string): string => text.replaceAll(/^.*,cpu-seconds,[^\n]*\n/gm, "").replaceAll(/ & [^&\n]*\\\\$/gm, "");

let whole: Result;
beforeAll(async () => {
  whole = await engram(...bench("whole"));
});

describe("engram bench", () => {
  it("ends with a table of the methods, and every figure of every seed in files", () => {
    expect(whole.code).toBe(0);
    for (const text of ["random", "joint", "average performance", "IQM", "whole/results.json"]) expect(whole.out).toContain(text);
    const results = JSON.parse(read("whole", "results.json")) as Record<string, unknown>;
    expect(results).toMatchObject({
      suite: { name: "two" },
      protocol: { demonstrations: 1, taskCue: 0, memoryPerTask: 400, boundaries: "given" },
      seeds: [1, 3],
      tasks: ["reach", "push"],
      circumstances: { command: expect.stringContaining("--seeds 1,3") as string, node: process.version },
    });
    expect(results["runs"]).toHaveLength(4);
    expect(read("whole", "results.csv")).toContain("two,joint,3,average-performance,");
    expect(read("whole", "results.csv")).not.toContain("joint,3,forgetting");
  });

  it("shows every method the same: demonstrations and test placements depend on the seed alone", () => {
    const shown = (method: string, seed: number): string[] =>
      read("whole", method, `seed-${seed}`, "metrics.jsonl")
        .split("\n")
        .filter((line) => line.includes('"demonstrated"'));
    expect(shown("random", 1)).toEqual(shown("joint", 1));
    expect(shown("random", 1)).not.toEqual(shown("random", 3));
  });

  it("does nothing again that is done", async () => {
    const before = lasting("whole");
    const again = await engram(...bench("whole"), "--json");
    expect(again.err).toContain("4 of 4 jobs were done before.");
    expect(JSON.parse(again.out)).toMatchObject({ folder: "whole", results: { seeds: [1, 3] } });
    expect(lasting("whole")).toEqual(before);
  });

  it("survives being killed at any moment: the same command goes on, and ends with the same bytes", async () => {
    const random = RandomStream.fromSeed(21);
    const kills = Number(process.env["ENGRAM_KILLS"] ?? 4);
    for (let kill = 0; kill < Math.min(kills, 30); kill++) {
      const child = spawn(process.execPath, [program, ...bench("killed"), "--parallel", "2"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
      // From its first words on, anything may be going on.
      await Promise.race([once(child.stderr, "data"), once(child, "exit")]);
      await later(random.uniform(0, 4000));
      await ended(child, "SIGKILL");
    }
    expect((await engram(...bench("killed"))).code).toBe(0);
    expect(lasting("killed")).toEqual(lasting("whole"));
    const left = readdirSync(join(folder, "killed"), { recursive: true, encoding: "utf8" }).filter((name) => name.includes("unfinished"));
    expect(left).toEqual([]);
  });

  it("stops at Ctrl-C, keeps what is done, and says how to go on", async () => {
    const child = spawn(process.execPath, [program, ...bench("stopped"), "--parallel", "1"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    while (!said.includes("random, seed 1: done")) await once(child.stderr, "data");
    // Whoever looks while it goes on finds what is done.
    expect(JSON.parse(read("stopped", "results.json"))).toMatchObject({ runs: [{ method: "random", seed: 1 }] });
    expect(read("stopped", "report.html")).toMatch(/random \(one seed\) ends with.*3 jobs still to be done/);
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(130);
    expect(said).toMatch(/Stopped\. [1-3] of 4 jobs are done and kept; to go on:\n {2}engram bench two\.json --methods random,joint --seeds 1,3/);
    expect(existsSync(join(folder, "stopped", "random", "seed-1", "metrics.jsonl"))).toBe(true);
    const resumed = await engram(...bench("stopped"));
    expect(resumed.err).toMatch(/[1-3] of 4 jobs were done before/);
    expect(lasting("stopped")).toEqual(lasting("whole"));
  });

  it("lets the others go on when a job fails, tells which it was and why, and exits with 1", async () => {
    put("wild.json", { name: "wild", agent: "behaviour-cloning", config: { learningRate: 1e38 } });
    const one = ["--parallel", "1", ...small, "--out", "failing"];
    const { code, out, err } = await engram("bench", "two.json", "--methods", "wild.json,random", "--seeds", "1", ...one);
    expect(code).toBe(1);
    expect(err).toMatch(/ 0 of 2 jobs done, 1 failed .*\n.*random, seed 1: done.*\n.* 1 of 2 jobs done, 1 failed /);
    expect(err).toMatch(/^wild, seed 1: failed \(.*gradient steps.*\), /m);
    expect(err).toMatch(/engram: wild, seed 1 failed: .*gradient steps/);
    expect(out).toMatch(/^ {2}random +1 /m);
    expect(JSON.parse(read("failing", "results.json"))).toMatchObject({ failures: [{ method: "wild", seed: 1 }], runs: [{ method: "random" }] });
  });

  it("goes on where what is done so far cannot be written, and says so", async () => {
    mkdirSync(join(folder, "blocked", "report.html"), { recursive: true });
    const { code, err } = await engram("bench", "two.json", "--methods", "random", "--seeds", "1,2", ...small, "--parallel", "1", "--out", "blocked");
    expect(code).toBe(1);
    expect(err).toMatch(/^The result so far could not be written, and is tried again: EISDIR.*\nrandom, seed 1: done[^]*random, seed 2: done/m);
    expect(err.trimEnd().split("\n").at(-1)).toMatch(/^engram: blocked: cannot be written to \(EISDIR/);
    rmSync(join(folder, "blocked", "report.html"), { recursive: true });
    expect((await engram("bench", "two.json", "--methods", "random", "--seeds", "1,2", ...small, "--out", "blocked")).err).toMatch(
      /2 of 2 jobs were done before/,
    );
  });

  it("goes on though nobody hears what it says any more, and ends at Ctrl-C in good order where jobs have hardly begun", async () => {
    const deaf = spawn(process.execPath, [program, ...bench("unheard")], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    await once(deaf.stderr, "data");
    for (const stream of [deaf.stdout, deaf.stderr]) stream.destroy();
    await once(deaf, "exit");
    expect(JSON.parse(read("unheard", "results.json"))).toMatchObject({ runs: { length: 4 } });
    expect(lasting("unheard")).toEqual(lasting("whole"));
    const hasty = spawn(process.execPath, [program, ...bench("hasty"), "--parallel", "2"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"], detached: true }); // prettier-ignore
    let said = "";
    hasty.stderr.on("data", (text: Buffer) => (said += text.toString()));
    await once(hasty.stderr, "data");
    // As a terminal does it: to the whole group.
    process.kill(-hasty.pid!, "SIGINT");
    expect(await once(hasty, "exit")).toEqual([130, null]);
    expect(said).not.toContain("failed");
  });

  it("tells of a job whose process was killed", async () => {
    const world = `import { environments } from ${JSON.stringify(join(root, "dist/envs/index.js"))};
      const reach = environments.get("tabletop/reach@1");
      const make = () => { if (process.argv.includes("bench-job")) process.kill(process.pid, "SIGKILL"); return reach.make(); };
      export default { ...reach, make };`;
    put("deadly.mjs", world);
    put("deadly.json", { name: "deadly", worlds: [{ world: "./deadly.mjs" }] });
    const { code, err } = await engram("bench", "deadly.json", "--methods", "random", "--seeds", "1", ...small);
    expect(code).toBe(1);
    expect(err).toContain("engram: random, seed 1 failed: its process was killed (SIGKILL)");
  });

  it("compares with learning from scratch and with joint learning where it does both, and with not knowing boundaries where that is asked", async () => {
    const choices = [...small, "--set", "testsWhileLearning.every=2", "--set", "testsWhileLearning.episodes=1"];
    const asked = await engram("bench", "two.json", "--methods", "from-scratch,none,joint", "--boundaries", "given,none", "--seeds", "1", ...choices, "--out", "blind"); // prettier-ignore
    expect(asked).toMatchObject({ code: 0, out: expect.stringContaining("cost of not knowing boundaries") as string });
    const csv = read("blind", "results.csv");
    for (const text of ["two,none,1,intransigence,", "two,none-no-boundaries,1,average-performance,", "two,none,1,forward-transfer-continual-world,"])
      expect(csv).toContain(text);
    expect(csv).not.toContain("joint-no-boundaries");
    // Learning from scratch is what it is compared with.
    expect(csv).toMatch(/two,from-scratch,1,forward-transfer-continual-world,0\D/);
    // References of more seeds are the better yardstick: here of two that half succeed, so that none of ours is worth (0 − ½) / (1 − ½).
    const { singleTaskCurves, ...rest } = JSON.parse(read("blind", "references.json")) as { singleTaskCurves: { tasks: Record<string, object[]> } };
    const half = Object.entries(singleTaskCurves.tasks).map(([task, points]) => [
      task,
      points.map((point) => Object.assign(point, { success: 0.5 })),
    ]);
    put("half.json", { ...rest, singleTaskCurves: { seeds: [1, 2], tasks: Object.fromEntries(half) as object } });
    const alone = ["bench", "two.json", "--methods", "from-scratch", "--seeds", "1", "--references", "half.json", "--out", "alone"];
    expect(await engram(...alone, ...choices)).toMatchObject({ code: 0 });
    expect(read("alone", "results.csv")).toContain("two,from-scratch,1,forward-transfer-continual-world,-1");
    const again = ["bench", "two.json", "--methods", "random", "--seeds", "1", "--references", "blind/references.json", "--out", "later"];
    expect(await engram(...again, ...choices)).toMatchObject({ code: 0 });
    expect(read("later", "results.csv")).toContain("two,random,1,intransigence,");
    const misfit = await engram(...again, ...choices, "--set", "demonstrations=2", "--out", "misfit");
    expect(misfit).toMatchObject({ code: 2, err: expect.stringMatching(/blind\/references\.json.*protocol\.demonstrations.*made with 1/) as string });
    const wrong = await engram("bench", "two.json", "--methods", "none", "--boundaries", "guessed");
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("given, noisy, none") as string });
  });

  it("says in a line why nothing is compared with, and knows a suite by its worlds and not by its name", async () => {
    put("cw10.json", { name: "cw10", worlds: [{ world: "tabletop/reach@1" }] });
    const tested = ["--set", "testsWhileLearning.every=5"];
    const other = await engram("bench", "cw10.json", "--methods", "random", "--seeds", "1", "--out", "other-cw10", ...small, ...tested);
    expect(other.err).toContain("There is no forward transfer and no intransigence: no references come with Engram for the worlds of cw10. Add from-scratch and joint"); // prettier-ignore
    const joint = await engram(...bench("whole"));
    expect(joint.err).toMatch(/^There is no forward transfer: it is made of tests while learning, .*than gradientSteps\.$/m);
    const choices = [...small, "--set", "testsWhileLearning.every=2", "--set", "testsWhileLearning.episodes=1"];
    put("renamed.json", { ...(JSON.parse(read("two.json")) as object), name: "renamed" });
    const references = ["--references", "blind/references.json"];
    const renamed = await engram("bench", "renamed.json", "--methods", "random", "--seeds", "1", ...references, "--out", "renamed", ...choices);
    expect(renamed).toMatchObject({ code: 0, err: expect.not.stringContaining("There is no") as string });
    expect(read("renamed", "results.csv")).toContain("renamed,random,1,intransigence,");
    put("two-others.json", { name: "two", worlds: [{ world: "tabletop/reach@1" }, { world: "tabletop/pull@1" }] });
    const others = await engram("bench", "two-others.json", "--methods", "random", "--seeds", "1", ...references, "--out", "others", ...choices);
    expect(others).toMatchObject({
      code: 2,
      err: expect.stringMatching(/blind\/references\.json, `worlds\.1\.world`: it is .*push.*pull/) as string,
    });
  });

  it("runs on worlds of other programs, by recorded demonstrations", async () => {
    expect((await engram("record", "tabletop/reach@1", "--episodes", "2", "--out", "./remote-v0")).code).toBe(0);
    const served = await serveEnvironment("tabletop/reach@1", "--port", "0");
    put("remote.json", { name: "remote", worlds: [{ world: served.url, demonstrations: "./remote-v0" }] });
    const { code, out } = await engram("bench", "remote.json", "--methods", "random", "--seeds", "1-2", ...small);
    await served.stop();
    expect([code, out]).toEqual([0, expect.stringMatching(/^ {2}random +2 /m)]);
  });

  it("runs from the sources too", async () => {
    const args = ["bench", "two.json", "--methods", "random,joint", "--seeds", "1,3", ...small, "--out", join(folder, "sources")];
    const child = spawn(join(root, "node_modules/.bin/tsx"), [join(root, "scenarios/main.ts"), ...args], { cwd: folder, stdio: "ignore" });
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
    expect(lasting("sources")).toEqual(lasting("whole"));
  });
});

describe("what is wrong with a benchmark is said before anything is trained", () => {
  /** What is said, in one line. */
  const refused = async (...args: string[]): Promise<string> => {
    const { code, err } = await engram("bench", ...args);
    expect(code).toBe(2);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    return err;
  };

  it("a world that there is not", async () => {
    put("misspelt.json", { name: "misspelt", worlds: [{ world: "tabletop/reach@1" }, { world: "tabletop/puhs@1" }] });
    expect(await refused("misspelt.json", "--methods", "none")).toMatch(/misspelt\.json, .worlds.1.world.: .*Did you mean `tabletop\/push@1`/);
    expect(existsSync(join(folder, "runs", "bench-misspelt"))).toBe(false);
  });

  it("a remote world that nobody serves, and the file of one that is not there or cannot be loaded", async () => {
    put("away.json", { name: "away", worlds: [{ world: "tabletop/reach@1" }, { world: "gymnasium:ws://127.0.0.1:9" }] });
    expect(await refused("away.json", "--methods", "none")).toMatch(
      /away\.json, .worlds.1.world.: ws:\/\/127\.0\.0\.1:9: nobody is there\. Start what serves it/,
    );
    put("torn.mjs", "export default {");
    put("own.json", { name: "own", worlds: [{ world: "tabletop/reach@1" }], test: [{ world: "tabletop/reach@1" }, { world: "./torn.mjs" }] });
    expect(await refused("own.json", "--methods", "none")).toMatch(
      /own\.json, .test.1.world.: \.\/torn\.mjs: cannot be loaded \(SyntaxError: .*\)\. Mend it; `node \.\/torn\.mjs` shows where/,
    );
    put("gone.json", { name: "gone", worlds: [{ world: "./gone.mjs" }] });
    expect(await refused("gone.json", "--methods", "none")).toMatch(/gone\.json, .worlds.0.world.: \.\/gone\.mjs: there is no such file/);
  });

  it("a misspelt key of a suite's file, and one cut in half", async () => {
    put("key.json", { name: "key", worlds: [{ wrold: "tabletop/reach@1" }] });
    expect(await refused("key.json", "--methods", "none")).toMatch(/key\.json, .worlds.0.wrold.: Unknown key .*Did you mean `world`\?/);
    put("half.json", read("two.json").slice(0, 40));
    const { code, err } = await engram("bench", "half.json", "--methods", "none");
    expect(code).toBe(1);
    expect(err).toMatch(/^engram: half\.json: is no JSON, in line 5: .*\. Name a suite's file that is whole/);
  });

  it("a world whose controller never succeeds", async () => {
    put("hurried.json", { name: "hurried", worlds: [{ world: "tabletop/reach@1" }, { world: "tabletop/push@1?limit=20" }] });
    expect(await refused("hurried.json", "--methods", "none")).toMatch(
      /hurried\.json, .worlds.1.world.: The controller of .*succeeded in 0 of 40 attempts; 1 demonstration was wanted\. Lower .demonstrationNoise., give it more time/,
    );
  });

  it("a world of another body", async () => {
    put("bodies.json", { name: "bodies", worlds: [{ world: "tabletop/reach@1" }, { world: "classic/cart-pole@1" }] });
    expect(await refused("bodies.json", "--methods", "none")).toMatch(/bodies\.json, .worlds.1.world.: .*a world with the body of/);
  });

  it("demonstrations of another shape, and too few of them", async () => {
    expect((await engram("record", "tabletop/reach@1", "--episodes", "1", "--out", "./reach-v0")).code).toBe(0);
    const fixture = join(root, "test/interop/fixtures/world-v0");
    put("shape.json", { name: "shape", worlds: [{ world: "tabletop/reach@1", demonstrations: fixture }] });
    expect(await refused("shape.json", "--methods", "none")).toMatch(/shape\.json, .worlds.0.demonstrations.: .*a data set of observations of/);
    put("few.json", { name: "few", worlds: [{ world: "tabletop/reach@1", demonstrations: "./reach-v0" }] });
    expect(await refused("few.json", "--methods", "none")).toMatch(/few\.json, .worlds.0.demonstrations.: .*at most 1/);
  });

  it("demonstrations of another world, of worlds that are only tested too, and two data sets of one world", async () => {
    expect((await engram("record", "tabletop/push@1", "--episodes", "1", "--out", "./push-v0")).code).toBe(0);
    const [reach, push] = ["tabletop/reach@1", "tabletop/push@1"];
    put("other.json", {
      name: "other",
      worlds: [
        { world: push, demonstrations: "./push-v0" },
        { world: reach, demonstrations: "./push-v0" },
      ],
    });
    expect(await refused("other.json", "--methods", "none", ...small)).toMatch(
      /other\.json, .worlds.1.demonstrations.: .*a data set of `tabletop\/reach@1`, got "\.\/push-v0: tabletop\/push@1".* Name a data set/,
    );
    put("tested.json", { name: "tested", worlds: [{ world: reach }], test: [{ world: reach }, { world: push, demonstrations: "./none-v0" }] });
    expect(await refused("tested.json", "--methods", "none", ...small)).toMatch(/tested\.json, .test.1.demonstrations.: .*there is no data set/);
    put("both.json", { name: "both", worlds: [{ world: reach }], test: [{ world: reach, demonstrations: "./push-v0" }] });
    expect(await refused("both.json", "--methods", "none", ...small)).toMatch(
      /both\.json, .test.0.demonstrations.: .*a data set of `tabletop\/reach@1`/,
    );
    put("rivals.json", { name: "rivals", worlds: [{ world: push, demonstrations: "./push-v0" }], test: [{ world: push, demonstrations: "./a-v0" }] });
    expect(await refused("rivals.json", "--methods", "none", ...small)).toMatch(
      /rivals\.json, .test.0.demonstrations.: .*"\.\/push-v0".*one data set/,
    );
  });

  it("a misspelt setting of a method's file, by its place in the file", async () => {
    put("typo.json", { name: "typo", agent: "engram", config: { memoryPerTsk: 5 } });
    expect(await refused("two.json", "--methods", "typo.json")).toMatch(/typo\.json, .config.memoryPerTsk.: .*Did you mean `memoryPerTask`\?/);
    put("deep.json", { name: "deep", agent: "behaviour-cloning", config: { consolidation: "ewc", options: { strenght: 9 } } });
    expect(await refused("two.json", "--methods", "deep.json")).toMatch(/deep\.json, .config.options.strenght.: .*Did you mean `strength`\?/);
  });

  it("a method's setting out of range, in a file or by the protocol", async () => {
    put("sloppy.json", { name: "sloppy", agent: "engram", config: { memoryPerTask: 0 } });
    expect(await refused("two.json", "--methods", "none,sloppy.json")).toMatch(/sloppy\.json, .config.memoryPerTask.: .*to be/);
    const { code, err } = await engram("bench", "two.json", "--methods", "none", "--set", "memoryPerTask=0");
    expect(code).toBe(2);
    expect(err).toContain("`protocol.memoryPerTask`");
    expect((await engram("bench", "two.json", "--methods", "none", "--set", "testsWhileLearning=none")).err).toContain("or null for none, got");
  });

  it("a method that there is not, or twice, and seeds that are none", async () => {
    expect(await engram("bench", "two.json", "--methods", "engarm")).toMatchObject({ code: 2, err: expect.stringContaining("`engram`") as string });
    expect((await engram("bench", "two.json", "--methods", "none,mine.jsn")).err).toContain("mine.jsn: there is no such file. Name a method's file");
    expect((await engram("bench", "two.jsn", "--methods", "none")).err).toContain("two.jsn: there is no such file. Name a suite's file");
    expect((await engram("bench", "two.json", "--methods", "none,none")).err).toContain("`none` is there twice");
    put("clash.json", { name: "none-no-boundaries", agent: "random" });
    const clash = await engram("bench", "two.json", "--methods", "none,clash.json", "--boundaries", "given,none");
    expect(clash.err).toContain("`none-no-boundaries` is there twice");
    expect((await engram("bench", "two.json", "--methods", "none", "--seeds", "3-1")).err).toContain("--seeds 1-10");
    expect((await engram("bench", "two.json", "--methods", "none,")).err).toMatch(/Unknown method ``\. Known: `a-gem`/);
  });

  it("a folder that was made by another protocol", async () => {
    const { code, err } = await engram(...bench("whole"), "--set", "demonstrations=2");
    expect(code).toBe(2);
    expect(err).toContain("whole/bench.json, `protocol.demonstrations`: it was made with 1, and is now asked for with 2. Choose another folder");
  });

  it("a folder whose purpose is damaged, and a job in it whose configuration is", async () => {
    cpSync(join(folder, "whole"), join(folder, "hurt"), { recursive: true });
    put("hurt/bench.json", "[]");
    expect((await engram(...bench("hurt"))).err).toContain(
      "hurt/bench.json, `content`: Expected `bench` to be object, got Array of length 0. Remove this file alone, as the jobs beside it are kept and checked; or choose another folder",
    );
    put("hurt/bench.json", read("whole", "bench.json").slice(0, 100));
    expect((await engram(...bench("hurt"))).err).toMatch(
      /hurt\/bench\.json: is no JSON, in line \d+: .*\. Remove this file alone, as the jobs beside it are kept and checked; or choose/m,
    );
    rmSync(join(folder, "hurt", "bench.json"));
    expect((await engram(...bench("hurt"))).err).toContain("4 of 4 jobs were done before");
    put("hurt/bench.json", read("whole", "bench.json"));
    put("hurt/random/seed-1/config.json", read("whole", "random", "seed-1", "config.json").slice(0, 100));
    expect((await engram(...bench("hurt"))).err).toMatch(/hurt\/random\/seed-1\/config\.json: its content is damaged: .*or remove its folder/);
  });

  it("a method that has changed under its name", async () => {
    put("mine.json", { name: "mine", agent: "behaviour-cloning", config: { batch: 8 } });
    const args = ["bench", "two.json", "--methods", "mine.json", "--seeds", "1", ...small, "--out", "mine"];
    expect((await engram(...args)).code).toBe(0);
    put("mine.json", { name: "mine", agent: "behaviour-cloning", config: { batch: 9 } });
    const { code, err } = await engram(...args);
    expect(code).toBe(2);
    expect(err).toContain("mine/mine/seed-1/config.json, `config.agents.behaviour-cloning.batch`: it was made with 8, and is now asked for with 9.");
  });

  it.each([
    ["in the middle of a line", (log: string) => log.slice(0, Math.floor(log.length / 2)), /metrics\.jsonl: line \d+ is damaged/],
    ["before its first line", (log: string) => log.split("\n").slice(1).join("\n"), /metrics\.jsonl: line 1 is damaged: a log begins with how its/],
    ["between two lines", (log: string) => log.split("\n").slice(0, 3).join("\n") + "\n", /metrics\.jsonl: ends at line 3 in the middle/],
  ])("a log cut in half %s", async (_, cut, said) => {
    cpSync(join(folder, "whole"), join(folder, "cut"), { recursive: true });
    put("cut/random/seed-3/metrics.jsonl", cut(read("whole", "random", "seed-3", "metrics.jsonl")));
    const { code, err } = await engram(...bench("cut"));
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(err).toContain("Remove cut/random/seed-3, and the command that made it makes it anew.");
    rmSync(join(folder, "cut", "random", "seed-3"), { recursive: true });
    expect((await engram(...bench("cut"))).code).toBe(0);
    expect(lasting("cut")).toEqual(lasting("whole"));
    rmSync(join(folder, "cut"), { recursive: true });
  });

  it("a folder that another benchmark is at work in", async () => {
    const child = spawn(process.execPath, [program, ...bench("busy")], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    await once(child.stderr, "data");
    const { code, err } = await engram(...bench("busy"));
    await ended(child, "SIGKILL");
    expect(code).toBe(1);
    expect(err).toContain("is in use by another process");
  });
});

describe("engram compare", () => {
  it("says of every figure whether two methods differ", async () => {
    const { code, out } = await engram("compare", "whole", "--methods", "random,joint");
    expect(code).toBe(0);
    expect(out).toMatch(/random − joint\n {2}average performance ↑ +\S+ \[\S+, \S+\] +.*\(p = \S+, 2 shared seeds\)/);
    const json = JSON.parse((await engram("compare", "whole", "--methods", "random,joint", "--json")).out) as object[];
    expect(json[0]).toMatchObject({ one: "random", other: "joint", figure: { id: "average-performance" }, paired: true, seeds: 2 });
  });

  it("asks about the figures of the table, those that are named, or all, and corrects for as many", async () => {
    const asked = async (...flags: string[]): Promise<number> =>
      (JSON.parse((await engram("compare", "whole", "whole/results.json", "--methods", "random", "--json", ...flags)).out) as object[]).length;
    const all = Object.keys((JSON.parse(read("whole", "results.json")) as { runs: { figures: object }[] }).runs[0]!.figures).length;
    expect(await asked()).toBeLessThan(all);
    expect(await asked("--figures", "all")).toBe(all);
    expect(await asked("--figures", "average-performance,forgetting-chaudhry")).toBe(2);
    expect((await engram("compare", "whole", "--methods", "random,joint", "--figures", "forgeting-chaudhry")).err).toContain("`forgetting-chaudhry`");
  });

  it("holds the methods of one result against the same of another", async () => {
    const { out } = await engram("compare", "whole", "whole/results.json");
    expect(out).toContain("joint of whole/results.json − joint of whole/results.json");
  });

  it("refuses results of different suites and of different protocols, with file, field and remedy", async () => {
    const results = read("whole", "results.json");
    put("suite.json", results.replaceAll("tabletop/push@1", "tabletop/pull@1"));
    put("protocol.json", results.replace('"gradientSteps": 6', '"gradientSteps": 7'));
    const suite = await engram("compare", "whole", "suite.json");
    expect(suite.code).toBe(2);
    expect(suite.err).toContain('suite.json, `suite.worlds.1.world`: it is "tabletop/pull@1", and in whole/results.json "tabletop/push@1". Only');
    const protocol = await engram("compare", "whole", "protocol.json");
    expect(protocol.code).toBe(2);
    expect(protocol.err).toContain("protocol.json, `protocol.gradientSteps`: it is 7, and in whole/results.json 6. Only results of one protocol");
  });

  it("leaves out what two results reckon against other references, and says so", async () => {
    const results = JSON.parse(read("blind", "results.json")) as { references: { jointFinal: { tasks: Record<string, number> } } };
    const { jointFinal } = results.references;
    const other = { ...jointFinal, tasks: Object.fromEntries(Object.keys(jointFinal.tasks).map((task) => [task, 0.125])) };
    put("otherwise.json", { ...results, references: { ...results.references, jointFinal: other } });
    const { code, out } = await engram("compare", "blind", "otherwise.json", "--methods", "none", "--figures", "all");
    expect(code).toBe(0);
    expect(out).toContain("\nLeft out: intransigence (RWalk). The two results reckon them against other references.\n");
    expect(out).toMatch(/^ {2}forward transfer \(Continual World\) /m);
    expect(out).not.toMatch(/^ {2}intransigence/m);
  });

  it("compares how two benchmarks order methods, whatever their suites are; three methods at least", async () => {
    put("elsewhere.json", read("whole", "results.json").replaceAll("tabletop/push@1", "tabletop/pull@1"));
    const { code, err } = await engram("compare", "whole", "elsewhere.json", "--order");
    expect([code, err]).toEqual([2, expect.stringMatching(/`methods of both` to be 3 or more, got "\w+,\w+"/) as string]);
    expect((await engram("compare", "whole", "--order")).err).toContain("to be two results");
    expect((await engram("compare", "whole", "elsewhere.json", "--order", "--methods", "random,l3")).err).toContain("Unknown method in whole");
    const thrice = JSON.parse(read("whole", "results.json")) as { methods: { name: string }[]; runs: { method: string }[] };
    const third = <T extends object>(all: readonly T[], key: keyof T): T[] =>
      all.filter((each) => each[key] === "random").map((each) => Object.assign(structuredClone(each), { [key]: "third" }));
    put(
      "thrice.json",
      JSON.stringify({
        ...thrice,
        methods: [...thrice.methods, ...third(thrice.methods, "name")],
        runs: [...thrice.runs, ...third(thrice.runs, "method")],
      }),
    );
    const { out } = await engram("compare", "thrice.json", "thrice.json", "--order");
    expect(out).toMatch(/average performance .* rank .* rank\n( {2}\S+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+\n){3}\nKendall’s τ of the two orders: /);
  });

  it("refuses what is no result", async () => {
    put("broken.json", '{"format": 1, "suite": {"name": "two"}}');
    expect(await engram("compare", "broken.json")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/broken\.json, `suite.worlds`: .* Name a folder that `engram bench` made/) as string,
    });
    put("torn.json", read("whole", "results.json").slice(0, 5000));
    expect((await engram("compare", "whole", "torn.json")).err).toMatch(
      /torn\.json: is no JSON, in line \d+: .*\. Name a folder that `engram bench` made/,
    );
    put("deep.json", read("whole", "results.json").replace('"protocol": {', `"protocol": {"x": ${"[".repeat(20_000)}${"]".repeat(20_000)},`));
    expect((await engram("compare", "whole", "deep.json")).err).toMatch(/^engram: deep\.json: is nested more than 200 levels deep\. Name a folder/);
    expect((await engram("compare", "nowhere")).err).toContain("there is no such file");
    expect((await engram("compare", "whole", "--methods", "random,l3")).err).toContain("Unknown method in whole/results.json: `l3`");
    expect((await engram("compare", "whole", "--methods", "random")).err).toContain("two methods or more");
  });
});

describe("engram methods", () => {
  it("lists what can be compared, with a sentence each", async () => {
    const { out } = await engram("methods");
    for (const name of ["engram", "none", "joint", "random"]) expect(out).toMatch(new RegExp(`^${name}: \\S+ \\S+`, "m"));
  });
});

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}
