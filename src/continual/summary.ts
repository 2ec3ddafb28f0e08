/** @file A run in figures: everything its table and report show, from its events alone. */
import { successRate, type Estimate } from "../numerics/statistics.ts";
import { estimate, metrics } from "./metrics.ts";
import type { Learned, RunEvent } from "./run-event.ts";
import { successMatrices } from "./success-matrix.ts";

export interface MetricSummary {
  readonly id: string;
  readonly name: string;
  readonly formula: string;
  readonly better: "higher" | "lower";
  readonly estimate: Estimate;
}

export interface AgentSummary {
  readonly agent: string;
  /** N + 1 rows of N success rates with Wilson's 95 % interval; null where nothing was tested. */
  readonly rates: readonly (readonly (Estimate | null)[])[];
  readonly metrics: readonly MetricSummary[];
  /** For each tested task of the last row: the share of memory reads by source task; empty for an agent without memory. */
  readonly reads: readonly { readonly task: string; readonly shares: Readonly<Record<string, number>> }[];
  /** Entries in long-term memory at the end. */
  readonly memorySize: number;
}

export interface RunSummary {
  readonly scenario: string;
  readonly seed: number;
  readonly complete: boolean;
  readonly tasks: readonly { readonly id: string; readonly environment: string; readonly summary: string }[];
  readonly episodesPerCell: number;
  readonly agents: readonly AgentSummary[];
}

export function summarize(events: readonly RunEvent[]): RunSummary {
  const started = events.find((event) => event.kind === "run-started");
  const evaluated = events.find((event) => event.kind === "evaluated");
  return {
    scenario: started?.scenario ?? "",
    seed: started?.seed ?? 0,
    complete: events.some((event) => event.kind === "run-finished" && event.complete),
    tasks: started?.tasks ?? [],
    episodesPerCell: evaluated?.successes.length ?? 0,
    agents: successMatrices(events).map((matrix) => ({
      agent: matrix.agent,
      rates: matrix.cells.map((row) =>
        row.map((cell) => (cell === undefined ? null : successRate(cell.successes.filter(Boolean).length, cell.successes.length))),
      ),
      metrics: metrics.flatMap((metric) => {
        const value = estimate(metric, matrix);
        const { id, name, formula, better } = metric;
        return value === undefined ? [] : [{ id, name, formula, better, estimate: value }];
      }),
      reads: (matrix.cells.findLast((row) => row.some((cell) => cell !== undefined)) ?? []).flatMap((cell) =>
        cell === undefined || Object.keys(cell.readShares).length === 0 ? [] : [{ task: cell.task, shares: cell.readShares }],
      ),
      memorySize: events.findLast((event): event is Learned => event.kind === "learned" && event.agent === matrix.agent)?.memorySize ?? 0,
    })),
  };
}
