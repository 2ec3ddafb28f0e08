/** @file How much of a run is done: known amounts of work, weighed by what each kind costs. Feeds progress bars, never results. */
import type { ContinualConfig } from "./config.ts";
import type { RunProgress } from "./run-event.ts";

/** Typical seconds: of demonstrating a task, of a gradient step, of a test episode. Only their ratios matter. */
const COST = { demonstrate: 0.2, learn: 0.012, evaluate: 0.025 } as const;

export class WorkEstimate {
  readonly #unit: Readonly<Record<RunProgress["phase"], number>>;
  readonly #total: number;
  #done = 0;

  /** Assumes the protocol that scenarios follow: every task demonstrated and learned once, all tests before the first and after each. */
  constructor({ tasks, agents, gradientSteps, evaluationEpisodes }: ContinualConfig) {
    const count = tasks.length;
    const minds = Object.keys(agents).length;
    this.#unit = { demonstrate: COST.demonstrate, learn: COST.learn * gradientSteps, evaluate: COST.evaluate * evaluationEpisodes };
    this.#total = count * (this.#unit.demonstrate + minds * this.#unit.learn + minds * (count + 1) * this.#unit.evaluate);
  }

  /** Adds a share of one unit of a phase (a task demonstrated, a sleep, a cell of R) and returns the share of all work done, in [0, 1]. */
  advance(phase: RunProgress["phase"], share: number): number {
    this.#done += share * this.#unit[phase];
    return Math.min(1, this.#done / this.#total);
  }
}
