/**
 * @file The long-term memory: entries in columns of typed arrays, found again by exact search over their keys, and kept in a store
 * where they must outlive the process. Rows are ordered by id, so recall does not depend on what was forgotten in between.
 */
import { InvalidValueError, SnapshotError } from "../contract/errors.ts";
import {
  emptyRecall,
  type EntryId,
  type LongTermMemory,
  type MemoryEntry,
  type MemoryShape,
  type MemoryStore,
  type NewMemoryEntry,
  type Recall,
} from "../contract/memory.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import { asTaskId, type TaskId } from "../contract/task.ts";
import type { Metric } from "./exact-index.ts";
import { KeyIndex } from "./key-index.ts";

export interface EpisodicMemoryOptions {
  readonly shape: MemoryShape;
  readonly metric: Metric;
  /** Its entries are loaded at once; what is remembered or forgotten later goes there too. */
  readonly store?: MemoryStore;
}

/** Entries that fit without growing. */
const INITIAL_CAPACITY = 256;

export class EpisodicMemory implements LongTermMemory {
  readonly shape: MemoryShape;
  readonly metric: Metric;
  readonly #store: MemoryStore | undefined;
  #size = 0;
  #nextId = 1;
  readonly #keys: KeyIndex;
  #values: Float32Array;
  #observations: Float32Array;
  #ids = new Float64Array(INITIAL_CAPACITY);
  #episodes = new Int32Array(INITIAL_CAPACITY);
  #steps = new Int32Array(INITIAL_CAPACITY);
  #tasks: TaskId[] = [];

