/** @file The points of one sleep's loss curve, about twenty whatever the budget. */
import type { ConsolidationProgress } from "../contract/agent.ts";

const POINTS = 20;

export interface LossCurvePoint {
  readonly gradientStep: number;
  /** The mean since the point before. */
  readonly loss: number;
}

export class LossCurve {
  readonly #every: number;
  #sum = 0;
  #count = 0;
  #nextPoint: number;
  #last = 0;

  /** @param gradientSteps The whole sleep's. */
  constructor(gradientSteps: number) {
    this.#every = Math.max(1, gradientSteps / POINTS);
    this.#nextPoint = this.#every;
  }

  /** A point where one is due: the mean of the losses heard since the one before. */
  add({ gradientSteps, loss }: ConsolidationProgress): LossCurvePoint | undefined {
    this.#sum += loss;
    this.#count++;
    this.#last = gradientSteps;
    // Half a step of slack, so that the last point survives the rounding of a twentieth.
    if (gradientSteps + 0.5 < this.#nextPoint) return undefined;
    while (this.#nextPoint <= gradientSteps + 0.5) this.#nextPoint += this.#every;
    return this.rest();
  }

  /** What has been heard since the last point; nothing if a point was just made. */
  rest(): LossCurvePoint | undefined {
    if (this.#count === 0) return undefined;
    const point = { gradientStep: this.#last, loss: this.#sum / this.#count };
    this.#sum = this.#count = 0;
    return point;
  }
}
