/**
 * @file Which of a task's states to keep within a budget: some of every episode rather than all of a few, and of each episode others. What is kept then
 * covers the places and goals of all episodes and every moment of the task, which clones and replays better than whole episodes of the same number of states.
 */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { evict, type EvictionRule } from "./eviction.ts";

/** Forgets as many of a task's entries as are over its budget, evenly along and across its episodes; says how many. */
export const thinTask = (memory: EpisodicMemory, task: TaskId, budget: number): number => evict(memory, { entries: budget }, thinning, task);

/** Powers of the plastic number, 1.3247…: their multiples fill the square more evenly than others. */
const [ALONG, ACROSS] = [0.7548776662466927, 0.5698402909980532];

/**
 * When each entry's turn to go comes, the largest first: the fractional part of step · α + e · β for the e-th of their episodes. Of an episode's steps those below
 * any threshold lie at most three different distances apart, and other steps stay of its neighbours. As long as something stays of every episode, often thinned is
 * thinned once.
 * @param rows By ascending id.
 * @see Slater (1967) for the three distances; Roberts (2018), "The unreasonable effectiveness of quasirandom sequences", for α and β.
 */
function turnsToGo(memory: EpisodicMemory, rows: Int32Array): Float64Array {
  // Their numbers would not do: those count whatever else was done between, such as tests.
  const order = new Map<string, number>();
  return Float64Array.from(rows, (row) => {
    const episode = `${memory.episodeOf(row)} of ${memory.taskOf(row)}`;
    if (!order.has(episode)) order.set(episode, order.size);
    return (memory.stepOf(row) * ALONG + order.get(episode)! * ACROSS) % 1;
  });
}

/** Spreads what stays evenly over steps and episodes. */
export const thinning: EvictionRule = (memory, rows) => turnsToGo(memory, rows).map((turn) => -turn);
