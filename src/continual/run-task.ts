/** @file The tasks of a run: worlds by id, all of one body, told apart by name. */
import type { Environment, EnvironmentEntry, EnvironmentSpec } from "../contract/environment.ts";
import { InvalidValueError } from "../contract/errors.ts";
import { asTaskId, type TaskId } from "../contract/task.ts";

/** One task of the sequence. */
export interface RunTask {
  /** The name in the environment's id, with its options; with a number where a sequence comes to it again. */
  readonly id: TaskId;
  /** What the configuration calls its world. */
  readonly world: string;
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
    const visit = tasks.filter((other) => other.entry.spec.id === entry.spec.id).length + 1;
    const task = { id: nameOf(entry.spec, visit), world: id, entry, environment: entry.make() };
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

/** `push` of `tabletop/push@1`, `push?hide=goal` of `tabletop/push@1?hide=goal`; `push#2` where a sequence comes to it again, as a task of its own. */
const nameOf = ({ id }: EnvironmentSpec, visit: number): TaskId =>
  asTaskId(`${id.replace(/^[^/]*\//, "").replace(/@\d+/, "")}${visit > 1 ? `#${visit}` : ""}`);

/** What an agent is built on, so that one built for the first task fits all: the parts of what is seen and done, and how often. */
const bodyOf = ({ observation, action, controlPeriod }: EnvironmentSpec): string =>
  JSON.stringify([
    observation.parts.map(({ name, quantity, unit, size, age }) => [name, quantity, unit, size, age]),
    action.parts.map(({ name, quantity, unit, size }) => [name, quantity, unit, size]),
    [...action.low],
    [...action.high],
    controlPeriod,
  ]);

/** `push` of `push#2`: the task as a sequence came to it first. */
export const firstVisit = (task: string): string => task.replace(/#\d+$/, "");
