import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InvalidValueError } from "../../src/contract/errors.ts";
import { emptyRecall, type EntryId, type NewMemoryEntry, type Recall } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import type { Metric } from "../../src/memory/key-index.ts";
import { openHnsw } from "../../src/memory/stores/hnsw-index.ts";
import { RandomStream } from "../../src/numerics/random.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-hnsw-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keySize = 16;
const task = asTaskId("task");
const random = RandomStream.fromSeed(1);
const vector = (): Float32Array => Float32Array.from({ length: keySize }, () => random.normal());
const entryWith = (key: Float32Array): NewMemoryEntry => ({ key, value: Float32Array.of(1), observation: key, task, episode: 0, step: 0 });

function filled(keys: readonly Float32Array[], metric: Metric = "l2"): EpisodicMemory {
  const memory = new EpisodicMemory({ shape: { keySize, valueSize: 1, observationSize: keySize }, metric });
  for (const key of keys) memory.remember(entryWith(key));
  return memory;
}

const keys = Array.from({ length: 3000 }, vector);
const queries = Array.from({ length: 100 }, vector);
const idsOf = ({ ids, count }: Recall): number[] => [...ids.subarray(0, count)];

/** The share of the ten nearest that is found. @param exact A memory of the same entries without an index. */
function found(memory: EpisodicMemory, exact: EpisodicMemory): number {
  let kept = 0;
  for (const query of queries) {
    const nearest = new Set(idsOf(exact.recall(query, 10)));
    kept += idsOf(memory.recall(query, 10)).filter((id) => nearest.has(id)).length;
  }
  return kept / (10 * queries.length);
}

describe("the approximate index", () => {
  it.each<Metric>(["l2", "cosine", "inner product"])("finds nearly all of the nearest by %s, with exact distances", async (metric) => {
    const [memory, exact] = [filled(keys, metric), filled(keys, metric)];
    await openHnsw(memory, { searchWidth: 128 });
    expect(found(memory, exact)).toBeGreaterThan(metric === "inner product" ? 0.9 : 0.99);
    for (const query of queries) {
      const [one, other] = [memory.recall(query, 1), exact.recall(query, 1)];
      if (one.ids[0] === other.ids[0]) expect(one.distances[0]).toBe(other.distances[0]);
    }
  });

  it("recalls several queries as it recalls each, and leaves filters and importance exact", async () => {
    const [memory, exact] = [filled(keys), filled(keys)];
    await openHnsw(memory);
    const together = queries.map(() => emptyRecall(10));
    memory.recallAll(Float32Array.from(queries.flatMap((query) => [...query])), 10, together);
    queries.forEach((query, i) => expect(together[i]).toEqual(memory.recall(query, 10)));
    for (const options of [{ filter: { before: 700 } }, { strength: 2 }]) {
      for (const query of queries)
        expect(memory.recall(query, 10, emptyRecall(10), options)).toEqual(exact.recall(query, 10, emptyRecall(10), options));
    }
  });

  it("follows what is remembered, forgotten, revised and keyed anew", async () => {
    const [memory, exact] = [filled(keys.slice(0, 2000)), filled(keys.slice(0, 2000))];
    const index = await openHnsw(memory, { searchWidth: 128 });
    const later = keys.slice(2000);
    for (const each of [memory, exact]) {
      for (const key of later) each.remember(entryWith(key));
      each.forget(Array.from({ length: 700 }, (_, i) => (3 * i + 1) as EntryId));
      for (let i = 2; i < 1000; i += 3) each.revise(i as EntryId, { key: keys[i + 1000]! });
    }
    expect(index.waiting).toBeGreaterThan(0);
    expect(found(memory, exact)).toBeGreaterThan(0.99);
    await index.catchUp();
    expect([index.waiting, found(memory, exact) > 0.99]).toEqual([0, true]);
    for (const each of [memory, exact]) {
      const turns = each.rekey(1, (observation, _, key) => key.set(observation.map((x, i) => x * (i + 1))));
      while (turns.next().done !== true);
    }
    expect(found(memory, exact)).toBeGreaterThan(0.99);
    await index.catchUp();
    expect(found(memory, exact)).toBeGreaterThan(0.95);
    const copy = memory.snapshot();
    memory.restore(structuredClone(copy));
    expect(found(memory, exact)).toBeGreaterThan(0.95);
  });

  it("finds all of a few entries, and the same in another memory of the same history", async () => {
    const memory = filled(keys.slice(0, 5));
    await openHnsw(memory);
    expect(idsOf(memory.recall(queries[0]!, 10)).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    const twins = [filled(keys), filled(keys)];
    for (const twin of twins) await openHnsw(twin);
    for (const query of queries) expect(twins[0]!.recall(query, 10)).toEqual(twins[1]!.recall(query, 10));
  });
});

describe("the approximate index's library", () => {
  it("is asked for with the command that installs it where it is not there; the memory then recalls exactly", () => {
    const absent = `export const resolve = (name, context, next) => { if (name === "usearch") throw new Error("no such package"); return next(name, context); };`;
    const asModule = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
    const hook = asModule(`import { register } from "node:module"; register(${JSON.stringify(asModule(absent))});`);
    const script = `
      import { EpisodicMemory, openHnsw } from ${JSON.stringify(pathToFileURL(resolve("dist/src/index.js")).href)};
      const memory = new EpisodicMemory({ shape: { keySize: 1, valueSize: 1, observationSize: 1 }, metric: "l2" });
      const one = new Float32Array(1);
      memory.remember({ key: one, value: one, observation: one, task: "task", episode: 0, step: 0 });
      await openHnsw(memory).catch((error) => console.log(error.message));
      console.log(memory.recall(one, 1).count);`;
    const printed = execFileSync(process.execPath, ["--import", hook, "--input-type=module", "--eval", script], { encoding: "utf8" });
    expect(printed).toMatch(/npm install usearch@2\.25\.3.*\n1\n$/);
  });

  it("is given no settings that make no graph", async () => {
    await expect(openHnsw(filled([]), { links: 1 })).rejects.toThrow(InvalidValueError);
    await expect(openHnsw(filled([]), { searchWidth: 0.5 })).rejects.toThrow(InvalidValueError);
  });
});

describe("the approximate index's file", () => {
  const file = join(folder, "memory.hnsw");

  it("saves building it anew, and is built anew where it is stale, foreign or damaged", async () => {
    const opened = async (memory: EpisodicMemory): Promise<boolean> => (await openHnsw(memory, { file })).fromFile;
    const few = keys.slice(0, 1000);
    const memory = filled(few);
    const first = await openHnsw(memory, { file });
    await first.save();
    const answers = queries.map((query) => idsOf(memory.recall(query, 10)));
    expect([first.fromFile, existsSync(`${file}.new`)]).toEqual([false, false]);

    const same = filled(few);
    expect(await opened(same)).toBe(true);
    expect(queries.map((query) => idsOf(same.recall(query, 10)))).toEqual(answers);

    const stale = filled(few);
    stale.revise(7 as EntryId, { key: vector() });
    expect(await opened(stale)).toBe(false);
    expect(await opened(filled(few, "cosine"))).toBe(false);

    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    for (const damaged of [bytes, bytes.subarray(0, 1000), Buffer.from("something else"), Buffer.alloc(0)]) {
      writeFileSync(file, damaged);
      const rebuilt = filled(few);
      expect(await opened(rebuilt)).toBe(false);
      expect(found(rebuilt, memory)).toBeGreaterThan(0.95);
    }
    writeFileSync(`${file}.json`, "{");
    expect(await opened(filled(few))).toBe(false);
  });
});
