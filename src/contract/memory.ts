/** @file The long-term memory's contract: entries with provenance, what was recalled for one decision, and where entries outlive the process. */
import type { Metric } from "./memory-index.ts";
import type { TaskId } from "./task.ts";

declare const entryId: unique symbol;
/** Ascends in the order of writing within a memory; never used twice. */
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
  /** What sort of memory it is, such as "demonstration"; "experience" by default. */
  readonly kind?: string;
  /** When it happened, on the clock of whoever remembers (control steps lived); by default how many entries were written before it. */
  readonly time?: number;
  /** How much it counts, above 0; 1 by default. */
  readonly importance?: number;
}

/** What changes in an entry's life without its vectors. */
export interface EntryMarks {
  readonly importance: number;
  /** Pinned entries are never evicted. */
  readonly pinned: boolean;
  /** The weight with which it was read, summed over all reads. */
  readonly reads: number;
  /** When it was last read, on the same clock as `time`; −1 for never. */
  readonly lastRead: number;
}

export interface MemoryEntry extends Required<NewMemoryEntry>, EntryMarks {
  readonly id: EntryId;
  /** Version of the encoder that made the key. */
  readonly encoder: number;
}

/** What one query found, nearest first. Owned by whoever asked for it and overwritten by their next recall. */
export interface Recall {
  /** How many of the slots below are filled. */
  count: number;
  readonly ids: Float64Array;
  /** The entry's row in the memory's columns now; valid until the memory next changes. */
  readonly rows: Int32Array;
  /** The metric's own: squared L2 distance, 1 − cosine, or the negative inner product; less ln(importance) / strength where that was asked for. */
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

/** Which entries a recall may find; all by default. */
export interface RecallFilter {
  readonly tasks?: readonly TaskId[];
  readonly kinds?: readonly string[];
  /** Entries of this time and later. */
  readonly since?: number;
  /** Entries of earlier times. */
  readonly before?: number;
  /** Entries that are left out. */
  readonly without?: readonly EntryId[];
}

export interface RecallOptions {
  readonly filter?: RecallFilter;
  /**
   * Ranks by importance · exp(−strength · distance) instead of distance alone: distances are then less ln(importance) / strength, so that
   * attention of the same strength weighs by both.
   */
  readonly strength?: number;
}

export interface LongTermMemory {
  readonly size: number;
  readonly shape: MemoryShape;
  /**
   * The k nearest entries, nearest first; ties go to the lower id. Finds fewer where there are fewer. Writes into `into` when given.
   * @throws {InvalidValueError} A query of another length or with a NaN, or k < 1.
   */
  recall(query: Float32Array, k: number, into?: Recall, options?: RecallOptions): Recall;
  /** @throws {InvalidValueError} A key, value or observation of another length, or with a number that is not finite or too large. */
  remember(entry: NewMemoryEntry): EntryId;
  /** Removes entries and says how many there were. */
  forget(ids: readonly EntryId[]): number;
  entry(id: EntryId): MemoryEntry | undefined;
  entries(): IterableIterator<MemoryEntry>;
  /** Resolves once everything remembered, marked and forgotten so far is durable; at once without a store. @throws {StorageError} As the store's. */
  flush(): Promise<void>;
}

/** How long each entry's vectors are, and how keys are compared. */
export interface MemoryShape {
  readonly keySize: number;
  readonly valueSize: number;
  readonly observationSize: number;
  /** Kept with a store's entries; l2 by default. */
  readonly metric?: Metric;
}

/** What changed in a store: entries that are new or different, and ids that are gone. */
export interface StoreChanges {
  readonly put: readonly MemoryEntry[];
  readonly removed: readonly EntryId[];
  /**
   * Whether `put` is everything that the others left, since it is no longer known what they removed: what else is in memory is gone, but for entries that
   * are not written yet.
   */
  readonly anew?: { readonly unwritten: ReadonlySet<EntryId> };
}

/** Where entries outlive the process. */
export interface MemoryStore {
  readonly shape: MemoryShape;
  /** From here up, no id was ever used; whoever writes here counts on from it. */
  readonly firstId: EntryId;
  /**
   * How far apart the ids of one writer are, where several share the store: of firstId + n · idStep, none was ever used, nor will be by another. 1 where
   * there is one writer.
   */
  readonly idStep?: number;
  /** Every durable entry as the store was opened, by ascending id. To be asked once, by the memory that is made of them. */
  entries(): Iterable<MemoryEntry>;
  /**
   * Takes an entry (a new id, or one whose entry changed) for the next commit. Copies it; waits where too much waits to be written.
   * @throws {StorageError} Writes have failed for so long that no more can wait. The entry is not taken then.
   */
  put(entry: MemoryEntry): void;
  /** Takes changed marks of an entry for the next commit. */
  mark(id: EntryId, marks: EntryMarks): void;
  remove(ids: readonly EntryId[]): void;
  /**
   * Resolves after COMMIT: what was put, marked or removed before the call survives a kill and a power cut.
   * @throws {StorageError} It could not be written. Nothing of it was then, and the next flush tries again.
   */
  flush(): Promise<void>;
  /** What other writers committed since the store was opened or this was last asked; nothing where there can be no others. */
  changes(): Promise<StoreChanges>;
  /** Flushes and closes. */
  close(): Promise<void>;
}
