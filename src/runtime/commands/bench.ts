/** @file `engram bench`: methods × seeds on a suite, to a table with intervals. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Protocol } from "../../continual/benchmark/protocol.ts";
import type { BenchResult } from "../../continual/benchmark/result.ts";
import { benchTable } from "../../continual/benchmark/table.ts";
import { askedFor, type BenchFlags } from "../bench/asked.ts";
import { BenchProgress } from "../bench/bench-progress.ts";
import { absentFigures } from "../bench/chosen-references.ts";
import { claimFolder, takeStock } from "../bench/folders.ts";
import { gather } from "../bench/gather.ts";
import { jobTitle, type Job } from "../bench/job.ts";
import { runJobs, type JobOutcome } from "../bench/pool.ts";
import { prepare } from "../bench/prepare.ts";
import { writeResult } from "../bench/result-files.ts";
import { integer } from "../flags.ts";
import { onInterrupt } from "../interrupt.ts";
import { quoted } from "../quoted.ts";
import type { Registries } from "../registries.ts";
import { writing } from "../user-paths.ts";

/** Resolves with the process's exit code: 1 when a job failed, 130 when it was stopped. */
export async function benchCommand(name: string, flags: BenchFlags, registries: Registries): Promise<number> {
  const parallel = flags.parallel === undefined ? availableParallelism() : integer("--parallel", flags.parallel, [1, 1024]);
  const { why, ...asked } = await askedFor(name, flags, registries);
  const { jobs, backend, worlds } = await prepare(asked);
  const interrupt = onInterrupt();
  const claim = claimFolder(asked.out, asked);
  try {
    const { remaining, earlier } = takeStock({ ...asked, jobs, backend, worlds });
    if (remaining.length < jobs.length) process.stderr.write(`${jobs.length - remaining.length} of ${jobs.length} jobs were done before.\n`);
    if (earlier.length > 0) process.stderr.write(`${saidOf(earlier)}\n`);
    const ended = new Map<Job, JobOutcome>(jobs.flatMap((job) => (remaining.includes(job) ? [] : [[job, { kind: "done" }]])));
    const doneOf = (): Job[] => [...jobs.filter((job) => ended.get(job)?.kind === "done"), ...earlier];
    const resultSoFar = (): BenchResult => gather({ ...asked, jobs: [...jobs, ...earlier], done: doneOf(), failures: failuresOf(jobs, ended) });
    const keepSoFar = sparsely(() => writeResult(asked.out, resultSoFar()));
    await work(remaining, { ended, total: jobs.length, parallel, signal: interrupt.signal, keepSoFar });
    const failures = failuresOf(jobs, ended);
    try {
      if (doneOf().length > 0) report(resultSoFar(), { why, protocol: asked.protocol, out: asked.out, json: flags.json });
    } finally {
      for (const { method, seed, error } of failures) process.stderr.write(`engram: ${method}, seed ${seed} failed: ${error}\n`);
    }
    const done = doneOf().length - earlier.length;
    if (interrupt.signal.aborted && done < jobs.length) {
      process.stderr.write(
        `Stopped. ${done} of ${jobs.length} jobs are done and kept; to go on:\n  ${asked.command}${flags.out === undefined ? "" : ` --out ${quoted(flags.out)}`}\n`,
      );
      return 130;
    }
    return failures.length > 0 ? 1 : 0;
  } finally {
    claim.release();
    interrupt.dispose();
  }
}

/** What the result holds besides what is asked for. */
function saidOf(earlier: readonly Job[]): string {
  const methods = [...new Set(earlier.map(({ method }) => method.name))].join(", ");
  return `The folder has ${earlier.length} more ${earlier.length === 1 ? "job" : "jobs"} of earlier calls, of ${methods}: in the result, too.`;
}

/** In the order of the jobs, not of time. */
const failuresOf = (jobs: readonly Job[], ended: ReadonlyMap<Job, JobOutcome>): BenchResult["failures"] =>
  jobs.flatMap((job) => {
    const outcome = ended.get(job);
    return outcome?.kind === "failed" ? [{ method: job.method.name, seed: job.seed, error: outcome.error }] : [];
  });

interface Work {
  /** Where what comes of jobs is noted. */
  readonly ended: Map<Job, JobOutcome>;
  readonly total: number;
  readonly parallel: number;
  readonly signal: AbortSignal;
  /** Called after each job that is done but the last to end. */
  readonly keepSoFar: () => void;
}

async function work(jobs: readonly Job[], { ended, total, parallel, signal, keepSoFar }: Work): Promise<void> {
  const progress = new BenchProgress(process.stderr, { jobs, total, parallel });
  await runJobs(jobs, {
    parallel,
    signal,
    onBegin: (job) => progress.begin(job),
    onProgress: (job, fraction) => progress.update(job, fraction),
    onSaid: (job, text) => progress.say(`${jobTitle(job)}: ${text.trimEnd()}`),
    onEnd(job, outcome) {
      ended.set(job, outcome);
      try {
        if (outcome.kind === "done" && ended.size < total) keepSoFar();
      } catch (error) {
        progress.say(`The result so far could not be written, and is tried again: ${(error as Error).message}`);
      }
      progress.end(job, outcome);
    },
  });
  progress.clear();
}

/** Skips calls as long as it takes for all of them together to cost a twentieth of the time that goes by. */
function sparsely(act: () => void): () => void {
  let next = 0;
  return () => {
    const begun = performance.now();
    if (begun < next) return;
    act();
    const over = performance.now();
    next = over + 20 * (over - begun);
  };
}

interface Reporting {
  readonly protocol: Protocol;
  readonly why: string | undefined;
  readonly out: string;
  readonly json: boolean | undefined;
}

/** What was measured is said even where it cannot be written. */
function report(result: BenchResult, { why, protocol, out, json }: Reporting): void {
  process.stdout.write(json === true ? `${JSON.stringify({ folder: out, results: result })}\n` : `${benchTable(result)}\n`);
  writing(out, () => writeResult(out, result));
  if (json !== true)
    process.stdout.write(
      `\nReport: ${join(out, "report.html")}\nEvery figure of every seed: ${join(out, "results.json")}, results.csv, results.tex\n`,
    );
  const absent = absentFigures(result.references, protocol, why ?? "the references have nothing for it");
  if (absent !== undefined) process.stderr.write(`${absent}\n`);
}
