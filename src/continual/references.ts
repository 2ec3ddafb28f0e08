/**
 * @file What some figures compare a run with: learning each task alone and from scratch, and all tasks jointly. Gathered from the logs of such runs by the
 * same protocol, and kept as a small file beside a suite.
 */
import { z } from "zod";
import { InvalidValueError } from "../contract/errors.ts";
import { mean } from "../numerics/statistics.ts";
import { firstDifference } from "./benchmark/first-difference.ts";
import { AgentLog } from "./figures/agent-log.ts";
import type { RunEvent } from "./run-event.ts";
import type { Suite } from "./suite.ts";

const share = z.number().min(0).max(1);
const seeds = z.array(z.int().min(0)).min(1);
const point = z.strictObject({ gradientStep: z.int().min(0), success: share });

export const references = z.strictObject({
  suite: z.string(),
  worlds: z
    .array(z.looseObject({ world: z.string() }))
    .optional()
    .describe("The suite's, by which it is known what is of another suite, too; its name alone where they are not said."),
  placements: z.int().min(1).optional().describe("The suite's."),
  protocol: z.record(z.string(), z.unknown()).describe("The settings of the runs, for people to compare with their own."),
  singleTaskCurves: z
    .strictObject({ seeds, tasks: z.record(z.string(), z.array(point).min(1)) })
    .optional()
    .describe("Learning each task alone: its mean success at every test of the sleep and right after it."),
  jointFinal: z
    .strictObject({ seeds, tasks: z.record(z.string(), share) })
    .optional()
    .describe("Learning all tasks jointly: mean success on each task at the end."),
});

export type References = Readonly<z.infer<typeof references>>;

/** What must be the same for the runs of a benchmark to be compared with references; the rest of a protocol is about what methods keep and are told. */
const SAME = ["demonstrations", "demonstrationNoise", "gradientSteps", "taskCue", "hidden", "evaluationEpisodes", "testsWhileLearning"] as const;

/** The first choice in which a benchmark's protocol is not that of the references; nothing where they fit. */
export function misfit(
  { protocol }: References,
  own: Readonly<Record<string, unknown>>,
): { readonly choice: (typeof SAME)[number]; readonly wanted: unknown } | undefined {
  const choice = SAME.find((key) => JSON.stringify(protocol[key]) !== JSON.stringify(own[key]));
  return choice === undefined ? undefined : { choice, wanted: protocol[choice] };
}

/**
 * The part of references that is of a suite, too. Curves, where each of its worlds is one of theirs: learning a task alone depends on its world, the demonstrations and the
 * placements that there are of it, and on nothing else. Joint success, where all worlds are the same. Undefined where nothing is left.
 */
export function partFor(suite: Pick<Suite, "worlds" | "placements">, found: References): References | undefined {
  const { singleTaskCurves: curves, jointFinal: joint, ...rest } = found;
  const [theirs, isOne] = [found.worlds ?? [], (one: unknown, other: unknown) => firstDifference(one, other, "") === undefined];
  if (found.placements !== suite.placements) return undefined;
  const hasAll = suite.worlds.every((world) => theirs.some((each) => isOne(each, world)));
  const part = { ...(hasAll && curves && { singleTaskCurves: curves }), ...(isOne(theirs, suite.worlds) && joint && { jointFinal: joint }) };
  return Object.keys(part).length === 0 ? undefined : { ...rest, ...part };
}

/** The logs of runs with one agent each. */
type Logs = readonly (readonly RunEvent[])[];

/**
 * The curves of runs that learn each of their tasks from scratch, averaged over the runs of a task. Whoever gives them sees to that: runs of one task each, or of an
 * agent that begins afresh with every task.
 * @throws {InvalidValueError} A run without tests while learning, or runs of a task whose tests came at other gradient steps.
 */
export function singleTaskCurves(runs: Logs): NonNullable<References["singleTaskCurves"]> {
  const curves = new Map<string, (readonly { readonly gradientStep: number; readonly success: number }[])[]>();
  for (const run of runs) {
    const log = logOf(run);
    for (const [k, task] of log.tasks.entries()) {
      const curve = log.tests(k + 1, k + 1, k + 1)?.slice(1) ?? [];
      if (curve.length < 2) throw new InvalidValueError("runs", task, "runs with `testsWhileLearning`");
      curves.set(task, [...(curves.get(task) ?? []), curve]);
    }
  }
  const tasks = [...curves].map(([task, [first, ...others]]) => {
    const steps = stepsOf(first!);
    const other = others.find((curve) => stepsOf(curve) !== steps);
    if (other !== undefined)
      throw new InvalidValueError("runs", `${task}: ${stepsOf(other)}`, `runs of ${task} tested at the gradient steps ${steps}`);
    const averaged = first!.map(({ gradientStep }, k) => ({ gradientStep, success: mean([first!, ...others].map((curve) => curve[k]!.success)) }));
    return [task, averaged] as const;
  });
  return { seeds: seedsOf(runs), tasks: Object.fromEntries(tasks) };
}

/**
 * Success on each task at the end of runs that learn all of them jointly, averaged over the runs.
 * @throws {InvalidValueError} No run, one without its last row of tests, or runs of different tasks.
 */
export function jointFinal(runs: Logs): NonNullable<References["jointFinal"]> {
  const logs = runs.map(logOf);
  const tasks = logs[0]?.tasks ?? [];
  for (const log of logs) {
    if (log.final === undefined || log.tasks.join() !== tasks.join()) throw new InvalidValueError("runs", log.tasks, "whole runs of the same tasks");
  }
  if (logs.length === 0) throw new InvalidValueError("runs", [], "one run at least");
  return { seeds: seedsOf(runs), tasks: Object.fromEntries(tasks.map((task, j) => [task, mean(logs.map(({ final }) => final![j]!))])) };
}

const stepsOf = (curve: readonly { readonly gradientStep: number }[]): string => curve.map(({ gradientStep }) => gradientStep).join();

function logOf(run: readonly RunEvent[]): AgentLog {
  const started = run.find((event) => event.kind === "run-started");
  if (started?.agents.length !== 1) throw new InvalidValueError("runs", started?.agents ?? [], "logs of runs with one agent each");
  return new AgentLog(run, started.agents[0]!);
}

const seedsOf = (runs: Logs): number[] =>
  [...new Set(runs.flatMap((run) => run.flatMap((event) => (event.kind === "run-started" ? [event.seed] : []))))].toSorted((a, b) => a - b);
