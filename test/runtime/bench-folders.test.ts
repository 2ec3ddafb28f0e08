/** @file What a benchmark's folder holds after several calls, and what commands about runs say of it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RandomStream } from "../../src/numerics/random.ts";
import { program, programIn, type Outcome } from "../engram-program.ts";

// Programs are started dozens of times, which takes minutes on a machine that is busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });
const folder = mkdtempSync(join(tmpdir(), "engram-bench-folders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const engram = programIn(folder);

const put = (name: string, content: unknown): void => writeFileSync(join(folder, name), JSON.stringify(content));
const read = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");
const copy = (from: string, to: string): void => cpSync(join(folder, from), join(folder, to), { recursive: true });

put("two.json", { name: "two", worlds: [{ world: "tabletop/reach@1" }, { world: "tabletop/push@1" }] });
const mine = { name: "mine", agent: "behaviour-cloning", config: { batch: 8 } };
put("mine.json", mine);
const small = ["demonstrations=1", "gradientSteps=6", "evaluationEpisodes=1"].flatMap((choice) => ["--set", choice]);
const args = (out: string, methods: string, seeds: string): string[] => ["bench", "two.json", "--methods", methods, "--seeds", seeds, ...small, "--out", out]; // prettier-ignore
const bench = async (out: string, methods: string, seeds: string): Promise<Outcome> => engram(...args(out, methods, seeds));

interface Results {
  readonly runs: readonly { readonly method: string; readonly seed: number; readonly figures: Readonly<Record<string, number>> }[];
  readonly methods: readonly { readonly name: string; readonly summary: string; readonly curriculum: string; readonly config: object }[];
  readonly seeds: readonly number[];
  readonly failures: readonly object[];
  readonly circumstances: { readonly command: string; readonly machines: readonly object[] };
}
const results = (out: string): Results => JSON.parse(read(out, "results.json")) as Results;
const runsIn = (out: string): string[] => results(out).runs.map(({ method, seed }) => `${method}/seed-${seed}`);
const foldersIn = (out: string): string[] =>
  readdirSync(join(folder, out), { recursive: true, encoding: "utf8" }).filter((name) => /^[^/]*\/seed-[^/]*$/.test(name));

let first: Outcome;
let second: Outcome;
beforeAll(async () => {
  first = await bench("added", "mine.json,random", "1");
  rmSync(join(folder, "mine.json"));
  second = await bench("added", "joint", "1,3");
});

describe("a benchmark's folder", () => {
  it("holds every complete job, of earlier calls too, whose methods are known without their files", async () => {
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.err).toContain("The folder has 2 more jobs of earlier calls, of mine, random: in the result, too.");
    expect(runsIn("added")).toEqual(["joint/seed-1", "joint/seed-3", "mine/seed-1", "random/seed-1"]);
    expect(results("added")).toMatchObject({
      seeds: [1, 3],
      methods: [{ name: "joint", curriculum: "joint" }, { name: "mine", agent: "behaviour-cloning", config: { batch: 8 } }, { name: "random" }],
      circumstances: { command: expect.stringMatching(/^engram bench two\.json --methods mine\.json,random --seeds 1 .*\nengram bench two\.json --methods joint --seeds 1,3 [^\n]*$/) as string }, // prettier-ignore
    });
  });

  it("says the same of a job in whatever order the calls were made", async () => {
    put("mine.json", mine);
    await bench("reversed", "joint", "1,3");
    await bench("reversed", "mine.json,random", "1");
    const sorted = (out: string): object[] => results(out).runs.toSorted((a, b) => a.method.localeCompare(b.method) || a.seed - b.seed);
    expect(sorted("reversed")).toEqual(sorted("added"));
  });

  it("compares with what was learned from scratch and jointly in earlier calls", async () => {
    copy("added", "compared");
    expect((await bench("compared", "none", "1")).code).toBe(0);
    expect(results("compared").runs.find(({ method }) => method === "none")!.figures).toHaveProperty("intransigence");
  });

  it("compares with `joint` alone, whatever else learns jointly", async () => {
    copy("added", "pooled");
    put("random-joint.json", { name: "random-joint", agent: "random", curriculum: "joint" });
    expect((await bench("pooled", "none,random-joint.json", "1")).code).toBe(0);
    const { jointFinal } = JSON.parse(read("pooled", "references.json")) as { jointFinal: { seeds: readonly number[] } };
    expect(jointFinal.seeds).toEqual([1, 3]);
    const alone = results("compared").runs.find(({ method }) => method === "none")!.figures["intransigence"];
    expect(results("pooled").runs.find(({ method }) => method === "none")!.figures["intransigence"]).toBe(alone);
  });

  it("may have other seeds of each method: figures are over a method's own, differences over those that both have", async () => {
    expect(second.out).toContain("two: 2 tasks, 1 to 2 seeds, 1 demonstrations a task; 95 % intervals");
    expect(second.out).toMatch(/^ {2}joint +2 +\S+ \[/m);
    expect(second.out).toMatch(/^ {2}mine +1 +\S+ +\S+ +\S/m);
    const compared = await engram("compare", "added", "--methods", "joint,mine", "--json");
    expect(JSON.parse(compared.out)).toMatchObject([{ paired: true, seeds: 1 }]);
  });

  it("says the same again when the same is asked again", async () => {
    copy("added", "again");
    expect((await bench("again", "joint", "1,3")).err).toContain("2 of 2 jobs were done before.");
    const lasting = (out: string): object => ({ ...results(out), circumstances: results(out).circumstances.command });
    expect(lasting("again")).toEqual(lasting("added"));
  });

  it("has whatever was complete when a call was killed, and nothing else of it", async () => {
    const random = RandomStream.fromSeed(5);
    for (let kill = 0; kill < Math.min(Number(process.env["ENGRAM_KILLS"] ?? 3), 30); kill++) {
      const child = spawn(process.execPath, [program, ...args("killed", "mine.json,none", "1-3"), "--parallel", "2"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] }); // prettier-ignore
      await Promise.race([once(child.stderr, "data"), once(child, "exit")]);
      await later(random.uniform(500, 5000));
      const gone = child.exitCode === null ? once(child, "exit") : undefined;
      child.kill("SIGKILL");
      await gone;
      const complete = foldersIn("killed").filter((name) => !name.includes("unfinished"));
      expect((await bench("killed", "random", "1")).code).toBe(0);
      expect(runsIn("killed")).toEqual(expect.arrayContaining(complete));
      expect(foldersIn("killed")).toEqual(expect.arrayContaining(runsIn("killed")));
      expect(results("killed").failures).toEqual([]);
    }
    expect((await bench("killed", "mine.json,none", "1-3")).code).toBe(0);
    expect(runsIn("killed")).toHaveLength(7);
    expect(foldersIn("killed").toSorted()).toEqual(runsIn("killed").toSorted());
  });

  it("leaves a job out that failed earlier, and lets it be mended under the same name", async () => {
    put("wild.json", { name: "wild", agent: "behaviour-cloning", config: { learningRate: 1e38 } });
    expect((await bench("mended", "wild.json", "1")).code).toBe(1);
    expect((await bench("mended", "random", "1")).code).toBe(0);
    expect(results("mended")).toMatchObject({ methods: [{ name: "random" }], failures: [] });
    put("wild.json", { name: "wild", agent: "behaviour-cloning", config: {} });
    expect((await bench("mended", "wild.json", "1")).code).toBe(0);
    expect(runsIn("mended")).toEqual(["wild/seed-1", "random/seed-1"]);
  });

  it("refuses a method that has changed under its name, for other seeds too", async () => {
    put("mine.json", { ...mine, config: { batch: 9 } });
    const { code, err } = await bench("added", "mine.json", "2");
    put("mine.json", mine);
    expect(code).toBe(2);
    expect(err).toContain("added/mine/seed-1/config.json, `config.agents.behaviour-cloning.batch`: it was made with 8, and is now asked for with 9.");
  });

  it("refuses a job that lies under another method's name, a method that is none, and a log cut in half, of an earlier call", async () => {
    copy("added", "moved");
    renameSync(join(folder, "moved/mine"), join(folder, "moved/yours"));
    const moved = await bench("moved", "random", "1");
    expect(moved).toMatchObject({ code: 1, err: "engram: moved/yours/seed-1: is the run of mine/seed-1. Give it that name, or put it elsewhere.\n" });
    renameSync(join(folder, "moved/yours"), join(folder, "moved/mine"));
    put("moved/mine/seed-1/method.json", { ...mine, curriculum: "backwards" });
    expect((await bench("moved", "random", "1")).err).toMatch(/moved\/mine\/seed-1\/method\.json, `curriculum`: /);
    copy("added/mine/seed-1/method.json", "moved/mine/seed-1/method.json");
    writeFileSync(join(folder, "moved/mine/seed-1/metrics.jsonl"), read("added/mine/seed-1/metrics.jsonl").split("\n").slice(0, 3).join("\n"));
    expect((await bench("moved", "random", "1")).err).toContain("Remove moved/mine/seed-1, and the command that made it makes it anew.");
  });

  it("refuses a job of another protocol, another suite or another version of a world, though its method is not asked for", async () => {
    copy("added", "mixed");
    rmSync(join(folder, "mixed/bench.json"));
    const longer = await engram(...args("mixed", "none", "1"), "--set", "gradientSteps=12");
    expect(longer).toMatchObject({ code: 2, err: expect.stringMatching(/mixed\/joint\/seed-1\/config\.json, `config\.gradientSteps`: it was made with 12, .* 24\./) as string }); // prettier-ignore
    put("one.json", { name: "one", worlds: [{ world: "tabletop/reach@1" }] });
    const one = await engram("bench", "one.json", "--methods", "none", "--seeds", "1", ...small, "--out", "narrow");
    expect(one.code).toBe(0);
    copy("added/mine", "narrow/mine");
    const wider = await engram("bench", "one.json", "--methods", "none", "--seeds", "1", ...small, "--out", "narrow");
    expect(wider).toMatchObject({ code: 2, err: expect.stringMatching(/narrow\/mine\/seed-1\/config\.json, `scenario`: it was made with "bench-two"/) as string }); // prettier-ignore
    copy("added", "drifted");
    const meta = JSON.parse(read("drifted/random/seed-1/meta.json")) as { worlds: Record<string, string> };
    put("drifted/random/seed-1/meta.json", { ...meta, worlds: { ...meta.worlds, "tabletop/push@1": "of another version" } });
    expect(await bench("drifted", "none", "1")).toMatchObject({
      code: 2,
      err: "engram: drifted/random/seed-1/meta.json, `worlds.tabletop/push@1`: it says something else of itself now. Move drifted/random/seed-1 away to learn it anew, or choose another folder with --out.\n",
    });
  });

  it("says with what each of its runs was made", async () => {
    copy("added", "spread");
    const meta = JSON.parse(read("spread/mine/seed-1/meta.json")) as object;
    put("spread/mine/seed-1/meta.json", { ...meta, processor: "Another <One>" });
    expect((await bench("spread", "random", "1")).code).toBe(0);
    expect(results("spread").circumstances.machines).toMatchObject([
      { runs: 3, node: process.version },
      { runs: 1, processor: "Another <One>" },
    ]);
    expect(read("spread", "report.html")).toMatch(/Made 3 runs with Engram .*; 1 run with Engram .* Another &lt;One&gt;, \d+ cores\./);
  });

  it("takes no curves of learning alone from those who did not know where a task ends", async () => {
    const choices = ["boundaries=noisy", "testsWhileLearning.every=2", "testsWhileLearning.episodes=1"].flatMap((choice) => ["--set", choice]);
    expect(await engram(...args("noisy", "from-scratch,none", "1,2"), ...choices)).toMatchObject({ code: 0 });
    expect(results("noisy").runs).toHaveLength(4);
    expect(results("noisy")).not.toHaveProperty("references");
  });

  it("says so where a file has a method's name, and where a file has its own", async () => {
    copy("added", "occupied");
    writeFileSync(join(folder, "occupied/none"), "notes");
    const { code, err } = await bench("occupied", "none", "1");
    expect(code).toBe(1);
    expect(err).toMatch(/^engram: occupied\/none: cannot be written to \(EEXIST: .*\)\. Choose another folder with --out\.\n$/);
    expect((await bench("occupied/none", "none", "1")).err).toMatch(/^engram: occupied\/none: cannot be written to \(EEXIST: .*\n$/);
    expect(read("occupied/none")).toBe("notes");
  });

  it("keeps what it does not know in the place of a job, and refuses to begin", async () => {
    copy("added", "strange");
    mkdirSync(join(folder, "strange/none/seed-1"), { recursive: true });
    writeFileSync(join(folder, "strange/none/seed-1/notes.txt"), "precious");
    expect(await bench("strange", "none", "1")).toMatchObject({
      code: 1,
      err: "engram: strange/none/seed-1: is no complete job of a benchmark. Move it away, or choose another folder with --out.\n",
    });
    expect(read("strange/none/seed-1/notes.txt")).toBe("precious");
  });

  it("says how to go on in a way that a shell takes, and takes parts of what a protocol says", async () => {
    put("my two.json", JSON.parse(read("two.json")));
    const out = "my runs/it's";
    const { code } = await engram("bench", "my two.json", "--methods", "random", "--seeds", "1", ...small, "--set", "testsWhileLearning.every=2", "--out", out); // prettier-ignore
    expect(code).toBe(0);
    expect(JSON.parse(read(out, "bench.json"))).toMatchObject({ protocol: { testsWhileLearning: { every: 2, episodes: 10 } } });
    expect(results(out).circumstances.command).toMatch(/^engram bench 'my two\.json' --methods random --seeds 1 --set demonstrations=1 /);
  });

  it("knows jobs of earlier versions, which did not say their method, once they are asked for", async () => {
    copy("added", "old");
    rmSync(join(folder, "old/mine/seed-1/method.json"));
    await bench("old", "random", "1");
    expect(runsIn("old")).not.toContain("mine/seed-1");
    await bench("old", "mine.json", "1");
    await bench("old", "random", "1");
    expect(runsIn("old")).toContain("mine/seed-1");
  });
});

describe("commands about runs, of a benchmark's folder", () => {
  it("sleeps: a line for each of its runs", async () => {
    const { code, out } = await engram("sleeps", "added");
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}joint +3 +1 +0 +–$/m);
    expect(out).toMatch(/^ {2}mine +1 +2 +0 +–$/m);
    expect(out).toContain("engram sleeps added/joint/seed-1");
    const one = { run: "added/joint/seed-1", method: "joint", seed: 1, agent: "behaviour-cloning", sleeps: 1, undone: 0 };
    expect((JSON.parse((await engram("sleeps", "added", "--json")).out) as object[])[0]).toEqual(one);
    const chosen = JSON.parse((await engram("sleeps", "added", "--agent", "random", "--json")).out) as object[];
    expect(chosen).toMatchObject([{ method: "random" }]);
    expect(await engram("sleeps", "added", "--agent", "randm")).toMatchObject({ code: 2, err: expect.stringContaining("`random`") as string });
  });

  it.each(["report", "memory ls", "memory stats", "memory query", "memory explain", "memory forget", "memory verify"])(
    "%s: which runs there are",
    async (command) => {
      const rest = /query|explain/.test(command) ? ["1"] : command === "memory forget" ? ["--task", "reach"] : [];
      expect(await engram(...command.split(" "), "added", ...rest)).toMatchObject({
        code: 1,
        err: "engram: added: is the folder of a benchmark, and a run is asked for. Name one of its runs, such as added/joint/seed-1, of added/joint/seed-{1,3} added/mine/seed-1 added/random/seed-1\n",
      });
    },
  );

  it("say so where none is complete", async () => {
    put("wild.json", { name: "wild", agent: "behaviour-cloning", config: { learningRate: 1e38 } });
    await bench("empty", "wild.json", "1");
    expect((await engram("report", "empty")).err).toContain("None of its runs is complete yet: the command that began it goes on with it.");
    expect((await engram("sleeps", "empty")).out).toContain("no run is complete yet");
  });
});
