/** @file The loss of each agent over all its gradient steps, on a logarithmic scale, with a band of colour for each task slept on. */
import uPlot from "uplot";
import { element, panel, setShown } from "./element.ts";
import { agentColor, onSchemeChange, resolved, taskColor } from "./palette.ts";
import type { RunModel } from "./run-model.ts";

const HEIGHT = 112;

export class LossChart {
  readonly root: HTMLElement;
  readonly #model: RunModel;
  readonly #box = element("div", { class: "loss-canvas" });
  readonly #empty = element("p", { class: "empty", text: "Agents learn while they sleep on a task. Their loss appears here." });
  #plot: uPlot | undefined;
  #agents = -1;
  #revision = -1;

  constructor(model: RunModel) {
    this.#model = model;
    this.root = panel("loss", "Loss by gradient step", this.#box, this.#empty).root;
    onSchemeChange(() => {
      this.#agents = -1;
      this.#revision = -1;
    });
    new ResizeObserver(() => this.#plot?.setSize({ width: Math.max(60, this.#box.clientWidth), height: HEIGHT })).observe(this.#box);
  }

  update(): void {
    const { revision, agents } = this.#model;
    if (this.#revision === revision.losses) return;
    this.#revision = revision.losses;
    const { data } = this.#curves();
    setShown(this.#box, data[0].length > 0);
    setShown(this.#empty, data[0].length === 0);
    if (data[0].length === 0) return;
    if (this.#agents !== agents.length) {
      this.#plot?.destroy();
      this.#plot = new uPlot(
        this.#options(agents.length, () => this.#curves().starts),
        data,
        this.#box,
      );
      this.#agents = agents.length;
    } else this.#plot?.setData(data);
  }

  /** Gradient steps of all tasks after one another on x; for each agent its losses on y. */
  #curves(): { readonly data: [number[], ...(number | null)[][]]; readonly starts: readonly Start[] } {
    const { agents } = this.#model;
    const steps = this.#stepsPerTask();
    const starts = startsOf(steps);
    const points = agents.map(
      (agent) =>
        new Map(this.#model.losses(agent).map(({ task, gradientStep, loss }) => [starts.find((s) => s.task === task)!.at + gradientStep, loss])),
    );
    const x = [...new Set(points.flatMap((curve) => [...curve.keys()]))].toSorted((a, b) => a - b);
    return { data: [x, ...points.map((curve) => x.map((at) => logarithm(curve.get(at))))], starts };
  }

  #stepsPerTask(): ReadonlyMap<string, number> {
    const steps = new Map<string, number>();
    for (const agent of this.#model.agents) {
      for (const { task, gradientStep } of this.#model.losses(agent)) steps.set(task, Math.max(steps.get(task) ?? 0, gradientStep));
    }
    return steps;
  }

  #options(agents: number, starts: () => readonly Start[]): uPlot.Options {
    const axis = { stroke: resolved("var(--muted)"), ticks: { show: false }, font: "11px system-ui, sans-serif" };
    return {
      width: Math.max(60, this.#box.clientWidth),
      height: HEIGHT,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: (_plot, _low, high) => [0, high] }, y: { range: (_plot, low, high) => [Math.floor(low), Math.ceil(high)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 22, gap: 2 },
        {
          ...axis,
          grid: { stroke: resolved("var(--line)"), width: 1 },
          size: 42,
          gap: 4,
          splits: (_plot, _axis, low, high) => range(low, high),
          values: (_plot, exponents) => exponents.map(lossLabel),
        },
      ],
      series: [
        {},
        ...Array.from({ length: agents }, (_, i) => ({
          stroke: resolved(agentColor(i)),
          width: 1.5,
          ...(i > 0 && { dash: [5, 4] }),
          points: { show: false },
          spanGaps: true,
        })),
      ],
      hooks: { drawAxes: [(plot) => this.#drawTasks(plot, starts())] },
    };
  }

  #drawTasks(plot: uPlot, starts: readonly Start[]): void {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { task, at, steps } of starts) {
      const from = plot.valToPos(at, "x", true);
      const to = plot.valToPos(at + steps, "x", true);
      ctx.fillStyle = resolved(taskColor(this.#model.taskIndex(task)));
      ctx.fillRect(from, bbox.top + bbox.height - 3 * devicePixelRatio, to - from - 1, 3 * devicePixelRatio);
    }
    ctx.restore();
  }
}

const range = (low: number, high: number): number[] => Array.from({ length: high - low + 1 }, (_, i) => low + i);

/** Base 10; absent for what has none. */
const logarithm = (loss: number | undefined): number | null => (loss === undefined || !(loss > 0) ? null : Math.log10(loss));
const lossLabel = (exponent: number): string => String(Number((10 ** exponent).toPrecision(1)));

/** Where a task's gradient steps begin on the common axis, and how many there are. */
interface Start {
  readonly task: string;
  readonly at: number;
  readonly steps: number;
}

function startsOf(steps: ReadonlyMap<string, number>): readonly Start[] {
  let at = 0;
  return [...steps].map(([task, count]) => {
    const start = { task, at, steps: count };
    at += count;
    return start;
  });
}
