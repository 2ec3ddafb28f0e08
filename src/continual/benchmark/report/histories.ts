/** @file Success on each task as the others were learned, for the best methods. */
import { percent } from "../../format.ts";
import { chart, type Curve, type CurvePoint } from "../../report/curves.ts";
import { markup, type Markup, type Part } from "../../report/markup.ts";
import { AGENT_COLORS } from "../../report/style.ts";
import type { BenchResult } from "../result.ts";
import { nameOf, type Ranked } from "./page-parts.ts";
import { meanRates } from "./rates.ts";

export function historiesSection({ tasks }: BenchResult, ranked: readonly Ranked[]): Part {
  const shown = ranked.slice(0, AGENT_COLORS);
  const rates = shown.map(({ runs }) => meanRates(runs.map((run) => run.rates)));
  const legend = markup`<ul class="legend">${shown.map((one) => markup`<li class="${one.className}"><span class="swatch"></span>${nameOf(one)}</li>`)}</ul>`;
  const multiples = tasks.map((task, j) => {
    const curves = shown.map((one, k): Curve => ({ className: one.className, runs: [curveOf(nameOf(one), rates[k]!, j)] }));
    return markup`<figure><h3>${task}</h3>${taskChart(task, j, tasks.length, curves)}</figure>`;
  });
  const left = ranked.length > shown.length ? ` Of ${ranked.length} methods the ${shown.length} best.` : "";
  const bands = shown.some(({ runs }) => runs.length > 1) ? " Bands are 95 % intervals over seeds." : "";
  return markup`<section><h2>Success on each task over the sequence</h2><p class="note">${`By the number of tasks learned so far, the mean over seeds; shaded since the task itself was learned.${bands}${left}`}</p>${legend}<div class="multiples">${multiples}</div></section>`;
}

function curveOf(method: string, rates: ReturnType<typeof meanRates>, j: number): readonly CurvePoint[] {
  return rates.flatMap((row, i): CurvePoint[] => {
    const cell = row[j];
    if (cell === null || cell === undefined) return [];
    const { mean: y, low, high } = cell;
    const point = { x: i, y, title: `${method} after ${i} of ${rates.length - 1} tasks: ${percent(y)}` };
    return [Number.isNaN(low) ? point : { ...point, low, high }];
  });
}

function taskChart(task: string, j: number, count: number, curves: readonly Curve[]): Markup {
  const every = Math.ceil((count + 1) / 11);
  const ticks = Array.from({ length: Math.floor(count / every) + 1 }, (_, k) => ({ at: k * every, text: String(k * every) }));
  return chart({
    label: `Success on ${task} after each learned task`,
    width: 204,
    height: 168,
    x: { from: -0.15, to: count + 0.15, ticks, name: "tasks learned" },
    y: { from: 0, to: 1, ticks: [0, 0.5, 1].map((at) => ({ at, text: percent(at) })) },
    bands: [{ from: j + 1, to: count + 0.15, name: "", isShaded: true }],
    curves,
    dodge: 1.5,
  });
}
