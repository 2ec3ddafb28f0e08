/** @file Which examples of a task that is over stay within a budget. */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { thinTask } from "../../memory/forgetting/thinning.ts";

/** Lets go of a task's examples. */
export const keepNothing = (memory: EpisodicMemory, task: TaskId): void => void thinTask(memory, task, 0);

/** Keeps states spread evenly over all of a task's episodes. */
export const keepThinned = (memory: EpisodicMemory, task: TaskId, budget: number): void => void thinTask(memory, task, budget);
