/** @file `engram memory` as it is published, on the folder of a real run. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Explanation } from "../../src/contract/explanation.ts";
import type { MemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { checkpointEntries } from "../../src/runtime/checkpoint-entries.ts";
import { entryNumber } from "../../src/runtime/memory-places.ts";
import { program, programIn, type Outcome } from "../engram-program.ts";
import { wholeEntry } from "../memory/whole-entry.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-memory-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engram = programIn(folder);
const memory = async (...args: string[]): Promise<Outcome> => engram("memory", ...args);
const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await memory(...args, "--json")).out) as T;

interface Stats {
  readonly entries: number;
  readonly tasks: readonly { task: string; entries: number; ids: [number, number]; pinned: number; neverRead: number; reads: number; encoders: Record<string, number> }[]; // prettier-ignore
}
const stats = async (place: string): Promise<Stats> => (await json<readonly Stats[]>("stats", place))[0]!;
const exported = async (place: string): Promise<string> => (await memory("export", place, "--format", "jsonl")).out;

/** A copy of the run, to be changed. */
function copy(name: string): string {
  cpSync(join(folder, "run"), join(folder, name), { recursive: true });
  return name;
}

let ran: Outcome;
beforeAll(async () => {
  const settings = ['tasks=["tabletop/reach@1","tabletop/push@1"]', "demonstrations=2", "gradientSteps=8", "evaluationEpisodes=2"];
  ran = await engram("run", "quickstart", ...settings.flatMap((each) => ["--set", each]), "--no-serve", "--out", "run");
}, 120_000);

describe("a run's table", () => {
  it("says what memory was worth and how much of it was read, and so does its report, made again from the log alone", async () => {
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("engram: what its memory is worth, success on 2 of the same placements a task");
    expect(ran.out).toMatch(/memory off +\d+ % +\d+ %/);
    const again = copy("reported");
    const { out } = await engram("report", again);
    const table = out.slice(0, out.indexOf("Report:")).trim();
    expect(ran.out).toContain(table);
    expect(table).toContain("never read");
    const page = readFileSync(join(folder, again, "report.html"), "utf8");
    expect(page).toContain("What memory is worth");
    expect(page).toContain("--set demonstrations=2");
  });
});

describe("engram memory, asked", () => {
  it("stats says of each task how much there is, how old it is and how much of it is read", async () => {
    const { entries, tasks } = await stats("run");
    expect(tasks.map(({ task }) => task)).toEqual(["reach", "push"]);
    expect(tasks.reduce((sum, task) => sum + task.entries, 0)).toBe(entries);
    for (const { reads, neverRead, entries: own, encoders } of tasks) {
      expect([reads > 0, neverRead <= own, Object.values(encoders)]).toEqual([true, true, [own]]);
    }
    expect((await memory("stats", "run")).out).toMatch(/reach +\d+ +1–\d+ +2 /);
  });

  it("query finds the neighbours of an entry, nearest first, without itself, of a task where one is named", async () => {
    const { neighbours } = await json<{ neighbours: { id: number; distance: number; task: string }[] }>("query", "run", "5", "--k", "7");
    expect(neighbours).toHaveLength(7);
    expect(neighbours.every(({ id }) => id !== 5)).toBe(true);
    expect(neighbours.map(({ distance }) => distance)).toEqual(neighbours.map(({ distance }) => distance).toSorted((a, b) => a - b));
    const other = await json<{ neighbours: { task: string }[] }>("query", "run", "5", "--task", "push");
    expect(new Set(other.neighbours.map(({ task }) => task))).toEqual(new Set(["push"]));
    expect((await memory("query", "run", "5")).out).toContain("nearest to entry 5: reach");
  });

  it("explain puts an entry's situation to the agent as its checkpoint left it", async () => {
    const { out } = await memory("explain", "run", "5");
    for (const text of ["entry 5: reach", "What engram would do there now; the", "because it recalls (64", "without memory", "moves without it by"])
      expect(out).toContain(text);
    type Told = Omit<Explanation, "withoutEntry"> & { readonly leftOut: number };
    const alone = await json<Told>("explain", "run", "5");
    const own = await json<Told>("explain", "run", "5", "--own-episode");
    expect(own.leftOut).toBe(0);
    expect(own.recall[0]).toMatchObject({ id: 5, task: "reach", distance: 0 });
    expect(alone.leftOut).toBeGreaterThan(10);
    expect(alone.recall.some(({ episode, task }) => task === "reach" && episode === own.recall[0]!.episode)).toBe(false);
    expect(await json("explain", "run", "5", "--agent", "engram")).toEqual(alone);
  });
});

