/** @file `engram sleeps` of a benchmark's folder: a line for each of its runs. */
import type { SelfTest } from "../../contract/agent.ts";
import { UnknownNameError } from "../../contract/errors.ts";
import { beforeAndAfter, worstSelfTest } from "../../continual/format.ts";
import { sleepsOf } from "../../continual/run-event.ts";
import { jobFolders, type JobFolder } from "../bench/job-folders.ts";
import { columns } from "../columns.ts";
import { readRun } from "../read-run.ts";
import type { SleepsFlags } from "./sleeps.ts";

interface RunSleeps {
  /** Its folder. */
  readonly run: string;
  readonly method: string;
  readonly seed: number;
  readonly agent: string;
  readonly sleeps: number;
  /** How many of them were rolled back. */
  readonly undone: number;
  /** The self-test whose error rose most from before a sleep to after it; absent of agents that do not test themselves. */
  readonly worst?: SelfTest;
}

/** @throws {UnknownNameError} An agent that none of its runs has. @throws {StorageError} A log that is damaged. */
export function sleepsOfBench(bench: string, { agent, json }: SleepsFlags): void {
  const runs = jobFolders(bench).map(sleepsOfJob);
  const chosen = runs.filter((run) => agent === undefined || run.agent === agent);
  if (agent !== undefined && chosen.length === 0)
    throw new UnknownNameError("agent of these runs", agent, [...new Set(runs.map((run) => run.agent))]);
  process.stdout.write(json === true ? `${JSON.stringify(chosen)}\n` : `${tableOf(chosen)}\n`);
}

function sleepsOfJob({ method, seed, folder: run }: JobFolder): RunSleeps {
  const { events } = readRun(run);
  const [agent = ""] = events.flatMap((event) => (event.kind === "run-started" ? event.agents : []));
  const sleeps = sleepsOf(events, agent);
  const worst = worstSelfTest(sleeps.flatMap(({ selfTests = [] }) => selfTests));
  const undone = sleeps.filter(({ rolledBack }) => rolledBack === true).length;
  return { run, method, seed, agent, sleeps: sleeps.length, undone, ...(worst !== undefined && { worst }) };
}

function tableOf(runs: readonly RunSleeps[]): string {
  if (runs.length === 0) return "  no run is complete yet";
  const rows = runs.map(({ method, seed, sleeps, undone, worst }) => [`  ${method}`, String(seed), String(sleeps), String(undone), said(worst)]);
  const table = columns([["  method", "seed", "sleeps", "undone", "worst self-test: error before → after a sleep"], ...rows]);
  return `${table}\n\nThe sleeps of a run, one by one:\n  engram sleeps ${runs[0]!.run}`;
}

const said = (test: SelfTest | undefined): string => (test === undefined ? "–" : `${test.task} ${beforeAndAfter(test)}`);
