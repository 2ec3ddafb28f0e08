/**
 * @file The long-term memory: entries found again by exact search over their keys, kept in a store where they must outlive the process. Recall does not
 * depend on what was forgotten in between, nor on the order in which entries of several writers came in.
 */
import { InvalidValueError } from "../contract/errors.ts";
import {
  emptyRecall,
  type EntryId,
  type EntryMarks,
  type MemoryEntry,
  type MemoryShape,
  type MemoryStore,
  type StoreChanges,
  type NewMemoryEntry,
  type Recall,
  type RecallOptions,
} from "../contract/memory.ts";
import type { IndexedMemory, Proposals } from "../contract/memory-index.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import type { TaskId } from "../contract/task.ts";
import type { Metric, Nearest, Selection } from "./key-index.ts";
import { restoreRows, snapshotRows } from "./memory-snapshot.ts";
import { rekey, type Encode, type RekeyReport } from "./rekey.ts";
import { Rows } from "./rows.ts";

export interface EpisodicMemoryOptions {
  readonly shape: MemoryShape;
  readonly metric: Metric;
  /** Its entries are loaded at once; what is remembered or forgotten later goes there too. */
  readonly store?: MemoryStore;
  /** The version of the encoder that queries are made with; 0 by default. */
  readonly encoder?: number;
}

/** The largest squared length of a vector: distances between such vectors still fit float32. */
const LARGEST_SQUARE = 2 ** 124;
/** The smallest of a vector that is compared by its direction: what makes two of them as long as 1 still fits float32. */
const SMALLEST_SQUARE = 2 ** -124;

export class EpisodicMemory implements IndexedMemory {
  readonly shape: MemoryShape;
  readonly metric: Metric;
  readonly #store: MemoryStore | undefined;
  readonly #rows: Rows;
  #nextId: number;
  readonly #idStep: number;
  #encoder: number;
  /** Whether some entries may have keys by another encoder; these are out of every search. */
  #mixed = false;
  readonly #one: Nearest[] = [];
  #proposals: Proposals | undefined;

  constructor({ shape, metric, store, encoder = 0 }: EpisodicMemoryOptions) {
    if (store !== undefined && (store.shape.metric ?? "l2") !== metric)
      throw new InvalidValueError("metric", metric, `${store.shape.metric ?? "l2"}, as the store says`, "Open the store with `metric` in its shape.");
    this.shape = shape;
    this.metric = metric;
    this.#store = store;
    this.#encoder = encoder;
    this.#rows = new Rows(shape, metric);
    this.#nextId = store?.firstId ?? 1;
    this.#idStep = store?.idStep ?? 1;
    for (const entry of store?.entries() ?? []) this.#load(entry);
  }

  get size(): number {
    return this.#rows.live;
  }

  /** The version of the encoder that made the keys which recall compares. */
  get encoder(): number {
    return this.#encoder;
  }

  /** Rows in use, those of forgotten entries among them; the next entry gets the next one. */
  get rows(): number {
    return this.#rows.count;
  }

  /** Changes with memory, unless entries were only added: what was made from its rows before then still holds. */
  get revision(): number {
    return this.#rows.revision;
  }

  /** What it takes, with the room for more [B]. */
  get bytes(): number {
    return this.#rows.columns.bytes + this.#rows.keys.bytes;
  }

  /** Row-major; the first size × valueSize numbers are valid after `settle`, until memory next changes. So are the observations. */
  get values(): Float32Array {
    return this.#rows.columns.values.array;
  }

  get observations(): Float32Array {
    return this.#rows.columns.observations.array;
  }

  /** Closes the gaps that forgotten entries left: rows then count from 0 up to `size`, in the order of ids. */
  settle(): void {
    this.#rows.settle(true);
  }

  taskOf(row: number): TaskId {
    return this.#rows.columns.task(row);
  }

  kindOf(row: number): string {
    return this.#rows.columns.kind(row);
  }

  episodeOf(row: number): number {
    return this.#rows.columns.episodes.array[row]!;
  }

  stepOf(row: number): number {
    return this.#rows.columns.steps.array[row]!;
  }

  /** The version of the encoder that made a row's key. */
  encoderOf(row: number): number {
    return this.#rows.columns.encoders.array[row]!;
  }

  timeOf(row: number): number {
    return this.#rows.columns.times.array[row]!;
  }

  idOf(row: number): EntryId {
    return this.#rows.columns.ids.array[row]! as EntryId;
  }

