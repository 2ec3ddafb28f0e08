/** @file Agents at work in worlds: the placements that they are tested on, and what comes of it. */
import type { Agent, Decision } from "../contract/agent.ts";
import type { Environment } from "../contract/environment.ts";
import type { MemoryCondition } from "../contract/explanation.ts";
import type { TaskId } from "../contract/task.ts";
import type { RandomStream } from "../numerics/random.ts";
import { agentActor, closedLoop, type EpisodePlan } from "../streams/closed-loop.ts";
import { drain } from "../streams/drain.ts";
import type { EpisodeEnded, LoopEvent } from "../streams/loop-event.ts";
import type { Pace } from "../streams/pace.ts";
import type { ContinualConfig } from "./config.ts";
import { frozenSeeds, placementSeed, placementsTested, TESTED } from "./placements.ts";
import type { Outcomes } from "./run-event.ts";
import type { RunTask } from "./run-task.ts";

/** So many episodes of one cell are played again because their world was lost; after that they count as they ended. */
const LOST_EPISODES = 3;

export interface PerformanceOptions {
  readonly config: ContinualConfig;
  /** The run's. */
  readonly random: RandomStream;
  readonly pace: Pace;
  /** What agents are told that a task is called. */
  readonly nameOf: (task: TaskId) => TaskId;
  /** Valid only during the call. */
  readonly onLoop: (event: LoopEvent) => void;
  /** A test episode that counts has ended. */
  readonly onTested: (agent: Agent, task: RunTask) => void;
}

/** Episodes that leave a world as it was, each in the world as it is: a drift goes on with what is demonstrated, and not with tests and showings. */
function* apart(world: Environment, episodes: Iterable<EpisodePlan>): Generator<EpisodePlan, void> {
  const carried = world.carried?.();
  try {
    for (const episode of episodes) {
      if (carried !== undefined) world.carry!(carried);
      yield episode;
    }
  } finally {
    if (carried !== undefined) world.carry!(carried);
  }
}

/** Episodes that an agent plays in a world. */
interface Performance {
  readonly agent: Agent;
  readonly task: RunTask;
  /** How the agent reads its memory. */
  readonly memory?: MemoryCondition;
  readonly episodes: Iterable<EpisodePlan>;
  readonly onEvent?: (event: LoopEvent) => void;
  readonly signal?: AbortSignal;
}

export interface TestOptions {
  /** How the agent reads its memory. */
  readonly memory?: MemoryCondition;
  /** How many placements at most. */
  readonly placements?: number;
  readonly onDecision?: (decision: Decision) => void;
}

export class Performances {
  readonly #options: PerformanceOptions;
  /** Episodes begun so far, over the whole run. */
  #episodes = 0;
  /** Of those, the ones that were only shown. */
  #exhibited = 0;

  constructor(options: PerformanceOptions) {
    this.#options = options;
  }

  /** The number of an episode that begins, whoever plays it. */
  nextEpisode(): number {
    return ++this.#episodes;
  }

  /**
   * Tests an agent on a task. The placements depend on the run's seed and the task alone, so all agents meet the same ones every time, and no demonstration
   * shows any of them. An episode whose world was lost is played again.
   * @returns What came of the episodes that ended: fewer than there should be once the pace is stopped.
   */
  async test(agent: Agent, task: RunTask, { memory, placements = Infinity, onDecision }: TestOptions): Promise<Outcomes> {
    const ended: EpisodeEnded[] = [];
    const adaptationSteps: number[] = [];
    /** In the episode that is going on, of an agent that says so. */
    let adapting: number | undefined;
    let patience = LOST_EPISODES;
    const onEvent = (event: LoopEvent): void => {
      if (event.kind === "episode-started") adapting = undefined;
      if (event.kind === "stepped") {
        onDecision?.(event.decision);
        if (event.decision.adaptationSteps !== undefined) adapting = (adapting ?? 0) + event.decision.adaptationSteps;
      }
      if (event.kind !== "episode-ended") return;
      if (event.reason === "disconnected" && --patience >= 0) return;
      ended.push(event);
      if (adapting !== undefined) adaptationSteps.push(adapting);
      this.#options.onTested(agent, task);
    };
    const count = Math.min(placementsTested(this.#options.config), placements);
    await this.#play({ agent, task, episodes: this.#plans(task, count, ended), onEvent, ...(memory && { memory }) });
    return {
      successes: ended.map((episode) => episode.success),
      steps: ended.map((episode) => episode.steps),
      returns: ended.map((episode) => episode.return),
      ...(adaptationSteps.length > 0 && { adaptationSteps }),
    };
  }

  /** One episode, until its end, an abort of the signal or a stop of the pace. */
  async exhibit(agent: Agent, task: RunTask, signal?: AbortSignal): Promise<void> {
    const seed = this.#options.random.split("exhibition").split(this.#exhibited++).uint32();
    await this.#play({ agent, task, episodes: [{ episode: this.nextEpisode(), reset: { seed } }], ...(signal && { signal }) });
  }

  async #play({ agent, task, memory, episodes, onEvent, signal }: Performance): Promise<void> {
    const { config, pace, nameOf, onLoop } = this.#options;
    const loop$ = closedLoop({
      actor: agentActor(agent, { ...(memory && { memory }), ...(config.boundaries !== "given" && { task: nameOf(task.id) }) }),
      environment: task.environment,
      task: task.id,
      episodes: apart(task.environment, episodes),
      pace,
      stepsAfterSuccess: 0,
    });
    const hear = (event: LoopEvent): void => {
      onLoop(event);
      onEvent?.(event);
    };
    await drain(loop$, hear, signal);
  }

  /** @param count Of the episodes that shall count. @param ended Those that do, so far. */
  *#plans(task: RunTask, count: number, ended: readonly EpisodeEnded[]): Generator<EpisodePlan> {
    const random = this.#options.random.split("evaluation").split(task.id);
    const frozen = frozenSeeds(random, this.#options.config.placements, TESTED);
    const seeds = Array.from({ length: count }, (_, i) => frozen?.[i] ?? placementSeed(random, TESTED));
    while (ended.length < count) yield { episode: this.nextEpisode(), reset: { seed: seeds[ended.length]! } };
  }
}
