/** @file An approximate index over a memory's keys, as the memory sees it. */
import type { Recall } from "../contract/memory.ts";
import type { KeyFollower } from "./rows.ts";

export interface Proposals extends KeyFollower {
  /** Finds what probably are the k nearest: how many, their ids, exact distances. Does not where all entries should be compared: then it says false. */
  find(query: Float32Array, k: number, into: Recall): boolean;
  /** Memory has a new entry and is at rest: the time for a little work. */
  letIn(): void;
}
