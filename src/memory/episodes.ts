/** @file What is remembered of a task, by episodes. */
import type { TaskId } from "../contract/task.ts";
import type { EpisodicMemory } from "./episodic-memory.ts";

/** The rows of a task, episode by episode, in the order in which they came. */
export function episodesOf(memory: EpisodicMemory, task: TaskId): readonly (readonly number[])[] {
  const episodes = new Map<number, number[]>();
  for (const row of memory.rowsOf(task)) {
    const episode = memory.episodeOf(row);
    if (!episodes.has(episode)) episodes.set(episode, []);
    episodes.get(episode)!.push(row);
  }
  return [...episodes.values()];
}
