/** @file The methods in their order with intervals, every figure of each, and the jobs that failed. */
import type { Estimate } from "../../../numerics/statistics.ts";
import { intervalMark } from "../../report/interval-mark.ts";
import { markup, type Markup, type Part } from "../../report/markup.ts";
import { figureOf } from "../aggregate.ts";
import { columnsOf, type Column } from "../columns.ts";
import type { BenchResult } from "../result.ts";
import { whatIsTold, written } from "../table.ts";
import { nameOf, type Ranked } from "./page-parts.ts";

export function methodsSection(result: BenchResult, ranked: readonly Ranked[]): Part {
  const summaries = new Map(result.methods.map(({ name, summary }) => [name, summary]));
  const shown = columnsOf(result);
  const columns = shown.map((column) => cellsOf(column, ranked));
  const rows = ranked.map(
    (one, i) =>
      markup`<tr class="${one.className}"><td><span class="swatch"></span><strong>${nameOf(one)}</strong></td><td class="number">${String(one.runs.length)}</td>${columns.map((column) => column[i])}</tr><tr class="about"><td colspan="${String(columns.length + 2)}">${summaries.get(nameOf(one))}</td></tr>`,
  );
  return markup`<section><h2>Methods</h2><p class="note">Means over seeds, and the interquartile mean (IQM) over all scores of seeds and tasks, with 95 % bootstrap intervals of 2000 resamples of whole seeds (Agarwal et al. 2021). ${whatIsTold(result)}</p><table><thead><tr><th>method</th><th class="number">seeds</th>${shown.map(head)}</tr></thead><tbody>${rows}</tbody></table></section>`;
}

const head = ({ name, better }: Column): Markup => markup`<th>${name} ${better === "higher" ? "↑" : "↓"}</th>`;

/** Shares have one track for a column, so that its marks can be compared by eye. */
function cellsOf({ isShare, of }: Column, ranked: readonly Ranked[]): readonly Markup[] {
  const own = ranked.map(({ summary }) => of(summary));
  const from = own.some((estimate) => estimate !== undefined && estimate.low < 0) ? -1 : 0;
  return own.map((estimate) => cell(estimate, isShare ? from : undefined));
}

/** @param from Where the track of its mark begins; no mark without it. */
function cell(estimate: Estimate | undefined, from: 0 | -1 | undefined): Markup {
  if (estimate === undefined) return markup`<td>–</td>`;
  const mark =
    from === undefined || Number.isNaN(estimate.low) || estimate.low < from || estimate.high > 1 ? undefined : intervalMark(estimate, from);
  const [value, ...interval] = written(estimate).split(" ");
  return markup`<td style="white-space:nowrap"><strong>${value}</strong> <span class="interval">${interval.join(" ")}</span>${mark}</td>`;
}

/** Every figure, a row each with its formula. */
export function figuresSection({ figures }: BenchResult, ranked: readonly Ranked[]): Part {
  const heads = ranked.map((one) => markup`<th class="${one.className}"><span class="swatch"></span>${nameOf(one)}</th>`);
  const rows = figures.map(({ id, name, formula, better }) => {
    const cells = ranked.map(({ summary }) => {
      const estimate = figureOf(summary, id)?.mean;
      return markup`<td style="white-space:nowrap">${estimate === undefined ? "–" : written(estimate)}</td>`;
    });
    return markup`<tr><td><strong>${name}</strong> ${better === "higher" ? "↑" : "↓"}<div class="formula">${formula} · <code>${id}</code></div></td>${cells}</tr>`;
  });
  return markup`<section><h2>Every figure</h2><p class="note">Means over seeds with 95 % intervals. ↑ higher is better, ↓ lower is better.</p><table class="wide"><thead><tr><th>figure</th>${heads}</tr></thead><tbody>${rows}</tbody></table></section>`;
}

/** Absent where every job came to its end. */
export function failuresSection({ failures }: BenchResult): Part {
  if (failures.length === 0) return undefined;
  const rows = failures.map(
    ({ method, seed, error }) => markup`<tr><td><strong>${method}</strong></td><td class="number">${String(seed)}</td><td>${error}</td></tr>`,
  );
  return markup`<section><h2>Jobs that failed</h2><p class="note">They are in no figure above.</p><table><thead><tr><th>method</th><th class="number">seed</th><th>error</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}
