/** @file A memory's rows as a snapshot, and back. */
import { SnapshotError } from "../contract/errors.ts";
import type { EntryId, MemoryEntry, MemoryShape } from "../contract/memory.ts";
import type { Snapshot, SnapshotValue } from "../contract/snapshot.ts";
import { asTaskId } from "../contract/task.ts";
import type { Rows } from "./rows.ts";

/** How columns of numbers are saved. */
const columns = {
  ids: Float64Array,
  times: Float64Array,
  lastReads: Float64Array,
  importances: Float32Array,
  reads: Float32Array,
  episodes: Int32Array,
  steps: Int32Array,
  encoders: Int32Array,
  pins: Uint8Array,
} as const;

type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array;

export function snapshotRows(rows: Rows): Snapshot {
  const entries = Array.from(rows.where(), (row) => rows.entry(row));
  const { keySize, valueSize, observationSize } = rows.shape;
  return {
    ids: Float64Array.from(entries, ({ id }) => id),
    times: Float64Array.from(entries, ({ time }) => time),
    lastReads: Float64Array.from(entries, ({ lastRead }) => lastRead),
    importances: Float32Array.from(entries, ({ importance }) => importance),
    reads: Float32Array.from(entries, ({ reads }) => reads),
    episodes: Int32Array.from(entries, ({ episode }) => episode),
    steps: Int32Array.from(entries, ({ step }) => step),
    encoders: Int32Array.from(entries, ({ encoder }) => encoder),
    pins: Uint8Array.from(entries, ({ pinned }) => (pinned ? 1 : 0)),
    tasks: entries.map(({ task }) => task),
    kinds: entries.map(({ kind }) => kind),
    keys: stacked(entries.map(({ key }) => key), keySize),
    values: stacked(entries.map(({ value }) => value), valueSize),
    observations: stacked(entries.map(({ observation }) => observation), observationSize),
  }; // prettier-ignore
}

function stacked(vectors: readonly Float32Array[], size: number): Float32Array {
  const stack = new Float32Array(vectors.length * size);
  vectors.forEach((vector, i) => stack.set(vector, i * size));
  return stack;
}

export interface RestoredRows {
  readonly entries: readonly MemoryEntry[];
  readonly nextId: number;
  readonly encoder: number;
}

/** @throws {SnapshotError} Not the snapshot of a memory of this shape. */
export function restoreRows({ nextId, encoder, rows }: Snapshot, shape: MemoryShape): RestoredRows {
  const saved = isSnapshot(rows) ? rows : {};
  const count = saved["ids"] instanceof Float64Array ? saved["ids"].length : -1;
  const numbers = (name: keyof typeof columns): Numbers => required(saved[name], columns[name], count, shape);
  const names = (name: string): readonly string[] => {
    const list = saved[name];
    if (!Array.isArray(list) || list.length !== count || !list.every((each) => typeof each === "string")) throw unfit(shape);
    return list;
  };
  const vectors = (name: string, size: number): Float32Array[] => {
    const all = required(saved[name], Float32Array, count * size, shape) as Float32Array;
    return Array.from({ length: count }, (_, i) => all.slice(i * size, (i + 1) * size));
  };
  if (typeof nextId !== "number" || typeof encoder !== "number") throw unfit(shape);
  const [ids, times, lastReads, importances] = [numbers("ids"), numbers("times"), numbers("lastReads"), numbers("importances")];
  const [reads, episodes, steps, encoders, pins] = [numbers("reads"), numbers("episodes"), numbers("steps"), numbers("encoders"), numbers("pins")];
  const [tasks, kinds] = [names("tasks"), names("kinds")];
  const [keys, values, observations] = [
    vectors("keys", shape.keySize),
    vectors("values", shape.valueSize),
    vectors("observations", shape.observationSize),
  ];
  const entries = Array.from(ids, (id, i): MemoryEntry => ({
    id: id as EntryId,
    key: keys[i]!,
    value: values[i]!,
    observation: observations[i]!,
    task: asTaskId(tasks[i]!),
    kind: kinds[i]!,
    episode: episodes[i]!,
    step: steps[i]!,
    time: times[i]!,
    importance: importances[i]!,
    encoder: encoders[i]!,
    pinned: pins[i] === 1,
    reads: reads[i]!,
    lastRead: lastReads[i]!,
  })); // prettier-ignore
  return { entries, nextId, encoder };
}

function required(value: SnapshotValue | undefined, Type: (typeof columns)[keyof typeof columns], length: number, shape: MemoryShape): Numbers {
  if (!(value instanceof Type) || value.length !== length) throw unfit(shape);
  return value;
}

const isSnapshot = (value: SnapshotValue | undefined): value is Snapshot =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

const unfit = ({ keySize, valueSize, observationSize }: MemoryShape): SnapshotError =>
  new SnapshotError(
    `Expected the snapshot of a memory with keys of ${keySize}, values of ${valueSize} and observations of ${observationSize} numbers.`,
  );
