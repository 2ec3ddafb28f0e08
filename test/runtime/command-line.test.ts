/** @file The program as it is published, in processes of its own. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openMinari } from "../../src/interop/minari.ts";
import { decodeSnapshot } from "../../src/runtime/snapshot-codec.ts";
import { program, programIn, type Outcome } from "../engram-program.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engram = programIn(folder);

const small = [
  "--set",
  'tasks=["tabletop/reach@1","tabletop/push@1"]',
  "--set",
  "demonstrations=2",
  "--set",
  "gradientSteps=8",
  "--set",
  "evaluationEpisodes=2",
];
const read = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");

describe("engram record", () => {
  it("records a data set that a run learns from, and overwrites nothing", async () => {
    const recorded = await engram("record", "tabletop/reach@1", "--episodes", "3", "--out", "./reach-v0");
    expect(recorded).toMatchObject({ code: 0, out: expect.stringContaining("3 successful episodes") as string });
    // What was done is shaken; what was meant is kept beside it, and learned.
    const set = await openMinari(join(folder, "reach-v0"));
    const { actions, decisions } = set.episode(0);
    set.close();
    const spread = Math.sqrt(actions.reduce((sum, action, k) => sum + (action - decisions![k]!) ** 2, 0) / actions.length);
    expect(spread).toBeGreaterThan(0.05);
    expect(spread).toBeLessThan(0.3);
    const learned = await engram("run", "quickstart", ...small, "--set", 'demonstrationSets={"tabletop/reach@1":"./reach-v0"}', "--no-serve");
    expect(learned.code).toBe(0);
    expect(read("runs", "quickstart-seed1", "metrics.jsonl")).toContain('"kind":"demonstrated","task":"reach","episodes":2,"successes":2');
    rmSync(join(folder, "runs"), { recursive: true });
    const again = await engram("record", "tabletop/reach@1", "--out", "./reach-v0");
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("Choose another version") as string });
    expect(await engram("record", "tabletop/reech@1")).toMatchObject({ err: expect.stringContaining("`tabletop/reach@1`") as string });
  });
});

describe("engram run", () => {
  let first: Outcome;
  beforeAll(async () => {
    first = await engram("run", "quickstart", ...small, "--seed", "3", "--no-serve");
  });

  it("ends with both matrices, every figure with its interval, where memory read from, and the way to the report", () => {
    expect(first.err).not.toMatch(/error/i);
    expect(first.code).toBe(0);
    for (const text of [
      "engram",
      "behaviour-cloning",
      "average performance",
      "forgetting",
      "forward transfer",
      "push",
      "runs/quickstart-seed3/report.html",
    ]) {
      expect(first.out).toContain(text);
    }
  });

  it("leaves a folder with all that is needed to look at it, repeat it or go on from it", () => {
    const at = ["runs", "quickstart-seed3"] as const;
    expect(JSON.parse(read(...at, "config.json"))).toMatchObject({
      seed: 3,
      config: { demonstrations: 2, agents: { engram: { memoryPerTask: 400 } } },
    });
    expect(JSON.parse(read(...at, "meta.json"))).toMatchObject({ status: "complete", node: process.version });
    expect(read(...at, "report.html")).toMatch(/^<!doctype html>/i);
    expect(decodeSnapshot(read(...at, "checkpoint-engram.json"))).toHaveProperty("descent.parameters");
    expect(JSON.parse(read(...at, "summary.json"))).toMatchObject({ complete: true });
    const kinds = read(...at, "metrics.jsonl").trim().split("\n").map((line) => (JSON.parse(line) as { kind: string }).kind); // prettier-ignore
    expect([kinds[0], kinds.at(-1)]).toEqual(["run-started", "run-finished"]);
    expect(
      read(...at, "timings.jsonl")
        .trim()
        .split("\n"),
    ).toHaveLength(kinds.length);
  });

  it("writes the same metrics, byte for byte, for the same seed, with a live page and without, and others for another", async () => {
    await engram("run", "quickstart", ...small, "--seed", "3", "--port", "0", "--out", "again");
    await engram("run", "quickstart", ...small, "--seed", "4", "--no-serve", "--out", "other");
    expect(read("again", "metrics.jsonl")).toBe(read("runs", "quickstart-seed3", "metrics.jsonl"));
    expect(read("other", "metrics.jsonl")).not.toBe(read("again", "metrics.jsonl"));
  });

  it("never overwrites a run", async () => {
    const result = await engram("run", "quickstart", ...small, "--seed", "3", "--no-serve", "--out", join("runs", "quickstart-seed3"));
    expect(result.code).toBe(1);
    expect(result.err).toContain("holds a run already");
  });

  it("overwrites nothing else either, and takes nothing away", async () => {
    mkdirSync(join(folder, "own-files"));
    writeFileSync(join(folder, "own-files", "config.json"), "my own");
    for (const tasks of ["tabletop/reach@1", "tabletop/nope@1"]) {
      const result = await engram("run", "quickstart", "--set", `tasks=["${tasks}"]`, "--no-serve", "--out", "own-files");
      expect(result).toMatchObject({ code: 1, err: expect.stringContaining("own-files: holds config.json already") as string });
    }
    expect(readdirSync(join(folder, "own-files"))).toEqual(["config.json"]);
    expect(read("own-files", "config.json")).toBe("my own");
  });

  it("leaves no folder behind when nothing could be run, and an empty one empty", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(65_535, "127.0.0.1", done));
    mkdirSync(join(folder, "empty"));
    for (const out of ["none", "empty"]) {
      const result = await engram("run", "quickstart", ...small, "--port", "65535", "--out", out);
      expect(result).toMatchObject({ code: 2, err: expect.stringContaining("`port`") as string });
    }
    server.close();
    expect([existsSync(join(folder, "none")), readdirSync(join(folder, "empty"))]).toEqual([false, []]);
  });

  it("prints nothing but JSON with --json", async () => {
    const { out } = await engram("run", "quickstart", ...small, "--no-serve", "--json", "--out", "json");
    expect(JSON.parse(out)).toMatchObject({ summary: { scenario: "quickstart", agents: [{ agent: "engram" }, { agent: "behaviour-cloning" }] } });
  });

  it("takes the next free port when the one asked for is busy, and says so", async () => {
    const server = createServer();
    const port = await new Promise<number>((done) => server.listen(0, "127.0.0.1", () => done((server.address() as { port: number }).port)));
    const { err } = await engram("run", "quickstart", ...small, "--port", String(port), "--out", "busy");
    server.close();
    expect(err).toContain(`Port ${port} is taken; using `);
    expect(err).toMatch(/Watch it live: http:\/\/127\.0\.0\.1:\d+/);
  });

  it("stops at Ctrl-C with everything whole, and says where to look", async () => {
    const child = spawn(process.execPath, [program, "run", "quickstart", "--no-serve", "--out", "stopped"], { cwd: folder });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    const log = join(folder, "stopped", "metrics.jsonl");
    while (!existsSync(log) || !readFileSync(log, "utf8").includes("demonstrated")) await new Promise((done) => setTimeout(done, 50));
    child.kill("SIGINT");
    // npm hands on what the terminal sent already.
    await new Promise((done) => setTimeout(done, 3));
    child.kill("SIGINT");
    const code = await new Promise((done) => child.on("exit", done));
    expect(code).toBe(130);
    expect(out).toContain("stopped/report.html");
    expect(JSON.parse(read("stopped", "meta.json"))).toMatchObject({ status: "stopped" });
    expect(JSON.parse(read("stopped", "metrics.jsonl").trim().split("\n").at(-1)!)).toEqual({ kind: "run-finished", complete: false });
    expect((await engram("memory", "ls", "stopped")).out).toContain("reach");
  });

  it("stops at a loss that is not finite with what made it, and the agents as they were before", async () => {
    const { code, err } = await engram("run", "quickstart", ...small, "--set", "agents.engram.learningRate=1e25", "--no-serve", "--out", "diverged");
    expect(code).toBe(1);
    expect(err).toMatch(/engram, learning reach with seed 1, stopped after \d gradient steps\. Expected the (loss|gradient)/);
    expect(err).toContain("The agents as they were before that step, and the entries it learned from: diverged");
    const divergence = JSON.parse(read("diverged", "divergence.json")) as { stepsBefore: number; batch: { queries: number[] } };
    expect(divergence).toMatchObject({ agent: "engram", task: "reach", seed: 1 });
    expect(divergence.batch.queries.length).toBeGreaterThan(0);
    const { descent } = decodeSnapshot(read("diverged", "checkpoint-engram.json")) as unknown as { descent: { adam: { count: number } } };
    expect(descent.adam.count).toBe(divergence.stepsBefore);
    expect(JSON.parse(read("diverged", "meta.json"))).toMatchObject({ status: "failed" });
    expect((await engram("memory", "ls", "diverged")).out).toContain("reach");
  });

  it("keeps the page open after the table when asked to, until Ctrl-C", async () => {
    const child = spawn(process.execPath, [program, "run", "quickstart", ...small, "--keep-open", "--port", "0", "--out", "kept"], { cwd: folder });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    while (!err.includes("Ctrl-C closes it.")) await new Promise((done) => setTimeout(done, 50));
    expect(out).toContain("kept/report.html");
    const url = /The page stays open at (\S+?)\. /.exec(err)![1]!;
    expect(await (await fetch(url)).text()).toMatch(/^<!doctype html>/i);
    const shown = async (): Promise<unknown> => JSON.parse((await engram("memory", "stats", "kept", "--json")).out);
    const before = await shown();
    await new Promise((done) => setTimeout(done, 1000));
    child.kill("SIGINT");
    expect(await new Promise((done) => child.on("exit", done))).toBe(0);
    expect(await shown()).toEqual(before);
  });

  it("runs a user's own scenario, written in TypeScript outside of this repository: the one in README", async () => {
    const project = mkdtempSync(join(tmpdir(), "engram-user-"));
    mkdirSync(join(project, "node_modules"));
    symlinkSync(resolve(import.meta.dirname, "../.."), join(project, "node_modules", "engram"));
    const file = join(project, "mine.ts");
    const readme = readFileSync(resolve(import.meta.dirname, "../../README.md"), "utf8");
    writeFileSync(file, /```ts\n([^]+?)```/.exec(readme)![1]!);
    const less = ["demonstrations=2", "gradientSteps=4", "evaluationEpisodes=2"].flatMap((assignment) => ["--set", assignment]);
    const result = await engram("run", file, ...less, "--no-serve", "--out", "mine");
    rmSync(project, { recursive: true, force: true });
    expect(result.err).not.toMatch(/engram:|already registered/);
    expect(result.code).toBe(0);
    expect(result.out).toContain("+ drawer-open");
  });
});

describe("engram, given something wrong", () => {
  it.each([
    [["run", "quikstart"], "Unknown scenario `quikstart`. Did you mean `quickstart`?"],
    [["run", "quickstart", "--keep-open", "--no-serve"], "Expected `--keep-open` to be beside a live page"],
    [["run", "quickstart", "--set", "demonstrashuns=3"], "Did you mean `demonstrations`?"],
    [["run", "quickstart", "--set", "demonstrations=0"], "Expected `config.demonstrations` to be >=1, got `0` (number)"],
    [["run", "quickstart", "--set", 'tasks=["tabletop/pusch@1"]'], "Did you mean `tabletop/push@1`"],
    [["run", "quickstart", "--set", "agents.engramm={}"], "Did you mean `engram`"],
    [["run", "quickstart", "--set", "agents.engram.neighbors=3"], "Did you mean `neighbours`?"],
    [["run", "quickstart", "--seed", "one"], "Expected `--seed` to be an integer"],
    [["run", "quickstart", "--backend", "wsam"], "Did you mean `wasm`"],
    [["run", "./missing.ts"], "there is no such file"],
    [["envs", "tabletop/pusch@1"], "Did you mean `tabletop/push@1`"],
    [["report", "nowhere"], "holds no run"],
    [["memory", "ls", "nowhere"], "there is no such folder"],
    [["rum"], "run"],
  ])("%j says what to do", async (args, message) => {
    const { code, err } = await engram(...args, ...(args[0] === "run" ? ["--no-serve", "--out", "wrong"] : []));
    expect(code).not.toBe(0);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe("engram's other commands", () => {
  it("report makes the report anew from the log alone, and names a damaged line", async () => {
    const at = join("runs", "quickstart-seed3");
    const before = read(at, "report.html");
    rmSync(join(folder, at, "report.html"));
    expect((await engram("report", at)).code).toBe(0);
    expect(read(at, "report.html").length).toBeGreaterThan(before.length * 0.9);
    mkdirSync(join(folder, "damaged"));
    writeFileSync(join(folder, "damaged", "config.json"), read(at, "config.json"));
    writeFileSync(join(folder, "damaged", "metrics.jsonl"), read(at, "metrics.jsonl").replace('"kind":"demonstrated"', '"kind":"demonstr'));
    const { code, err } = await engram("report", "damaged");
    expect(code).toBe(1);
    expect(err).toContain("line ");
  });

  it("sleeps says of every sleep why it was, what it learned and whether it was kept", async () => {
    const all = await engram("sleeps", "runs/quickstart-seed3");
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/engram\n.*because.*\n\s+1\s+reach\s+the task ended\s+8 .*kept, too few episodes or states to test reach\n\s+2\s+push/);
    expect(all.out).toContain("behaviour-cloning");
    const one = JSON.parse((await engram("sleeps", "runs/quickstart-seed3", "--agent", "engram", "--json")).out) as unknown[];
    expect(one).toHaveLength(2);
    expect(one[1]).toMatchObject({ agent: "engram", task: "push", trigger: "boundary", gradientSteps: 8 });
    const wrong = await engram("sleeps", "runs/quickstart-seed3", "--agent", "engrm");
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("`engram`") as string });
  });

  it("memory ls and show look into what was remembered", async () => {
    const at = join("runs", "quickstart-seed3");
    expect((await engram("memory", "ls", at)).out).toMatch(/reach\s+\d+\s+2\s/);
    const [memory] = JSON.parse((await engram("memory", "ls", at, "--json")).out) as { tasks: { task: string; entries: number }[] }[];
    expect(memory!.tasks.map((task) => task.task)).toEqual(["reach", "push"]);
    expect(JSON.parse((await engram("memory", "show", at, "1", "--json")).out)).toMatchObject({ id: 1, task: "reach", step: 0 });
    expect((await engram("memory", "show", at, "99999")).err).toContain("holds no entry 99999");
  });

  it("envs, agents and scenarios list what there is, for people and for scripts", async () => {
    expect((await engram("envs")).out).toContain("tabletop/pick-place@1");
    expect((await engram("envs", "tabletop/push@1")).out).toContain("80 actions a second");
    expect(JSON.parse((await engram("envs", "tabletop/push@1", "--json")).out)).toMatchObject({ horizon: 500, controlPeriod: 0.0125 });
    expect((JSON.parse((await engram("agents", "--json")).out) as { name: string }[]).map((agent) => agent.name)).toContain("engram");
    expect((await engram("scenarios")).out).toContain("quickstart");
  });

  it("doctor says which backend is in use and why not the better ones", async () => {
    const report = JSON.parse((await engram("doctor", "--json")).out) as {
      tensor: { inUse: string; candidates: { name: string; reason: string }[] };
      database: string;
    };
    expect(report.tensor.inUse).toBe("wasm");
    expect(report.tensor.candidates.map((one) => one.name)).toEqual(["node-gpu", "node", "webgpu", "wasm", "cpu"]);
    expect(report.tensor.candidates.every((one) => one.reason.length > 5)).toBe(true);
    expect(report.database).toContain("works");
    expect((await engram("doctor")).out).toContain("wasm");
    expect((await engram("doctor", "--backend", "webgpu")).err).toContain("no WebGPU device here");
  });

  it("doctor --measure times every backend that there is, and says which to use", async () => {
    const { out, err } = await engram("doctor", "--measure", "--json");
    expect(err).toContain("timing wasm");
    const { figures, tensor } = JSON.parse(out) as {
      figures: Record<string, { decision: number; smallStep: number; wideStep: number }>;
      tensor: { candidates: { name: string; state: string }[] };
    };
    const usable = tensor.candidates.filter(({ state }) => state === "in-use" || state === "available").map(({ name }) => name);
    expect(Object.keys(figures)).toEqual(usable);
    for (const { decision, smallStep, wideStep } of Object.values(figures)) {
      expect(decision).toBeGreaterThan(0);
      expect(smallStep).toBeGreaterThan(decision);
      expect(wideStep).toBeGreaterThan(smallStep);
    }
  });

  it("--help answers with examples", async () => {
    for (const command of [[], ["run"], ["report"], ["envs"], ["memory", "ls"], ["memory", "show"], ["doctor"]]) {
      const { code, out } = await engram(...command, "--help");
      expect(code).toBe(0);
      expect(out).toMatch(/engram [a-z]+ /);
      expect(out).toMatch(/Example|Start here/);
    }
  });
});
