/** @file Everything of a memory's entries but their keys, in columns of typed arrays, one row an entry. Rows are counted by the memory around it. */
import type { EntryId, EntryMarks, MemoryEntry, MemoryShape } from "../contract/memory.ts";
import { asTaskId, type TaskId } from "../contract/task.ts";
import { Names } from "./names.ts";

/** Rows that fit without growing. */
const INITIAL_ROWS = 64;
/** A full column grows by an eighth: room that is not used yet stays below that. */
const GROWTH = 1.125;

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** One column: `width` numbers a row. The array is replaced when it grows. */
class Column<T extends Numbers> {
  array: T;
  readonly width: number;

  constructor(array: T, width = 1) {
    this.array = array;
    this.width = width;
  }

  resize(rows: number): void {
    const larger = new (this.array.constructor as new (length: number) => T)(rows * this.width);
    larger.set(this.array);
    this.array = larger;
  }

  /** Moves the rows from `from` up to `end`. */
  move(from: number, end: number, to: number): void {
    this.array.copyWithin(to * this.width, from * this.width, end * this.width);
  }
}

const float32 = (width = 1): Column<Float32Array> => new Column(new Float32Array(INITIAL_ROWS * width), width);
const float64 = (): Column<Float64Array> => new Column(new Float64Array(INITIAL_ROWS));
const flags = (): Column<Uint8Array> => new Column(new Uint8Array(INITIAL_ROWS));
const int32 = (): Column<Int32Array> => new Column(new Int32Array(INITIAL_ROWS));

export class Columns {
  readonly values: Column<Float32Array>;
  readonly observations: Column<Float32Array>;
  readonly ids = float64();
  readonly times = float64();
  readonly lastReads = float64();
  readonly reads = float32();
  readonly importances = float32();
  readonly episodes = int32();
  readonly steps = int32();
  readonly encoders = int32();
  readonly pins = flags();
  /** 0 for rows of entries that were forgotten. */
  readonly alive = flags();
  /** 1 for rows whose marks changed since they were last written to the store. */
  readonly marked = flags();
  readonly #taskNumbers = int32();
  readonly #kindNumbers = int32();
  readonly #tasks = new Names();
  readonly #kinds = new Names();
  readonly #all: readonly Column<Numbers>[];

  constructor({ valueSize, observationSize }: MemoryShape) {
    this.values = float32(valueSize);
    this.observations = float32(observationSize);
    const { values, observations, ids, times, lastReads, reads, importances, episodes, steps, encoders, pins, alive, marked } = this;
    const [tasks, kinds] = [this.#taskNumbers, this.#kindNumbers];
    this.#all = [values, observations, ids, times, lastReads, reads, importances, episodes, steps, encoders, pins, alive, marked, tasks, kinds];
  }

  /** With the room for more [B]. */
  get bytes(): number {
    return this.#all.reduce((sum, { array }) => sum + array.byteLength, 0);
  }

  task(row: number): TaskId {
    return asTaskId(this.#tasks.nameOf(this.#taskNumbers.array[row]!));
  }

  kind(row: number): string {
    return this.#kinds.nameOf(this.#kindNumbers.array[row]!);
  }

  /** Whether a row's task is one of some. */
  hasTask(names: readonly string[]): (row: number) => boolean {
    return membership(this.#tasks, this.#taskNumbers.array, names);
  }

  hasKind(names: readonly string[]): (row: number) => boolean {
    return membership(this.#kinds, this.#kindNumbers.array, names);
  }

  marks(row: number): EntryMarks {
    const [importance, reads, lastRead] = [this.importances.array[row]!, this.reads.array[row]!, this.lastReads.array[row]!];
    return { importance, pinned: this.pins.array[row] === 1, reads, lastRead };
  }

  setMarks(row: number, { importance, pinned, reads, lastRead }: EntryMarks): void {
    this.importances.array[row] = importance;
    this.pins.array[row] = pinned ? 1 : 0;
    this.reads.array[row] = reads;
    this.lastReads.array[row] = lastRead;
  }

  /** Everything of a row but the key, by value. */
  entry(row: number): Omit<MemoryEntry, "key"> {
    const vector = ({ array, width }: Column<Float32Array>): Float32Array => array.slice(row * width, (row + 1) * width);
    return {
      id: this.ids.array[row]! as EntryId,
      value: vector(this.values),
      observation: vector(this.observations),
      task: this.task(row),
      episode: this.episodes.array[row]!,
      step: this.steps.array[row]!,
      kind: this.kind(row),
      time: this.times.array[row]!,
      encoder: this.encoders.array[row]!,
      ...this.marks(row),
    };
  }

  set(row: number, entry: Omit<MemoryEntry, "key">): void {
    this.reserve(row + 1);
    this.values.array.set(entry.value, row * this.values.width);
    this.observations.array.set(entry.observation, row * this.observations.width);
    this.ids.array[row] = entry.id;
    this.times.array[row] = entry.time;
    this.episodes.array[row] = entry.episode;
    this.steps.array[row] = entry.step;
    this.encoders.array[row] = entry.encoder;
    this.#taskNumbers.array[row] = this.#tasks.numberOf(entry.task);
    this.#kindNumbers.array[row] = this.#kinds.numberOf(entry.kind);
    this.alive.array[row] = 1;
    this.marked.array[row] = 0;
    this.setMarks(row, entry);
  }

  /** Moves the rows from `from` up to `end`. */
  move(from: number, end: number, to: number): void {
    for (const column of this.#all) column.move(from, end, to);
  }

  /** Makes room for so many rows. */
  reserve(rows: number): void {
    if (rows <= this.ids.array.length) return;
    const room = Math.max(rows, Math.ceil(this.ids.array.length * GROWTH));
    for (const column of this.#all) column.resize(room);
  }
}

function membership(known: Names, column: Int32Array, names: readonly string[]): (row: number) => boolean {
  const wanted = new Set(names.flatMap((name) => known.find(name) ?? []));
  return (row) => wanted.has(column[row]!);
}
