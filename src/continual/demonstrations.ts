/** @file Demonstrations: a scripted controller shows a task, shaken by noise; only episodes that succeed are handed on. */
import type { Transition } from "../contract/agent.ts";
import { EngramError, InvalidValueError } from "../contract/errors.ts";
import type { RandomStream } from "../numerics/random.ts";
import { closedLoop, controllerActor, type EpisodePlan } from "../streams/closed-loop.ts";
import { drain } from "../streams/drain.ts";
import type { LoopEvent, Stepped } from "../streams/loop-event.ts";
import type { Pace } from "../streams/pace.ts";
import { frozenSeeds, placementSeed, SHOWN } from "./placements.ts";
import type { RunTask } from "./run-task.ts";

export interface DemonstrationOptions {
  readonly task: Pick<RunTask, "id" | "entry" | "environment">;
  /** Successful episodes wanted. */
  readonly count: number;
  /** Attempts before the controller is given up; five for each episode wanted by default. */
  readonly patience?: number;
  /** Standard deviation of the noise on executed actions, in the units of the action space. */
  readonly noise: number;
  readonly random: RandomStream;
  /** How many frozen placements there are; without it, every attempt has one of its own. */
  readonly placements?: number | undefined;
  readonly pace: Pace;
  readonly nextEpisode: () => number;
  /** Everything that happens, failures included; valid only during the call. */
  readonly onLoop: (event: LoopEvent) => void;
  /** A successful episode up to a little after its first success, and the seed that its world was reset with; each transition owns its buffers. */
  readonly onSuccess: (transitions: readonly Transition[], seed: number) => void;
}

export interface DemonstrationTotals {
  /** Attempts, failed ones included. */
  readonly episodes: number;
  readonly successes: number;
  /** Control steps of the successful episodes. */
  readonly steps: number;
}

/** A scripted controller fails its own task too often to demonstrate it. */
export class DemonstrationError extends EngramError {
  readonly code = "demonstration";
  readonly environment: string;
  readonly wanted: number;
  readonly successes: number;
  readonly attempts: number;

  constructor(
    environment: string,
    {
      wanted,
      successes,
      attempts,
      noise,
    }: { readonly wanted: number; readonly successes: number; readonly attempts: number; readonly noise: number },
  ) {
    super(
      `The controller of \`${environment}\` succeeded in ${successes} of ${attempts} attempts; ${wanted} demonstration${wanted === 1 ? " was" : "s were"} wanted. ` +
        `${noise > 0 ? "Lower `demonstrationNoise`, give" : "Give"} it more time (the world's \`limit\`), or mend the controller.`,
    );
    this.environment = environment;
    this.wanted = wanted;
    this.successes = successes;
    this.attempts = attempts;
  }
}

/** How long a demonstrator goes on after its first success: whoever copies it must see what to do at the goal, not only on its rim. */
export const STEPS_AFTER_SUCCESS = 10;

const ATTEMPTS_EACH = 5;

/**
 * Shows the task until enough attempts have succeeded; ends early, with fewer, when the pace is stopped. Placements have even seeds.
 * @throws {InvalidValueError} A world without a controller. @throws {DemonstrationError} A controller that keeps failing.
 */
export async function demonstrate(options: DemonstrationOptions): Promise<DemonstrationTotals> {
  const { task, count, patience = ATTEMPTS_EACH * count, noise, random, placements, pace, onLoop, onSuccess } = options;
  const { id, entry, environment } = task;
  if (entry.controller === undefined) {
    const remedy = "Somebody must show how it is done: name a recorded data set in `demonstrationSets`, or in the suite's file.";
    throw new InvalidValueError("task", entry.spec.id, "a world with a scripted controller", remedy);
  }
  const totals = { episodes: 0, successes: 0, steps: 0 };
  const frozen = frozenSeeds(random, placements, SHOWN);
  let seed = 0;
  function* plans(): Generator<EpisodePlan> {
    while (totals.successes < count) {
      if (totals.episodes === patience) {
        throw new DemonstrationError(entry.spec.id, { wanted: count, successes: totals.successes, attempts: totals.episodes, noise });
      }
      const chance = random.split(totals.episodes);
      seed = frozen?.[chance.integer(frozen.length)] ?? placementSeed(chance, SHOWN);
      yield { episode: options.nextEpisode(), reset: { seed }, noise: { standardDeviation: noise, random: chance.split("noise") } };
    }
  }
  const actor = controllerActor(entry.controller(environment), entry.spec.action.size);
  let transitions: Transition[] = [];
  await drain(closedLoop({ actor, environment, task: id, episodes: plans(), pace, stepsAfterSuccess: STEPS_AFTER_SUCCESS }), (event) => {
    onLoop(event);
    if (event.kind === "episode-started") transitions = [];
    if (event.kind === "stepped") transitions.push(copyOf(event));
    if (event.kind !== "episode-ended") return;
    totals.episodes++;
    if (!event.success) return;
    totals.successes++;
    totals.steps += event.steps;
    onSuccess(transitions, seed);
  });
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
