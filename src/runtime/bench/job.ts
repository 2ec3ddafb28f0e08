/** @file One job of a benchmark: one method and one seed, in a folder of its own; and what is said between the process that asks and the one that works. */
import type { ContinualConfig } from "../../continual/config.ts";
import type { Method } from "../../continual/benchmark/methods.ts";
import type { Suite } from "../../continual/suite.ts";

/** Plain JSON: it is sent to another process. */
export interface Job {
  readonly suite: Suite;
  readonly method: Method;
  readonly seed: number;
  readonly config: ContinualConfig;
  /** Where its run is kept once it is complete. */
  readonly folder: string;
  /** What repeats the benchmark, for the run's report. */
  readonly command: string;
}

export const jobTitle = ({ method, seed }: Pick<Job, "method" | "seed">): string => `${method.name}, seed ${seed}`;

/** Where a run is kept until it is complete: another name, so that a folder called `seed-…` is always whole. */
export const unfinishedFolder = (folder: string, process: number): string => `${folder}.unfinished-${process}`;

/** To the one that works. */
export type Order = { readonly kind: "work"; readonly job: Job } | { readonly kind: "stop" };

/** From the one that works. */
export type Answer =
  | { readonly kind: "progress"; readonly fraction: number }
  | { readonly kind: "done" }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly error: string };
