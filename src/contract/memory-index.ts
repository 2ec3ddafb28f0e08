/** @file An approximate index over the keys of a memory: what it needs of the memory, what the memory asks it, and what the memory's owner does with it. */
import type { EntryId, LongTermMemory, Recall } from "./memory.ts";

/** How far a query is from a key: squared L2, 1 − cosine, or the negative inner product. */
export type Metric = "l2" | "cosine" | "inner product";

/** Who is told which keys there are. */
export interface KeyFollower {
  /** An entry is new, or has another key. */
  changed(id: number): void;
  gone(id: number): void;
  /** All keys were made anew. */
  allChanged(): void;
}

/** An index as its memory sees it. */
export interface Proposals extends KeyFollower {
  /** Finds what probably are the k nearest: how many, their ids, exact distances. Does not where all entries should be compared: then it says false. */
  find(query: Float32Array, k: number, into: Recall): boolean;
  /** Memory has a new entry and is at rest: the time for a little work. */
  letIn(): void;
}

/** A memory that an index can be made of. */
export interface IndexedMemory extends LongTermMemory {
  readonly metric: Metric;
  /** The version of the encoder that made its keys. */
  readonly encoder: number;
  /** Its rows, by ascending id; valid until it changes. */
  rowsOf(): Int32Array;
  idOf(row: number): EntryId;
  /** Copies the key of a row. */
  readKey(row: number, into: Float32Array): void;
  /** From now on recalls without filter and strength are answered by an index, which hears of every change. */
  propose(proposals: Proposals): void;
}

/** An index as the memory's owner sees it. */
export interface MemoryIndex {
  /** Takes in what it has not yet; others get a turn meanwhile. Much that is new is compared one by one until then. */
  catchUp(): Promise<void>;
  /** Keeps it for the next process, where it has a place to. */
  save(): Promise<void>;
}
