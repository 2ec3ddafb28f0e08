/** @file Jobs over processor cores: each in a process of its own, as many at a time as are allowed. One that fails leaves the others alone. */
import { fork, type ChildProcess } from "node:child_process";
import type { Answer, Job, Order } from "./job.ts";

export type JobOutcome = { readonly kind: "done" } | { readonly kind: "stopped" } | { readonly kind: "failed"; readonly error: string };

export interface PoolOptions {
  /** Processes at a time. */
  readonly parallel: number;
  /** Stops those at work in good order, and begins no others. */
  readonly signal: AbortSignal;
  onBegin(job: Job): void;
  onProgress(job: Job, fraction: number): void;
  /** What a process writes besides: warnings, mostly. */
  onSaid(job: Job, text: string): void;
  onEnd(job: Job, outcome: JobOutcome): void;
}

/** Resolves when every job has ended, or was stopped. */
export async function runJobs(jobs: readonly Job[], options: PoolOptions): Promise<void> {
  const queue = [...jobs];
  const atWork = new Set<ChildProcess>();
  const stop = (): void => {
    for (const child of atWork) if (child.connected) child.send({ kind: "stop" } satisfies Order);
  };
  options.signal.addEventListener("abort", stop);
  const lane = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined && !options.signal.aborted; job = queue.shift()) {
      options.onBegin(job);
      options.onEnd(job, await runJob(job, options, atWork));
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.parallel, jobs.length) }, lane));
  options.signal.removeEventListener("abort", stop);
}

/** How much of what a process wrote last is told when it failed without a word [characters]. */
const LAST_WORDS = 2000;

/** The program is started anew as it was started itself, from its sources or built, with a command that people are not shown. */
async function runJob(job: Job, options: PoolOptions, atWork: Set<ChildProcess>): Promise<JobOutcome> {
  const child = fork(process.argv[1]!, ["bench-job"], { execArgv: process.execArgv, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  atWork.add(child);
  let lastWords = "";
  let outcome: JobOutcome | undefined;
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-LAST_WORDS);
      options.onSaid(job, text);
    });
  }
  child.on("message", (answer: Answer) => {
    if (answer.kind === "progress") options.onProgress(job, answer.fraction);
    else outcome = answer;
  });
  child.send({ kind: "work", job } satisfies Order, () => undefined);
  const ended = await new Promise<string>((settle) => {
    child.on("error", (error) => settle(`could not be started: ${error.message}`));
    child.on("close", (code, signal) => settle(signal === null ? `ended with exit code ${String(code)}` : `was killed (${signal})`));
  });
  atWork.delete(child);
  // One that Ctrl-C reached before it could listen has been stopped like the others.
  if (outcome === undefined && options.signal.aborted) return { kind: "stopped" };
  return outcome ?? { kind: "failed", error: `its process ${ended}${lastWords === "" ? "" : `: ${lastWords.trim()}`}` };
}
