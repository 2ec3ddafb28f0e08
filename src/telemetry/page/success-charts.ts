/** @file How success on each task goes as more tasks are learned: one small chart a task, one line an agent, with 95 % intervals. */
import uPlot from "uplot";
import { element, panel } from "./element.ts";
import { agentColor, onSchemeChange, resolved, taskColor } from "./palette.ts";
import type { RunModel } from "./run-model.ts";
import { spoken } from "./words.ts";

const HEIGHT = 150;
const DASH = [5, 4];

interface Chart {
  readonly plot: uPlot;
  readonly box: HTMLElement;
  readonly task: string;
}

export class SuccessCharts {
  readonly root: HTMLElement;
  readonly #model: RunModel;
  readonly #grid = element("div", { class: "charts" });
  readonly #legend: HTMLElement;
  #charts: readonly Chart[] = [];
  #made: string | undefined;
  #revision = -1;

  constructor(model: RunModel) {
    this.#model = model;
    const { root, aside } = panel("success", "Success on each task, by number of tasks learned", this.#grid);
    this.root = root;
    this.#legend = aside;
    onSchemeChange(() => (this.#made = undefined));
    new ResizeObserver(() => this.#fit()).observe(this.#grid);
  }

  update(): void {
    const { tasks, agents, revision } = this.#model;
    const key = [...tasks.map(({ id }) => id), "", ...agents].join("\n");
    if (key !== this.#made) this.#make(key);
    else if (this.#revision === revision.results) return;
    this.#revision = revision.results;
    for (const { plot, task } of this.#charts) plot.setData(this.#dataOf(task));
  }

  /** x: tasks learned; for each agent its rate and the ends of its interval, in percent. */
  #dataOf(task: string): uPlot.AlignedData {
    const { tasks, agents } = this.#model;
    const learned = Array.from({ length: tasks.length + 1 }, (_, i) => i);
    const series = agents.flatMap((agent) => {
      const results = learned.map((i) => this.#model.matrix(agent).get(i)?.get(task));
      return (["rate", "low", "high"] as const).map((field) => results.map((result) => (result === undefined ? null : 100 * result[field])));
    });
    return [learned, ...series];
  }

  #make(key: string): void {
    this.#made = key;
    for (const { plot } of this.#charts) plot.destroy();
    const { tasks, agents } = this.#model;
    this.#charts = tasks.map(({ id }, i) => {
      const title = element("h3", { class: "task-name", text: spoken(id), style: { "--chip": taskColor(i) } });
      const canvas = element("div", { class: "chart-canvas" });
      const box = element("figure", { class: "chart" }, [title, canvas]);
      this.#grid.append(box);
      return { plot: new uPlot(chartOptions(i, tasks.length, agents.length), this.#dataOf(id), canvas), box: canvas, task: id };
    });
    const empty = element("p", { class: "empty", text: "A curve for each task appears here with the first test." });
    this.#grid.replaceChildren(...(tasks.length === 0 ? [empty] : this.#charts.map(({ box }) => box.parentElement!)));
    this.#legend.replaceChildren(
      ...(tasks.length > 0 ? [element("span", { class: "learned-key", text: "learned here" })] : []),
      ...agents.map((agent, i) => element("span", { class: `line-key${i > 0 ? " dashed" : ""}`, text: agent, style: { "--chip": agentColor(i) } })),
    );
    this.#fit();
  }

  #fit(): void {
    for (const { plot, box } of this.#charts) plot.setSize({ width: Math.max(60, box.clientWidth), height: HEIGHT });
  }
}

function chartOptions(task: number, tasks: number, agents: number): uPlot.Options {
  const grid = { stroke: resolved("var(--line)"), width: 1 };
  const axis = { stroke: resolved("var(--muted)"), grid, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  // Five at most beside the zero, so that they can be read.
  const every = Math.ceil(tasks / 5);
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (let agent = 0; agent < agents; agent++) {
    const color = resolved(agentColor(agent));
    const first = series.length;
    series.push(
      { stroke: color, width: 2, ...(agent > 0 && { dash: DASH }), points: { show: true, size: 5, fill: color, stroke: color }, spanGaps: true },
      { show: true, stroke: "transparent", width: 0, points: { show: false }, spanGaps: true },
      { show: true, stroke: "transparent", width: 0, points: { show: false }, spanGaps: true },
    );
    bands.push({ series: [first + 2, first + 1], fill: `${color}1c` });
  }
  return {
    width: 160,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.15, tasks + 0.15] }, y: { range: [-4, 104] } },
    axes: [
      { ...axis, grid: { show: false }, size: 22, gap: 2, splits: () => Array.from({ length: Math.floor(tasks / every) + 1 }, (_, i) => i * every) },
      { ...axis, size: 40, gap: 4, splits: () => [0, 50, 100], values: (_plot, values) => values.map((value) => `${value} %`) },
    ],
    series,
    bands,
    hooks: { drawAxes: [(plot) => markLearned(plot, task)] },
  };
}

/** A line where the task itself was learned: before it, success is transfer; after it, what was kept. */
function markLearned(plot: uPlot, task: number): void {
  const { ctx } = plot;
  const x = Math.round(plot.valToPos(task + 1, "x", true));
  const { top, height } = plot.bbox;
  ctx.save();
  ctx.strokeStyle = resolved(taskColor(task));
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.globalAlpha = 0.55;
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, top + height);
  ctx.stroke();
  ctx.restore();
}