  constructor({ shape, metric, store }: EpisodicMemoryOptions) {
    this.shape = shape;
    this.metric = metric;
    this.#store = store;
    this.#keys = new KeyIndex(shape.keySize, metric, INITIAL_CAPACITY);
    this.#values = new Float32Array(INITIAL_CAPACITY * shape.valueSize);
    this.#observations = new Float32Array(INITIAL_CAPACITY * shape.observationSize);
    for (const entry of store?.entries() ?? []) {
      this.#append(entry.id, entry);
      this.#nextId = entry.id + 1;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Row-major; the first size × valueSize numbers are valid, until memory next changes. So are the observations. */
  get values(): Float32Array {
    return this.#values;
  }

  get observations(): Float32Array {
    return this.#observations;
  }

  taskOf(row: number): TaskId {
    return this.#tasks[row]!;
  }

  episodeOf(row: number): number {
    return this.#episodes[row]!;
  }

  idOf(row: number): EntryId {
    return this.#ids[row]! as EntryId;
  }

  /** The rows of a task, oldest first. */
  rowsOf(task: TaskId): Int32Array {
    const rows: number[] = [];
    for (let row = 0; row < this.#size; row++) if (this.#tasks[row] === task) rows.push(row);
    return Int32Array.from(rows);
  }

  /** The tasks that there are entries of, in the order of their oldest entry. */
  tasks(): TaskId[] {
    return [...new Set(this.#tasks)];
  }

  recall(query: Float32Array, k: number, into: Recall = emptyRecall(k)): Recall {
    if (!Number.isInteger(k) || k < 1) throw new InvalidValueError("k", k, "an integer from 1 up");
    if (into.rows.length < k) throw new InvalidValueError("into", into.rows, `room for ${k} entries`);
    this.#check("query", query, this.shape.keySize);
    this.#keys.nearest(query, k, this.#size, into);
    for (let i = 0; i < into.count; i++) into.ids[i] = this.#ids[into.rows[i]!]!;
    into.weights.fill(1 / into.count, 0, into.count);
    return into;
  }

  remember(entry: NewMemoryEntry): EntryId {
    this.#check("key", entry.key, this.shape.keySize);
    this.#check("value", entry.value, this.shape.valueSize);
    this.#check("observation", entry.observation, this.shape.observationSize);
    const id = this.#nextId++ as EntryId;
    this.#append(id, entry);
    this.#store?.put({ ...entry, id });
    return id;
  }

  forget(ids: readonly EntryId[]): number {
    const doomed = new Set<number>(ids);
    let kept = 0;
    for (let row = 0; row < this.#size; row++) {
      if (doomed.has(this.#ids[row]!)) continue;
      if (kept !== row) this.#move(row, kept);
      kept++;
    }
    const forgotten = this.#size - kept;
    this.#size = kept;
    this.#tasks.length = kept;
    if (forgotten > 0) this.#store?.remove(ids);
    return forgotten;
  }

  entry(id: EntryId): MemoryEntry | undefined {
    const row = this.#rowOf(id);
    return row < 0 ? undefined : this.#entryAt(row);
  }

  *entries(): IterableIterator<MemoryEntry> {
    for (let row = 0; row < this.#size; row++) yield this.#entryAt(row);
  }

  /** Makes all keys anew, after the encoder has changed. @param encode Writes the key of a row from its observation. */
  rekey(encode: (observation: Float32Array, row: number, key: Float32Array) => void): void {
    const { keySize, observationSize } = this.shape;
    const key = new Float32Array(keySize);
    for (let row = 0; row < this.#size; row++) {
      encode(this.#observations.subarray(row * observationSize, (row + 1) * observationSize), row, key);
      this.#keys.set(row, key);
    }
    if (this.#store !== undefined) for (const entry of this.entries()) this.#store.put(entry);
  }

  /** Resolves once everything remembered and forgotten so far is durable; at once without a store. */
  async flush(): Promise<void> {
    await this.#store?.flush();
  }

  /** Frees what lies in the tensor backend's heap; its store is closed by whoever opened it. */
  dispose(): void {
    this.#keys.dispose();
  }

  snapshot(): Snapshot {
    const { valueSize, observationSize } = this.shape;
    return {
      nextId: this.#nextId,
      ids: this.#ids.slice(0, this.#size),
      tasks: [...this.#tasks],
      episodes: this.#episodes.slice(0, this.#size),
      steps: this.#steps.slice(0, this.#size),
      keys: this.#allKeys(),
      values: this.#values.slice(0, this.#size * valueSize),
      observations: this.#observations.slice(0, this.#size * observationSize),
    };
  }

  /** Replaces everything, in the store too. @throws {SnapshotError} Not a snapshot of a memory of this shape; nothing is changed then. */
  restore(snapshot: Snapshot): void {
    const { nextId, ids, tasks, episodes, steps, keys, values, observations } = snapshot;
    const { keySize, valueSize, observationSize } = this.shape;
    const count = ids instanceof Float64Array ? ids.length : -1;
    const fits =
      typeof nextId === "number" &&
      Array.isArray(tasks) &&
      tasks.length === count &&
      episodes instanceof Int32Array &&
      episodes.length === count &&
      steps instanceof Int32Array &&
      steps.length === count &&
      keys instanceof Float32Array &&
      keys.length === count * keySize &&
      values instanceof Float32Array &&
      values.length === count * valueSize &&
      observations instanceof Float32Array &&
      observations.length === count * observationSize;
    if (!fits)
      throw new SnapshotError(
        `Expected the snapshot of a memory with keys of ${keySize}, values of ${valueSize} and observations of ${observationSize} numbers.`,
      );
    this.forget(Array.from(this.entries(), (entry) => entry.id));
    for (let row = 0; row < count; row++) {
      const id = (ids as Float64Array)[row]! as EntryId;
      this.#append(id, {
        key: keys.subarray(row * keySize, (row + 1) * keySize),
        value: values.subarray(row * valueSize, (row + 1) * valueSize),
        observation: observations.subarray(row * observationSize, (row + 1) * observationSize),
        task: asTaskId(String(tasks[row])),
        episode: episodes[row]!,
        step: steps[row]!,
      });
      this.#store?.put(this.#entryAt(row));
    }
    this.#nextId = nextId;
  }

  /** Row-major, without padding. */
  #allKeys(): Float32Array {
    const { keySize } = this.shape;
    const all = new Float32Array(this.#size * keySize);
    for (let row = 0; row < this.#size; row++) all.set(this.#keys.at(row), row * keySize);
    return all;
  }

  #check(name: string, vector: Float32Array, size: number): void {
    if (vector.length !== size) throw new InvalidValueError(name, vector, `${size} numbers long`);
    let square = 0;
    for (let i = 0; i < size; i++) square += vector[i]! * vector[i]!;
    if (!Number.isFinite(square)) throw new InvalidValueError(name, vector, "finite numbers only");
    const isKey = name === "key" || name === "query";
    if (isKey && this.metric === "cosine" && square === 0) throw new InvalidValueError(name, vector, "other than all zeros, which have no direction");
  }

  #append(id: EntryId, { key, value, observation, task, episode, step }: NewMemoryEntry): void {
    const row = this.#size;
    if (row === this.#ids.length) this.#grow();
    this.#keys.set(row, key);
    this.#values.set(value, row * this.shape.valueSize);
    this.#observations.set(observation, row * this.shape.observationSize);
    this.#ids[row] = id;
    this.#episodes[row] = episode;
    this.#steps[row] = step;
    this.#tasks[row] = task;
    this.#size++;
  }

  #grow(): void {
    this.#values = doubled(this.#values);
    this.#observations = doubled(this.#observations);
    this.#ids = doubled(this.#ids);
    this.#episodes = doubled(this.#episodes);
    this.#steps = doubled(this.#steps);
  }

  #move(from: number, to: number): void {
    const { valueSize, observationSize } = this.shape;
    this.#keys.move(from, to);
    this.#values.copyWithin(to * valueSize, from * valueSize, (from + 1) * valueSize);
    this.#observations.copyWithin(to * observationSize, from * observationSize, (from + 1) * observationSize);
    this.#ids[to] = this.#ids[from]!;
    this.#episodes[to] = this.#episodes[from]!;
    this.#steps[to] = this.#steps[from]!;
    this.#tasks[to] = this.#tasks[from]!;
  }

  /** Ids ascend with rows. */
  #rowOf(id: EntryId): number {
    let low = 0;
    let high = this.#size - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#ids[middle]!;
      if (found === id) return middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** By value: what memory does later leaves it alone. */
  #entryAt(row: number): MemoryEntry {
    const { valueSize, observationSize } = this.shape;
    return {
      id: this.idOf(row),
      key: this.#keys.at(row).slice(),
      value: this.#values.slice(row * valueSize, (row + 1) * valueSize),
      observation: this.#observations.slice(row * observationSize, (row + 1) * observationSize),
      task: this.#tasks[row]!,
      episode: this.#episodes[row]!,
      step: this.#steps[row]!,
    };
  }
}

function doubled<T extends Float32Array | Float64Array | Int32Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
