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

/** Of a task's remembered episodes, one in so many is asked … */
const ONE_IN = 10;
/** … where that makes so many: fewer could not testify to anything, and would only be missing from what is learned. */
const WITNESSES = 3;
/** At most so many states of a task are asked, spread evenly over those that may be. */
const MOST = 60;

/**
 * What is to be asked of each task that has episodes to spare. An episode is drawn by its number, so that as long as it is remembered it is asked in every
 * sleep, and no sleep has learned to answer it.
 */
export function setExams(memory: EpisodicMemory, random: RandomStream): Exam[] {
  return memory.tasks().flatMap((task) => {
    const rows = memory.rowsOf(task);
    const draw = random.split(`exam ${task}`);
    const lots = new Map<number, number>();
    for (const row of rows) {
      const episode = memory.episodeOf(row);
      if (!lots.has(episode)) lots.set(episode, draw.split(episode).uint32());
    }
    const count = Math.floor(lots.size / ONE_IN);
    if (count < WITNESSES) return [];
    const drawn = [...lots].toSorted(([, a], [, b]) => a - b).slice(0, count);
    const chosen = new Set(drawn.map(([episode]) => episode));
    const ids = Array.from(rows.filter((row) => chosen.has(memory.episodeOf(row))), (row) => memory.idOf(row)); // prettier-ignore
    return [{ task, ids }];
  });
}

/** Those of an exam's states that are asked. */
export const asked = ({ ids }: Exam): readonly EntryId[] =>
  ids.length <= MOST ? ids : Array.from({ length: MOST }, (_, k) => ids[Math.floor((k * ids.length) / MOST)]!);

/**
 * What is worse than before: by more than chance (two standard errors of the mean difference over so many episodes, whose states are no independent witnesses),
 * by so much of the error before, and by so much of an action. Learning something new moves every answer a little: on the tabletop errors between 0.08 and 0.15 are all success, and tasks fail from 0.3 on.
 */
const RELATIVE = 0.5;
const ABSOLUTE = 0.15;

/**
 * What an exam showed.
 * @param episodes Of each state that was asked. @param before @param after Errors on them, in the same order.
 */
export function selfTestOf({ task }: Exam, episodes: Int32Array, before: Float64Array, after: Float64Array): SelfTest {
  const [was, is] = [mean(before), mean(after)];
  const rises = [...new Set(episodes)].map((episode) => mean(after.map((error, k) => error - before[k]!).filter((_, k) => episodes[k] === episode)));
  const rise = mean(rises);
  const chance = Math.sqrt(rises.reduce((sum, each) => sum + (each - rise) ** 2, 0) / (rises.length - 1) / rises.length);
  const worse = rises.length >= WITNESSES && rise > 2 * chance && rise > RELATIVE * was && rise > ABSOLUTE;
  return { task, states: before.length, before: was, after: is, worse };
}
