/** @file What an earlier session left of a benchmark: what is complete is kept, what was cut off is removed, what was asked for otherwise is an error. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { AgentEntry } from "../../contract/agent.ts";
import { FieldError, StorageError } from "../../contract/errors.ts";
import { validate } from "../../contract/validate.ts";
import { firstDifference } from "../../continual/benchmark/first-difference.ts";
import { jobName } from "../../continual/benchmark/program.ts";
import type { Protocol } from "../../continual/benchmark/protocol.ts";
import { settingsOf } from "../../continual/run-agents.ts";
import type { Suite } from "../../continual/suite.ts";
import { claimWriting, type WriterClaim } from "../../memory/stores/writer-claim.ts";
import { readConfig } from "../read-run.ts";
import { replaceFile } from "../replace-file.ts";
import { shown, writing } from "../user-paths.ts";
import type { Job } from "./job.ts";
import { completionOf, jobFolders, PURPOSE, unfinishedFolders } from "./job-folders.ts";
import { readChecked } from "./json-file.ts";
import { completeEvents, jobOf, keepMethod } from "./kept-job.ts";

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
  writing(out, () => mkdirSync(out, { recursive: true }));
  const claim = claimWriting(join(out, "bench"));
  try {
    const file = join(out, PURPOSE);
    const remedy = "Remove this file alone, as the jobs beside it are kept and checked; or choose another folder with --out.";
    if (existsSync(file)) requireSame(file, readChecked(file, parsePurpose, remedy), purpose);
    else replaceFile(file, `${JSON.stringify(purpose, null, 2)}\n`);
    return claim;
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** The jobs of a benchmark's folder. */
export interface Stock {
  /** Those asked for that are still to be done. */
  readonly remaining: readonly Job[];
  /** Complete ones that are not asked for now, but were in earlier calls. */
  readonly earlier: readonly Job[];
}

interface Asked extends Purpose {
  readonly out: string;
  readonly jobs: readonly Job[];
  readonly backend: string;
  readonly agents: ReadonlyMap<string, AgentEntry>;
  /** A fingerprint of each world, by its id. */
  readonly worlds: Readonly<Record<string, string>>;
}

/**
 * What there is and what is missing. What was cut off is removed, and nothing else.
 * @throws {FieldError} A complete job that was done with another configuration than its method has by this suite and protocol, or in another version of a world.
 * @throws {StorageError} One whose log is damaged, a file where a method's folder has to be, or something that is no job where one has to be.
 */
export function takeStock({ out, suite, protocol, jobs, backend, agents, worlds }: Asked): Stock {
  const there = jobFolders(resolve(out));
  const wanted = new Set(jobs.map(({ folder }) => folder));
  const earlier: Job[] = [];
  for (const found of there) {
    const { method, seed, folder } = found;
    const asked = jobs.find((job) => job.method.name === method);
    const job = jobOf(found, { suite, protocol, agents });
    const expected = asked === undefined ? job : { ...asked, seed };
    if (expected !== undefined) requireMade(folder, savedConfigOf(expected, backend, agents), worlds);
    if (job !== undefined && !wanted.has(folder)) earlier.push(job);
  }
  const complete = new Set(there.map(({ folder }) => folder));
  const [done, remaining] = [jobs.filter(({ folder }) => complete.has(folder)), jobs.filter(({ folder }) => !complete.has(folder))];
  for (const { folder } of [...done, ...earlier]) completeEvents(folder);
  for (const { folder, method } of done) keepMethod(folder, method);
  // A job is learned beside its folder, which is whole from the beginning: this is somebody else's, or what is left of one.
  const strange = remaining.find(({ folder }) => existsSync(folder));
  if (strange !== undefined)
    throw new StorageError(shown(strange.folder), "is no complete job of a benchmark", "Move it away, or choose another folder with --out.");
  // Where nothing can be written nothing needs to be learned.
  for (const folder of new Set(remaining.map((job) => dirname(job.folder)))) writing(shown(folder), () => mkdirSync(folder, { recursive: true }));
  for (const folder of unfinishedFolders(out)) writing(shown(dirname(folder)), () => rmSync(folder, { recursive: true, force: true }));
  return { remaining, earlier };
}

/** A job's `config.json`, as its run writes it. */
const savedConfigOf = ({ suite, method, seed, config }: Job, backend: string, agents: ReadonlyMap<string, AgentEntry>): unknown => ({
  scenario: jobName(suite, method.curriculum),
  seed,
  backend,
  config: { ...config, agents: settingsOf(config.agents, agents) },
});

/** Results of two protocols are never put side by side, nor those of two worlds of one name. */
function requireMade(folder: string, config: unknown, worlds: Asked["worlds"]): void {
  requireSame(shown(join(folder, "config.json")), readConfig(folder), config);
  const then = completionOf(folder)!.worlds ?? {};
  const changed = Object.keys(worlds).find((id) => then[id] !== undefined && then[id] !== worlds[id]);
  const absent = Object.keys(then).find((id) => worlds[id] === undefined);
  if (changed === undefined && absent === undefined) return;
  const problem = changed === undefined ? `the suite's worlds are ${Object.keys(worlds).join(", ")} now` : "it says something else of itself now";
  throw new FieldError(
    shown(join(folder, "meta.json")),
    `worlds.${changed ?? absent!}`,
    `${problem}. Move ${shown(folder)} away to learn it anew, or choose another folder with --out.`,
  );
}

function requireSame(file: string, there: unknown, wanted: unknown): void {
  const found = firstDifference(there, JSON.parse(JSON.stringify(wanted)), "");
  if (found === undefined) return;
  const [was, is] = [found.one, found.other].map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
  const problem = `it was made with ${was}, and is now asked for with ${is}. Choose another folder with --out, or ask for the same.`;
  throw new FieldError(file, found.path.replace(/^\./, ""), problem);
}
