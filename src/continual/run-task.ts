/** @file The tasks of a run: worlds by id, all of one body, told apart by name. */
import type { Environment, EnvironmentEntry, EnvironmentSpec } from "../contract/environment.ts";
import { InvalidValueError } from "../contract/errors.ts";
import { asTaskId, type TaskId } from "../contract/task.ts";

/** One task of the sequence. */
export interface RunTask {
  /** The name in the environment's id, with its options. */
  readonly id: TaskId;
  readonly entry: EnvironmentEntry;
  readonly environment: Environment;
}

/**
 * Makes the worlds of a sequence.
 * @throws {UnknownNameError} An id that is not registered.
 * @throws {InvalidValueError} Worlds whose observations, actions or control periods differ, or two of the same name.
 */
export async function runTasks(ids: readonly string[], open: (id: string) => Promise<EnvironmentEntry>): Promise<readonly RunTask[]> {
  const tasks: RunTask[] = [];
  for (const [i, id] of ids.entries()) {
    // One after another, so that the first that cannot be opened is the first that is told of.
    // oxlint-disable-next-line no-await-in-loop
    const entry = await open(id);
    const task = { id: nameOf(entry.spec), entry, environment: entry.make() };
    const [first = task] = tasks;
    if (bodyOf(entry.spec) !== bodyOf(first.entry.spec)) {
      throw new InvalidValueError(
        `config.tasks.${i}`,
        id,
        `a world with the body of \`${first.entry.spec.id}\``,
        "All tasks of a run share one agent.",
      );
    }
    if (tasks.some((other) => other.id === task.id)) {
      throw new InvalidValueError(`config.tasks.${i}`, id, "a task with a name of its own", `\`${task.id}\` is in the sequence already.`);
    }
    tasks.push(task);
  }
  return tasks;
}

/** `push` of `tabletop/push@1`, `push?hide=goal` of `tabletop/push@1?hide=goal`. */
const nameOf = ({ id }: EnvironmentSpec): TaskId => asTaskId(id.replace(/^[^/]*\//, "").replace(/@\d+/, ""));

/** What an agent is built on, so that one built for the first task fits all: the parts of what is seen and done, and how often. */
const bodyOf = ({ observation, action, controlPeriod }: EnvironmentSpec): string =>
  JSON.stringify([
    observation.parts.map(({ name, quantity, unit, size, age }) => [name, quantity, unit, size, age]),
    action.parts.map(({ name, quantity, unit, size }) => [name, quantity, unit, size]),
    [...action.low],
    [...action.high],
    controlPeriod,
  ]);