describe("engram memory, exchanged", () => {
  it("comes back bit for bit, as JSON lines and as Parquet, and adds what is missing to a run's memory and checkpoint", async () => {
    const all = await exported("run");
    await memory("export", "run", "--format", "parquet", "--out", "all.parquet");
    writeFileSync(join(folder, "all.jsonl"), all);
    for (const file of ["all.jsonl", "all.parquet"]) {
      expect(await memory("import", `${file}.sqlite`, file)).toMatchObject({ code: 0 });
      expect(await exported(`${file}.sqlite`)).toBe(all);
      const run = copy(`with-${file}`);
      await memory("forget", run, "--task", "push", "--yes");
      const { added } = await json<{ added: number }>("import", run, file);
      expect([added > 0, await exported(run)]).toEqual([true, all]);
      expect(await json("explain", run, "5")).toEqual(await json("explain", "run", "5"));
      expect(await json("import", run, file)).toMatchObject({ added: 0, known: all.trim().split("\n").length });
    }
  });

  it("is completed by importing again where the first time ended between memory and checkpoint", async () => {
    const run = copy("cut-off");
    await memory("export", run, "--format", "jsonl", "--out", "cut-off.jsonl");
    await memory("forget", run, "--task", "push", "--yes");
    const checkpoint = join(folder, run, "checkpoint-engram.json");
    const before = readFileSync(checkpoint);
    await memory("import", run, "cut-off.jsonl");
    writeFileSync(checkpoint, before);
    expect(await json("import", run, "cut-off.jsonl")).toMatchObject({ added: 0 });
    expect(await json("explain", run, "5")).toEqual(await json("explain", "run", "5"));
  });

  it("of another run gets new numbers, and waits to be keyed anew", async () => {
    const run = copy("adopting");
    writeFileSync(join(folder, "other.jsonl"), (await exported("run")).split("\n", 2).join("\n").replaceAll("0.", "0.0"));
    const refused = await memory("import", run, "other.jsonl");
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("--foreign") as string });
    const before = await stats(run);
    expect(await json("import", run, "other.jsonl", "--foreign")).toMatchObject({ added: 2 });
    const after = await stats(run);
    expect(after.entries).toBe(before.entries + 2);
    expect(after.tasks[0]!.encoders).toMatchObject({ "-1": 2 });
    const [one, other] = [await json<Explanation>("explain", run, "5"), await json<Explanation>("explain", "run", "5")];
    expect([one.action, one.recall.map(({ id, weight }) => [id, weight])]).toEqual([
      other.action,
      other.recall.map(({ id, weight }) => [id, weight]),
    ]);
  });

  it("is refused as a whole, with the line and a remedy, and nothing is written", async () => {
    const run = copy("refusing");
    const lines = (await exported("run")).split("\n");
    const fresh = lines[0]!.replace('"id":1,', '"id":90001,');
    writeFileSync(join(folder, "bad.jsonl"), [fresh, lines[0]!.replace('"id":1,', '"id":90002,').replace('"key":[', '"key":[1,')].join("\n"));
    const before = await exported(run);
    expect(await memory("import", run, "bad.jsonl")).toMatchObject({ code: 1, err: expect.stringMatching(/bad\.jsonl: line 2 has keys of 33.*Nothing was imported/) as string }); // prettier-ignore
    expect(await memory("import", "new.sqlite", "bad.jsonl")).toMatchObject({ code: 1 });
    expect([await exported(run), existsSync(join(folder, "new.sqlite"))]).toEqual([before, false]);
    await memory("export", "run", "--format", "jsonl", "--out", "kept.jsonl");
    expect(await memory("export", "run", "--format", "jsonl", "--out", "kept.jsonl")).toMatchObject({ code: 1, err: expect.stringContaining("nothing is overwritten") as string }); // prettier-ignore
    expect(readdirSync(folder).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("leaves no file where there is no room for all of it, and says so", async () => {
    const shape = { keySize: 50_000, valueSize: 1, observationSize: 1 };
    const store = openSqliteStore(join(folder, "long.sqlite"), shape);
    const [key, value, observation] = [new Float32Array(shape.keySize).fill(0.5), new Float32Array(1), new Float32Array(1)];
    store.put(wholeEntry({ id: 1, key, value, observation, task: asTaskId("push"), episode: 0, step: 0 }));
    await store.close();
    // SQLite needs 32 kB beside the file.
    const limited = 'ulimit -f 64; exec "$0" "$@"';
    const args = [program, "memory", "export", "long.sqlite", "--format", "jsonl", "--out", "cut.jsonl"];
    const exporting = promisify(execFile)("bash", ["-c", limited, process.execPath, ...args], { cwd: folder });
    await expect(exporting).rejects.toThrow(/cut\.jsonl: could not be written \(EFBIG.*has room/);
    expect(readdirSync(folder).filter((name) => name.startsWith("cut.jsonl"))).toEqual([]);
  });
});

describe("engram memory, cared for", () => {
  it("forgets a task in memory files and checkpoints, after it was told to, and no recall returns any of it", async () => {
    const run = copy("forgetting");
    expect((await memory("forget", run, "--task", "push")).out).toContain("Add --yes");
    expect((await stats(run)).tasks).toHaveLength(2);
    const { code, out } = await memory("forget", run, "--task", "push", "--yes");
    expect(code).toBe(0);
    expect(out).toContain("no entry of push is left");
    expect(out).toContain("metrics.jsonl");
    expect((await stats(run)).tasks.map(({ task }) => task)).toEqual(["reach"]);
    const inCheckpoints = ["engram", "behaviour-cloning"].flatMap((agent) => checkpointEntries(join(folder, run, `checkpoint-${agent}.json`)));
    expect(new Set(inCheckpoints.map(({ task }) => task))).toEqual(new Set(["reach"]));
    const { recall } = await json<Explanation>("explain", run, "5", "--own-episode", "--top", "64");
    expect(recall.every(({ task }) => task === "reach")).toBe(true);
    expect((await memory("forget", run, "--task", "push", "--yes")).err).toContain("Known: `reach`");
  });

  it("says what it did not look into when it forgets, and takes away the index, which has keys of what is gone", async () => {
    const run = copy("forgetting-more");
    const inRun = (name: string): string => join(folder, run, name);
    for (const name of ["memory-engram.sqlite-damaged", "memory-engram.hnsw", "memory-engram.hnsw.json"]) writeFileSync(inRun(name), "old");
    const config = JSON.parse(readFileSync(inRun("config.json"), "utf8")) as { config: { agents: Record<string, object> } };
    config.config.agents["behaviour-cloning"] = { consolidation: "der-plus-plus" };
    writeFileSync(inRun("config.json"), JSON.stringify(config));
    const meta = JSON.parse(readFileSync(inRun("meta.json"), "utf8")) as object;
    writeFileSync(inRun("meta.json"), JSON.stringify({ ...meta, memory: "postgres://localhost/robots#team" }));
    const { out } = await memory("forget", run, "--task", "push", "--yes");
    for (const place of [
      "memory-engram.sqlite-damaged",
      "checkpoint-behaviour-cloning.json, where der-plus-plus",
      "postgres://localhost/robots#team",
    ])
      expect(out).toContain(place);
    expect(readdirSync(join(folder, run)).filter((name) => name.includes("hnsw"))).toEqual([]);
  });

  it("pins entries, which then go only with --pinned", async () => {
    const run = copy("pinning");
    expect((await memory("pin", run, "1", "2", "2")).out).toContain("pinned 2 entries");
    expect((await stats(run)).tasks[0]!.pinned).toBe(2);
    expect(await json<MemoryEntry>("show", run, "1")).toMatchObject({ pinned: true });
    expect(checkpointEntries(join(folder, run, "checkpoint-engram.json")).filter(({ pinned }) => pinned)).toHaveLength(2);
    const refused = await memory("forget", run, "--task", "reach", "--yes");
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/4 of the entries of reach are pinned/) as string });
    expect((await memory("pin", run, "1", "90000")).err).toContain("holds no entry 90000");
    await memory("unpin", run, "1", "2");
    expect((await stats(run)).tasks[0]!.pinned).toBe(0);
    await memory("pin", run, "1");
    await memory("forget", run, "--task", "reach", "--yes", "--pinned");
    expect((await stats(run)).tasks.map(({ task }) => task)).toEqual(["push"]);
  });
});

