/**
 * @file A process that writes until it is killed, and what must be in its file then. The operation n puts the entry n; every fifth also removes an
 * older one, every seventh marks one. So what a file must hold follows from how far it came, and nothing else does.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";
import type { MemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { wholeEntry } from "./whole-entry.ts";

const root = resolve(import.meta.dirname, "../..");
const shape = { keySize: 64, valueSize: 4, observationSize: 39 };

/** When to kill: so many ms after the program was started, after it began to write, or after its first acknowledgement. */
export interface Moment {
  readonly after: "start" | "writing" | "acknowledgement";
  readonly delay: number;
}

/** More operations than these it does not do, should the kill be late. */
const MOST = 6000;

/**
 * Arguments for plain node, which starts the built sources in a fraction of the time that sources take.
 * @param list Where it says up to which operation everything is durable, a line an acknowledgement.
 * @param moment When a thread of its own kills it, whatever the others are doing; without one it writes on until somebody else does.
 */
export const writerArguments = (file: string, list: string, moment?: Moment): readonly string[] => [
  "--input-type=module",
  "--eval",
  `
  import { openSync, writeSync } from "node:fs";
  import { Worker } from "node:worker_threads";
  import { openSqliteStore } from ${JSON.stringify(pathToFileURL(join(root, "dist/src/memory/stores/sqlite-store.js")).href)};
  const reached = new Int32Array(new SharedArrayBuffer(4));
  const reach = (moment) => { if (moment === ${JSON.stringify(moment?.after ?? "never")}) { Atomics.store(reached, 0, 1); Atomics.notify(reached, 0); } };
  const killer = "const { workerData } = require('worker_threads'); Atomics.wait(workerData.reached, 0, 0);" +
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData.delay); process.kill(process.pid, 'SIGKILL')";
  if (${moment !== undefined}) new Worker(killer, { eval: true, execArgv: [], workerData: { reached, delay: ${moment?.delay ?? 0} } });
  reach("start");
  const store = openSqliteStore(${JSON.stringify(file)}, ${JSON.stringify(shape)});
  const acknowledged = openSync(${JSON.stringify(list)}, "w");
  const vector = (size, number) => new Float32Array(size).fill(number);
  reach("writing");
  const first = store.firstId;
  for (let n = first, round = n; n < first + ${moment === undefined ? 1e6 : MOST}; round++) {
    const count = round % 13 === 0 ? 2500 : 1 + (round * 7) % 40;
    for (const end = n + count; n < end; n++) {
      if (n % 5 === 0) store.remove([n - 3]);
      if (n % 7 === 2) store.mark(n - 2, { importance: 5, pinned: true, reads: n, lastRead: n });
      store.put({ id: n, key: vector(64, n), value: vector(4, -n), observation: vector(39, n / 3), task: "task " + n % 7, kind: "experience",
        episode: n >> 4, step: n, time: n, encoder: 0, importance: 1, pinned: false, reads: 0, lastRead: -1 });
    }
    await store.flush();
    writeSync(acknowledged, (n - 1) + "\\n");
    reach("acknowledgement");
  }`,
];

/** The last operation that a writer has acknowledged, 0 for none. */
export function lastAcknowledged(list: string): number {
  const lines = existsSync(list) ? readFileSync(list, "utf8").split("\n") : [];
  return Number(lines.slice(0, -1).at(-1) ?? 0);
}

function entryOf(n: number, marked: boolean): MemoryEntry {
  const vector = (size: number, number: number): Float32Array => new Float32Array(size).fill(number);
  const vectors = { key: vector(64, n), value: vector(4, -n), observation: vector(39, n / 3) };
  const entry = wholeEntry({ id: n, ...vectors, task: asTaskId(`task ${n % 7}`), episode: n >> 4, step: n, time: n });
  return marked ? { ...entry, importance: 5, pinned: true, reads: n + 2, lastRead: n + 2 } : entry;
}

/** Starts a writer, which is killed at that moment. @returns The last operation that it acknowledged, 0 for none. */
export async function killedWriter(file: string, moment: Moment): Promise<number> {
  const list = `${file}-acknowledged`;
  rmSync(list, { force: true });
  const writer = spawn(process.execPath, writerArguments(file, list, moment));
  let errors = "";
  writer.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await new Promise((done) => writer.on("close", done));
  if (errors !== "" || writer.signalCode !== "SIGKILL") throw new Error(`The writer was not killed, but ended: ${errors}`);
  return lastAcknowledged(list);
}

/**
 * Opens the file and checks that it holds what some operation left, whole, at or after the last acknowledged one.
 * @returns What is wrong; undefined when nothing is.
 */
export async function fault(file: string, acknowledged: number): Promise<string | undefined> {
  const warnings: string[] = [];
  const store = openSqliteStore(file, shape, { onDamage: (warning) => warnings.push(warning) });
  const entries = new Map(Array.from(store.entries(), (entry) => [entry.id as number, entry]));
  const last = store.firstId - 1;
  await store.close();
  if (warnings.length > 0) return warnings.join(" ");
  if (last < acknowledged) return `operation ${acknowledged} was acknowledged, and only ${last} are there`;
  for (let id = 1; id <= last; id++) {
    // What the next operation does before it puts its entry may have been in an earlier group than the entry.
    if (id + 3 === last + 1 || id + 2 === last + 1) continue;
    const found = entries.get(id);
    const removed = (id + 3) % 5 === 0 && id + 3 <= last;
    if (removed !== (found === undefined)) return `entry ${id} of ${last} is ${removed ? "there" : "gone"}`;
    if (found !== undefined && !same(found, entryOf(id, (id + 2) % 7 === 2 && id + 2 <= last))) return `entry ${id} of ${last} is another`;
  }
  return undefined;
}

/** Compared by hand: a matcher takes longer than the kills. */
function same(a: MemoryEntry, b: MemoryEntry): boolean {
  const plain = ["id", "task", "kind", "episode", "step", "time", "encoder", "importance", "pinned", "reads", "lastRead"] as const;
  const vectors = ["key", "value", "observation"] as const;
  return (
    plain.every((name) => a[name] === b[name]) &&
    vectors.every((name) => a[name].length === b[name].length && a[name].every((x, i) => Object.is(x, b[name][i])))
  );
}
