/**
 * @file World and mind in a closed loop, as one Observable. Inside is a plain synchronous loop in slices of a few milliseconds; a cycle
 * of Subjects would stop silently after about a thousand steps of recursion.
 */
import { Observable, type Subscriber } from "rxjs";
import type { Agent, Decision, DecisionContext } from "../contract/agent.ts";
import type { Controller, Environment, ResetOptions } from "../contract/environment.ts";
import type { MemoryEntry } from "../contract/memory.ts";
import { isLast, type NextStep } from "../contract/step.ts";
import type { TaskId } from "../contract/task.ts";
import type { RandomStream } from "../numerics/random.ts";
import type { EpisodeEnded, LoopEvent } from "./loop-event.ts";
import type { Pace } from "./pace.ts";
import { yieldNow } from "./yield-now.ts";

/** Whoever acts in a loop. */
export interface Actor {
  readonly name: string;
  readonly kind: "agent" | "demonstrator";
  act(observation: Float32Array, context: DecisionContext): Decision;
  remembered?(id: number): MemoryEntry | undefined;
}

/** Gaussian noise on the executed action alone, clipped to the action space; the decision stays clean. */
export interface ActionNoise {
  readonly standardDeviation: number;
  readonly random: RandomStream;
}

export interface EpisodePlan {
  /** Its number in the run. */
  readonly episode: number;
  readonly reset: ResetOptions;
  readonly noise?: ActionNoise;
}

export interface ClosedLoopOptions {
  readonly actor: Actor;
  readonly environment: Environment;
  readonly task: TaskId;
  /** Asked for one plan at a time, when the episode before is over. */
  readonly episodes: Iterable<EpisodePlan>;
  readonly pace: Pace;
  /** End an episode at its first success instead of its horizon. */
  readonly stopAtSuccess?: boolean;
}

/** Work between two looks at the event loop [ms]. */
const SLICE = 8;

export function agentActor(agent: Agent): Actor {
  return {
    name: agent.name,
    kind: "agent",
    act: (observation, context) => agent.act(observation, context),
    ...(agent.remembered && { remembered: agent.remembered.bind(agent) }),
  };
}

/** @param size Numbers in an action. */
export function controllerActor(controller: Controller, size: number): Actor {
  const decision = { action: new Float32Array(size) };
  return {
    name: "demonstrator",
    kind: "demonstrator",
    act(observation, { first }) {
      if (first) controller.reset();
      controller.act(observation, decision.action);
      return decision;
    },
  };
}

/**
 * Runs the episodes, cold and once for each subscriber: events in order, each valid only during its call. Completes after the last episode
 * or when the pace is stopped; unsubscribing stops it. What the world or the actor throws is the stream's error.
 */
export function closedLoop(options: ClosedLoopOptions): Observable<LoopEvent> {
  return new Observable((subscriber) => {
    run(options, subscriber).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
  });
}

async function run(options: ClosedLoopOptions, subscriber: Subscriber<LoopEvent>): Promise<void> {
  const { pace, environment } = options;
  const clock = new LoopClock(pace, environment.spec.controlPeriod);
  const over = (): boolean => subscriber.closed || pace.state.stopped;
  for (const plan of options.episodes) {
    const episode = new Episode(options, plan);
    subscriber.next(episode.start());
    while (!over()) {
      if (!pace.takeStep()) {
        await pace.changed();
        clock.reset();
        continue;
      }
      episode.step(subscriber);
      if (episode.ended !== undefined) break;
      if (clock.due()) await clock.rest();
    }
    if (over()) return;
    subscriber.next(episode.ended!);
  }
}

/** Knows when the loop must rest: to let others run, or to keep to its speed. */
class LoopClock {
  readonly #pace: Pace;
  readonly #period: number;
  #sliceStart = performance.now();
  /** Where the simulation should be now, at the present speed [ms of wall clock]. */
  #ahead = 0;
  #speed = Infinity;
  #origin = performance.now();

  constructor(pace: Pace, period: number) {
    this.#pace = pace;
    this.#period = period;
  }

  reset(): void {
    this.#sliceStart = this.#origin = performance.now();
    this.#ahead = 0;
  }

  due(): boolean {
    const { speed } = this.#pace.state;
    if (speed !== this.#speed) {
      this.#speed = speed;
      this.reset();
    }
    if (speed < Infinity) this.#ahead += (this.#period * 1000) / speed;
    const now = performance.now();
    return now - this.#sliceStart >= SLICE || this.#origin + this.#ahead - now >= 1;
  }

  async rest(): Promise<void> {
    const wait = this.#origin + this.#ahead - performance.now();
    if (wait >= 1) await this.#pace.changed(wait);
    else await yieldNow();
    this.#sliceStart = performance.now();
  }
}

/** One episode in progress. */
class Episode {
  ended: EpisodeEnded | undefined;
  readonly #options: ClosedLoopOptions;
  readonly #plan: EpisodePlan;
  readonly #observation: Float32Array;
  readonly #action: Float32Array;
  #index = 0;
  #return = 0;
  #success = false;

  constructor(options: ClosedLoopOptions, plan: EpisodePlan) {
    const { spec } = options.environment;
    this.#options = options;
    this.#plan = plan;
    this.#observation = new Float32Array(spec.observation.size);
    this.#action = new Float32Array(spec.action.size);
  }

  start(): LoopEvent {
    const { environment, actor, task } = this.#options;
    const first = environment.reset(this.#plan.reset);
    this.#observation.set(first.observation);
    return {
      kind: "episode-started",
      task,
      episode: this.#plan.episode,
      actor: actor.name,
      environment,
      first,
      ...(actor.remembered && { remembered: actor.remembered.bind(actor) }),
    };
  }

  step(subscriber: Subscriber<LoopEvent>): void {
    const { actor, environment, task } = this.#options;
    const decision = actor.act(this.#observation, { first: this.#index === 0 });
    this.#execute(decision.action);
    const step = environment.step(this.#action);
    this.#return += step.reward;
    this.#success ||= step.success;
    const { kind } = actor;
    subscriber.next({
      kind: "stepped",
      task,
      episode: this.#plan.episode,
      index: this.#index,
      actor: kind,
      observation: this.#observation,
      decision,
      action: this.#action,
      step,
    });
    this.#observation.set(step.observation);
    this.#index++;
    if (isLast(step) || (step.success && this.#options.stopAtSuccess === true)) this.ended = this.#end(step);
  }

  /** What is done: the decision within the action space, plus noise if there is any, within it again. */
  #execute(decided: Float32Array): void {
    const { low, high } = this.#options.environment.spec.action;
    const { noise } = this.#plan;
    for (let k = 0; k < this.#action.length; k++) {
      const clean = Math.min(high[k]!, Math.max(low[k]!, decided[k]!));
      const shaken = noise === undefined ? clean : clean + noise.standardDeviation * noise.random.normal();
      this.#action[k] = Math.min(high[k]!, Math.max(low[k]!, shaken));
    }
  }

  #end(step: NextStep): EpisodeEnded {
    return {
      kind: "episode-ended",
      task: this.#options.task,
      episode: this.#plan.episode,
      actor: this.#options.actor.name,
      success: this.#success,
      steps: this.#index,
      return: this.#return,
      unstable: step.kind === "truncated" && step.reason === "unstable",
    };
  }
}
