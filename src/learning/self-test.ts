/**
 * @file How an agent finds out whether a sleep did it good: what its exams hold is asked before and after. Not a test of success in the world; it costs no
 * episode, and can be asked of tasks whose worlds are gone.
 */
import type { SelfTest } from "../contract/agent.ts";
import type { TaskId } from "../contract/task.ts";
import { mean, studentT } from "../numerics/statistics.ts";
import { FEWEST_WITNESSES } from "./exams.ts";

/**
 * What is worse than before: by more than chance (as improbable as two standard errors, for the mean rise over so many episodes, whose states are no
 * independent witnesses), by so much of the error before, and by so much of an action. Learning something new moves every answer a little: on the tabletop errors
 * between 0.08 and 0.15 are all success, and tasks fail from 0.3 on.
 */
const CHANCE = 2;
const RELATIVE = 0.5;
const ABSOLUTE = 0.15;

/** The errors on what an exam asks, before and after a sleep. */
export interface Answers {
  readonly task: TaskId;
  /** Of each state that was asked. */
  readonly episodes: Int32Array;
  /** In the same order. */
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/** What an exam showed. */
export function selfTestOf({ task, episodes, before, after }: Answers): SelfTest {
  const [was, is] = [mean(before), mean(after)];
  const rises = [...new Set(episodes)].map((episode) => mean(after.map((error, k) => error - before[k]!).filter((_, k) => episodes[k] === episode)));
  const rise = mean(rises);
  const standardError = Math.sqrt(rises.reduce((sum, each) => sum + (each - rise) ** 2, 0) / (rises.length - 1) / rises.length);
  const isMore = rises.length >= FEWEST_WITNESSES && rise > studentT(CHANCE, rises.length - 1) * standardError;
  return { task, states: before.length, before: was, after: is, worse: isMore && rise > RELATIVE * was && rise > ABSOLUTE };
}
