/** @file The tasks of a run: worlds by id, all of one body, told apart by name. */
import type { Environment, EnvironmentEntry, EnvironmentSpec } from "../contract/environment.ts";
import { InvalidValueError, UnknownNameError } from "../contract/errors.ts";
import { asTaskId, type TaskId } from "../contract/task.ts";

/** One task of the sequence. */
export interface RunTask {
  /** The name in the environment's id: `push` of `tabletop/push@1`. */
  readonly id: TaskId;
  readonly entry: EnvironmentEntry;
  readonly environment: Environment;
}

/**
 * Makes the worlds of a sequence.
 * @throws {UnknownNameError} An id that is not registered.
 * @throws {InvalidValueError} Worlds whose observations, actions or control periods differ, or two of the same name.
 */
export function runTasks(ids: readonly string[], environments: ReadonlyMap<string, EnvironmentEntry>): readonly RunTask[] {
  const tasks: RunTask[] = [];
  for (const [i, id] of ids.entries()) {
    const entry = environments.get(id);
    if (entry === undefined) throw new UnknownNameError("environment", id, [...environments.keys()]);
    const task = { id: asTaskId(id.replace(/^.*\//, "").replace(/@.*$/, "")), entry, environment: entry.make() };
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

/** What an agent is built on, so that one built for the first task fits all: the parts of what is seen and done, and how often. */
const bodyOf = ({ observation, action, controlPeriod }: EnvironmentSpec): string =>
  JSON.stringify([
    observation.parts.map(({ name, quantity, unit, size, age }) => [name, quantity, unit, size, age]),
    action.parts.map(({ name, quantity, unit, size }) => [name, quantity, unit, size]),
    [...action.low],
    [...action.high],
    controlPeriod,
  ]);