describe("engram memory, given something wrong", () => {
  it.each([
    [["query", "run", "0"], "Expected `id` to be a positive integer"],
    [["query", "run", "99999"], "holds no entry 99999"],
    [["query", "run", "5", "--k", "many"], "Expected `--k` to be an integer"],
    [["query", "run", "5", "--task", "puhs"], "Did you mean `push`"],
    [["query", "run", "5", "--kind", "dream"], "Known: `demonstration`"],
    [["query", "run", "5", "--agent", "engramm"], "Did you mean `engram`"],
    [["explain", "run", "5", "--agent", "behaviour-cloning"], "an agent that reads a memory"],
    [["explain", "nowhere", "5"], "has no config.json"],
    [["export", "run", "--format", "csv"], "`jsonl` or `parquet`"],
    [["export", "run", "--format", "parquet"], "Such as --out memory.parquet"],
    [["export", "run", "--format", "jsonl", "--out", "no/such/folder.jsonl"], "could not be written"],
    [["import", "run", "missing.jsonl"], "there is no such file"],
    [["import", "run", "."], "cannot be read"],
    [["import", "nowhere", "program.txt"], "there is no such"],
    [["forget", "run", "--task", "cook"], "Known: `push`, `reach`"],
    [["forget", "nowhere", "--task", "push"], "there is no such folder"],
    [["pin", "run", "one"], "Expected `id`"],
    [["stats", "run/config.json"], "is not a memory file"],
  ])("%j says what to do, and changes nothing", async (args, message) => {
    writeFileSync(join(folder, "program.txt"), "not entries");
    const { code, err } = await memory(...args);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it("takes no number but a positive integer for an entry's", () => {
    const read = (text: string): unknown => {
      try {
        return entryNumber(text);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const texts = fc.oneof(
      fc.string(),
      fc.double({ min: -1e9, max: 1e9 }).map(String),
      fc.integer().map(String),
      fc.bigInt({ min: 2n ** 53n }).map(String),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(text)).toEqual(/^[1-9]\d{0,9}$/.test(text) ? Number(text) : expect.stringContaining("Expected `id`"));
      }),
    );
  });

  it("names a checkpoint that is damaged", async () => {
    const run = copy("damaged");
    writeFileSync(join(folder, run, "checkpoint-engram.json"), readFileSync(join(folder, "run", "checkpoint-engram.json"), "utf8").slice(0, 1000));
    for (const args of [
      ["explain", run, "5"],
      ["forget", run, "--task", "push"],
    ]) {
      const { code, err } = await memory(...args);
      expect([code, err]).toEqual([1, expect.stringMatching(/checkpoint-engram\.json: is damaged/)]);
    }
    rmSync(join(folder, run, "checkpoint-engram.json"));
    expect((await memory("explain", run, "5")).err).toContain("there is no such checkpoint");
    mkdirSync(join(folder, "empty"));
    expect((await memory("forget", "empty", "--task", "push")).err).toContain("holds no memory");
  });

  it("--help answers with examples", async () => {
    for (const command of ["stats", "query", "explain", "export", "import", "forget", "pin", "unpin"]) {
      const { code, out } = await memory(command, "--help");
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Examples?:\\n  engram memory ${command} `));
    }
  });
});