  /** The row of an entry; −1 when there is none. */
  rowOf(id: EntryId): number {
    return this.#rows.rowOf(id);
  }

  marksOf(row: number): EntryMarks {
    return this.#rows.columns.marks(row);
  }

  /** Copies the key of a row. */
  readKey(row: number, into: Float32Array): void {
    this.#rows.keys.read(row, into);
  }

  /** The rows of a task, or of all, oldest first. */
  rowsOf(task?: TaskId): Int32Array {
    return this.#rows.where(task === undefined ? undefined : this.#rows.columns.hasTask([task]));
  }

  /** The tasks that there are entries of, in the order of their oldest entry. */
  tasks(): TaskId[] {
    return [...new Set(Array.from(this.rowsOf(), (row) => this.taskOf(row)))];
  }

  recall(query: Float32Array, k: number, into: Recall = emptyRecall(k), options: RecallOptions = {}): Recall {
    this.#one[0] = into;
    this.recallAll(query, k, this.#one as Recall[], options);
    return into;
  }

  /**
   * Several queries at once, which share the way through the keys; each finds exactly what it would alone.
   * @param queries One after another: as many as `into` has recalls.
   * @throws {InvalidValueError} As `recall`.
   */
  recallAll(queries: Float32Array, k: number, into: readonly Recall[], { filter, strength }: RecallOptions = {}): void {
    if (strength !== undefined && !(strength > 0)) throw new InvalidValueError("strength", strength, "a number above 0");
    if (this.#proposals !== undefined && filter === undefined && strength === undefined && !this.#mixed) return this.#findProposed(queries, k, into);
    this.#find(queries, k, into, this.#rows.among(this.#encoder, filter, this.#mixed), strength === undefined ? 0 : 1 / strength);
  }

  /** Recalls from some rows alone: see `selectionOf`. Valid until memory next changes. */
  recallAmong(query: Float32Array, k: number, into: Recall, selection: Selection): void {
    this.#one[0] = into;
    this.#find(query, k, this.#one as Recall[], selection, 0);
  }

  /** Asks the approximate index, and compares all entries where it does not answer. */
  #findProposed(queries: Float32Array, k: number, into: readonly Recall[]): void {
    this.#checkRecall(queries, k, into);
    into.forEach((recall, q) => {
      const query = queries.subarray(q * this.shape.keySize, (q + 1) * this.shape.keySize);
      if (!this.#proposals!.find(query, k, recall)) return this.#find(query, k, [recall], this.#rows.among(this.#encoder, undefined, false), 0);
      for (let i = 0; i < recall.count; i++) {
        recall.rows[i] = this.#rows.rowOf(recall.ids[i]!);
        recall.weights[i] = 1 / recall.count;
      }
    });
  }

  #checkRecall(queries: Float32Array, k: number, into: readonly Recall[]): void {
    if (!Number.isInteger(k) || k < 1) throw new InvalidValueError("k", k, "an integer from 1 up");
    for (const recall of into) if (recall.rows.length < k) throw new InvalidValueError("into", recall.rows, `room for ${k} entries`);
    const { keySize } = this.shape;
    this.#check(into.length === 1 ? "query" : "queries", queries, keySize * into.length, keySize);
  }

  #find(queries: Float32Array, k: number, into: readonly Recall[], among: number | Selection, penalty: number): void {
    this.#checkRecall(queries, k, into);
    this.#rows.find(queries, k, into, { among, penalty });
  }

  /**
   * From now on recalls without filter and strength are answered by an approximate index, which hears of every change; without one, by comparing all entries again.
   */
  propose(proposals: Proposals | undefined): void {
    this.#proposals = proposals;
    this.#rows.follower = proposals;
  }

