/** @file One episode in progress: reset, then decision by decision to its end. Knows no time and no stream. */
import { InvalidValueError } from "../contract/errors.ts";
import type { Environment, ResetOptions } from "../contract/environment.ts";
import { isLast, type NextStep } from "../contract/step.ts";
import type { TaskId } from "../contract/task.ts";
import type { RandomStream } from "../numerics/random.ts";
import type { Actor } from "./actor.ts";
import type { EpisodeEnded, EpisodeStarted, Stepped } from "./loop-event.ts";

/** Gaussian noise on the executed action alone, clipped to the action space; the decision stays clean. */
export interface ActionNoise {
  /** In the units of the action space. */
  readonly standardDeviation: number;
  readonly random: RandomStream;
}

/** What is known of an episode before it begins. */
export interface EpisodePlan {
  /** Its number in the run. */
  readonly episode: number;
  readonly reset: ResetOptions;
  readonly noise?: ActionNoise;
}

/** Who acts where. */
export interface Stage {
  readonly actor: Actor;
  readonly environment: Environment;
  readonly task: TaskId;
  /** End an episode so many steps after its first success instead of at its horizon; 0 stops there and then. */
  readonly stepsAfterSuccess?: number;
}

export class Episode {
  readonly #stage: Stage;
  readonly #plan: EpisodePlan;
  readonly #observation: Float32Array;
  readonly #action: Float32Array;
  #index = 0;
  #return = 0;
  /** Index of the first step at which the task's success test held. */
  #successAt = Infinity;
  #ended: EpisodeEnded | undefined;

  constructor(stage: Stage, plan: EpisodePlan) {
    const { observation, action } = stage.environment.spec;
    this.#stage = stage;
    this.#plan = plan;
    this.#observation = new Float32Array(observation.size);
    this.#action = new Float32Array(action.size);
  }

  /** How it ended; absent while it goes on. */
  get ended(): EpisodeEnded | undefined {
    return this.#ended;
  }

  start(): EpisodeStarted {
    const { environment, actor, task } = this.#stage;
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

  /**
   * One control step, told to `emit` while its buffers are valid.
   * @throws {InvalidValueError} A decision of another length than the action space.
   */
  step(emit: (event: Stepped) => void): void {
    const { actor, environment, task } = this.#stage;
    const decision = actor.act(this.#observation, { first: this.#index === 0, task });
    this.#execute(decision.action);
    const step = environment.step(this.#action);
    this.#return += step.reward;
    if (step.success) this.#successAt = Math.min(this.#successAt, this.#index);
    emit({
      kind: "stepped",
      task,
      episode: this.#plan.episode,
      index: this.#index,
      actor: actor.kind,
      observation: this.#observation,
      decision,
      action: this.#action,
      step,
    });
    this.#observation.set(step.observation);
    const enough = this.#index >= this.#successAt + (this.#stage.stepsAfterSuccess ?? Infinity);
    this.#index++;
    if (isLast(step) || enough) this.#ended = this.#end(step);
  }

  /** What is done: the decision within the action space, plus noise if there is any, within it again. */
  #execute(decided: Float32Array): void {
    const action = this.#action;
    if (decided.length !== action.length)
      throw new InvalidValueError("decision.action", decided, `${action.length} numbers, as the action space has`);
    const { low, high } = this.#stage.environment.spec.action;
    const { noise } = this.#plan;
    for (let k = 0; k < action.length; k++) {
      const clean = Math.min(high[k]!, Math.max(low[k]!, decided[k]!));
      const shaken = noise === undefined ? clean : clean + noise.standardDeviation * noise.random.normal();
      action[k] = Math.min(high[k]!, Math.max(low[k]!, shaken));
    }
  }

  #end(step: NextStep): EpisodeEnded {
    return {
      kind: "episode-ended",
      task: this.#stage.task,
      episode: this.#plan.episode,
      actor: this.#stage.actor.name,
      success: this.#successAt < Infinity,
      steps: this.#index,
      return: this.#return,
      ...(step.kind === "truncated" && { reason: step.reason }),
    };
  }
}
