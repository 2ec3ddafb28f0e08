/** @file How many gradient steps each agent still has coming to it: what was shown brings them, sleeps take them. */
import type { ContinualConfig } from "./config.ts";

type Accounting = Pick<ContinualConfig, "boundaries" | "demonstrations" | "gradientSteps">;

export class SleepBudgets {
  readonly #config: Accounting;
  /** Demonstrations: of this task where boundaries are given, else of all, for nobody knows that one ended. */
  #shown = 0;
  /** Of these, how many nobody has slept on. */
  #unslept = 0;
  /** Gradient steps of sleeps that came while something was still to be shown, by agent. */
  readonly #taken = new Map<string, number>();

  constructor(config: Accounting) {
    this.#config = config;
  }

  /** Demonstrations that came since agents last slept. */
  get unslept(): number {
    return this.#unslept;
  }

  /** A task is about to be shown. */
  beginTask(): void {
    if (this.#config.boundaries !== "given") return;
    this.#shown = this.#unslept = 0;
    this.#taken.clear();
  }

  show(): void {
    this.#shown++;
    this.#unslept++;
  }

  /** What is due for all that was shown: a task's gradient steps are shared evenly among its demonstrations. */
  due(agent: string): number {
    const { demonstrations, gradientSteps } = this.#config;
    return Math.max(0, Math.round((gradientSteps * this.#shown) / demonstrations) - (this.#taken.get(agent) ?? 0));
  }

  /** What is left of a task's gradient steps when it is known to have ended, however much of it was shown. */
  rest(agent: string): number {
    return Math.max(0, this.#config.gradientSteps - (this.#taken.get(agent) ?? 0));
  }

  take(agent: string, gradientSteps: number): void {
    this.#taken.set(agent, (this.#taken.get(agent) ?? 0) + gradientSteps);
  }

  /** Agents have slept. */
  settle(): void {
    this.#unslept = 0;
  }
}
