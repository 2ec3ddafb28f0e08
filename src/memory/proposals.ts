/** @file Which entries an approximate index would have compared. */
import type { KeyFollower } from "./rows.ts";

/** An index that follows a memory's keys and guesses, for a query, where the nearest are. */
export interface Proposals extends KeyFollower {
  /** The ids of entries in memory among which the k nearest probably are; or undefined where all should be compared. */
  near(query: Float32Array, k: number): readonly number[] | undefined;
  /** Memory has a new entry and is at rest: the time for a little work. */
  letIn(): void;
}
