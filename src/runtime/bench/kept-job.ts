/** @file What a complete job says of itself: which method it was, and its log. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { StorageError } from "../../contract/errors.ts";
import { parseMethod, type Method } from "../../continual/benchmark/methods.ts";
import type { RunEvent } from "../../continual/run-event.ts";
import { parseConfig } from "../../continual/scenario.ts";
import type { Suite } from "../../continual/suite.ts";
import { readConfig, readRun } from "../read-run.ts";
import { replaceFile } from "../replace-file.ts";
import { shown } from "../user-paths.ts";
import type { Job } from "./job.ts";
import { completionOf, type JobFolder } from "./job-folders.ts";
import { about, readChecked } from "./json-file.ts";

/** A method's file in the run's folder, so that a method is known for as long as its run is there, and no longer. */
const METHOD = "method.json";

export const keepMethod = (folder: string, method: Method): void => replaceFile(join(folder, METHOD), `${JSON.stringify(method, null, 2)}\n`);

/**
 * The job that a folder is of. Undefined where its method is not said, as in folders that earlier versions made.
 * @throws {StorageError} It is the run of another method or seed than the folder's name has. @throws {FieldError} No method, or no configuration.
 */
export function jobOf({ folder, method: name, seed }: JobFolder, suite: Suite): Job | undefined {
  const file = join(folder, METHOD);
  if (!existsSync(file)) return undefined;
  const method = readChecked(shown(file), parseMethod, remedyOf(folder));
  const saved = readConfig(folder);
  const own = join(method.name, `seed-${saved.seed}`);
  if (own !== join(name, `seed-${seed}`)) throw new StorageError(shown(folder), `is the run of ${own}`, "Give it that name, or put it elsewhere.");
  const config = about(shown(join(folder, "config.json")), () => parseConfig(saved.config));
  return { suite, method, seed, config, folder, command: completionOf(folder)!.command };
}

/** The log of a job that is complete. @throws {StorageError} A line of it is damaged, or its end is missing. */
export function completeEvents(folder: string): readonly RunEvent[] {
  const file = shown(join(folder, "metrics.jsonl"));
  const remedy = remedyOf(folder);
  try {
    const { events } = readRun(folder);
    if (events.some((event) => event.kind === "run-finished" && event.complete)) return events;
    throw new StorageError(file, `ends at line ${events.length} in the middle of the run`, remedy);
  } catch (error) {
    if (!(error instanceof StorageError) || error.message.endsWith(remedy)) throw error;
    throw new StorageError(file, error.message.replace(`${error.file}: `, "").replace(/\. (Restore the file|Name a folder).*$/s, ""), remedy, {
      cause: error,
    });
  }
}

const remedyOf = (folder: string): string => `Remove ${shown(folder)}, and the command that made it makes it anew.`;
