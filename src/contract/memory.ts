/** @file The long-term memory's contract: entries with provenance, and what was recalled for one decision. */
import type { TaskId } from "./task.ts";

declare const entryId: unique symbol;
/** Counts up from 1 within a memory; never used twice. */
export type EntryId = number & { readonly [entryId]: true };

/** One remembered situation: where it came from, what was seen, what was done. */
export interface NewMemoryEntry {
  /** What it is found by; length = the memory's key size. */
  readonly key: Float32Array;
  /** What is read, such as the action taken; length = the memory's value size. */
  readonly value: Float32Array;
  /** What was observed, so that keys can be made anew when the encoder changes. */
  readonly observation: Float32Array;
  readonly task: TaskId;
  /** Which episode of the run it is from, and which step of that episode. */
  readonly episode: number;
  readonly step: number;
}

export interface MemoryEntry extends NewMemoryEntry {
  readonly id: EntryId;
}

/** What one query found, nearest first. Owned by whoever asked for it and overwritten by their next recall. */
export interface Recall {
  /** How many of the slots below are filled. */
  count: number;
  readonly ids: Float64Array;
  /** The entry's row in the memory's columns now; valid until the memory next changes. */
  readonly rows: Int32Array;
  /** The metric's own: squared L2 distance, or 1 − cosine. */
  readonly distances: Float32Array;
  /** What the read made of them; sums to 1 over the filled slots. */
  readonly weights: Float32Array;
}

/** Room for at most k entries. */
export const emptyRecall = (k: number): Recall => ({
  count: 0,
  ids: new Float64Array(k),
  rows: new Int32Array(k),
  distances: new Float32Array(k),
  weights: new Float32Array(k),
});

export interface LongTermMemory {
  readonly size: number;
  readonly shape: MemoryShape;
  /**
   * The k nearest entries, nearest first; ties go to the older entry. Writes into `into` when given.
   * @throws {InvalidValueError} A query of another length or with a NaN, or k < 1.
   */
  recall(query: Float32Array, k: number, into?: Recall): Recall;
  /** @throws {InvalidValueError} A key, value or observation of another length, or with a number that is not finite. */
  remember(entry: NewMemoryEntry): EntryId;
  /** Removes entries and says how many there were. */
  forget(ids: readonly EntryId[]): number;
  entry(id: EntryId): MemoryEntry | undefined;
  entries(): IterableIterator<MemoryEntry>;
}

/** How long each entry's vectors are. */
export interface MemoryShape {
  readonly keySize: number;
  readonly valueSize: number;
  readonly observationSize: number;
}

/** Where entries outlive the process. */
export interface MemoryStore {
  readonly shape: MemoryShape;
  /** Every durable entry, oldest first. */
  entries(): Iterable<MemoryEntry>;
  /** Takes entries (new ids, or ids whose entry changed) for the next commit. Copies them. */
  put(entry: MemoryEntry): void;
  remove(ids: readonly EntryId[]): void;
  /** Resolves after COMMIT: what was put or removed before the call survives a kill and a power cut. */
  flush(): Promise<void>;
  /** Flushes and closes. */
  close(): Promise<void>;
}
