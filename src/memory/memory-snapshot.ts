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
  const alive = rows.where();
  const { keySize } = rows.shape;
  const { ids, times, lastReads, importances, reads, episodes, steps, encoders, pins, values, observations } = rows.columns;
  const keys = new Float32Array(alive.length * keySize);
  alive.forEach((row, i) => rows.keys.read(row, keys, i * keySize));
  return {
    ids: Float64Array.from(alive, (row) => ids.array[row]!),
    times: Float64Array.from(alive, (row) => times.array[row]!),
    lastReads: Float64Array.from(alive, (row) => lastReads.array[row]!),
    importances: Float32Array.from(alive, (row) => importances.array[row]!),
    reads: Float32Array.from(alive, (row) => reads.array[row]!),
    episodes: Int32Array.from(alive, (row) => episodes.array[row]!),
    steps: Int32Array.from(alive, (row) => steps.array[row]!),
    encoders: Int32Array.from(alive, (row) => encoders.array[row]!),
    pins: Uint8Array.from(alive, (row) => pins.array[row]!),
    tasks: Array.from(alive, (row) => rows.columns.task(row)),
    kinds: Array.from(alive, (row) => rows.columns.kind(row)),
    keys,
    values: stacked(alive, values),
    observations: stacked(alive, observations),
  }; // prettier-ignore
}

function stacked(rows: Int32Array, { array, width }: Rows["columns"]["values"]): Float32Array {
  const stack = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * width;
    for (let k = 0; k < width; k++) stack[i * width + k] = array[from + k]!;
  }
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
  // Two entries of one number could never be told apart again.
  if (!numbers("ids").every((id, i, all) => id < (all[i + 1] ?? nextId))) throw unfit(shape);
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
