/** @file What a complete job says of itself: which method it was, and its log. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AgentEntry } from "../../contract/agent.ts";
import { StorageError } from "../../contract/errors.ts";
import { parseMethod, type Method } from "../../continual/benchmark/methods.ts";
import type { RunEvent } from "../../continual/run-event.ts";
import { configOfJob, type Protocol } from "../../continual/benchmark/protocol.ts";
import type { Suite } from "../../continual/suite.ts";
import { readConfig, readRun } from "../read-run.ts";
import { replaceFile } from "../replace-file.ts";
import { shown } from "../user-paths.ts";
import type { Job } from "./job.ts";
import { completionOf, type JobFolder } from "./job-folders.ts";
import { about, readChecked } from "./json-file.ts";
import { agentOf } from "./prepare.ts";

/** A method's file in the run's folder, so that a method is known for as long as its run is there, and no longer. */
const METHOD = "method.json";

export const keepMethod = (folder: string, method: Method): void => replaceFile(join(folder, METHOD), `${JSON.stringify(method, null, 2)}\n`);

/** What the benchmark is that a job is found in. */
interface Surroundings {
  readonly suite: Suite;
  readonly protocol: Protocol;
  readonly agents: ReadonlyMap<string, AgentEntry>;
}

/**
 * The job that a folder would be of in this benchmark. Undefined where its method is not said, as in folders that earlier versions made.
 * @throws {StorageError} It is the run of another method or seed than the folder's name has. @throws {FieldError} No method, or one that does not fit.
 */
export function jobOf({ folder, method: name, seed }: JobFolder, { suite, protocol, agents }: Surroundings): Job | undefined {
  const file = join(folder, METHOD);
  if (!existsSync(file)) return undefined;
  const method = readChecked(shown(file), parseMethod, remedyOf(folder));
  const saved = readConfig(folder);
  const own = join(method.name, `seed-${saved.seed}`);
  if (own !== join(name, `seed-${seed}`)) throw new StorageError(shown(folder), `is the run of ${own}`, "Give it that name, or put it elsewhere.");
  const agent = agentOf({ method, file: shown(file) }, agents);
  const config = about(shown(file), () => configOfJob({ suite, protocol, method, agent }));
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
