/** @file The top of a benchmark's page: which method is best, by how much, and whether that may be chance. */
import { placementsTested } from "../../placements.ts";
import { listed, percent } from "../../format.ts";
import { markup, type Markup, type Part } from "../../report/markup.ts";
import { figureOf } from "../aggregate.ts";
import type { BenchResult } from "../result.ts";
import { PERFORMANCE } from "../run-result.ts";
import { leads, seedCount, verdict, written } from "../table.ts";
import { nameOf, type Ranked } from "./page-parts.ts";

export function headline(result: BenchResult, ranked: readonly Ranked[]): Part {
  if (ranked.length === 0) return markup`<h1>No job has come to its end.</h1>`;
  const score = ({ summary }: Ranked): number => figureOf(summary, PERFORMANCE)?.mean.mean ?? 0;
  const said = (method: Ranked): string => `${nameOf(method)}${reservation(method, result)}`;
  const most = score(ranked[0]!);
  const best = ranked.filter((method) => score(method) === most);
  const next = ranked[best.length];
  const digits = next !== undefined && percent(most) === percent(score(next)) ? 1 : 0;
  const over = result.tasks.length === 1 ? "its task" : `${result.tasks.length} tasks`;
  const rest = next === undefined ? "" : `; next is ${said(next)} with ${percent(score(next), digits)}`;
  return markup`<h1>${`${listed(best.map(said))} ${best.length === 1 ? "ends" : "end"} with ${percent(most, digits)} success over ${over}${rest}.`}</h1>`;
}

/** Why its rank is not to be taken for that of others, in brackets. */
function reservation({ summary: { method, seeds } }: Ranked, { methods, seeds: all }: BenchResult): string {
  const told = methods.find(({ name }) => name === method)!.toldTask && methods.some(({ toldTask }) => !toldTask);
  const reasons = [...(told ? ["told the task"] : []), ...(seeds.length === 1 && all.length > 1 ? ["one seed"] : [])];
  return reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
}

export function facts(result: BenchResult): Markup {
  const { suite, tasks, protocol, methods, failures, circumstances } = result;
  const words = [
    `${tasks.length} ${tasks.length === 1 ? "task" : "tasks"} in sequence`,
    `${methods.length} ${methods.length === 1 ? "method" : "methods"}`,
    seedCount(result),
    `${String(protocol["demonstrations"])} demonstrations a task`,
    `${placementsTested({ evaluationEpisodes: Number(protocol["evaluationEpisodes"]), placements: Number(suite["placements"] ?? Infinity) })} test episodes a cell`,
  ];
  const missing = (count: number, what: string): Part =>
    count > 0 ? markup`<li class="stopped">${count === 1 ? "1 job" : `${count} jobs`} ${what}</li>` : undefined;
  return markup`<ul class="facts">${words.map((word) => markup`<li>${word}</li>`)}${missing(failures.length, "failed")}${missing(circumstances.unfinished, "still to be done")}</ul>`;
}

/** Absent with one method. */
export function leadsSection(result: BenchResult, ranked: readonly Ranked[]): Part {
  const differences = leads(result);
  if (differences.length === 0) return undefined;
  const rows = differences.map(
    (each) =>
      markup`<tr><td><strong>${nameOf(ranked[0]!)}</strong> − ${each.other}</td><td class="number">${written(each.difference)}</td><td>${verdict(each)}</td></tr>`,
  );
  return markup`<section><h2>What the best is ahead by</h2><p class="note">In average performance, seed by seed where seeds are shared, with 95 % bootstrap intervals over seeds. Significant: the interval excludes 0, and a permutation test over seeds agrees at 5 % for all rows together.</p><table><thead><tr><th>methods</th><th class="number">difference</th><th></th></tr></thead><tbody>${rows}</tbody></table></section>`;
}