  /**
   * Notes that a recall was read with its weights.
   * @param time Now, on the clock of the entries' times. @throws {InvalidValueError} It or a weight is not finite; nothing is changed then.
   */
  noteRead({ count, rows, weights }: Recall, time: number): void {
    requireFinite("time", time);
    for (let i = 0; i < count; i++) requireFinite("weights", weights[i]!);
    const { reads, lastReads, marked } = this.#rows.columns;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      reads.array[row]! += weights[i]!;
      lastReads.array[row] = time;
      marked.array[row] = 1;
    }
  }

  /** Changes some of an entry's marks. @throws {InvalidValueError} No such entry, an importance not above 0, or numbers that are not finite. */
  mark(id: EntryId, marks: Partial<EntryMarks>): void {
    const row = this.#rowOf(id);
    const all = { ...this.marksOf(row), ...marks };
    requireImportance(all.importance);
    // Columns hold it in float32.
    requireFinite("reads", Math.fround(all.reads));
    requireFinite("lastRead", all.lastRead);
    this.#rows.columns.setMarks(row, all);
    this.#rows.setImportance(row, all.importance);
    this.#rows.columns.marked.array[row] = 1;
  }

  remember(entry: NewMemoryEntry): EntryId {
    const { kind = "experience", time = Math.floor(this.#nextId / this.#idStep) - 1, importance = 1 } = entry;
    this.#check("key", entry.key, this.shape.keySize);
    this.#check("value", entry.value, this.shape.valueSize);
    this.#check("observation", entry.observation, this.shape.observationSize);
    requireImportance(importance);
    requireInt32("episode", entry.episode);
    requireInt32("step", entry.step);
    requireFinite("time", time);
    const id = this.#nextId as EntryId;
    const whole: MemoryEntry = { ...entry, id, kind, time, importance, encoder: this.#encoder, pinned: false, reads: 0, lastRead: -1 };
    this.#store?.put(whole);
    this.#rows.append(whole);
    this.#nextId += this.#idStep;
    this.#proposals?.letIn();
    return id;
  }

  /** Writes other numbers over an entry's key or value. @throws {InvalidValueError} There is no such entry, or numbers that do not fit. */
  revise(id: EntryId, { key, value }: { readonly key?: Float32Array; readonly value?: Float32Array }): void {
    const row = this.#rowOf(id);
    if (key !== undefined) this.#check("key", key, this.shape.keySize);
    if (value !== undefined) this.#check("value", value, this.shape.valueSize);
    const revised = { ...this.#rows.entry(row), ...(key && { key }), ...(value && { value }) };
    this.#store?.put(revised);
    this.#rows.set(row, revised);
  }

  forget(ids: readonly EntryId[]): number {
    const gone = ids.filter((id) => {
      const row = this.#rows.rowOf(id);
      if (row >= 0) this.#rows.drop(row);
      return row >= 0;
    });
    if (gone.length > 0) this.#store?.remove(gone);
    this.#rows.settle(false);
    return gone.length;
  }

  entry(id: EntryId): MemoryEntry | undefined {
    const row = this.#rows.rowOf(id);
    return row < 0 ? undefined : this.#rows.entry(row);
  }

  *entries(): IterableIterator<MemoryEntry> {
    for (const id of Array.from(this.rowsOf(), (row) => this.idOf(row))) {
      const entry = this.entry(id);
      if (entry !== undefined) yield entry;
    }
  }

  /**
   * Makes all keys anew, a few at each turn, after the encoder has changed. Until the last turn recall compares the old ones; then all at once the new.
   * @param version Of the new encoder. @param encode Writes the key of a row from its observation.
   * @throws {InvalidValueError} A key that `remember` refuses; the old ones stay then.
   */
  *rekey(version: number, encode: Encode): Generator<number, RekeyReport> {
    const checked: Encode = (observation, row, key) => {
      encode(observation, row, key);
      this.#check("key", key, this.shape.keySize);
    };
    const report = yield* rekey(this.#rows, this.metric, { from: this.#encoder, to: version, encode: checked });
    this.#encoder = version;
    this.#mixed = false;
    // Writers who share a store have an encoder each: it keeps the key that an entry was remembered with.
    if (this.#store !== undefined && this.#idStep === 1) for (const entry of this.entries()) this.#store.put(entry);
    return report;
  }

  /** Takes over what other writers committed to the store. @returns How many entries came, changed or went. */
  async refresh(): Promise<number> {
    this.#requireRest();
    this.#handMarks();
    const changes = (await this.#store?.changes()) ?? { put: [], removed: [] };
    this.#requireRest();
    const { put, removed } = changes.anew === undefined ? changes : this.#comparedWith(changes.put, changes.anew.unwritten);
    this.#rows.merge(put.toSorted((a, b) => a.id - b.id));
    if (put.some(({ encoder }) => encoder !== this.#encoder)) this.#mixed = true;
    this.#goOnAbove(put.reduce((highest, { id }) => Math.max(highest, id), 0));
    for (const id of removed) {
      const row = this.#rows.rowOf(id);
      if (row >= 0) this.#rows.drop(row);
    }
    this.#rows.settle(false);
    return put.length + removed.length;
  }

  /** How memory differs from all that a store holds. */
  #comparedWith(all: readonly MemoryEntry[], unwritten: ReadonlySet<EntryId>): StoreChanges {
    const ids = new Set(all.map(({ id }) => id));
    return { put: all, removed: Array.from(this.rowsOf(), (row) => this.idOf(row)).filter((id) => !ids.has(id) && !unwritten.has(id)) };
  }

  /** Resolves once everything remembered, marked and forgotten so far is durable; at once without a store. */
  async flush(): Promise<void> {
    this.#handMarks();
    await this.#store?.flush();
  }

  /** Hands changed marks to the store, for its next commit. */
  #handMarks(): void {
    if (this.#store === undefined) return;
    const marked = this.#rows.columns.marked.array.subarray(0, this.#rows.count);
    const alive = this.#rows.columns.alive.array;
    // Looked for as bytes: a flush after every control step must not cost a look at every row.
    for (let row = marked.indexOf(1); row >= 0; row = marked.indexOf(1, row + 1)) {
      if (alive[row] === 1) this.#store.mark(this.idOf(row), this.marksOf(row));
      marked[row] = 0;
    }
  }

  /** Frees the memory of its keys; its store is closed by whoever opened it. */
  dispose(): void {
    this.#rows.dispose();
  }

  snapshot(): Snapshot {
    return { nextId: this.#nextId, encoder: this.#encoder, rows: snapshotRows(this.#rows) };
  }

  /**
   * Replaces everything, in the store too. Nothing is changed where it throws.
   * @throws {InvalidValueError} Keys are being made anew. @throws {SnapshotError} Not a snapshot of a memory of this shape.
   */
  restore(snapshot: Snapshot): void {
    this.#requireRest();
    const { entries, nextId, encoder } = restoreRows(snapshot, this.shape);
    const before = Array.from(this.rowsOf(), (row) => this.idOf(row));
    this.forget(before);
    this.settle();
    this.#encoder = encoder;
    this.#mixed = false;
    for (const entry of entries) {
      this.#load(entry);
      this.#store?.put(entry);
    }
    if (this.#idStep === 1) this.#nextId = nextId;
    else this.#goOnAbove(nextId - 1);
  }

  /** The next entry's id will be above that of every other's entry, so that ids ascend in the order of writing. */
  #goOnAbove(id: number): void {
    if (this.#nextId <= id) this.#nextId += this.#idStep * (Math.floor((id - this.#nextId) / this.#idStep) + 1);
  }

  #requireRest(): void {
    if (this.#rows.holds > 0) throw new InvalidValueError("memory", "being keyed anew", "at rest", "Wait until `rekey` has ended, or end it.");
  }

  #load(entry: MemoryEntry): void {
    this.#rows.append(entry);
    if (entry.encoder !== this.#encoder) this.#mixed = true;
  }

  #rowOf(id: EntryId): number {
    const row = this.#rows.rowOf(id);
    if (row < 0) throw new InvalidValueError("id", id, "the id of an entry in memory");
    return row;
  }

  #check(name: "key" | "value" | "observation" | "query" | "queries", vectors: Float32Array, length: number, size = length): void {
    if (vectors.length !== length) throw new InvalidValueError(name, vectors, `${length} numbers long`);
    const isKey = name === "key" || name === "query" || name === "queries";
    for (let at = 0; at < length; at += size) {
      let square = 0;
      for (let i = at; i < at + size; i++) square += vectors[i]! * vectors[i]!;
      if (!Number.isFinite(square)) throw new InvalidValueError(name, vectors, "finite numbers only");
      if (isKey && square > LARGEST_SQUARE) throw new InvalidValueError(name, vectors, "a length below 4.6e18, so that distances can be told apart");
      if (isKey && this.metric === "cosine" && square < SMALLEST_SQUARE) throw new InvalidValueError(name, vectors, "a length from 2.2e-19 up, so that directions can be told apart"); // prettier-ignore
    }
  }
}

function requireFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) throw new InvalidValueError(name, value, "a finite number");
}

/** Columns hold it in int32. */
function requireInt32(name: string, value: number): void {
  if ((value | 0) !== value) throw new InvalidValueError(name, value, "an integer from -2147483648 to 2147483647");
}

/** In float32, which columns hold it in. */
function requireImportance(importance: number): void {
  const held = Math.fround(importance);
  if (!(held > 0 && held < Infinity)) throw new InvalidValueError("importance", importance, "a finite number above 0, from 1e-45 to 3.4e38");
}
