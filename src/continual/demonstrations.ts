/** @file Demonstrations: a scripted controller shows a task, shaken by noise; only episodes that succeed are handed on. */
import type { Transition } from "../contract/agent.ts";
import type { Environment, EnvironmentEntry } from "../contract/environment.ts";
import { InvalidValueError, OrderError } from "../contract/errors.ts";
import type { TaskId } from "../contract/task.ts";
import type { RandomStream } from "../numerics/random.ts";
import { closedLoop, controllerActor, type EpisodePlan } from "../streams/closed-loop.ts";
import { drain } from "../streams/drain.ts";
import type { LoopEvent, Stepped } from "../streams/loop-event.ts";
import type { Pace } from "../streams/pace.ts";

export interface DemonstrationOptions {
  readonly id: TaskId;
  readonly entry: EnvironmentEntry;
  readonly environment: Environment;
  /** Successful episodes wanted. */
  readonly count: number;
  /** Standard deviation of the noise on executed actions. */
  readonly noise: number;
  readonly random: RandomStream;
  readonly nextEpisode: () => number;
  readonly pace: Pace;
  readonly onLoop: (event: LoopEvent) => void;
  /** A successful episode, up to its first success; each transition owns its buffers. */
  readonly onSuccess: (transitions: readonly Transition[]) => void;
}

export interface DemonstrationTotals {
  readonly episodes: number;
  readonly successes: number;
  /** Control steps of the successful episodes. */
  readonly steps: number;
}

/** Attempts for each demonstration wanted, before the controller is given up. */
const PATIENCE = 5;

/**
 * @throws {InvalidValueError} A world without a controller. @throws {OrderError} A controller that keeps failing.
 */
export async function demonstrate(options: DemonstrationOptions): Promise<DemonstrationTotals> {
  const { id, entry, environment, count, noise, random, pace } = options;
  if (entry.controller === undefined)
    throw new InvalidValueError("config.tasks", entry.spec.id, "a world with a scripted controller to demonstrate it");
  const totals = { episodes: 0, successes: 0, steps: 0 };
  let transitions: Transition[] = [];
  function* plans(): Generator<EpisodePlan> {
    while (totals.successes < count && totals.episodes < PATIENCE * count) {
      const chance = random.split(totals.episodes);
      yield { episode: options.nextEpisode(), reset: { seed: chance.uint32() }, noise: { standardDeviation: noise, random: chance.split("noise") } };
    }
  }
  const actor = controllerActor(entry.controller(), entry.spec.action.size);
  await drain(closedLoop({ actor, environment, task: id, episodes: plans(), pace, stopAtSuccess: true }), (event) => {
    if (event.kind === "episode-started") transitions = [];
    if (event.kind === "stepped") transitions.push(copyOf(event));
    if (event.kind === "episode-ended") {
      totals.episodes++;
      if (event.success) {
        totals.successes++;
        totals.steps += event.steps;
        options.onSuccess(transitions);
      }
    }
    options.onLoop(event);
  });
  if (totals.successes < count && !pace.state.stopped) {
    throw new OrderError(
      `The controller of ${entry.spec.id} succeeded in ${totals.successes} of ${totals.episodes} episodes; ${count} demonstrations were wanted. Lower \`demonstrationNoise\`.`,
    );
  }
  return totals;
}

/** A transition that outlives its call. */
function copyOf({ task, episode, index, actor, observation, decision, action, step }: Stepped): Transition {
  return {
    task,
    episode,
    index,
    actor,
    observation: observation.slice(),
    decision: { action: decision.action.slice() },
    action: action.slice(),
    step: { ...step, observation: step.observation.slice() },
  };
}
