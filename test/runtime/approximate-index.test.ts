/** @file Agents whose memory is searched by an approximate index: as a run is asked for it, and without a folder. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agents } from "../../agents/index.ts";
import { InvalidValueError } from "../../src/contract/errors.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { openHnsw } from "../../src/memory/stores/hnsw-index.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { inspectSqliteStore } from "../../src/memory/stores/sqlite-inspection.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { pointRun, performed } from "../continual/point-run.ts";
import { programIn } from "../engram-program.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-approximate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const engram = programIn(folder);

describe("engram run --set agents.engram.index=hnsw", () => {
  const settings = ['tasks=["tabletop/reach@1","tabletop/push@1"]', "demonstrations=2", "gradientSteps=8", "evaluationEpisodes=2"];
  const run = (out: string, index: string): ReturnType<typeof engram> =>
    engram("run", "quickstart", "--no-serve", "--out", out, ...[...settings, `agents.engram.index=${index}`].flatMap((each) => ["--set", each]));

  it("keeps the graph of what is remembered in the run's folder, and runs the same way twice", async () => {
    const results = await Promise.all([run("one", "hnsw"), run("two", "hnsw")]);
    expect(results.map(({ code, err }) => [code, err.includes("engram:")])).toEqual([[0, false], [0, false]]); // prettier-ignore
    const log = (name: string): string => readFileSync(join(folder, name, "metrics.jsonl"), "utf8");
    expect(log("two")).toBe(log("one"));
    expect(JSON.parse(readFileSync(join(folder, "one", "config.json"), "utf8"))).toMatchObject({ config: { agents: { engram: { index: "hnsw" } } } });

    const file = join(folder, "one", "memory-engram.sqlite");
    const { shape } = inspectSqliteStore(file);
    const store = openSqliteStore(file, shape);
    const entries = [...store.entries()];
    const memory = new EpisodicMemory({ shape, metric: "l2", store, encoder: entries[0]!.encoder });
    expect(memory.size).toBe(entries.length);
    const index = await openHnsw(memory, { file: join(folder, "one", "memory-engram.hnsw") });
    expect(index.fromFile).toBe(true);
    expect(memory.recall(entries[5]!.key, 1).ids[0]).toBe(entries[5]!.id);
    await store.close();
  });

  it("explains a finished run's decisions as any other's, and refuses an index that there is none of", async () => {
    const explained = await engram("memory", "explain", "one", "5", "--json");
    expect([explained.code, explained.err]).toEqual([0, ""]);
    const wrong = await run("wrong", "psychic");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("agents.engram.index")]);
  });
});

describe("an engram with an approximate index", () => {
  const config = { agents: { engram: { index: "hnsw" } } };
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  it("has one in its process where a run has no folder", async () => {
    const { events } = await performed({ agents, config });
    expect(events.at(-1)).toEqual({ kind: "run-finished", complete: true });
  });

  it("is opened by whoever makes it, else it says so", async () => {
    const { run } = await pointRun({ agents, config });
    const { spec } = run.tasks[0]!.entry;
    const make = (openIndex?: typeof openHnsw): Promise<unknown> =>
      agents.get("engram")!.make({ spec, seed: 1, config: { index: "hnsw" }, ...(openIndex && { openIndex }) });
    await expect(make()).rejects.toThrow(InvalidValueError);
    await expect(make()).rejects.toThrow("such as `openHnsw`");
    await expect(make(openHnsw)).resolves.toBeDefined();
    await expect(make(async () => Promise.reject(new Error("no library")))).rejects.toThrow("no library");
    run.dispose();
  });
});
