/** @file A run in figures: everything its table and report show, from its events alone. Plain data. */
import { successRate, type Estimate } from "../numerics/statistics.ts";
import { summarizeMemory, type MemorySummary } from "./memory-summary.ts";
import { difference, estimate, metrics, resample, type ResampledRates } from "./metrics.ts";
import { sleepsOf, type Evaluated, type RunEvent } from "./run-event.ts";
import { successMatrices, testMatrices, type SuccessMatrix } from "./success-matrix.ts";

export interface MetricSummary {
  readonly id: string;
  readonly name: string;
  readonly formula: string;
  readonly better: "higher" | "lower";
  readonly estimate: Estimate;
}

/** By how much one agent's figure is above another's on the same placements. */
export interface Comparison {
  readonly metric: string;
  readonly agent: string;
  readonly against: string;
  readonly difference: Estimate;
}

export interface AgentSummary {
  readonly agent: string;
  /** N + 1 rows of N success rates with Wilson's 95 % interval; null where nothing was tested. */
  readonly rates: readonly (readonly (Estimate | null)[])[];
  /** The same rows over the run's `testTasks`; empty without any. */
  readonly tests: readonly (readonly (Estimate | null)[])[];
  /** Empty while R has a gap. */
  readonly metrics: readonly MetricSummary[];
  /** For each tested task of the last row: the share of memory reads by source task, and their mean age; empty for an agent without memory. */
  readonly reads: readonly { readonly task: string; readonly shares: Readonly<Record<string, number>>; readonly age?: number }[];
  /** For each task of the run, how much neighbours in memory changed in the latest sleep on it; null where no keys were made anew. */
  readonly drifts: readonly (number | null)[];
  /** What its memory was worth, where that was asked. */
  readonly memory?: MemorySummary;
  /** Entries in long-term memory at the end. */
  readonly memorySize: number;
}

export interface SummaryTask {
  readonly id: string;
  readonly environment: string;
  readonly summary: string;
}

export interface RunSummary {
  readonly scenario: string;
  readonly seed: number;
  readonly complete: boolean;
  readonly tasks: readonly SummaryTask[];
  /** Those that were only tested. */
  readonly testTasks: readonly SummaryTask[];
  readonly episodesPerCell: number;
  readonly agents: readonly AgentSummary[];
  /** The agent with the best average performance against each other one, in every figure. */
  readonly comparisons: readonly Comparison[];
}

export function summarize(events: readonly RunEvent[]): RunSummary {
  const started = events.find((event) => event.kind === "run-started");
  const evaluated = events.find((event) => event.kind === "evaluated");
  const matrices = successMatrices(events);
  const tests = testMatrices(events);
  const resampled = matrices.map(resample);
  const agents = matrices.map((matrix, i) => summarizeAgent({ matrix, tests: tests[i]!, resampled: resampled[i] }, events));
  return {
    scenario: started?.scenario ?? "",
    seed: started?.seed ?? 0,
    complete: events.some((event) => event.kind === "run-finished" && event.complete),
    tasks: started?.tasks ?? [],
    testTasks: started?.testTasks ?? [],
    episodesPerCell: evaluated?.successes.length ?? 0,
    agents,
    comparisons: compareWithBest(agents, resampled),
  };
}

/** An agent's figure by id. */
export const figure = (agent: AgentSummary, id: string): Estimate | undefined => agent.metrics.find((metric) => metric.id === id)?.estimate;

/** Agents by average performance, the best first; ties and agents without a figure in the order of the run. */
export const ranked = (agents: readonly AgentSummary[]): AgentSummary[] =>
  agents.toSorted((a, b) => (figure(b, "average-performance")?.mean ?? -1) - (figure(a, "average-performance")?.mean ?? -1));

/** Those who made the keys of their memory anew. */
export const rekeyed = (agents: readonly AgentSummary[]): AgentSummary[] => agents.filter(({ drifts }) => drifts.some((drift) => drift !== null));

/** The tasks that memory was read from, in the order of learning; then what else was read. */
export function readSources(tasks: RunSummary["tasks"], reads: AgentSummary["reads"]): readonly string[] {
  const found = new Set(reads.flatMap(({ shares }) => Object.keys(shares)));
  const known = tasks.map((task) => task.id);
  return [...known.filter((task) => found.has(task)), ...[...found].filter((source) => !known.includes(source)).toSorted()];
}

interface AgentResults {
  readonly matrix: SuccessMatrix;
  readonly tests: SuccessMatrix;
  readonly resampled: ResampledRates | undefined;
}

function summarizeAgent({ matrix, tests, resampled }: AgentResults, events: readonly RunEvent[]): AgentSummary {
  const { agent, cells } = matrix;
  const memory = summarizeMemory(agent, matrix.tasks, events);
  const sleeps = sleepsOf(events, agent);
  const lastRow = cells.findLast((row) => row.some((cell) => cell !== undefined)) ?? [];
  return {
    agent,
    rates: ratesOf(matrix),
    tests: tests.tasks.length === 0 ? [] : ratesOf(tests),
    metrics: metrics.flatMap((metric) => {
      const value = resampled && estimate(metric, resampled);
      const { id, name, formula, better } = metric;
      return value === undefined ? [] : [{ id, name, formula, better, estimate: value }];
    }),
    reads: lastRow.flatMap((cell) =>
      cell === undefined || Object.keys(cell.readShares).length === 0
        ? []
        : [{ task: cell.task, shares: cell.readShares, ...(cell.readAge !== undefined && { age: cell.readAge }) }],
    ),
    drifts: matrix.tasks.map((task) => sleeps.findLast((sleep) => sleep.task === task)?.drift ?? null),
    ...(memory && { memory }),
    memorySize: sleeps.at(-1)?.memorySize ?? 0,
  };
}

const ratesOf = ({ cells }: SuccessMatrix): AgentSummary["rates"] =>
  cells.map((row) => row.map((cell) => (cell === undefined ? null : rateOf(cell))));

const rateOf = ({ successes }: Evaluated): Estimate => successRate(successes.filter(Boolean).length, successes.length);

function compareWithBest(agents: readonly AgentSummary[], resampled: readonly (ResampledRates | undefined)[]): Comparison[] {
  const best = agents.indexOf(ranked(agents)[0]!);
  const one = resampled[best];
  if (one === undefined) return [];
  return agents.flatMap(({ agent: against }, i) => {
    const other = resampled[i];
    if (i === best || other === undefined) return [];
    return metrics.flatMap((metric) => {
      const value = difference(metric, one, other);
      return value === undefined ? [] : [{ metric: metric.id, agent: agents[best]!.agent, against, difference: value }];
    });
  });
}
