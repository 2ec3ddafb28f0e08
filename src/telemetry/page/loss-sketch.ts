/** @file The loss curve of one sleep, without axes: it grows from left to right as the sleep goes on, on a logarithmic scale. */
import type { SleepMessage } from "../messages.ts";
import { drawing } from "./element.ts";

const WIDTH = 160;
const HEIGHT = 36;
const MARGIN = 3;

export class LossSketch {
  readonly root: SVGElement;
  readonly #line = drawing("polyline", { class: "loss-line" });
  readonly #area = drawing("polygon", { class: "loss-area" });

  constructor() {
    this.root = drawing("svg", { class: "loss-sketch", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, [
      this.#area,
      this.#line,
    ]);
  }

  update({ losses, gradientSteps }: SleepMessage): void {
    const points = losses.filter(({ loss }) => loss > 0).map(({ gradientStep, loss }) => [gradientStep / gradientSteps, Math.log10(loss)] as const);
    const heights = points.map(([, height]) => height);
    const low = Math.min(...heights);
    const span = Math.max(Math.max(...heights) - low, 0.1);
    const places = points.map(([x, y]) => `${place(x * WIDTH)},${place(HEIGHT - MARGIN - ((y - low) / span) * (HEIGHT - 2 * MARGIN))}`);
    this.#line.setAttribute("points", places.join(" "));
    const ends = points.length === 0 ? [] : [`${place(points.at(-1)![0] * WIDTH)},${HEIGHT}`, `${place(points[0]![0] * WIDTH)},${HEIGHT}`];
    this.#area.setAttribute("points", [...places, ...ends].join(" "));
  }
}

const place = (value: number): string => value.toFixed(1);
