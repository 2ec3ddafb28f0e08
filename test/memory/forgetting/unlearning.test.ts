import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { emptyRecall, type EntryId, type Recall } from "../../../src/contract/memory.ts";
import { asTaskId } from "../../../src/contract/task.ts";
import { EpisodicMemory } from "../../../src/memory/episodic-memory.ts";
import { forgetTask } from "../../../src/memory/forgetting/unlearning.ts";
import { HierarchicalRead } from "../../../src/memory/reading/hierarchical-read.ts";
import { inspectSqliteStore } from "../../../src/memory/stores/sqlite-inspection.ts";
import { openSqliteStore } from "../../../src/memory/stores/sqlite-store.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { point, pointShape } from "../points.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-unlearning-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [secret, other] = [asTaskId("a secret task"), asTaskId("another task")];

/** Two tasks side by side, so that whatever is near the one is near the other. */
function fill(memory: EpisodicMemory): Set<number> {
  const random = RandomStream.fromSeed(1);
  const secrets = new Set<number>();
  for (let i = 0; i < 400; i++) {
    const task = i % 2 === 0 ? secret : other;
    const id = memory.remember(
      point({ at: [random.normal(), random.normal()], task, value: i, episode: i >> 5, kind: i % 3 === 0 ? "demonstration" : "experience" }),
    );
    if (task === secret) secrets.add(id);
  }
  memory.mark(1 as EntryId, { pinned: true, importance: 9 });
  return secrets;
}

/** Every way to ask memory something, with all it answers. */
function* everyAnswer(memory: EpisodicMemory, read: HierarchicalRead): Generator<Recall> {
  const random = RandomStream.fromSeed(2);
  for (let i = 0; i < 30; i++) {
    const query = Float32Array.of(random.normal(), random.normal());
    for (const filter of [
      {},
      { tasks: [secret] },
      { tasks: [secret, other] },
      { kinds: ["demonstration"] },
      { since: 0 },
      { before: 1e9 },
      { without: [2 as EntryId] },
    ]) {
      yield memory.recall(query, 400, emptyRecall(400), { filter });
    }
    yield memory.recall(query, 400);
    yield memory.recall(query, 400, emptyRecall(400), { strength: 1 });
    const batch = [emptyRecall(400), emptyRecall(400)];
    memory.recallAll(Float32Array.of(...query, ...query), 400, batch);
    yield* batch;
    yield read.recall(query, 400);
  }
}

describe("unlearning a task", () => {
  it("leaves nothing of it to any recall, batch, filter, hierarchical read, listing, snapshot or store, and everything of the others", async () => {
    const file = join(folder, "memory.sqlite");
    const store = openSqliteStore(file, pointShape);
    const memory = new EpisodicMemory({ shape: pointShape, metric: "l2", store });
    const secrets = fill(memory);
    const read = new HierarchicalRead(memory, { tasks: Infinity, episodes: Infinity });
    await memory.flush();
    const others = [...memory.entries()].filter(({ task }) => task === other);
    expect([...everyAnswer(memory, read)].some(({ ids, count }) => ids.subarray(0, count).some((id) => secrets.has(id)))).toBe(true);

    expect(forgetTask(memory, secret)).toBe(200);
    await memory.flush();

    for (const { ids, rows, count } of everyAnswer(memory, read)) {
      expect(ids.subarray(0, count).some((id) => secrets.has(id))).toBe(false);
      expect(rows.subarray(0, count).some((row) => memory.taskOf(row) !== other)).toBe(false);
    }
    for (const id of secrets) expect(memory.entry(id as EntryId)).toBeUndefined();
    expect([...memory.entries()]).toEqual(others);
    expect(memory.tasks()).toEqual([other]);
    expect(memory.rowsOf(secret)).toHaveLength(0);
    // Rows are those of the others, also to whoever reads the columns as learners do.
    expect(Array.from(memory.values.subarray(0, memory.size)).every((value) => value % 2 === 1)).toBe(true);
    expect(JSON.stringify(memory.snapshot())).not.toContain("secret");
    const restored = new EpisodicMemory({ shape: pointShape, metric: "l2" });
    restored.restore(structuredClone(memory.snapshot()));
    expect([...restored.entries()]).toEqual(others);

    const inspection = inspectSqliteStore(file);
    expect(inspection.survey().tasks.map(({ task }) => task)).toEqual([other]);
    for (const id of secrets) expect(inspection.entry(id)).toBeUndefined();
    inspection.close();
    await store.close();
    // The task's name was in every entry; not even freed pages have it.
    expect(readFileSync(file).includes("secret")).toBe(false);
    const reopened = openSqliteStore(file, pointShape);
    expect([...new EpisodicMemory({ shape: pointShape, metric: "l2", store: reopened }).entries()]).toEqual(others);
    await reopened.close();
  });

  it("is done with a task that nobody knows before it begins, and gives no id a second time", () => {
    const memory = new EpisodicMemory({ shape: pointShape, metric: "l2" });
    const secrets = fill(memory);
    expect(forgetTask(memory, asTaskId("unheard of"))).toBe(0);
    expect(memory.size).toBe(400);
    forgetTask(memory, secret);
    expect(secrets.has(memory.remember(point({})))).toBe(false);
  });
});
