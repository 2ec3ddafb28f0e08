/** @file The result of a benchmark, from the folders of its jobs. */
import type { AgentEntry } from "../../contract/agent.ts";
import { isToldTask } from "../../continual/benchmark/methods.ts";
import type { Protocol } from "../../continual/benchmark/protocol.ts";
import { machine, type BenchResult, type FigureKind } from "../../continual/benchmark/result.ts";
import { jobResult } from "../../continual/benchmark/run-result.ts";
import type { FigureReferences } from "../../continual/figures.ts";
import { jointFinal, singleTaskCurves, type References } from "../../continual/references.ts";
import { settingsOf } from "../../continual/run-agents.ts";
import type { RunEvent } from "../../continual/run-event.ts";
import type { Suite } from "../../continual/suite.ts";
import { thisMachine } from "../this-machine.ts";
import { contentOf } from "./chosen-references.ts";
import type { Job } from "./job.ts";
import { completionOf } from "./job-folders.ts";
import { completeEvents } from "./kept-job.ts";

export interface Gathering {
  readonly suite: Suite;
  readonly protocol: Protocol;
  /** Those asked for, and then those of earlier calls. */
  readonly jobs: readonly Job[];
  /** Those that are complete. */
  readonly done: readonly Job[];
  readonly failures: BenchResult["failures"];
  readonly command: string;
  readonly agents: ReadonlyMap<string, AgentEntry>;
  /** What figures compare with, where this benchmark does not learn it itself. */
  readonly references?: References;
}

/** @throws {StorageError} A job's log that is damaged. */
export function gather({ suite, protocol, jobs, done, failures, command, agents, references }: Gathering): BenchResult {
  const methods = jobs.filter((job, i) => jobs.findIndex(({ method }) => method.name === job.method.name) === i);
  const order = methods.map(({ method }) => method.name);
  const sorted = done.toSorted((a, b) => order.indexOf(a.method.name) - order.indexOf(b.method.name) || a.seed - b.seed);
  const logs = new Map(sorted.map((job) => [job, completeEvents(job.folder)]));
  const compared = {
    ...references,
    suite: suite.name,
    ...contentOf(suite),
    protocol: { ...protocol, boundaries: "given" },
    ...referencesIn(logs, references),
  };
  const results = sorted.map((job) => jobResult(logs.get(job)!, { method: job.method.name, seed: job.seed, references: compared }));
  const figures = new Map<string, FigureKind>(results.flatMap((result) => result.figures.map((figure) => [figure.id, figure])));
  return {
    format: 1,
    suite,
    protocol,
    methods: methods.map((job) => methodResult(job, agents)),
    seeds: [...new Set(jobs.map(({ seed }) => seed))].toSorted((a, b) => a - b),
    tasks: [...(results[0]?.tasks ?? [])],
    testTasks: [...(results[0]?.testTasks ?? [])],
    figures: [...figures.values()],
    ...((compared.singleTaskCurves !== undefined || compared.jointFinal !== undefined) && { references: compared }),
    runs: results.map(({ run }) => run),
    failures,
    circumstances: {
      command: commandsOf(sorted, command),
      unfinished: jobs.length - done.length - failures.length,
      date: new Date().toISOString(),
      ...thisMachine(),
      machines: machinesOf(sorted),
      cpuSeconds: sorted.map(({ folder }) => completionOf(folder)!.cpuSeconds),
    },
  };
}

/**
 * What this benchmark has learned from scratch, each task alone, and jointly, where what was given is not of more seeds: few seeds are a shaky yardstick. Of the
 * methods called so alone: others like them must not change what methods are measured by. And only where boundaries were given: who believes that a task ends where
 * it does not learns none alone.
 */
function referencesIn(logs: ReadonlyMap<Job, readonly RunEvent[]>, given: FigureReferences = {}): FigureReferences {
  const of = (name: string): (readonly RunEvent[])[] =>
    [...logs].flatMap(([{ method, config }, log]) => (method.name === name && config.boundaries === "given" ? [log] : []));
  const [scratch, joint] = [of("from-scratch"), of("joint")];
  const isTested = scratch.every((log) => log.some(({ kind }) => kind === "tested-while-learning"));
  return {
    ...(isTested && scratch.length >= (given.singleTaskCurves?.seeds.length ?? 1) && { singleTaskCurves: singleTaskCurves(scratch) }),
    ...(joint.length >= (given.jointFinal?.seeds.length ?? 1) && { jointFinal: jointFinal(joint) }),
  };
}

function methodResult({ method, config }: Job, agents: Gathering["agents"]): BenchResult["methods"][number] {
  const { name, summary, agent, curriculum, variantOf } = method;
  const settings = settingsOf(config.agents, agents)[agent]!;
  return {
    name,
    summary,
    agent,
    curriculum,
    toldTask: isToldTask(settings),
    boundaries: config.boundaries,
    ...(variantOf !== undefined && { variantOf }),
    config: settings,
  };
}

/** What the runs were made with, the most frequent first. */
function machinesOf(done: readonly Job[]): BenchResult["circumstances"]["machines"] {
  const kinds = new Map<string, BenchResult["circumstances"]["machines"][number]>();
  for (const { folder } of done) {
    const one = machine.parse(completionOf(folder));
    const key = JSON.stringify(one);
    kinds.set(key, { ...one, runs: (kinds.get(key)?.runs ?? 0) + 1 });
  }
  return [...kinds.values()].toSorted((a, b) => b.runs - a.runs);
}

/** One a line: what was asked for now, after what was asked for earlier. */
const commandsOf = (done: readonly Job[], command: string): string =>
  [...new Set(done.map((job) => job.command).filter((each) => each !== command)), command].join("\n");
