/** @file `engram sleeps`: what an agent's sleeps did, one after another, from its run's log; of a benchmark, a line for each run. */
import { UnknownNameError } from "../../contract/errors.ts";
import { beforeAndAfter, because, tooLittleToTest } from "../../continual/format.ts";
import { sleepsOf, type Learned } from "../../continual/run-event.ts";
import { isBench } from "../bench/job-folders.ts";
import { columns } from "../columns.ts";
import { readRun } from "../read-run.ts";
import { sleepsOfBench } from "./sleeps-of-bench.ts";

export interface SleepsFlags {
  readonly agent?: string;
  readonly json?: boolean;
}

export function sleepsCommand(folder: string, flags: SleepsFlags): void {
  if (isBench(folder)) sleepsOfBench(folder, flags);
  else sleepsOfRun(folder, flags);
}

function sleepsOfRun(folder: string, { agent, json }: SleepsFlags): void {
  const { events } = readRun(folder);
  const names = events.flatMap((event) => (event.kind === "run-started" ? event.agents : []));
  if (agent !== undefined && !names.includes(agent)) throw new UnknownNameError("agent of this run", agent, names);
  const chosen = names.filter((name) => agent === undefined || name === agent);
  process.stdout.write(
    json === true
      ? `${JSON.stringify(chosen.flatMap((name) => sleepsOf(events, name)))}\n`
      : `${chosen.map((name) => `${name}\n${tableOf(sleepsOf(events, name))}`).join("\n\n")}\n`,
  );
}

function tableOf(sleeps: readonly Learned[]): string {
  if (sleeps.length === 0) return "  never slept";
  const heads = ["  sleep", "after", "because", "gradient steps", "loss", "memories", "neighbours changed", "error before → after", "outcome"];
  return columns([heads, ...sleeps.map((sleep, k) => rowOf(sleep, k + 1))]);
}

function rowOf(sleep: Learned, number: number): string[] {
  const { task, trigger, gradientSteps, gradientStepsAsked, loss, memorySize, drift } = sleep;
  const changed = drift === undefined ? "–" : `${(100 * drift).toFixed(0)} %`;
  return [
    `  ${number}`,
    task,
    because[trigger],
    gradientStepsAsked === undefined ? String(gradientSteps) : `${gradientSteps} of ${gradientStepsAsked}, then time was over`,
    loss.toPrecision(3),
    String(memorySize),
    changed,
    errorsOf(sleep),
    outcomeOf(sleep),
  ];
}

/** Over all states it asked itself. */
function errorsOf({ selfTests = [] }: Learned): string {
  const states = selfTests.reduce((sum, test) => sum + test.states, 0);
  if (states === 0) return "–";
  const over = (which: "before" | "after"): number => selfTests.reduce((sum, test) => sum + test[which] * test.states, 0) / states;
  return beforeAndAfter({ before: over("before"), after: over("after") });
}

function outcomeOf({ selfTests = [], untested = [], rolledBack = false, merged = 0, forgotten = 0 }: Learned): string {
  const worse = selfTests.filter((test) => test.worse).map((test) => `${test.task} (${beforeAndAfter(test)})`);
  return [
    rolledBack ? `undone: worse at ${worse.join(", ")}` : "kept",
    ...(untested.length > 0 ? [tooLittleToTest(untested)] : []),
    ...(merged > 0 ? [`${merged} merged`] : []),
    ...(forgotten > 0 ? [`${forgotten} forgotten`] : []),
  ].join(", ");
}
