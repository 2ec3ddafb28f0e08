/** @file Who goes first when memory is over its budget. Each rule is a score: see `EvictionRule`. */
import { InvalidValueError } from "../../contract/errors.ts";
import type { TaskId } from "../../contract/task.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import type { EvictionRule } from "./eviction.ts";
import { fairShares, thinning } from "./thinning.ts";

/** The oldest first: first in, first out. */
export const oldest: EvictionRule = (memory, rows) => rows.map((row) => memory.timeOf(row));

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

/** Powers of the plastic number, 1.3247…: their multiples fill the square more evenly than others. */
const [ALONG, ACROSS] = [0.7548776662466927, 0.5698402909980532];

/**
 * Spreads what stays evenly over steps and episodes: what goes first has the largest fractional part of step · α + episode · β. Of an episode's steps those below any threshold
 * lie at most three different distances apart, and other steps stay of its neighbours. Who goes depends on no other entry, so often thinned is as good as
 * thinned once; `thinning` takes from the middle of an episode again and again.
 * @see Slater (1967) for the three distances; Roberts (2018), "The unreasonable effectiveness of quasirandom sequences", for α and β.
 */
export const spread: EvictionRule = (memory, rows) =>
  Float64Array.from(rows, (row) => -((memory.stepOf(row) * ALONG + memory.episodeOf(row) * ACROSS) % 1));

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
  spread: () => spread,
  random: ({ random }) => atRandom(random),
  age: () => oldest,
  "last-read": () => leastRecentlyRead,
  reads: () => leastRead,
  balanced: ({ random }) => balanced(atRandom(random)),
  reproduced: ({ error }) => reproduced(error),
} satisfies Readonly<Record<string, (means: EvictionMeans) => EvictionRule>>;

export type EvictionName = keyof typeof evictionRules;
