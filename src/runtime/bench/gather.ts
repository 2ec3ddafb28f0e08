/** @file The result of a benchmark, from the folders of its jobs. */
import { readFileSync } from "node:fs";
import { arch, cpus, platform, release } from "node:os";
import { join } from "node:path";
import type { AgentEntry } from "../../contract/agent.ts";
import { isToldTask } from "../../continual/benchmark/methods.ts";
import type { Protocol } from "../../continual/benchmark/protocol.ts";
import type { BenchResult, FigureKind } from "../../continual/benchmark/result.ts";
import { jobResult } from "../../continual/benchmark/run-result.ts";
import type { Suite } from "../../continual/suite.ts";
import { engramVersion } from "../version.ts";
import { completeEvents } from "./folders.ts";
import type { Job } from "./job.ts";

export interface Gathering {
  readonly suite: Suite;
  readonly protocol: Protocol;
  /** All of the benchmark, those done before included. */
  readonly jobs: readonly Job[];
  /** Those that are complete. */
  readonly done: readonly Job[];
  readonly failures: BenchResult["failures"];
  readonly command: string;
  readonly agents: ReadonlyMap<string, AgentEntry>;
}

/** @throws {StorageError} A job's log that is damaged. */
export function gather({ suite, protocol, jobs, done, failures, command, agents }: Gathering): BenchResult {
  const methods = [...new Map(jobs.map((job) => [job.method.name, job])).values()];
  const order = methods.map(({ method }) => method.name);
  const sorted = done.toSorted((a, b) => order.indexOf(a.method.name) - order.indexOf(b.method.name) || a.seed - b.seed);
  const results = sorted.map(({ folder, method, seed }) => jobResult(completeEvents(folder), { method: method.name, seed }));
  const figures = new Map<string, FigureKind>(results.flatMap((result) => result.figures.map((figure) => [figure.id, figure])));
  return {
    format: 1,
    suite,
    protocol,
    methods: methods.map((job) => methodResult(job, agents)),
    seeds: [...new Set(jobs.map(({ seed }) => seed))],
    tasks: [...(results[0]?.tasks ?? [])],
    testTasks: [...(results[0]?.testTasks ?? [])],
    figures: [...figures.values()],
    runs: results.map(({ run }) => run),
    failures,
    circumstances: {
      command,
      date: new Date().toISOString(),
      engram: engramVersion(),
      node: process.version,
      system: `${platform()} ${release()} ${arch()}`,
      processor: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      seconds: sorted.map(({ folder }) => secondsOf(folder)),
    },
  };
}

function methodResult({ method, config }: Job, agents: Gathering["agents"]): BenchResult["methods"][number] {
  const { name, summary, agent, curriculum } = method;
  const resolved = { ...agents.get(agent)?.defaults, ...config.agents[agent] };
  return { name, summary, agent, curriculum, toldTask: isToldTask(resolved), config: resolved };
}

const secondsOf = (folder: string): number => (JSON.parse(readFileSync(join(folder, "meta.json"), "utf8")) as { readonly seconds: number }).seconds;
