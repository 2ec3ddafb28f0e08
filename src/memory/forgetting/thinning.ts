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
 * When an entry's turn to go comes, the largest first: the fractional part of step · α + episode · β. Of an episode's steps those below any threshold lie at
 * most three different distances apart, and other steps stay of its neighbours. It depends on no other entry, so often thinned is as good as thinned once.
 * @see Slater (1967) for the three distances; Roberts (2018), "The unreasonable effectiveness of quasirandom sequences", for α and β.
 */
export const turnToGo = (memory: EpisodicMemory, row: number): number => (memory.stepOf(row) * ALONG + memory.episodeOf(row) * ACROSS) % 1;

/** Spreads what stays evenly over steps and episodes. */
export const thinning: EvictionRule = (memory, rows) => Float64Array.from(rows, (row) => -turnToGo(memory, row));
