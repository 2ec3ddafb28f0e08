/**
 * @file A continual-learning run: worlds in sequence, agents side by side, everything that happens told as events. A scenario's
 * program decides what is done in which order; here is how each thing is done. All chance comes from the run's seed.
 */
import type { Agent, AgentEntry } from "../contract/agent.ts";
import type { Environment, EnvironmentEntry } from "../contract/environment.ts";
import { InvalidValueError, OrderError, UnknownNameError } from "../contract/errors.ts";
import type { MemoryShape, MemoryStore } from "../contract/memory.ts";
import { asTaskId, type TaskId } from "../contract/task.ts";
import { RandomStream } from "../numerics/random.ts";
import { agentActor, closedLoop, type EpisodePlan } from "../streams/closed-loop.ts";
import { drain } from "../streams/drain.ts";
import type { EpisodeEnded, LoopEvent } from "../streams/loop-event.ts";
import type { Pace } from "../streams/pace.ts";
import { yieldNow } from "../streams/yield-now.ts";
import type { ContinualConfig } from "./config.ts";
import { demonstrate } from "./demonstrations.ts";
import { ReadShares } from "./read-shares.ts";
import type { RunEvent, RunProgress } from "./run-event.ts";
import type { Scenario } from "./scenario.ts";
import { WorkEstimate } from "./work-estimate.ts";

export interface ContinualRunOptions {
  readonly scenario: Scenario;
  readonly config: ContinualConfig;
  readonly seed: number;
  readonly environments: ReadonlyMap<string, EnvironmentEntry>;
  readonly agents: ReadonlyMap<string, AgentEntry>;
  readonly pace: Pace;
  /** Opens the durable store of an agent's memory. */
  openStore?(agent: string, shape: MemoryShape): MemoryStore;
  onEvent(event: RunEvent): void;
  /** Valid only during the call. */
  onLoop(event: LoopEvent): void;
  onProgress(progress: RunProgress): void;
}

/** One task of the sequence. */
export interface RunTask {
  readonly id: TaskId;
  readonly entry: EnvironmentEntry;
  readonly environment: Environment;
}

/** Thrown out of a run's work when its pace was stopped. */
export class StoppedError extends OrderError {}

export class ContinualRun {
  readonly config: ContinualConfig;
  readonly seed: number;
  readonly tasks: readonly RunTask[];
  readonly agents: readonly Agent[];
  readonly #options: ContinualRunOptions;
  readonly #random: RandomStream;
  readonly #work: WorkEstimate;
  /** Episodes begun so far, over the whole run. */
  #episodes = 0;

  private constructor(options: ContinualRunOptions, tasks: readonly RunTask[], agents: readonly Agent[]) {
    this.config = options.config;
    this.seed = options.seed;
    this.tasks = tasks;
    this.agents = agents;
    this.#options = options;
    this.#random = RandomStream.fromSeed(options.seed);
    this.#work = new WorkEstimate(options.config);
  }

  /**
   * Makes worlds and agents and announces the run.
   * @throws {UnknownNameError} An environment or agent that is not registered. @throws {InvalidValueError} Tasks whose spaces differ, or a task named twice.
   */
  static async create(options: ContinualRunOptions): Promise<ContinualRun> {
    const { scenario, config, seed } = options;
    const tasks = config.tasks.map((id) => taskOf(id, options.environments));
    requireOneBody(tasks);
    const agents: Agent[] = [];
    for (const [name, overrides] of Object.entries(config.agents)) {
      const entry = options.agents.get(name);
      if (entry === undefined) throw new UnknownNameError("agent", name, [...options.agents.keys()]);
      const agentSeed = RandomStream.fromSeed(seed).split(`agent ${name}`).uint32();
      agents.push(
        await entry.make({
          spec: tasks[0]!.entry.spec,
          seed: agentSeed,
          config: overrides,
          ...(options.openStore && { openStore: (shape: MemoryShape) => options.openStore!(name, shape) }),
        }),
      );
    }
    options.onEvent({
      kind: "run-started",
      scenario: scenario.name,
      seed,
      agents: agents.map((agent) => agent.name),
      tasks: tasks.map(({ id, entry }) => ({ id, environment: entry.spec.id, summary: entry.spec.summary })),
    });
    return new ContinualRun(options, tasks, agents);
  }

  /** The scripted controller shows the task; every agent observes the same successful episodes. */
  async demonstrate(task: RunTask): Promise<void> {
    for (const agent of this.agents) agent.beginTask(task.id);
    const { demonstrations, demonstrationNoise } = this.config;
    const { pace, onLoop } = this.#options;
    const totals = await demonstrate({
      ...task,
      count: demonstrations,
      noise: demonstrationNoise,
      random: this.#random.split("demonstrations").split(task.id),
      nextEpisode: () => ++this.#episodes,
      pace,
      onLoop,
      onSuccess: (transitions) => {
        for (const transition of transitions) for (const agent of this.agents) agent.observe(transition);
        this.#progress("demonstrate", task.id, 1 / demonstrations);
      },
    });
    this.#requireGoingOn();
    this.#options.onEvent({ kind: "demonstrated", task: task.id, ...totals });
  }

