/**
 * @file Tests in the middle of a sleep. The sleeper itself is left alone: tested is a twin, restored from its snapshot, so that what is learned is the same
 * bytes with tests and without.
 */
import type { Agent } from "../contract/agent.ts";
import type { ContinualConfig } from "./config.ts";
import type { Outcomes, TestedWhileLearning } from "./run-event.ts";
import type { RunTask } from "./run-task.ts";

export interface TestsWhileLearningOptions {
  readonly plan: NonNullable<ContinualConfig["testsWhileLearning"]>;
  /** Of the whole sleep; at its end there is no test, since a row of tests follows it. */
  readonly gradientSteps: number;
  readonly tasks: readonly RunTask[];
  readonly sleeper: Agent;
  /** Another agent of the same making, with nothing durable. */
  readonly makeTwin: () => Promise<Agent>;
  /** Tests an agent on the first placements of a task. */
  readonly test: (agent: Agent, task: RunTask, placements: number) => Promise<Outcomes>;
  readonly onTested: (tested: Outcomes & Pick<TestedWhileLearning, "gradientStep" | "task">) => void;
}

/** Tests of one sleep. */
export class TestsWhileLearning {
  readonly #options: TestsWhileLearningOptions;
  #twin: Agent | undefined;
  #next: number;

  constructor(options: TestsWhileLearningOptions) {
    this.#options = options;
    this.#next = options.plan.every;
  }

  /** Tests the sleeper as it is now, if that is due. @param gradientStep How many of this sleep it has taken. */
  async after(gradientStep: number): Promise<void> {
    const { plan, gradientSteps, tasks, sleeper, makeTwin, test, onTested } = this.#options;
    if (gradientStep < this.#next || gradientStep >= gradientSteps) return;
    while (this.#next <= gradientStep) this.#next += plan.every;
    this.#twin ??= await makeTwin();
    this.#twin.restore(sleeper.snapshot());
    for (const task of tasks) onTested({ gradientStep, task: task.id, ...(await test(this.#twin, task, plan.episodes)) });
  }

  /** Test episodes that are still to come, if the sleep goes on to its end. */
  get left(): number {
    const { plan, gradientSteps, tasks } = this.#options;
    return Math.max(0, Math.ceil((gradientSteps - this.#next) / plan.every)) * tasks.length * plan.episodes;
  }

  dispose(): void {
    this.#twin?.dispose();
  }
}

/** How many test episodes an agent plays in its sleeps, if it comes through all tasks in order. */
export function episodesWhileLearning({ tasks, gradientSteps, testsWhileLearning: plan }: ContinualConfig): number {
  if (plan === undefined) return 0;
  const tested = plan.tasks === "current" ? tasks.length : (tasks.length * (tasks.length + 1)) / 2;
  return Math.max(0, Math.ceil(gradientSteps / plan.every) - 1) * tested * plan.episodes;
}
