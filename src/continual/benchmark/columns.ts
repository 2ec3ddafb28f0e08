/** @file The columns of a benchmark's short table: one definition for the terminal, the page and the paper. */
import { mean, type Estimate } from "../../numerics/statistics.ts";
import { estimated, figureOf, type MethodSummary } from "./aggregate.ts";
import { differenceBySeed } from "./differences.ts";
import { bySeed } from "./pairs.ts";
import type { BenchResult, FigureKind, RunResult } from "./result.ts";
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
  const variants = result.methods.some(({ variantOf }) => variantOf !== undefined);
  const blind: Column = { name: "cost of not knowing boundaries", better: "lower", isShare: true, of: ({ method }) => meanBlindness(result, method) };
  return [
    ...figures,
    ...(variants ? [blind] : []),
    { name: "CPU seconds a run", better: "lower", isShare: false, of: ({ method }) => meanCpuSeconds(result, method) },
  ];
}

const iqmOf = (summary: MethodSummary): Estimate | undefined => figureOf(summary, PERFORMANCE)?.iqm;

/** On the seeds that both have. */
function meanBlindness(result: BenchResult, method: string): Estimate | undefined {
  const base = result.methods.find(({ name }) => name === method)?.variantOf;
  if (base === undefined) return undefined;
  const [told, untold] = [bySeed({ method: base, result }, PERFORMANCE), bySeed({ method, result }, PERFORMANCE)];
  return told.size === 0 || untold.size === 0 ? undefined : differenceBySeed(told, untold).difference;
}

/** What a run loses in average performance by not being told boundaries; absent where its method is, or has no such run with the same seed. */
export function blindnessOf({ methods, runs }: Pick<BenchResult, "methods" | "runs">, { method, seed, figures }: RunResult): number | undefined {
  const base = methods.find(({ name }) => name === method)?.variantOf;
  const told = runs.find((run) => run.method === base && run.seed === seed)?.figures[PERFORMANCE];
  const own = figures[PERFORMANCE];
  return told === undefined || own === undefined ? undefined : told - own;
}

function meanCpuSeconds(result: BenchResult, method: string): Estimate | undefined {
  const seconds = cpuSecondsOf(result, method);
  return seconds.length === 0 ? undefined : estimated(seconds, mean);
}

/** How long each run of a method kept a core of its machine at work [s]. */
export const cpuSecondsOf = ({ runs, circumstances }: Pick<BenchResult, "runs" | "circumstances">, method: string): readonly number[] =>
  runs.flatMap((run, i) => (run.method === method ? (circumstances.cpuSeconds[i] ?? []) : []));
