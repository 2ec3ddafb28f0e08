/**
 * @file What recall costs: whole calls of `EpisodicMemory`, alone and 32 at a time, beside faiss' flat index on the same keys and beside a sum over the same bytes;
 * paths of queries; filters, importance, metrics, lengths of keys; the approximate index beside hnswlib; the hierarchical read beside the scan of all; bytes of an entry.
 * Needs a Python with faiss and hnswlib (ENGRAM_BENCH_PYTHON) for the comparisons, and some minutes. Run it on one core: `taskset -c 0 npm run bench -- memory`.
 * Every figure is the mean over its queries of each one's best of several rounds, in which all that is compared takes turns.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyRecall, type Recall, type RecallOptions } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { KeyIndex, type Metric } from "../../src/memory/key-index.ts";
import { HierarchicalRead, type Breadth } from "../../src/memory/reading/hierarchical-read.ts";
import { kernel } from "../../src/memory/search-kernel.ts";
import { openHnsw } from "../../src/memory/stores/hnsw-index.ts";
import type { BenchRow } from "./bench-row.ts";
import { latentKeys, writeKeys } from "./latent-keys.ts";
import { bench as durability } from "./memory-durability.ts";
import { openPeers, type PeerRequest, type Peers } from "./memory-peers.ts";
import { inTurn, type Part } from "./progress.ts";

const SIZE = 64;
const K = 10;
const BATCH = 32;
const QUERIES = 256;
const LARGEST = 1_000_000;
const TASKS = 10;
/** Where the kernel's memory has the first keys that were ever written, and so all that one memory has when it is alone [B]. */
const FIRST_KEYS = 65_536;
const GRAPH = { links: 16, buildWidth: 128 } as const;

/** How often what is compared takes turns, and in what groups queries are timed: single queries, and batches. */
const plans: Readonly<Record<number, { readonly rounds: number; readonly groups: number; readonly group: number; readonly batches: number }>> = {
  1000: { rounds: 60, groups: 2, group: 64, batches: 4 },
  10_000: { rounds: 60, groups: 8, group: 8, batches: 4 },
  100_000: { rounds: 40, groups: 16, group: 1, batches: 2 },
  [LARGEST]: { rounds: 12, groups: 4, group: 1, batches: 1 },
};

/** One way to do something: microseconds a query, of each group. */
type Contender = () => readonly number[] | Promise<readonly number[]>;

/** Each contender's mean over the groups of the best round. */
async function compete<Name extends string>(rounds: number, contenders: Readonly<Record<Name, Contender>>): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const best = new Map<Name, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const times = await contenders[name]();
      best.set(name, times.map((time, i) => Math.min(time, best.get(name)?.[i] ?? Infinity))); // prettier-ignore
    }
  }
  const mean = (times: readonly number[]): number => times.reduce((sum, time) => sum + time, 0) / times.length;
  return Object.fromEntries(names.map((name) => [name, mean(best.get(name)!)])) as Record<Name, number>;
}

/** Microseconds of each, for so many queries. */
const timed = (runs: readonly (() => void)[], count: number): number[] =>
  runs.map((run) => {
    const from = performance.now();
    run();
    return (1000 * (performance.now() - from)) / count;
  });

interface Filling {
  readonly size?: number;
  readonly metric?: Metric;
  readonly inTurns?: boolean;
  readonly observation?: number;
}

/** The first rows of some keys in a memory, a tenth for each task, one after the other or in turns. */
function memoryOf(keys: Float32Array, rows: number, { size = SIZE, metric = "l2", inTurns = false, observation = 1 }: Filling = {}): EpisodicMemory {
  const memory = new EpisodicMemory({ shape: { keySize: size, valueSize: 4, observationSize: observation }, metric });
  const [value, seen] = [new Float32Array(4), new Float32Array(observation)];
  for (let step = 0; step < rows; step++) {
    const task = asTaskId(`task ${inTurns ? step % TASKS : Math.floor((step * TASKS) / rows)}`);
    const key = keys.subarray(step * size, (step + 1) * size);
    memory.remember({ key, value, observation: seen, task, episode: 0, step, importance: 0.5 + (step % 7) / 7 });
  }
  return memory;
}

/** Queries, a group or a batch at a time, from the keys behind those that are in memory. */
class Questions {
  readonly file: string;
  readonly size: number;
  readonly #keys: Float32Array;
  readonly #first: number;
  readonly #into: readonly Recall[] = Array.from({ length: BATCH }, () => emptyRecall(K));