  /** An agent consolidates what it knows, the new task included. */
  async sleep(agent: Agent, task: RunTask): Promise<void> {
    const { gradientSteps } = this.config;
    const every = Math.max(1, Math.round(gradientSteps / 20));
    const sleep = agent.consolidate({ gradientSteps });
    const losses = { sum: 0, count: 0 };
    for (let next = sleep.next(); ; next = sleep.next()) {
      if (next.done === true) {
        this.#options.onEvent({ kind: "learned", agent: agent.name, task: task.id, ...next.value });
        return;
      }
      losses.sum += next.value.loss;
      losses.count++;
      if (next.value.gradientSteps % every === 0) {
        this.#options.onEvent({
          kind: "loss",
          agent: agent.name,
          task: task.id,
          gradientStep: next.value.gradientSteps,
          loss: losses.sum / losses.count,
        });
        losses.sum = losses.count = 0;
      }
      this.#progress("learn", task.id, 1 / gradientSteps, agent.name);
      await this.#rest();
    }
  }

  /**
   * Tests an agent on a task: one cell of its success matrix. The placements depend on the run's seed and the task alone, so all agents meet the
   * same ones every time.
   * @param learned How many tasks have been learned so far.
   */
  async evaluate(agent: Agent, task: RunTask, learned: number): Promise<void> {
    const ended: EpisodeEnded[] = [];
    const shares = new ReadShares(agent);
    await this.#loop(agent, task, this.#evaluationPlans(task), (event) => {
      if (event.kind === "stepped") shares.add(event.decision);
      if (event.kind !== "episode-ended") return;
      ended.push(event);
      this.#progress("evaluate", task.id, 1 / this.config.evaluationEpisodes, agent.name);
    });
    this.#requireGoingOn();
    this.#options.onEvent({
      kind: "evaluated",
      agent: agent.name,
      learned,
      task: task.id,
      successes: ended.map((episode) => episode.success),
      steps: ended.map((episode) => episode.steps),
      returns: ended.map((episode) => episode.return),
      readShares: shares.total(),
    });
  }

  /** Tests every agent on every task: one row of each success matrix. */
  async evaluateAll(learned: number): Promise<void> {
    for (const agent of this.agents) for (const task of this.tasks) await this.evaluate(agent, task, learned);
  }

  /** Shows an agent at work on task after task until the pace is stopped; nothing of it is logged. */
  async exhibit(agent: Agent): Promise<void> {
    const random = this.#random.split("exhibition");
    for (let round = 0; !this.#options.pace.state.stopped; round++) {
      const task = this.tasks[round % this.tasks.length]!;
      await this.#loop(agent, task, [{ episode: ++this.#episodes, reset: { seed: random.uint32() } }], () => {});
    }
  }

  /** Announces the end. */
  finish(complete: boolean): void {
    this.#options.onEvent({ kind: "run-finished", complete });
  }

  dispose(): void {
    for (const agent of this.agents) agent.dispose();
  }

  async #loop(agent: Agent, task: RunTask, episodes: Iterable<EpisodePlan>, onEvent: (event: LoopEvent) => void): Promise<void> {
    const { pace, onLoop } = this.#options;
    const loop$ = closedLoop({ actor: agentActor(agent), environment: task.environment, task: task.id, episodes, pace, stopAtSuccess: true });
    await drain(loop$, (event) => {
      onEvent(event);
      onLoop(event);
    });
  }

  *#evaluationPlans(task: RunTask): Generator<EpisodePlan> {
    const random = this.#random.split("evaluation").split(task.id);
    for (let i = 0; i < this.config.evaluationEpisodes; i++) yield { episode: ++this.#episodes, reset: { seed: random.uint32() } };
  }

  #progress(phase: RunProgress["phase"], task: TaskId, share: number, agent?: string): void {
    const fraction = this.#work.advance(phase, share);
    this.#options.onProgress({ phase, task, fraction, ...(agent !== undefined && { agent }) });
  }

  /** Lets others run, waits while paused, and ends the work when stopped. */
  async #rest(): Promise<void> {
    const { pace } = this.#options;
    await yieldNow();
    while (pace.state.paused && !pace.state.stopped) await pace.changed();
    this.#requireGoingOn();
  }

  #requireGoingOn(): void {
    if (this.#options.pace.state.stopped) throw new StoppedError("The run was stopped. What it wrote so far is in its folder.");
  }
}

function taskOf(id: string, environments: ReadonlyMap<string, EnvironmentEntry>): RunTask {
  const entry = environments.get(id);
  if (entry === undefined) throw new UnknownNameError("environment", id, [...environments.keys()]);
  const name = id.replace(/^.*\//, "").replace(/@.*$/, "");
  return { id: asTaskId(name), entry, environment: entry.make() };
}

/** An agent lives in one body: all tasks of a run must share their spaces, and their names must tell them apart. */
function requireOneBody(tasks: readonly RunTask[]): void {
  const [{ entry }] = tasks as [RunTask];
  for (const [i, task] of tasks.entries()) {
    const { observation, action } = task.entry.spec;
    if (observation.size !== entry.spec.observation.size || action.size !== entry.spec.action.size) {
      throw new InvalidValueError(`config.tasks.${i}`, task.entry.spec.id, `a world with the same body as ${entry.spec.id}`);
    }
    if (tasks.findIndex((other) => other.id === task.id) !== i)
      throw new InvalidValueError(`config.tasks.${i}`, task.entry.spec.id, "named only once");
  }
}
