/** @file Why an agent acts as it does: what it recalled, where each memory is from, and what it would have done had it remembered otherwise. */
import type { EntryId, RecallFilter } from "./memory.ts";
import type { TaskId } from "./task.ts";

/**
 * How an agent reads its memory: as always; not at all, as if it were empty; or with every entry's value exchanged for that of another entry, the same one
 * every time, so that what is read has nothing to do with where it is read.
 */
export type MemoryCondition = "on" | "off" | "shuffled";

/** One recalled entry: where it is from, and how much it counted. */
export interface Provenance {
  readonly id: EntryId;
  /** Its share of what was read; sums to 1 over the recall. */
  readonly weight: number;
  /** As in `Recall`. */
  readonly distance: number;
  /** How long before the decision it happened, on the memory's clock: now − the entry's time. */
  readonly age: number;
  readonly task: TaskId;
  readonly episode: number;
  readonly step: number;
  readonly kind: string;
}

/** What the agent would have done instead. */
export interface Counterfactual {
  readonly action: Float32Array;
  /** ‖action − the action that is explained‖₂, in the units of the action space. */
  readonly moved: number;
}

/** One decision, taken apart. Owned by whoever asked for it. */
export interface Explanation {
  readonly action: Float32Array;
  /** Nearest first; empty where nothing was recalled. */
  readonly recall: readonly Provenance[];
  /** Without each recalled entry in turn, in the order of `recall`: the next nearest takes its place, as if it had been forgotten. */
  readonly withoutEntry: readonly Counterfactual[];
  readonly withoutMemory: Counterfactual;
  readonly shuffled: Counterfactual;
}

/** A question to an agent: what it is asked to do, and with which memories. */
export interface ExplanationContext {
  readonly task: TaskId;
  /** The entries that may be recalled; all by default. A past decision is explained with `{ before }` its time, among what is remembered since; ages count from then. */
  readonly filter?: RecallFilter;
}
