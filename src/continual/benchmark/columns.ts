/** @file The columns of a benchmark's short table: one definition for the terminal, the page and the paper. */
import { mean, type Estimate } from "../../numerics/statistics.ts";
import { estimated, figureOf, type MethodSummary } from "./aggregate.ts";
import type { BenchResult, FigureKind } from "./result.ts";
import { PERFORMANCE } from "./run-result.ts";

export interface Column {
  readonly name: string;
  readonly better: FigureKind["better"];
  /** Whether it is a share or a difference of shares; else it is in a unit of its own. */
  readonly isShare: boolean;
  /** Absent where a method has no such figure. */
  readonly of: (summary: MethodSummary) => Estimate | undefined;
}

/** The figures of the short table, where there are such. */
const SHOWN: readonly string[] = [
  PERFORMANCE,
  "learning-accuracy",
  "forgetting-continual-world",
  "forward-transfer-continual-world",
  "forward-transfer",
];

export const shownFigures = ({ figures }: Pick<BenchResult, "figures">): readonly FigureKind[] =>
  SHOWN.flatMap((id) => figures.find((figure) => figure.id === id) ?? []);

/** After the method's name and how many seeds it has. */
export function columnsOf(result: BenchResult): readonly Column[] {
  const figures = shownFigures(result).flatMap(({ id, name, better }): Column[] => {
    const means: Column = { name, better, isShare: true, of: (summary) => figureOf(summary, id)?.mean };
    return id === PERFORMANCE ? [means, { name: "IQM of all scores", better, isShare: true, of: iqmOf }] : [means];
  });
  return [...figures, { name: "seconds a run", better: "lower", isShare: false, of: ({ method }) => meanSeconds(result, method) }];
}

const iqmOf = (summary: MethodSummary): Estimate | undefined => figureOf(summary, PERFORMANCE)?.iqm;

function meanSeconds(result: BenchResult, method: string): Estimate | undefined {
  const seconds = secondsOf(result, method);
  return seconds.length === 0 ? undefined : estimated([seconds], (groups) => mean(groups[0]!));
}

/** How long each run of a method took [s], by its own clock on the machine that it ran on. */
export const secondsOf = ({ runs, circumstances }: Pick<BenchResult, "runs" | "circumstances">, method: string): readonly number[] =>
  runs.flatMap((run, i) => (run.method === method ? (circumstances.seconds[i] ?? []) : []));
