/** @file How things went over time: success on each task as the others were learned, and the losses of every sleep. */
import { percent } from "../format.ts";
import { GradientSteps } from "../gradient-steps.ts";
import type { LossPoint, RunEvent } from "../run-event.ts";
import type { RunSummary } from "../summary.ts";
import { chart, type Band, type Curve, type Tick } from "./curves.ts";
import { markup, type Markup, type Part } from "./markup.ts";
import { agentClass } from "./style.ts";

export const legend = ({ agents }: RunSummary): Markup =>
  markup`<ul class="legend">${agents.map(({ agent }, i) => markup`<li class="${agentClass(i)}"><span class="swatch"></span>${agent}</li>`)}</ul>`;

export function retentionSection(summary: RunSummary): Part {
  const { tasks, agents } = summary;
  const multiples = tasks.map(({ id }, j) => {
    const now = agents.map(({ rates }, i) => {
      const last = rates.findLast((row) => row[j] !== null)?.[j];
      return last ? markup`<span class="${agentClass(i)} own">${percent(last.mean)}</span>` : undefined;
    });
    return markup`<figure><h3>${id}</h3><p class="now">${now}</p>${retentionChart(summary, j)}</figure>`;
  });
  return markup`<section><h2>Success on each task over the run</h2><p class="note">By the number of tasks learned so far; shaded since the task itself was learned. Bands are 95 % intervals (Wilson); the numbers are where each agent ended.</p>${legend(summary)}<div class="multiples">${multiples}</div></section>`;
}

function retentionChart({ agents, tasks }: RunSummary, j: number): Markup {
  const curves = agents.map(({ agent, rates }, index): Curve => {
    const points = rates.flatMap((row, i) => {
      const cell = row[j];
      if (cell === null || cell === undefined) return [];
      const { mean, low, high } = cell;
      return [{ x: i, y: mean, low, high, title: `${agent} after ${i} of ${tasks.length} tasks: ${percent(mean)}` }];
    });
    return { className: agentClass(index), runs: [points] };
  });
  return chart({
    label: `Success on ${tasks[j]!.id} after each learned task`,
    width: 204,
    height: 168,
    x: { from: -0.15, to: tasks.length + 0.15, ticks: wholeTicks(tasks.length), name: "tasks learned" },
    y: { from: 0, to: 1, ticks: [0, 0.5, 1].map((at) => ({ at, text: percent(at) })) },
    bands: [{ from: j + 1, to: tasks.length + 0.15, name: "", isShaded: true }],
    curves,
    dodge: 3,
  });
}

/** 0 … n, thinned to at most about ten. */
function wholeTicks(n: number): Tick[] {
  const every = Math.ceil((n + 1) / 11);
  return Array.from({ length: Math.floor(n / every) + 1 }, (_, k) => ({ at: k * every, text: String(k * every) }));
}

/** Absent when no agent took a gradient step. */
export function lossSection(summary: RunSummary, events: readonly RunEvent[]): Part {
  const points = lossesOf(events);
  if (points.length === 0) return undefined;
  const tasks = summary.tasks.map((task) => task.id);
  const length = Math.max(...points.map(({ gradientStep }) => gradientStep));
  const curves = summary.agents.map(({ agent }, i): Curve => ({
    className: agentClass(i),
    runs: tasks.map((task, k) =>
      points
        .filter((point) => point.agent === agent && point.task === task)
        .map(({ gradientStep, loss }) => ({ x: k * length + gradientStep, y: Math.log10(loss) })),
    ),
  }));
  const logs = points.map(({ loss }) => Math.log10(loss));
  const [from, to] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs) + 1e-9)];
  const decades = Array.from({ length: to - from + 1 }, (_, i) => ({ at: from + i, text: powerOfTen(from + i) }));
  const figure = chart({
    label: "Loss over gradient steps",
    width: 1020,
    height: 260,
    x: {
      from: 0,
      to: tasks.length * length,
      ticks: tasks.map((_, k) => ({ at: (k + 1) * length, text: String((k + 1) * length) })),
      name: "gradient steps",
    },
    y: { from, to, ticks: decades },
    bands: tasks.map((name, k): Band => ({ from: k * length, to: (k + 1) * length, name, isShaded: k % 2 === 0 })),
    curves,
    dodge: 0,
  });
  return markup`<section><h2>Losses while asleep</h2><p class="note">Mean loss between two points, on a logarithmic scale, task after task. Agents may minimise different losses.</p>${legend(summary)}${figure}</section>`;
}

/** Losses with a logarithm, their gradient steps counted over all sleeps on a task. */
function lossesOf(events: readonly RunEvent[]): LossPoint[] {
  const steps = new GradientSteps();
  return events.flatMap((event) => {
    steps.hear(event);
    if (event.kind !== "loss" || !Number.isFinite(event.loss) || event.loss <= 0) return [];
    return [{ ...event, gradientStep: steps.before(event.agent, event.task) + event.gradientStep }];
  });
}

/** Such as 10⁻² for −2. */
const powerOfTen = (exponent: number): string =>
  `10${String(exponent)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(Number(digit)))}`;
