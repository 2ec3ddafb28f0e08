/** @file How far a benchmark is, over all its jobs, and how long it will still take. */
import { bar, duration, ProgressLine, type ProgressOutput } from "../progress-line.ts";
import { jobTitle, type Job } from "./job.ts";
import type { JobOutcome } from "./pool.ts";

/** Between two lines where there is no terminal [ms]. */
const SPARSE = 60_000;
/** From this share on, what a job has done tells how long it will take. */
const TELLING = 0.05;

/** A job that is at work or still to be done. */
export interface OpenJob {
  readonly method: string;
  /** Share of it that is done, in [0, 1]. */
  readonly fraction: number;
  /** Seconds since it began; 0 before. */
  readonly elapsed: number;
}

/**
 * Seconds until all are done, or undefined while nothing is known: each job takes what the finished ones of its method took on average,
 * or what its own progress foretells, or what all others take.
 * @param finished Seconds of each job done in this session, with its method.
 */
export function secondsLeft(
  open: readonly OpenJob[],
  finished: readonly { readonly method: string; readonly seconds: number }[],
  parallel: number,
): number | undefined {
  const known = new Map<string, number[]>();
  const learn = (method: string, seconds: number): void => void known.set(method, [...(known.get(method) ?? []), seconds]);
  for (const { method, seconds } of finished) learn(method, seconds);
  const ended = new Set(known.keys());
  for (const { method, fraction, elapsed } of open) if (!ended.has(method) && fraction >= TELLING) learn(method, elapsed / fraction);
  if (known.size === 0) return undefined;
  const means = new Map([...known].map(([method, all]) => [method, average(all)]));
  const left = open.map(({ method, fraction }) => (means.get(method) ?? average([...means.values()])) * (1 - fraction));
  return Math.max(0, ...left, left.reduce((sum, each) => sum + each, 0) / parallel);
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export class BenchProgress {
  readonly #output: ProgressOutput;
  readonly #line: ProgressLine;
  readonly #total: number;
  readonly #parallel: number;
  readonly #waiting: Set<Job>;
  readonly #atWork = new Map<Job, { readonly since: number; fraction: number }>();
  readonly #finished: { readonly method: string; readonly seconds: number }[] = [];
  /** Jobs done before this session. */
  readonly #before: number;
  #failed = 0;

  /** @param total Jobs of the benchmark, those done before included. */
  constructor(
    output: ProgressOutput,
    { jobs, total, parallel }: { readonly jobs: readonly Job[]; readonly total: number; readonly parallel: number },
  ) {
    this.#output = output;
    this.#line = new ProgressLine(output, SPARSE);
    this.#total = total;
    this.#before = total - jobs.length;
    this.#parallel = parallel;
    this.#waiting = new Set(jobs);
  }

  begin(job: Job): void {
    this.#waiting.delete(job);
    this.#atWork.set(job, { since: performance.now(), fraction: 0 });
    this.#draw();
  }

  update(job: Job, fraction: number): void {
    const state = this.#atWork.get(job);
    if (state !== undefined) state.fraction = fraction;
    this.#draw();
  }

  end(job: Job, outcome: JobOutcome): void {
    const state = this.#atWork.get(job);
    this.#atWork.delete(job);
    const seconds = (performance.now() - (state?.since ?? 0)) / 1000;
    if (outcome.kind === "done") this.#finished.push({ method: job.method.name, seconds });
    if (outcome.kind === "failed") this.#failed++;
    if (outcome.kind === "stopped") this.#waiting.add(job);
    const said = outcome.kind === "failed" ? `failed (${outcome.error.split("\n", 1)[0]!})` : outcome.kind;
    this.say(`${jobTitle(job)}: ${said}, ${duration(seconds)}`);
    this.#draw();
  }

  say(text: string): void {
    this.clear();
    this.#output.write(`${text}\n`);
  }

  clear(): void {
    this.#line.clear();
  }

  #draw(): void {
    this.#line.show(() => {
      const now = performance.now();
      const running = [...this.#atWork].map(([job, { since, fraction }]): OpenJob => ({
        method: job.method.name,
        fraction,
        elapsed: (now - since) / 1000,
      }));
      const waiting = [...this.#waiting].map((job): OpenJob => ({ method: job.method.name, fraction: 0, elapsed: 0 }));
      const ended = this.#total - running.length - waiting.length;
      const share = (ended + running.reduce((sum, { fraction }) => sum + fraction, 0)) / this.#total;
      const left = secondsLeft([...running, ...waiting], this.#finished, this.#parallel);
      const names = [...this.#atWork.keys()].map(({ method, seed }) => `${method.name} ${seed}`).join(", ");
      const counted = `${this.#before + this.#finished.length} of ${this.#total} jobs done${this.#failed > 0 ? `, ${this.#failed} failed` : ""}`;
      return `${bar(share)}  ${left === undefined ? "estimating" : `${duration(left)} left`}  ${counted}  ${names}`;
    });
  }
}