  constructor(file: string, keys: Float32Array, size: number) {
    this.file = file;
    this.size = size;
    this.#keys = keys;
    this.#first = keys.length / size - QUERIES;
  }

  query(index: number, count = 1): Float32Array {
    const from = (this.#first + index) * this.size;
    return this.#keys.subarray(from, from + count * this.size);
  }

  alone(memory: EpisodicMemory, { groups, group }: { readonly groups: number; readonly group: number }, options?: RecallOptions): Contender {
    const runs = Array.from({ length: groups }, (_, g) => () => {
      for (let q = g * group; q < (g + 1) * group; q++) memory.recall(this.query(q), K, this.#into[0], options);
    });
    return () => timed(runs, group);
  }

  together(memory: EpisodicMemory, batches: number): Contender {
    const runs = Array.from({ length: batches }, (_, b) => () => memory.recallAll(this.query(b * BATCH, BATCH), K, this.#into));
    return () => timed(runs, BATCH);
  }

  /** The same for others. */
  request(rows: number, groups: number, group: number, batch: number): PeerRequest {
    const queries = Array.from({ length: groups }, (_, g) => [this.#first + g * group, group] as const);
    return { file: this.file, size: this.size, rows, k: K, queries, batch };
  }
}

const short = (rows: number): string => rows.toLocaleString("en");

/** @param reference Of which less is better, as of the figure. */
function row(name: string, figure: number, reference?: number, referenceName?: string, unit = "µs"): BenchRow {
  if (reference === undefined || referenceName === undefined) return { name, figure, unit };
  return { name, figure, unit, reference, referenceName, ratio: reference / figure };
}

/** Single queries and batches, beside faiss and the sum of the same bytes. */
async function exact(rows: number, keys: Float32Array, questions: Questions, peers: Peers | undefined): Promise<BenchRow[]> {
  const { rounds, groups, group, batches } = plans[rows]!;
  const memory = memoryOf(keys, rows);
  const read = Math.ceil(rows / 16) * 64 * (SIZE + 3);
  const sum = (): void => {
    for (let i = 0; i < group; i++) kernel.sum(FIRST_KEYS, read);
  };
  const none: Contender = () => [Number.NaN];
  const figures = await compete(rounds, {
    alone: questions.alone(memory, { groups, group }),
    together: questions.together(memory, batches),
    sum: () => timed([sum], group),
    "faiss alone": peers ? () => peers.time(questions.request(rows, groups, group, 1)) : none,
    "faiss together": peers ? () => peers.time(questions.request(rows, batches, BATCH, BATCH)) : none,
  });
  memory.dispose();
  const beside = (name: string, figure: number, reference: number): BenchRow =>
    peers ? row(name, figure, reference, "faiss flat") : row(name, figure);
  return [
    beside(`one query, ${short(rows)} entries`, figures.alone, figures["faiss alone"]),
    row(`one query, ${short(rows)} entries`, figures.alone, figures.sum, "sum of the same bytes"),
    beside(`32 queries, ${short(rows)} entries, each`, figures.together, figures["faiss together"]),
  ];
}

/** What options and metrics change, among 100,000 entries. */
async function variants(keys: Float32Array, questions: Questions): Promise<BenchRow[]> {
  const rows = 100_000;
  const { rounds, ...groups } = plans[rows]!;
  const filter = { tasks: [asTaskId("task 3")] };
  const memories = [memoryOf(keys, rows), memoryOf(keys, rows, { inTurns: true }), memoryOf(keys, rows, { metric: "cosine" }), memoryOf(keys, rows, { metric: "inner product" })] as const; // prettier-ignore
  const [memory, turns, cosine, product] = memories;
  const figures = await compete(rounds / 2, {
    plain: questions.alone(memory, groups),
    "one task of ten": questions.alone(memory, groups, { filter }),
    "one task of ten, scattered": questions.alone(turns, groups, { filter }),
    "with importance": questions.alone(memory, groups, { strength: 5 }),
    cosine: questions.alone(cosine, groups),
    "inner product": questions.alone(product, groups),
  });
  for (const each of memories) each.dispose();
  const { plain, ...others } = figures;
  return Object.entries(others).map(([name, figure]) => row(`${name}, ${short(rows)} entries`, figure, plain, "L2, all entries"));
}

/** Keys of other lengths, among 10,000 entries. */
async function lengths(folder: string, peers: Peers | undefined): Promise<BenchRow[]> {
  const count = 10_000;
  const { rounds, ...groups } = plans[count]!;
  const found: BenchRow[] = [];
  for (const size of [16, 256]) {
    const keys = latentKeys(count + QUERIES, size);
    const questions = new Questions(join(folder, `keys-${size}.f32`), keys, size);
    writeKeys(questions.file, keys);
    const memory = memoryOf(keys, count, { size });
    const alone = questions.alone(memory, groups);
    const name = `one query, ${short(count)} entries with keys of ${size}`;
    if (peers === undefined) {
      found.push(row(name, (await compete(rounds, { alone })).alone));
    } else {
      const request = questions.request(count, groups.groups, groups.group, 1);
      const figures = await compete(rounds, { alone, faiss: () => peers.time(request) });
      found.push(row(name, figures.alone, figures.faiss, "faiss flat"));
    }
    memory.dispose();
  }
  return found;
}

/** The approximate index among 100,000 entries, beside the exact search and hnswlib. */
async function approximate(keys: Float32Array, questions: Questions, peers: Peers | undefined): Promise<BenchRow[]> {
  const rows = 100_000;
  const groups = { groups: 128, group: 1 };
  const [memory, plain] = [memoryOf(keys, rows), memoryOf(keys, rows)];
  const from = performance.now();
  await openHnsw(memory, GRAPH);
  const build = (1000 * (performance.now() - from)) / rows;
  let kept = 0;
  for (let q = 0; q < QUERIES; q++) {
    const nearest = new Set(plain.recall(questions.query(q), K).ids);
    kept += [...memory.recall(questions.query(q), K).ids].filter((id) => nearest.has(id)).length;
  }
  const recall = kept / (K * QUERIES);
  // As wide as it takes to find what ours finds.
  const request = { ...questions.request(rows, groups.groups, 1, 1), ...GRAPH, recall };
  const peer = await peers?.build(request);
  const figures = await compete(12, {
    graph: questions.alone(memory, groups),
    exact: questions.alone(plain, groups),
    hnswlib: peers ? () => peers.time(request) : () => [Number.NaN],
  });
  memory.dispose();
  plain.dispose();
  const name = `approximate, one query, ${short(rows)} entries`;
  return [
    row(name, figures.graph, figures.exact, "exact"),
    ...(peer ? [row(name, figures.graph, figures.hnswlib, `hnswlib, ef ${peer.width}`)] : []),
    row("approximate, share of the ten nearest found", recall, peer?.recall, peer && `hnswlib, ef ${peer.width}`, ""),
    row(`approximate, linking an entry of ${short(rows)}`, build, peer?.build, "hnswlib"),
  ];
}

/** The shape of a life: tasks of many episodes, whose steps are near each other. */
const LIFE = { tasks: 10, episodes: 100, steps: 100 } as const;
/** How far episodes are from their task, and steps from their episode, where tasks are 1 from each other. */
const [EPISODE, STEP] = [0.5, 0.25];
const BREADTH: Breadth = { tasks: 3, episodes: 16 };

/** Keys of such a life, and queries of further episodes of its tasks: their nearest are spread over many episodes. */
function lifeOf(keys: Float32Array, episodes: number): { readonly memory: EpisodicMemory; readonly queries: Float32Array } {
  let drawn = 0;
  const add = (into: Float32Array, share: number): Float32Array => {
    const from = SIZE * drawn++;
    return into.map((x, i) => x + share * keys[from + i]!);
  };
  const memory = new EpisodicMemory({ shape: { keySize: SIZE, valueSize: 4, observationSize: 1 }, metric: "l2" });
  const [value, observation] = [new Float32Array(4), new Float32Array(1)];
  const queries = new Float32Array(QUERIES * SIZE);
  for (let t = 0; t < LIFE.tasks; t++) {
    const task = add(new Float32Array(SIZE), 1);
    for (let e = 0; e < episodes; e++) {
      const episode = add(task, EPISODE);
      for (let step = 0; step < LIFE.steps; step++) {
        memory.remember({ key: add(episode, STEP), value, observation, task: asTaskId(`task ${t}`), episode: t * episodes + e, step });
      }
    }
    for (let q = t; q < QUERIES; q += LIFE.tasks) queries.set(add(add(task, EPISODE), STEP), q * SIZE);
  }
  return { memory, queries };
}

/** Reading from tasks to episodes to steps, beside the exact scan of all, among 100,000 entries of such a life. */
async function hierarchical(keys: Float32Array): Promise<BenchRow[]> {
  const { memory, queries } = lifeOf(keys, LIFE.episodes);
  const read = new HierarchicalRead(memory, BREADTH);
  const query = (q: number): Float32Array => queries.subarray(q * SIZE, (q + 1) * SIZE);
  const into = emptyRecall(K);
  let [kept, looked] = [0, 0];
  for (let q = 0; q < QUERIES; q++) {
    const nearest = new Set(memory.recall(query(q), K).ids);
    kept += [...read.recall(query(q), K).ids].filter((id) => nearest.has(id)).length;
    looked += read.looked.tasks + read.looked.episodes + read.looked.entries;
  }
  const each = (recall: (q: number) => void): Contender => {
    const runs = Array.from({ length: 64 }, (_, q) => () => recall(q));
    return () => timed(runs, 1);
  };
  const figures = await compete(12, {
    hierarchical: each((q) => read.recall(query(q), K, into)),
    exact: each((q) => memory.recall(query(q), K, into)),
  });
  read.dispose();
  memory.dispose();
  const total = LIFE.tasks * LIFE.episodes * LIFE.steps;
  const name = `hierarchical, ${BREADTH.tasks} of ${LIFE.tasks} tasks and ${BREADTH.episodes} episodes, ${short(total)} entries`;
  return [
    row(name, figures.hierarchical, figures.exact, "exact"),
    row("hierarchical, share of the ten nearest found", kept / (K * QUERIES), undefined, undefined, ""),
    row("hierarchical, compared for a query", looked / QUERIES, total, "exact", "keys"),
  ];
}

/** Queries of a control loop in such a life, each a little farther on the way from one situation of a task to another, beside the same searched anew. */
async function path(keys: Float32Array, episodes: number): Promise<BenchRow> {
  const [steps, k] = [40, 64];
  const { memory, queries } = lifeOf(keys, episodes);
  const index = new KeyIndex(SIZE, "l2");
  const key = new Float32Array(SIZE);
  for (const entry of memory.rowsOf()) {
    memory.readKey(entry, key);
    index.set(entry, key);
  }
  const along = Array.from({ length: 4 * steps }, (_, t) => {
    const from = Math.floor(t / steps) * LIFE.tasks * SIZE;
    const share = (t % steps) / steps;
    return Float32Array.from({ length: SIZE }, (_unused, i) => (1 - share) * queries[from + i]! + share * queries[from + LIFE.tasks * SIZE + i]!);
  });
  const into = emptyRecall(k);
  const onPath = (): void => along.forEach((query) => memory.recall(query, k, into));
  const anew = (): void => along.forEach((query) => index.nearest(query, k, [into], { among: memory.size }));
  const figures = await compete(12, { onPath: () => timed([onPath], along.length), anew: () => timed([anew], along.length) });
  const total = short(memory.size);
  memory.dispose();
  index.dispose();
  return row(`one query of a path, ${k} of ${total} entries`, figures.onPath, figures.anew, "searched anew");
}

/** What an entry takes, beside its numbers. */
function bytes(): BenchRow {
  const [rows, observation] = [100_000, 39];
  const memory = memoryOf(new Float32Array(rows * SIZE).fill(1), rows, { observation });
  const figure = memory.bytes / rows;
  memory.dispose();
  return row("bytes of an entry with key 64, value 4, observation 39", figure, 4 * (SIZE + 4 + observation), "its numbers", "B");
}

export async function bench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "engram-bench-"));
  const peers = await openPeers();
  try {
    const keys = latentKeys(LARGEST + QUERIES, SIZE);
    const questions = new Questions(join(folder, "keys.f32"), keys, SIZE);
    writeKeys(questions.file, keys);
    return await inTurn([
      ...Object.keys(plans).map((count): Part => [`${short(Number(count))} entries`, async () => exact(Number(count), keys, questions, peers)]),
      ["options and metrics", async () => variants(keys, questions)],
      ["keys of other lengths", async () => lengths(folder, peers)],
      ["the approximate index", async () => approximate(keys, questions, peers)],
      ["the hierarchical read", async () => hierarchical(keys)],
      ["paths", async () => [await path(keys, 4), await path(keys, 20)]],
      ["bytes of an entry", () => [bytes()]],
      ["durability", durability],
    ]);
  } finally {
    peers?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
