/** @file The figures with their intervals and formulas, the demonstrations, and every test episode at the end. */
import type { Estimate } from "../../numerics/statistics.ts";
import { decimals, interval, percent } from "../format.ts";
import type { Demonstrated, Evaluated, RunEvent } from "../run-event.ts";
import { successMatrices } from "../success-matrix.ts";
import type { MetricSummary, RunSummary } from "../summary.ts";
import { intervalMark } from "./interval-mark.ts";
import { markup, type Markup, type Part } from "./markup.ts";
import { agentClass } from "./style.ts";

/** Absent when some cell was not tested. */
export function figuresSection(summary: RunSummary): Part {
  const { agents, comparisons, episodesPerCell } = summary;
  const known = agents.find(({ metrics }) => metrics.length > 0)?.metrics;
  if (known === undefined) return undefined;
  const against = [...new Set(comparisons.map((comparison) => comparison.against))];
  const heads = agents.map(({ agent }, i) => markup`<th class="${agentClass(i)}"><span class="swatch"></span>${agent}</th>`);
  const gaps = against.map((other) => markup`<th>${comparisons[0]!.agent} − ${other}</th>`);
  return markup`<section><h2>Figures</h2><p class="note">With 95 % intervals: percentile bootstrap with 2000 resamples over the ${String(episodesPerCell)} test placements of each task. All agents meet the same placements after every task, so whole placements are resampled.</p><table><thead><tr><th>figure</th>${heads}${gaps}</tr></thead><tbody>${known.map((metric) => figureRow(metric, summary, against))}</tbody></table></section>`;
}

function figureRow({ id, name, formula, better }: MetricSummary, { agents, comparisons }: RunSummary, against: readonly string[]): Markup {
  const own = agents.map(({ metrics }) => metrics.find((metric) => metric.id === id)?.estimate);
  const gaps = against.map((other) => comparisons.find((comparison) => comparison.metric === id && comparison.against === other)?.difference);
  const from = own.some((value) => value !== undefined && value.low < 0) ? -1 : 0;
  const cells = own.map((value, i) => markup`<td class="${agentClass(i)}">${value === undefined ? "–" : estimateCell(value, from)}</td>`);
  const differences = gaps.map((value) => markup`<td style="--own:var(--soft)">${value === undefined ? "–" : estimateCell(value, -1)}</td>`);
  return markup`<tr><td><strong>${name}</strong> ${better === "higher" ? "↑" : "↓"} <span class="note">${better} is better</span><div class="formula">${formula} · <code>${id}</code></div></td>${cells}${differences}</tr>`;
}

const estimateCell = (estimate: Estimate, from: 0 | -1): Markup =>
  markup`<strong>${decimals(estimate.mean)}</strong> <span class="interval">${interval(estimate)}</span>${intervalMark(estimate, from)}`;

export function tasksSection({ tasks }: RunSummary, events: readonly RunEvent[]): Markup {
  const shown = new Map(events.filter((event): event is Demonstrated => event.kind === "demonstrated").map((event) => [String(event.task), event]));
  const rows = tasks.map(({ id, environment, summary }, i) => {
    const demonstrated = shown.get(id);
    const numbers = demonstrated ? [demonstrated.successes, demonstrated.episodes, demonstrated.steps].map(String) : ["–", "–", "–"];
    return markup`<tr><td>${String(i + 1)}</td><td><strong>${id}</strong><div class="formula">${summary}</div></td><td><code>${environment}</code></td>${numbers.map((number) => markup`<td class="number">${number}</td>`)}</tr>`;
  });
  return markup`<section><h2>Tasks and demonstrations</h2><table><thead><tr><th></th><th>task</th><th>environment</th><th class="number">demonstrations</th><th class="number">attempts</th><th class="number">control steps</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

/** Absent when nothing was tested. */
export function episodesSection({ tasks, agents }: RunSummary, events: readonly RunEvent[]): Part {
  const matrices = successMatrices(events);
  const rows = tasks.flatMap(({ id }, j) =>
    agents.map(({ agent }, i) => {
      const cell = matrices[i]?.cells.findLast((row) => row[j] !== undefined)?.[j];
      return cell && { id: i === 0 ? id : "", agent, index: i, cell };
    }),
  );
  const tested = rows.filter((row) => row !== undefined);
  if (tested.length === 0) return undefined;
  const lines = tested.map(
    ({ id, agent, index, cell }) =>
      markup`<tr class="${agentClass(index)}"><td><strong>${id}</strong></td><td><span class="swatch"></span>${agent}</td><td>${strip(cell)}</td><td class="number">${stepsToSuccess(cell)}</td></tr>`,
  );
  return markup`<section><h2>Test episodes at the end</h2><p class="note">One square an episode, filled where it succeeded; a column is the same placement for every agent.</p><table><thead><tr><th>task</th><th>agent</th><th>episodes</th><th class="number">mean steps to success</th></tr></thead><tbody>${lines}</tbody></table></section>`;
}

const SQUARE = 14;

function strip({ successes, steps, returns }: Evaluated): Markup {
  const squares = successes.map((success, i) => {
    const title = `episode ${i + 1}: ${success ? "success" : "failure"} after ${steps[i]!} steps, return ${decimals(returns[i]!)}`;
    return markup`<rect x="${i * SQUARE + 1}" y="1" width="${SQUARE - 4}" height="${SQUARE - 4}" rx="2.5" stroke="var(--own)" fill="${success ? "var(--own)" : "none"}" stroke-opacity="${success ? 1 : 0.5}"><title>${title}</title></rect>`;
  });
  const width = successes.length * SQUARE;
  const label = `${percent(successes.filter(Boolean).length / successes.length)} of ${successes.length} episodes`;
  return markup`<svg role="img" aria-label="${label}" width="${width}" height="${SQUARE}" viewBox="0 0 ${width} ${SQUARE}">${squares}</svg>`;
}

function stepsToSuccess({ successes, steps }: Evaluated): string {
  const won = steps.filter((_, i) => successes[i] === true);
  return won.length === 0 ? "–" : (won.reduce((sum, count) => sum + count, 0) / won.length).toFixed(0);
}
