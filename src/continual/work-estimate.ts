/**
 * @file How much of a run is done, as a share of its time: known amounts of work, each kind weighed by what it has cost so far on this
 * machine. Feeds progress bars; results never depend on it.
 */
import { wallClock } from "../streams/event-loop.ts";
import type { ContinualConfig } from "./config.ts";
import { placementsTested } from "./placements.ts";
import type { RunProgress } from "./run-event.ts";
import { episodesWhileLearning } from "./tests-while-learning.ts";

type Phase = RunProgress["phase"];

/** Milliseconds to start from: for a demonstration, a gradient step, a test episode. Only their ratios matter, and only until measured. */
const FIRST_GUESS: Readonly<Record<Phase, number>> = { demonstrate: 20, learn: 15, evaluate: 25 };
/** How much the latest unit of work counts at least, so that the estimate follows work that grows. */
const FOLLOW = 0.02;
/** A unit that took longer than so many times the usual was interrupted, by a pause or by sleep of another kind. */
const INTERRUPTED = 20;

/** One kind of work by one worker. */
interface Kind {
  readonly phase: Phase;
  left: number;
  done: number;
  /** Milliseconds a unit, once any was done. */
  cost: number;
}

/** What a scenario will do that does not follow the usual protocol. */
export interface ExpectedWork {
  readonly sleeps: number;
  readonly rows: number;
}

export class WorkEstimate {
  readonly #config: ContinualConfig;
  readonly #kinds = new Map<string, Kind>();
  readonly #now: () => number;
  #spent = 0;
  #since: number;
  #fraction = 0;

  /**
   * Assumes the protocol that scenarios follow: every task demonstrated once and learned once, all tests before the first and after each.
   * @param now Milliseconds of wall clock.
   */
  constructor(config: ContinualConfig, now: () => number = wallClock) {
    this.#config = config;
    const count = config.tasks.length;
    this.#add("demonstrate", "", count * config.demonstrations);
    this.expect({ sleeps: count, rows: count + 1 });
    this.#now = now;
    this.#since = now();
  }

  /** @param sleeps Of each agent, with the gradient steps of a task each. @param rows Tests of all tasks. */
  expect({ sleeps, rows }: ExpectedWork): void {
    const { tasks, testTasks, agents, gradientSteps } = this.#config;
    const row = (tasks.length + testTasks.length) * placementsTested(this.#config);
    for (const agent of Object.keys(agents)) {
      this.#add("learn", agent, sleeps * gradientSteps);
      this.#add("evaluate", agent, rows * row + episodesWhileLearning(this.#config));
    }
  }

  /** Takes note of finished units (demonstrations, gradient steps, test episodes). The share of the run that is done, in [0, 1]; never falls. */
  advance(phase: Phase, agent: string, units: number): number {
    const kind = this.#kinds.get(`${phase} ${agent}`);
    const now = this.#now();
    if (kind !== undefined && units > 0) this.#record(kind, units, now - this.#since);
    this.#since = now;
    return this.#update();
  }

  /** Work that was planned but will not be done, such as the gradient steps of an agent that takes none. */
  skip(phase: Phase, agent: string, units: number): void {
    const kind = this.#kinds.get(`${phase} ${agent}`);
    if (kind !== undefined) kind.left = Math.max(0, kind.left - units);
  }

  #add(phase: Phase, agent: string, left: number): void {
    this.#kinds.set(`${phase} ${agent}`, { phase, left, done: 0, cost: 0 });
  }

  #record(kind: Kind, units: number, milliseconds: number): void {
    const sample = kind.done === 0 ? milliseconds / units : Math.min(milliseconds / units, INTERRUPTED * kind.cost);
    kind.done += units;
    kind.left = Math.max(0, kind.left - units);
    kind.cost += (sample - kind.cost) * Math.max(units / kind.done, FOLLOW);
    this.#spent += sample * units;
  }

  #update(): number {
    const kinds = [...this.#kinds.values()];
    const measured = kinds.filter((kind) => kind.done > 0);
    const guessed = measured.reduce((sum, kind) => sum + kind.done * FIRST_GUESS[kind.phase], 0);
    const machine = guessed > 0 ? this.#spent / guessed : 1;
    const left = kinds.reduce((sum, kind) => sum + kind.left * (kind.done > 0 ? kind.cost : machine * FIRST_GUESS[kind.phase]), 0);
    const whole = this.#spent + left;
    this.#fraction = Math.max(this.#fraction, whole > 0 ? this.#spent / whole : 0);
    return this.#fraction;
  }
}
