/**
 * @file Which of a task's states to keep within a budget: some of every episode rather than all of a few. What is kept then covers
 * the places and goals of all episodes, which clones and replays better than whole episodes of the same number of states.
 */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { evict, type EvictionRule } from "./eviction.ts";

/** Forgets as many of a task's entries as are over its budget, evenly along all of its episodes; says how many. */
export const thinTask = (memory: EpisodicMemory, task: TaskId, budget: number): number => evict(memory, { entries: budget }, thinning, task);

/** Keeps what is evenly spread along the episodes of all tasks, in equal shares: those score 1, the others 0. */
export const thinning: EvictionRule = (memory, rows, keep) => {
  const episodes = new Map<string, number[]>();
  rows.forEach((row, i) => {
    const episode = `${memory.episodeOf(row)} of ${memory.taskOf(row)}`;
    const members = episodes.get(episode);
    if (members === undefined) episodes.set(episode, [i]);
    else members.push(i);
  });
  const all = [...episodes.values()];
  const lengths = all.map((members) => members.length);
  const scores = new Uint8Array(rows.length);
  thin(lengths, keep).forEach((kept, e) => {
    for (const k of kept) scores[all[e]![k]!] = 1;
  });
  return scores;
};

/**
 * Chooses at most `budget` of the given states, in equal shares from all episodes (short ones give their rest to the longer) and
 * evenly along each, with its first and last state when it may keep two.
 * @param lengths States of each episode.
 * @returns For each episode the indices of its states to keep, ascending.
 */
export function thin(lengths: readonly number[], budget: number): Int32Array[] {
  const shares = fairShares(lengths, budget);
  return lengths.map((length, episode) => evenly(length, shares[episode]!));
}

/** Water-filling: everyone gets the same, nobody more than they have; what is left over goes to the first ones. */
export function fairShares(lengths: readonly number[], budget: number): number[] {
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

/** `count` of the integers in [0, length), as evenly as integers can be, ends included. */
function evenly(length: number, count: number): Int32Array {
  if (count === 1) return Int32Array.of(Math.floor((length - 1) / 2));
  return Int32Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}
