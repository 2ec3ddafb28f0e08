/** @file Which examples of a task that is over stay within a budget. */
import { z } from "zod";
import type { TaskId } from "../../contract/task.ts";
import { episodesOf } from "../../memory/episodes.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { thinTask } from "../../memory/forgetting/thinning.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { Consolidation } from "./strategy.ts";

type Keep = (memory: EpisodicMemory, task: TaskId, budget: number, random: RandomStream) => void;

/** Lets go of a task's examples. */
export const keepNothing = (memory: EpisodicMemory, task: TaskId): void => void thinTask(memory, task, 0);

/**
 * Each leaves a task alone that is within its budget: what was kept once is kept as it is when the question comes again. Where chance decides, the same stream gives the
 * same state or episode the same rank each time, so that what stays of a task that is thinned again and again is a sample of all that was ever shown of it.
 */
const rules: Readonly<Record<"thinned" | "episodes" | "reservoir", Keep>> = {
  thinned: (memory, task, budget) => void thinTask(memory, task, budget),
  episodes: keepEpisodes,
  reservoir(memory, task, budget, random) {
    const rows = memory.rowsOf(task);
    if (rows.length > budget) keepRows(memory, rows, new Set(ranked(memory, [...rows], (row) => row, random).slice(0, budget)));
  },
};

/** The setting of every strategy that keeps examples. */
export const keepOption = z
  .enum(["thinned", "episodes", "reservoir"])
  .describe(
    "Which states of a task stay: `thinned`, spread evenly over all of its episodes; `episodes`, whole episodes chosen at random, as many as fit; `reservoir`, a uniform sample.",
  )
  .default("thinned");

/** Keeps by a rule: the hook of a strategy. */
export function keeping(memory: EpisodicMemory, rule: z.infer<typeof keepOption>): NonNullable<Consolidation["keep"]> {
  return (task, budget, random) => rules[rule](memory, task, budget, random);
}

/** In an order of chance. @param rowOf Whose number, which counts what is remembered and nothing else, stands for it. */
function ranked<T>(memory: EpisodicMemory, all: readonly T[], rowOf: (one: T) => number, random: RandomStream): T[] {
  const ranks = new Map(all.map((one) => [one, random.split(memory.idOf(rowOf(one))).uniform()]));
  return all.toSorted((a, b) => ranks.get(a)! - ranks.get(b)!);
}

/** Goes through the episodes in random order and keeps each that still fits; none where all are longer than the budget. */
function keepEpisodes(memory: EpisodicMemory, task: TaskId, budget: number, random: RandomStream): void {
  const rows = memory.rowsOf(task);
  if (rows.length <= budget) return;
  const kept = new Set<number>();
  for (const episode of ranked(memory, episodesOf(memory, task), ([head]) => head!, random))
    if (kept.size + episode.length <= budget) for (const row of episode) kept.add(row);
  keepRows(memory, rows, kept);
}

function keepRows(memory: EpisodicMemory, rows: Int32Array, kept: ReadonlySet<number>): void {
  memory.forget(Array.from(rows.filter((row) => !kept.has(row)), (row) => memory.idOf(row))); // prettier-ignore
}
