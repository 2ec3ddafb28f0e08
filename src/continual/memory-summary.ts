/** @file What an agent's memory was worth, from a run's events: success with it, without it and with it shuffled; and how much of it was read. */
import type { MemoryCondition } from "../contract/explanation.ts";
import { mean, successRate, type Estimate } from "../numerics/statistics.ts";
import { estimateOf, resample } from "./metrics.ts";
import type { Evaluated, MemoryRead, Probed, RunEvent } from "./run-event.ts";

/** How an agent did with its memory read in one way. */
export interface ConditionSummary {
  readonly memory: MemoryCondition;
  /** Success on each task, with Wilson's 95 % interval. */
  readonly rates: readonly Estimate[];
  /** The mean of these. */
  readonly success: Estimate;
  /** By how much success is higher with memory on, on the same placements; absent for that itself. */
  readonly gain?: Estimate;
}

export interface MemorySummary {
  /** After how many tasks it was asked. */
  readonly learned: number;
  /** Placements of each task. */
  readonly placements: number;
  /** On, off and shuffled; empty where one was not tested on every task. */
  readonly conditions: readonly ConditionSummary[];
  /** How much of it was read in the tests, by source task. */
  readonly sources: MemoryRead["sources"];
}

/** The gain's interval is of the difference: placements are resampled, in all conditions at once. */
export const GAIN_FORMULA =
  "mean over tasks of success with memory − mean over tasks of success with memory off, or with every entry's value exchanged for another's";

/** Absent for an agent whose memory was not asked about. @param tasks In the order of the run. */
export function summarizeMemory(agent: string, tasks: readonly string[], events: readonly RunEvent[]): MemorySummary | undefined {
  const read = events.findLast((event): event is MemoryRead => event.kind === "memory-read" && event.agent === agent);
  if (read === undefined) return undefined;
  const { learned, sources } = read;
  const about = (event: RunEvent): event is Evaluated | Probed =>
    (event.kind === "evaluated" || event.kind === "probed") && event.agent === agent && event.learned === learned;
  const tests = events.filter(about);
  const rowOf = (memory: MemoryCondition): (readonly boolean[] | undefined)[] =>
    tasks.map((task) => tests.findLast((test) => test.task === task && conditionOf(test) === memory)?.successes);
  const off = rowOf("off");
  const placements = off[0]?.length ?? 0;
  const on = rowOf("on").map((successes) => successes?.slice(0, placements));
  return { learned, placements, conditions: conditionsOf({ on, off, shuffled: rowOf("shuffled") }), sources };
}

const conditionOf = (test: Evaluated | Probed): MemoryCondition => (test.kind === "probed" ? test.memory : "on");

type Rows = Readonly<Record<MemoryCondition, readonly (readonly boolean[] | undefined)[]>>;

function conditionsOf({ on, off, shuffled }: Rows): ConditionSummary[] {
  const cells = [on, off, shuffled].map((row) => row.map((successes) => successes && { successes }));
  const resampled = resample({ cells });
  if (resampled === undefined) return [];
  return (["on", "off", "shuffled"] as const).map((memory, i) => {
    const rates = cells[i]!.map((cell) => successRate(cell!.successes.filter(Boolean).length, cell!.successes.length));
    const success = estimateOf(resampled, (rows) => mean(rows[i]!));
    if (memory === "on") return { memory, rates, success };
    return { memory, rates, success, gain: estimateOf(resampled, (rows) => mean(rows[0]!) - mean(rows[i]!)) };
  });
}
