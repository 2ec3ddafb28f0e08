/** @file Who goes first when memory is over its budget. Each rule is a score: see `EvictionRule`. */
import { InvalidValueError } from "../../contract/errors.ts";
import type { TaskId } from "../../contract/task.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { evict, type EvictionRule } from "./eviction.ts";
import { thinning } from "./thinning.ts";

/** The oldest first: first in, first out. */
export const oldest: EvictionRule = (memory, rows) => Float64Array.from(rows, (row) => memory.timeOf(row));

/** What has gone unread for longest first; being written counts as being read. @see Pritzel et al. (2017), "Neural episodic control", §3.1. */
export const leastRecentlyRead: EvictionRule = (memory, rows) =>
  Float64Array.from(rows, (row) => Math.max(memory.timeOf(row), memory.marksOf(row).lastRead));

/** What was read least first, by the weights of all its reads. */
export const leastRead: EvictionRule = (memory, rows) => Float64Array.from(rows, (row) => memory.marksOf(row).reads);

/**
 * What counts least first, where what an entry counts is importance · 2^(−age / halfLife).
 * @param halfLife On the clock of the entries' times, such as control steps.
 */
export function leastImportant(halfLife: number): EvictionRule {
  if (!(halfLife > 0)) throw new InvalidValueError("halfLife", halfLife, "a number above 0");
  // Its logarithm, less now / halfLife, which is the same for all.
  return (memory, rows) => Float64Array.from(rows, (row) => Math.log2(memory.marksOf(row).importance) + memory.timeOf(row) / halfLife);
}

/** Chance alone decides: what other rules must beat. */
export const atRandom =
  (random: RandomStream): EvictionRule =>
  (_, rows) =>
    Float64Array.from(rows, () => random.uniform());

/**
 * From the task with the most entries, until all have as many or fewer: within a task, as another rule says.
 * @see Chrysakis & Moens (2020), "Online continual learning from imbalanced data", class-balancing reservoir sampling, for taking from the largest class.
 */
export const balanced =
  (within: EvictionRule): EvictionRule =>
  (memory, rows, keep) => {
    const tasks = new Map<TaskId, number[]>();
    rows.forEach((row, i) => {
      const members = tasks.get(memory.taskOf(row));
      if (members === undefined) tasks.set(memory.taskOf(row), [i]);
      else members.push(i);
    });
    const scores = new Float64Array(rows.length);
    const all = [...tasks];
    const shares = fairShares(all.map(([, members]) => members.length), keep); // prettier-ignore
    all.forEach(([task, members], t) => {
      const own = within(
        memory,
        Int32Array.from(members, (i) => rows[i]!),
        shares[t]!,
      );
      const best = members.map((_, m) => m).toSorted((a, b) => own[b]! - own[a]! || b - a);
      // Whoever has many of its task before it goes early; pinned ones come before all.
      const pinned = memory.rowsOf(task).length - members.length;
      best.forEach((m, rank) => (scores[members[m]!] = -pinned - rank));
    });
    return scores;
  };

/** Forgets what is over so many bytes, of every task alike unless another rule says who goes; nothing without a limit. Says how many went. */
export const keepWithin = (memory: EpisodicMemory, bytes: number | undefined, rule: EvictionRule = balanced(thinning)): number =>
  bytes === undefined ? 0 : evict(memory, { bytes }, rule);

/** Water-filling: everyone gets the same, nobody more than they have; what is left over goes to the first ones. */
function fairShares(lengths: readonly number[], budget: number): number[] {
  const shares = lengths.map(() => 0);
  let left = Math.min(
    budget,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  while (left > 0) {
    const open = shares.map((_, k) => k).filter((k) => shares[k]! < lengths[k]!);
    const each = Math.max(1, Math.floor(left / open.length));
    for (const k of open) {
      const more = Math.min(each, lengths[k]! - shares[k]!, left);
      shares[k]! += more;
      left -= more;
    }
  }
  return shares;
}

/** How far what a policy answers to an entry, without reading that entry, is from the entry's value; from 0 up. */
export type ErrorOn = (memory: EpisodicMemory, row: number) => number;

/**
 * What the slow policy already reproduces goes first. Of two entries that each make the other superfluous one must stay, so an eighth at most goes at once.
 * @see McClelland, McNaughton & O'Reilly (1995): what the slow system has learned need not stay in the fast one.
 */
export function reproduced(error: ErrorOn): EvictionRule {
  const score = (memory: EpisodicMemory, rows: Int32Array): Float64Array => Float64Array.from(rows, (row) => error(memory, row));
  return Object.assign(score, { share: 1 / 8 });
}

/** What some rules need besides memory. */
export interface EvictionMeans {
  readonly random: RandomStream;
  /** See `reproduced`. */
  readonly error: ErrorOn;
}

/** Rules by the names that configurations use. */
export const evictionRules = {
  thinning: () => thinning,
  random: ({ random }) => atRandom(random),
  age: () => oldest,
  "last-read": () => leastRecentlyRead,
  reads: () => leastRead,
  balanced: ({ random }) => balanced(atRandom(random)),
  reproduced: ({ error }) => reproduced(error),
} satisfies Readonly<Record<string, (means: EvictionMeans) => EvictionRule>>;

export type EvictionName = keyof typeof evictionRules;
