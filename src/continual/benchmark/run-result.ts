/** @file One job in figures, from its log alone. */
import { mean } from "../../numerics/statistics.ts";
import { figuresOf, type Figure, type FigureReferences } from "../figures.ts";
import { metrics } from "../metrics.ts";
import { sleepsOf, type RunEvent } from "../run-event.ts";
import { successMatrices, testMatrices, type SuccessMatrix } from "../success-matrix.ts";
import type { FigureKind, RunResult } from "./result.ts";

export interface JobResult {
  readonly run: RunResult;
  /** What its figures are. */
  readonly figures: readonly FigureKind[];
  readonly tasks: readonly string[];
  readonly testTasks: readonly string[];
}

export interface JobOfResult {
  readonly method: string;
  readonly seed: number;
  readonly references?: FigureReferences;
}

/** @param events The log of a run of one agent. */
export function jobResult(events: readonly RunEvent[], { method, seed, references }: JobOfResult): JobResult {
  const agent = events.find((event) => event.kind === "run-started")!.agents[0]!;
  const [matrix, tests] = [successMatrices(events)[0]!, testMatrices(events)[0]!];
  const figures = withLastRow(figuresOf(events, agent, references), matrix);
  const sleeps = sleepsOf(events, agent);
  const last = matrix.cells.at(-1)!;
  return {
    figures: figures.map(({ id, name, formula, better }) => ({ id, name, formula, better })),
    tasks: matrix.tasks,
    testTasks: tests.tasks,
    run: {
      method,
      seed,
      figures: Object.fromEntries(figures.map(({ id, value }) => [id, value])),
      rates: ratesOf(matrix),
      tests: tests.tasks.length === 0 ? [] : ratesOf(tests),
      reads: last.flatMap((cell) =>
        cell === undefined || Object.keys(cell.readShares).length === 0 ? [] : [{ task: cell.task, shares: cell.readShares }],
      ),
      gradientSteps: sleeps.reduce((sum, { gradientSteps }) => sum + gradientSteps, 0),
      memorySize: sleeps.at(-1)?.memorySize ?? 0,
    },
  };
}

const ratesOf = ({ cells }: SuccessMatrix): (number | null)[][] =>
  cells.map((row) => row.map((cell) => (cell === undefined ? null : mean(cell.successes.map(Number)))));

/** What was tested at the end alone, as joint training is, has an average performance too. */
function withLastRow(figures: readonly Figure[], { cells }: SuccessMatrix): readonly Figure[] {
  const [last, known] = [cells.at(-1)!, metrics.find(({ id }) => id === PERFORMANCE)!];
  if (figures.some(({ id }) => id === PERFORMANCE) || last.includes(undefined)) return figures;
  const value = mean(last.map((cell) => mean(cell!.successes.map(Number))));
  const { id, name, formula, better } = known;
  return [{ id, name, formula, better, value }, ...figures];
}

/** The figure that methods are ranked by. */
export const PERFORMANCE = "average-performance";
