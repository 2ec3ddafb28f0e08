/** @file `engram bench`: methods × seeds on a suite, to a table with intervals. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { InvalidValueError } from "../../contract/errors.ts";
import { benchName } from "../../continual/benchmark/program.ts";
import { toldBoundaries } from "../../continual/benchmark/methods.ts";
import { boundaryModes, type BoundaryMode } from "../../continual/config.ts";
import { parseProtocol } from "../../continual/benchmark/protocol.ts";
import type { BenchResult } from "../../continual/benchmark/result.ts";
import { benchTable } from "../../continual/benchmark/table.ts";
import { BenchProgress } from "../bench/bench-progress.ts";
import { absentFigures, chosenReferences, type ChosenReferences } from "../bench/chosen-references.ts";
import { claimFolder, remainingJobs } from "../bench/folders.ts";
import { gather } from "../bench/gather.ts";
import { jobTitle, type Job } from "../bench/job.ts";
import { runJobs, type JobOutcome } from "../bench/pool.ts";
import { loadMethods, prepare, type Asked, type NamedMethod } from "../bench/prepare.ts";
import { writeResult } from "../bench/result-files.ts";
import { integer } from "../flags.ts";
import { onInterrupt } from "../interrupt.ts";
import { loadSuite } from "../load-suite.ts";
import { openEnvironment } from "../open-environment.ts";
import { withOverrides } from "../overrides.ts";
import type { Registries } from "../registries.ts";

/** The flags, as typed. */
export interface BenchFlags {
  readonly methods: string;
  readonly seeds: string;
  readonly parallel?: string;
  readonly boundaries?: string;
  readonly references?: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

/** Resolves with the process's exit code: 1 when a job failed, 130 when it was stopped. */
export async function benchCommand(name: string, flags: BenchFlags, registries: Registries): Promise<number> {
  const parallel = flags.parallel === undefined ? availableParallelism() : integer("--parallel", flags.parallel, [1, 1024]);
  const { why, ...asked } = await askedFor(name, flags, registries);
  const { jobs, backend } = await prepare(asked);
  const interrupt = onInterrupt();
  const claim = claimFolder(asked.out, asked);
  try {
    const remaining = remainingJobs(jobs, backend, asked.agents);
    if (remaining.length < jobs.length) process.stderr.write(`${jobs.length - remaining.length} of ${jobs.length} jobs were done before.\n`);
    const ended = await work(remaining, { total: jobs.length, parallel, signal: interrupt.signal });
    const done = jobs.filter((job) => !remaining.includes(job) || ended.get(job)?.kind === "done");
    const failures = remaining.flatMap((job) => {
      const outcome = ended.get(job);
      return outcome?.kind === "failed" ? [{ method: job.method.name, seed: job.seed, error: outcome.error }] : [];
    });
    if (done.length > 0) report(gather({ ...asked, jobs, done, failures }), { why, out: asked.out, json: flags.json });
    for (const { method, seed, error } of failures) process.stderr.write(`engram: ${method}, seed ${seed} failed: ${error}\n`);
    if (interrupt.signal.aborted && done.length < jobs.length) {
      process.stderr.write(
        `Stopped. ${done.length} of ${jobs.length} jobs are done and kept; to go on:\n  ${asked.command}${flags.out === undefined ? "" : ` --out ${flags.out}`}\n`,
      );
      return 130;
    }
    return failures.length > 0 ? 1 : 0;
  } finally {
    claim.release();
    interrupt.dispose();
  }
}

async function askedFor(name: string, flags: BenchFlags, registries: Registries): Promise<Asked & Pick<ChosenReferences, "why">> {
  const suites = await registries.suites();
  const agents = await registries.agents();
  const suite = loadSuite(name, suites);
  const protocol = parseProtocol(withOverrides({}, flags.set));
  const chosen = await chosenReferences({ suite, protocol, file: flags.references }, registries);
  const command = [
    `engram bench ${name} --methods ${flags.methods} --seeds ${flags.seeds}`,
    ...(flags.references === undefined ? [] : [`--references ${flags.references}`]),
    ...(flags.boundaries === undefined ? [] : [`--boundaries ${flags.boundaries}`]),
    ...flags.set.map((assignment) => `--set '${assignment}'`),
  ].join(" ");
  return {
    suite,
    from: name,
    protocol,
    ...chosen,
    methods: inModes(loadMethods(flags.methods, agents), flags.boundaries),
    seeds: seedsOf(flags.seeds),
    out: flags.out ?? join("runs", benchName(suite)),
    command,
    agents,
    openEnvironment: (id) => openEnvironment(id, registries),
  };
}

/** Each method once for each way of being told boundaries. @throws {InvalidValueError} */
function inModes(methods: readonly NamedMethod[], list: string | undefined): readonly NamedMethod[] {
  if (list === undefined) return methods;
  const modes = list.split(",").map((mode) => {
    const known = boundaryModes.find((each) => each === mode);
    if (known === undefined) throw new InvalidValueError("--boundaries", list, `some of ${boundaryModes.join(", ")}, with commas between`);
    return known;
  });
  const inMode = ({ method, ...from }: NamedMethod, mode: BoundaryMode): NamedMethod => ({ ...from, method: toldBoundaries(method, mode) });
  // Whoever learns all tasks at once hears of no boundary.
  return methods.flatMap((each) => (each.method.curriculum === "joint" ? [each] : [...new Set(modes)].map((mode) => inMode(each, mode))));
}

/** `1-10`, `1,2,5` or both, ascending. @throws {InvalidValueError} */
function seedsOf(text: string): readonly number[] {
  const seeds = text.split(",").flatMap((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || !(from <= to) || to - from >= 1000 || !Number.isSafeInteger(to))
      throw new InvalidValueError("--seeds", text, "numbers and ranges", "Such as --seeds 1-10 or --seeds 1,2,5");
    return Array.from({ length: to - from + 1 }, (_, k) => from + k);
  });
  return [...new Set(seeds)].toSorted((a, b) => a - b);
}

interface Work {
  readonly total: number;
  readonly parallel: number;
  readonly signal: AbortSignal;
}

async function work(jobs: readonly Job[], { total, parallel, signal }: Work): Promise<ReadonlyMap<Job, JobOutcome>> {
  const ended = new Map<Job, JobOutcome>();
  const progress = new BenchProgress(process.stderr, { jobs, total, parallel });
  await runJobs(jobs, {
    parallel,
    signal,
    onBegin: (job) => progress.begin(job),
    onProgress: (job, fraction) => progress.update(job, fraction),
    onSaid: (job, text) => progress.say(`${jobTitle(job)}: ${text.trimEnd()}`),
    onEnd(job, outcome) {
      ended.set(job, outcome);
      progress.end(job, outcome.kind, outcome.kind === "done");
    },
  });
  progress.clear();
  return ended;
}

interface Reporting {
  readonly why: string | undefined;
  readonly out: string;
  readonly json: boolean | undefined;
}

function report(result: BenchResult, { why, out, json }: Reporting): void {
  writeResult(out, result);
  if (json === true) process.stdout.write(`${JSON.stringify({ folder: out, results: result })}\n`);
  else
    process.stdout.write(
      `${benchTable(result)}\n\nReport: ${join(out, "report.html")}\nEvery figure of every seed: ${join(out, "results.json")}, results.csv, results.tex\n`,
    );
  const absent = absentFigures(result.references, why ?? "the references have nothing for it");
  if (absent !== undefined) process.stderr.write(`${absent}\n`);
}
