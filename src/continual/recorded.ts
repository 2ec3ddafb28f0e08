/** @file Demonstrations from a data set instead of a scripted controller: recorded episodes told as transitions. */
import type { Transition } from "../contract/agent.ts";
import type { DemonstrationSet, RecordedEpisode } from "../contract/demonstration.ts";
import type { EnvironmentSpec } from "../contract/environment.ts";
import { InvalidValueError, UnknownNameError } from "../contract/errors.ts";
import { middle, terminated, truncated, type NextStep } from "../contract/step.ts";
import type { TaskId } from "../contract/task.ts";
import type { RandomStream } from "../numerics/random.ts";
import { STEPS_AFTER_SUCCESS } from "./demonstrations.ts";
import type { ContinualRunOptions } from "./run-options.ts";
import type { RunTask } from "./run-task.ts";

/**
 * Told before a run begins. Episodes are read until there are enough.
 * @throws {InvalidValueError} A data set of another body or another world, or with fewer successful episodes than are wanted. @throws {StorageError} A damaged one.
 */
export function checkRecorded(set: DemonstrationSet, spec: EnvironmentSpec, count: number): void {
  const [seen, done] = [spec.observation.size, spec.action.size];
  const refuse = (rule: string, got: string): never => {
    throw new InvalidValueError("config.demonstrationSets", `${set.name}: ${got}`, rule, "Name a data set that was recorded in this world.");
  };
  if (set.observationSize !== seen || set.actionSize !== done)
    refuse(
      `a data set of observations of ${seen} numbers and actions of ${done}, as \`${spec.id}\` has`,
      `${set.observationSize} and ${set.actionSize}`,
    );
  if (set.world !== undefined && baseOf(set.world) !== baseOf(spec.id)) refuse(`a data set of \`${spec.id}\``, set.world);
  successful(set, count, inOrder(set));
}

/** The numbers of a set's episodes, one by one: a damaged set may claim more than there is room for. */
function* inOrder({ episodes }: DemonstrationSet): Generator<number> {
  for (let index = 0; index < episodes; index++) yield index;
}

/** A world's id without its options, which leave what must be done the same. */
const baseOf = (id: string): string => id.replace(/\?.*$/, "");

/**
 * The first `count` successful episodes in an order. Where success was not recorded, every episode counts as a demonstration of it.
 * @throws {InvalidValueError} Too few of them.
 */
function successful(set: DemonstrationSet, count: number, order: Iterable<number>): RecordedEpisode[] {
  const found: RecordedEpisode[] = [];
  for (const index of order) {
    const episode = set.episode(index);
    if (episode.successes?.includes(1) ?? true) found.push(episode);
    if (found.length === count) return found;
  }
  const rule = `at most ${found.length}, the successful episodes in the data set \`${set.name}\``;
  throw new InvalidValueError("config.demonstrations", count, rule, "Lower `demonstrations`, or name a data set with more.");
}

/** Which episodes are shown: `count` of the successful ones, in random order. @throws {InvalidValueError} Too few of them. */
export const chooseRecorded = (set: DemonstrationSet, count: number, random: RandomStream): RecordedEpisode[] =>
  successful(set, count, random.sample(set.episodes, set.episodes));

/** An episode as it would have been observed, up to a little after its first success. */
export function transitionsOf(
  episode: RecordedEpisode,
  { task, number, spec }: { task: TaskId; number: number; spec: EnvironmentSpec },
): Transition[] {
  const { observations, actions, rewards, successes, decisions = actions } = episode;
  const success = successes?.indexOf(1) ?? -1;
  const length = success < 0 ? rewards.length : Math.min(rewards.length, success + 1 + STEPS_AFTER_SUCCESS);
  const row = (numbers: Float32Array, at: number, size: number): Float32Array => numbers.slice(at * size, (at + 1) * size);
  return Array.from({ length }, (_, index): Transition => {
    const action = row(actions, index, spec.action.size);
    const seen = row(observations, index + 1, spec.observation.size);
    return {
      task,
      episode: number,
      index,
      actor: "demonstrator",
      observation: row(observations, index, spec.observation.size),
      decision: { action: row(decisions, index, spec.action.size) },
      action,
      step: stepOf(episode, index, seen),
    };
  });
}

function stepOf({ rewards, terminations, truncations, successes }: RecordedEpisode, index: number, observation: Float32Array): NextStep {
  const [reward, success] = [rewards[index]!, successes === undefined ? index === rewards.length - 1 : successes[index] === 1];
  if (terminations[index] === 1) return terminated(observation, reward, success);
  return truncations[index] === 1 ? truncated(observation, reward, success, "horizon") : middle(observation, reward, success);
}

/** Opens every data set once, so that a run does not find out late that one is missing. */
export async function checkSets({ config, openDemonstrations }: ContinualRunOptions, tasks: readonly RunTask[]): Promise<void> {
  for (const [id, name] of Object.entries(config.demonstrationSets)) {
    const task = tasks.find(({ world }) => world === id);
    if (task === undefined) throw new UnknownNameError("environment in `config.demonstrationSets`:", id, [...config.tasks, ...config.testTasks]);
    const set = await openDemonstrations!(name);
    try {
      checkRecorded(set, task.entry.spec, config.demonstrations);
    } finally {
      set.close();
    }
  }
}
