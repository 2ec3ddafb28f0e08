/** @file All that a run's log says of one agent, as figures ask for it. Tasks count from 1, as in formulas. */
import { GradientSteps } from "../gradient-steps.ts";
import type { Rates } from "../metrics.ts";
import type { RunEvent, TestedWhileLearning } from "../run-event.ts";
import { successMatrices, type SuccessMatrix } from "../success-matrix.ts";

/** A test of one task: the share of placements where it succeeded. */
export interface Tested {
  /** The task that was being learned. */
  readonly phase: number;
  /** Since the task began, over all sleeps on it: 0 before the first step of the first. */
  readonly gradientStep: number;
  /** Whether the sleep was going on. */
  readonly asleep: boolean;
  readonly success: number;
}

/** A test with an entry an episode. */
type Outcomes = Omit<Tested, "success"> & { readonly successes: readonly boolean[] };

export class AgentLog {
  /** In the order of learning. */
  readonly tasks: readonly string[];
  /** R; absent while it has a gap. */
  readonly rates: Rates | undefined;
  /** The last row of R; absent while it has a gap. Runs that learn all tasks jointly have no other. */
  readonly final: readonly number[] | undefined;
  /** What happened to this agent, and to all. */
  readonly events: readonly RunEvent[];
  readonly #cells: SuccessMatrix["cells"];
  /** Tests in sleeps by the task slept on and the task tested. Of one made twice the later counts, as in R. */
  readonly #inSleep = new Map<string, Map<number, TestedWhileLearning>>();
  readonly #agent: string;
  readonly #gradientSteps = new GradientSteps();

  constructor(events: readonly RunEvent[], agent: string) {
    this.#agent = agent;
    const matrix = successMatrices(events).find((each) => each.agent === agent);
    this.tasks = matrix?.tasks ?? [];
    this.#cells = matrix?.cells ?? [];
    this.events = events.filter((event) => !("agent" in event) || event.agent === agent);
    const whole = matrix !== undefined && !this.#cells.some((row) => row.includes(undefined));
    this.rates = whole ? this.#cells.map((row) => row.map((cell) => rateOf(cell!.successes, Infinity))) : undefined;
    const last = this.#cells.at(-1);
    this.final = last === undefined || last.includes(undefined) ? undefined : last.map((cell) => rateOf(cell!.successes, Infinity));
    for (const event of this.events) {
      this.#gradientSteps.hear(event);
      if (event.kind !== "tested-while-learning") continue;
      const key = `${event.learning}\n${event.task}`;
      const gradientStep = this.#stepsOn(event.learning) + event.gradientStep;
      this.#inSleep.set(key, (this.#inSleep.get(key) ?? new Map<number, TestedWhileLearning>()).set(gradientStep, { ...event, gradientStep }));
    }
  }

  /**
   * Every test of task j from before one phase up to after another, in order: first R[from − 1][j], then for each phase i those of its sleep and R[i][j]. All on
   * the same placements: as many of the first ones as every one of these tests met. Absent where R has a gap.
   */
  tests(j: number, from: number, to: number): readonly Tested[] | undefined {
    const cell = (row: number, phase: number, gradientStep: number): Outcomes | undefined => {
      const successes = this.#cells[row]?.[j - 1]?.successes;
      return successes && { phase, gradientStep, asleep: false, successes };
    };
    const met = [cell(from - 1, from, 0)];
    for (let phase = from; phase <= to; phase++) {
      met.push(...this.#whileAsleep(phase, j), cell(phase, phase, this.#stepsOn(this.tasks[phase - 1]!)));
    }
    if (met.includes(undefined)) return undefined;
    const tests = met as readonly Outcomes[];
    const placements = Math.min(...tests.map(({ successes }) => successes.length));
    return tests.map(({ phase, gradientStep, asleep, successes }) => ({ phase, gradientStep, asleep, success: rateOf(successes, placements) }));
  }

  /** So far, as events are read. */
  #stepsOn(task: string): number {
    return this.#gradientSteps.before(this.#agent, task);
  }

  #whileAsleep(phase: number, j: number): Outcomes[] {
    const tests = this.#inSleep.get(`${this.tasks[phase - 1]}\n${this.tasks[j - 1]}`)?.values() ?? [];
    return [...tests]
      .toSorted((a, b) => a.gradientStep - b.gradientStep)
      .map(({ gradientStep, successes }) => ({ phase, gradientStep, asleep: true, successes }));
  }
}

/** Among the first placements. */
function rateOf(successes: readonly boolean[], placements: number): number {
  const among = successes.slice(0, placements);
  return among.filter(Boolean).length / among.length;
}
