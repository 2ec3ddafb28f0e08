/** @file What an earlier session left of a benchmark: what is complete is kept, what was cut off is removed, what was asked for otherwise is an error. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { z } from "zod";
import type { AgentEntry } from "../../contract/agent.ts";
import { FieldError, StorageError } from "../../contract/errors.ts";
import { validate } from "../../contract/validate.ts";
import { firstDifference } from "../../continual/benchmark/first-difference.ts";
import { jobName } from "../../continual/benchmark/program.ts";
import type { Protocol } from "../../continual/benchmark/protocol.ts";
import type { RunEvent } from "../../continual/run-event.ts";
import type { Suite } from "../../continual/suite.ts";
import { claimWriting, type WriterClaim } from "../../memory/stores/writer-claim.ts";
import { readConfig, readRun } from "../read-run.ts";
import { replaceFile } from "../replace-file.ts";
import type { Job } from "./job.ts";
import { readChecked } from "./json-file.ts";

/** What a folder was made for. */
interface Purpose {
  readonly suite: Suite;
  readonly protocol: Protocol;
}

const madeFor = z.strictObject({ suite: z.looseObject({}), protocol: z.looseObject({}) });
const parsePurpose = (content: unknown): unknown => validate(madeFor, content, "bench");

/**
 * Makes the folder of a benchmark, or takes it up again; nobody else can while the claim is held, or this process lives.
 * @throws {FieldError} It was made for another suite or protocol. @throws {StorageError} It is in use, or cannot be written to.
 */
export function claimFolder(out: string, { suite, protocol }: Purpose): WriterClaim {
  const purpose = { suite: { ...suite, summary: undefined }, protocol };
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new StorageError(out, `cannot be written to (${(error as Error).message})`, "Choose another folder with --out.", { cause: error });
  }
  const claim = claimWriting(join(out, "bench"));
  try {
    const file = join(out, "bench.json");
    if (existsSync(file)) requireSame(file, readChecked(file, parsePurpose, "Remove the folder, or choose another with --out."), purpose, "");
    else replaceFile(file, `${JSON.stringify(purpose, null, 2)}\n`);
    return claim;
  } catch (error) {
    claim.release();
    throw error;
  }
}

/**
 * The jobs that are still to be done. What was cut off is removed.
 * @throws {FieldError} A complete job that was done with another configuration. @throws {StorageError} One whose log is damaged.
 */
export function remainingJobs(jobs: readonly Job[], backend: string, agents: ReadonlyMap<string, AgentEntry>): readonly Job[] {
  const remaining = jobs.filter((job) => !isComplete(job.folder));
  const done = jobs.filter((job) => !remaining.includes(job));
  for (const job of done) {
    requireSame(shown(join(job.folder, "config.json")), readConfig(job.folder), savedConfigOf(job, backend, agents), "");
    completeEvents(job.folder);
  }
  for (const { folder } of jobs) discardUnfinished(folder);
  for (const { folder } of remaining) rmSync(folder, { recursive: true, force: true });
  return remaining;
}

/** The log of a job that is complete. @throws {StorageError} A line of it is damaged, or its end is missing. */
export function completeEvents(folder: string): readonly RunEvent[] {
  const file = shown(join(folder, "metrics.jsonl"));
  const remedy = `Remove ${shown(folder)}, and the same command makes it anew.`;
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

function isComplete(folder: string): boolean {
  try {
    return (JSON.parse(readFileSync(join(folder, "meta.json"), "utf8")) as { readonly status?: unknown }).status === "complete";
  } catch {
    return false;
  }
}

function discardUnfinished(folder: string): void {
  const parent = dirname(folder);
  const left = existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith(`${basename(folder)}.unfinished-`)) : [];
  for (const name of left) rmSync(join(parent, name), { recursive: true, force: true });
}

/** A job's `config.json`, as its run writes it. */
const savedConfigOf = ({ suite, method, seed, config }: Job, backend: string, agents: ReadonlyMap<string, AgentEntry>): unknown => ({
  scenario: jobName(suite, method.curriculum),
  seed,
  backend,
  config: {
    ...config,
    agents: Object.fromEntries(Object.entries(config.agents).map(([name, own]) => [name, { ...agents.get(name)?.defaults, ...own }])),
  },
});

function requireSame(file: string, there: unknown, wanted: unknown, path: string): void {
  const found = firstDifference(there, JSON.parse(JSON.stringify(wanted)), path);
  if (found === undefined) return;
  const [was, is] = [found.one, found.other].map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
  const problem = `it was made with ${was}, and is now asked for with ${is}. Choose another folder with --out, or ask for the same.`;
  throw new FieldError(file, found.path.replace(/^\./, ""), problem);
}

const shown = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
};
