/** @file Every figure of an agent's run, from its log alone: what benchmarks gather over seeds. */
import { metrics, type Rates } from "./metrics.ts";
import type { RunEvent } from "./run-event.ts";
import { successMatrices } from "./success-matrix.ts";

export interface Figure {
  readonly id: string;
  readonly name: string;
  /** With its source. */
  readonly formula: string;
  readonly better: "higher" | "lower";
  readonly value: number;
}

/** The figures that the log has everything for. */
export function figuresOf(events: readonly RunEvent[], agent: string): readonly Figure[] {
  const matrix = successMatrices(events).find((each) => each.agent === agent);
  if (matrix === undefined || matrix.cells.some((row) => row.includes(undefined))) return [];
  const rates: Rates = matrix.cells.map((row) => row.map((cell) => cell!.successes.filter(Boolean).length / cell!.successes.length));
  return metrics
    .filter(({ minimumTasks }) => matrix.tasks.length >= minimumTasks)
    .map((metric) => ({ id: metric.id, name: metric.name, formula: metric.formula, better: metric.better, value: metric.of(rates) }));
}
