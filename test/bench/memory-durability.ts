/**
 * @file What durability costs: writes that are on the disk, a control loop that remembers beside one that does not, and the way back into memory.
 * Entries as the flagship has them: keys of 64, values of 4 and observations of 39 numbers. Best of several rounds in one process.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { emptyRecall, type EntryId, type MemoryEntry, type MemoryStore, type NewMemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { RandomStream } from "../../src/numerics/random.ts";
import type { BenchRow } from "./bench-row.ts";

const shape = { keySize: 64, valueSize: 4, observationSize: 39 };
const ENTRIES = 100_000;
const ROUNDS = 5;
const LOOP_ENTRIES = 20_000;
const LOOP_STEPS = 400;
const LOOP_ROUNDS = 9;
const QUERIES = 8;
const NEIGHBOURS = 10;

const random = RandomStream.fromSeed(1);
const vector = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.uniform(-1, 1));
const drawn = Array.from({ length: 500 }, () => ({ key: vector(64), value: vector(4), observation: vector(39) }));

const newEntry = (n: number): NewMemoryEntry => ({ ...drawn[n % drawn.length]!, task: asTaskId(`task ${n % 10}`), episode: n >> 7, step: n & 127 });
const marks = { importance: 1, pinned: false, reads: 0, lastRead: -1 };
const entryOf = (id: number): MemoryEntry => Object.assign({ id: id as EntryId, kind: "experience", time: id, encoder: 0 }, newEntry(id), marks);

/** Runs each work in turn, several times, and returns the least time of each [ms]. */
async function leastOf(rounds: number, works: readonly (() => number | Promise<number>)[]): Promise<readonly number[]> {
  const least = works.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    for (const [k, work] of works.entries()) least[k] = Math.min(least[k]!, await work());
  }
  return least;
}

/** Time of some work [ms]. */
async function timed(work: () => void | Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function filled(file: string, entries: readonly MemoryEntry[], flushEvery: number): Promise<number> {
  const store = openSqliteStore(file, shape);
  // Its thread is started before the clock.
  store.put(entryOf(ENTRIES + 1));
  await store.flush();
  const time = await timed(async () => {
    for (const [n, entry] of entries.entries()) {
      store.put(entry);
      if (n % flushEvery === flushEvery - 1) await store.flush();
    }
    await store.flush();
  });
  await store.close();
  return time;
}

/** The same numbers as rows of a plain table, a thousand to a transaction, on the calling thread. */
function filledPlainly(file: string, entries: readonly MemoryEntry[]): Promise<number> {
  const database = new Database(file);
  database.pragma("journal_mode = wal");
  database.pragma("synchronous = full");
  database.exec(
    "create table entry (id integer primary key, task text, episode integer, step integer, key blob, value blob, observation blob) strict",
  );
  const insert = database.prepare("insert into entry values (?, ?, ?, ?, ?, ?, ?)");
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer => Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  const insertAll = database.transaction((some: readonly MemoryEntry[]) => {
    for (const { id, task, episode, step, key, value, observation } of some)
      insert.run(id, task, episode, step, bytes(key), bytes(value), bytes(observation));
  });
  return timed(() => {
    for (let n = 0; n < entries.length; n += 1000) insertAll(entries.slice(n, n + 1000));
  }).finally(() => database.close());
}

async function writes(newFile: () => string): Promise<readonly BenchRow[]> {
  const entries = Array.from({ length: ENTRIES }, (_, n) => entryOf(n + 1));
  const [plain, grouped, flushed] = (await leastOf(ROUNDS, [
    () => filledPlainly(newFile(), entries),
    () => filled(newFile(), entries, ENTRIES),
    () => filled(newFile(), entries, 1000),
  ])) as [number, number, number];
  const row = (name: string, time: number): BenchRow => ({
    name,
    figure: ENTRIES / time,
    unit: "thousand/s",
    reference: ENTRIES / plain,
    referenceName: "better-sqlite3, 1,000 a transaction",
    ratio: plain / time,
  });
  return [row("durable writes, flushed in the end", grouped), row("durable writes, each 1,000 waited for", flushed)];
}

async function boot(newFile: () => string): Promise<readonly BenchRow[]> {
  const file = newFile();
  await filled(file, Array.from({ length: ENTRIES }, (_, n) => entryOf(n + 1)), ENTRIES); // prettier-ignore
  const [rows, booted] = (await leastOf(ROUNDS, [
    () =>
      timed(() => {
        const database = new Database(file, { readonly: true });
        database.prepare("select * from entry").raw().all();
        database.close();
      }),
    async () => {
      let store: MemoryStore | undefined;
      const time = await timed(() => {
        store = openSqliteStore(file, shape);
        new EpisodicMemory({ shape, metric: "l2", store }).dispose();
      });
      await store!.close();
      return time;
    },
  ])) as [number, number];
  return [
    { name: "boot of 100 k entries", figure: booted, unit: "ms", reference: rows, referenceName: "select * by better-sqlite3", ratio: rows / booted },
  ];
}

async function loop(newFile: () => string): Promise<readonly BenchRow[]> {
  const store = openSqliteStore(newFile(), shape);
  const memory = new EpisodicMemory({ shape, metric: "l2", store });
  for (let n = 0; n < LOOP_ENTRIES; n++) memory.remember(newEntry(n));
  await memory.flush();
  const queries = Array.from({ length: QUERIES }, () => vector(64));
  const into = emptyRecall(NEIGHBOURS);
  const steps = async (flushEvery: number): Promise<number> => {
    const remembered: EntryId[] = [];
    const time = await timed(async () => {
      const flushes: Promise<void>[] = [];
      for (let step = 1; step <= LOOP_STEPS; step++) {
        for (const query of queries) memory.recall(query, NEIGHBOURS, into);
        if (flushEvery > 0) remembered.push(memory.remember(newEntry(step)));
        if (flushEvery > 0 && step % flushEvery === 0) flushes.push(memory.flush());
        // As the closed loop does, it gives others a turn now and then.
        if (step % 20 === 0) await new Promise((done) => void setImmediate(done));
      }
      await Promise.all(flushes);
    });
    memory.forget(remembered);
    memory.settle();
    await memory.flush();
    return time;
  };
  const times = await leastOf(LOOP_ROUNDS, [() => steps(0), () => steps(20), () => steps(1)]);
  memory.dispose();
  await store.close();
  const [without, grouped, each] = times.map((time) => (time / LOOP_STEPS) * 1000) as [number, number, number];
  const row = (name: string, figure: number): BenchRow => ({
    name,
    figure,
    unit: "µs",
    reference: without,
    referenceName: "the same without writes",
    ratio: without / figure,
  });
  return [row("step of 8 queries in 20 k, a write a step, flush every 20", grouped), row("the same, flush every step", each)];
}

export async function bench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "engram-bench-"));
  let files = 0;
  const newFile = (): string => join(folder, `${files++}.sqlite`);
  try {
    return [...(await writes(newFile)), ...(await boot(newFile)), ...(await loop(newFile))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
