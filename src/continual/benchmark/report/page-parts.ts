/** @file What the parts of a benchmark's page are made from: its methods in their order, and what is said of each. */
import { markup, type Markup } from "../../report/markup.ts";
import { agentClass } from "../../report/style.ts";
import { summarizeMethods, type MethodSummary } from "../aggregate.ts";
import type { BenchResult, RunResult } from "../result.ts";

/** A method by its rank. */
export interface Ranked {
  readonly summary: MethodSummary;
  /** Gives it its colour, and is the same everywhere on the page. */
  readonly className: string;
  /** One for every seed that came to its end. */
  readonly runs: readonly RunResult[];
}

/** The best first; those without a run that ended are left out. */
export const ranking = (result: BenchResult): readonly Ranked[] =>
  summarizeMethods(result)
    .map((summary, i) => ({ summary, className: agentClass(i), runs: result.runs.filter(({ method }) => method === summary.method) }))
    .filter(({ runs }) => runs.length > 0);

export const nameOf = ({ summary }: Ranked): string => summary.method;

export const heading = (ranked: Ranked): Markup => markup`<h3><span class="swatch"></span>${nameOf(ranked)}</h3>`;
