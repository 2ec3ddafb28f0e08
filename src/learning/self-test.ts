/**
 * @file How an agent finds out whether a sleep did it good: remembered episodes that the sleep does not learn from are asked before and after. Not a
 * test of success in the world; it costs no episode, and can be asked of tasks whose worlds are gone.
 */
import type { SelfTest } from "../contract/agent.ts";
import type { EntryId } from "../contract/memory.ts";
import type { TaskId } from "../contract/task.ts";
import type { EpisodicMemory } from "../memory/episodic-memory.ts";
import { mean } from "../numerics/statistics.ts";
import type { RandomStream } from "../numerics/random.ts";

/** The states of one task that are asked: whole episodes, so that no neighbour in time gives the answer away. */
export interface Exam {
  readonly task: TaskId;
  readonly ids: readonly EntryId[];
}

/** Of a task's remembered episodes, one in so many is asked. */
const ONE_IN = 10;
/** With fewer episodes, none can be spared. */
const FEWEST = 5;

/** Chooses what is to be asked of each task that has episodes to spare. */
export function setExams(memory: EpisodicMemory, random: RandomStream): Exam[] {
  return memory.tasks().flatMap((task) => {
    const rows = memory.rowsOf(task);
    const episodes = [...new Set(Array.from(rows, (row) => memory.episodeOf(row)))];
    if (episodes.length < FEWEST) return [];
    const count = Math.ceil(episodes.length / ONE_IN);
    const chosen = new Set(Array.from(random.split(`exam ${task}`).sample(count, episodes.length), (k) => episodes[k]!));
    const ids = Array.from(rows)
      .filter((row) => chosen.has(memory.episodeOf(row)))
      .map((row) => memory.idOf(row));
    return [{ task, ids }];
  });
}

/** What is worse than before: by more than chance (two standard errors of the mean paired difference), by so much of the error before … */
const RELATIVE = 0.25;
/** … and by so much of an action. */
const ABSOLUTE = 0.02;

/** What an exam showed. @param before @param after Errors on its states, in its order. */
export function selfTestOf({ task, ids }: Exam, before: Float64Array, after: Float64Array): SelfTest {
  const [was, is] = [mean(before), mean(after)];
  const differences = after.map((error, k) => error - before[k]!);
  const rise = mean(differences);
  const spread = Math.sqrt(mean(differences.map((each) => (each - rise) ** 2)) / Math.max(1, differences.length - 1));
  const worse = rise > 2 * spread && rise > RELATIVE * was && rise > ABSOLUTE;
  return { task, states: ids.length, before: was, after: is, worse };
}
