/**
 * @file A continual-learning run: worlds in sequence, agents side by side, everything that happens told as events. A scenario's
 * program decides what is done in which order; here is how each thing is done. All chance comes from the run's seed.
 */
import type { Agent, ConsolidationBudget, ConsolidationProgress, Decision, Transition } from "../contract/agent.ts";
import { DivergenceError, EngramError, InvalidValueError, OrderError, StorageError } from "../contract/errors.ts";
import type { MemoryCondition } from "../contract/explanation.ts";
import type { TaskId } from "../contract/task.ts";
import { RandomStream } from "../numerics/random.ts";
import { agentActor, closedLoop, type EpisodePlan } from "../streams/closed-loop.ts";
import { drain } from "../streams/drain.ts";
import { wallClock, yieldNow } from "../streams/event-loop.ts";
import type { EpisodeEnded, LoopEvent } from "../streams/loop-event.ts";
import { Boundaries } from "./boundaries.ts";
import type { ContinualConfig } from "./config.ts";
import { demonstrate, type DemonstrationTotals } from "./demonstrations.ts";
import type { LossCurvePoint } from "./loss-curve.ts";
import { MemoryUse } from "./memory-use.ts";
import { ReadShares } from "./read-shares.ts";
import { checkSets, chooseRecorded, transitionsOf } from "./recorded.ts";
import { makeAgent, makeAgents } from "./run-agents.ts";
import type { Outcomes, RunProgress, SleepTrigger } from "./run-event.ts";
import { frozenSeeds, placementSeed, TESTED } from "./placements.ts";
import { runTasks, type RunTask } from "./run-task.ts";
import type { ContinualRunOptions } from "./run-options.ts";
import { sleepThrough, type Slept } from "./sleep-through.ts";
import { TestsWhileLearning } from "./tests-while-learning.ts";
import { WorkEstimate } from "./work-estimate.ts";

export type { ContinualRunOptions } from "./run-options.ts";
export type { RunTask } from "./run-task.ts";

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

/** So many episodes of one cell are played again because their world was lost; after that they count as they ended. */
const LOST_EPISODES = 3;

interface TestOptions {
  /** How the agent reads its memory. */
  readonly memory?: MemoryCondition;
  /** How many placements at most. */
  readonly placements?: number;
  readonly onDecision?: (decision: Decision) => void;
}

export interface ProbeOptions {
  /** How many tasks have been learned, as the tests were told; all by default. */
  readonly learned?: number;
  /** On how many placements of each task, the first of the tests'; all by default. */
  readonly placements?: number;
}

/** Thrown out of a run's work when its pace was stopped. */
export class StoppedError extends EngramError {
  readonly code = "stopped";

  constructor() {
    super("The run was stopped before its end.");
  }
}

export class ContinualRun {
  readonly config: ContinualConfig;
  readonly seed: number;
  /** In the order of learning. */
  readonly tasks: readonly RunTask[];
  /** Those that are only tested, unless the scenario demonstrates them too, as in meta-testing. */
  readonly testTasks: readonly RunTask[];
  readonly agents: readonly Agent[];
  readonly #options: ContinualRunOptions;
  readonly #random: RandomStream;
  readonly #work: WorkEstimate;
  readonly #boundaries: Boundaries;
  /** Demonstrations since agents last slept, of the task that is being shown; and how many of its gradient steps sleeps in its midst took. */
  #unslept = 0;
  #slept = 0;
  /** What each agent read of its memory in its latest row of tests. */
  readonly #use = new Map<Agent, MemoryUse>();
  /** Tasks demonstrated so far. */
  readonly #seen = new Set<RunTask>();
  /** Episodes begun so far, over the whole run. */
  #episodes = 0;
  /** Of those, the ones that were only shown. */
  #exhibited = 0;

  private constructor(options: ContinualRunOptions, worlds: readonly RunTask[], agents: readonly Agent[]) {
    this.config = options.config;
    this.seed = options.seed;
    this.tasks = worlds.slice(0, options.config.tasks.length);
    this.testTasks = worlds.slice(options.config.tasks.length);
    this.agents = agents;
    this.#options = options;
    this.#random = RandomStream.fromSeed(options.seed);
    this.#work = new WorkEstimate(options.config);
    const { boundaries: mode, demonstrations } = options.config;
    this.#boundaries = new Boundaries({ mode, spec: worlds[0]!.entry.spec, demonstrations, random: this.#random.split("boundaries") });
  }

  /**
   * Makes worlds and agents and announces the run.
   * @throws {UnknownNameError} An environment or agent that is not registered, or demonstrations of a task that is not learned.
   * @throws {InvalidValueError} Tasks of different bodies or of the same name, or an agent's configuration value that breaks its rule.
   */
  static async create(options: ContinualRunOptions): Promise<ContinualRun> {
    const { scenario, config, seed, onEvent } = options;
    const worlds = await runTasks([...config.tasks, ...config.testTasks], options.openEnvironment);
    await checkSets(options, worlds);
    const agents = await makeAgents(options, worlds[0]!.entry.spec);
    const told = worlds.map(({ id, entry }) => ({ id, environment: entry.spec.id, summary: entry.spec.summary }));
    onEvent({
      kind: "run-started",
      scenario: scenario.name,
      seed,
      agents: agents.map((agent) => agent.name),
      tasks: told.slice(0, config.tasks.length),
      ...(config.testTasks.length > 0 && { testTasks: told.slice(config.tasks.length) }),
    });
    return new ContinualRun(options, worlds, agents);
  }

  /**
   * The scripted controller shows the task, or a data set of recorded episodes does; every agent observes the same successful episodes.
   * @throws {StoppedError} @throws {InvalidValueError} A world without a controller, or a data set that does not fit. @throws {DemonstrationError} A controller that keeps failing.
   */
  async demonstrate(task: RunTask): Promise<void> {
    for (const agent of this.agents) {
      await this.#refresh(agent);
      if (this.config.boundaries === "given") agent.beginTask(task.id);
    }
    this.#unslept = this.#slept = 0;
    this.#seen.add(task);
    const set = this.config.demonstrationSets[task.world];
    const shown: (readonly Transition[])[] = [];
    const onShown = (transitions: readonly Transition[]): void => {
      shown.push(transitions);
      this.#progress("demonstrate", task.id, 1);
    };
    const totals = await (set === undefined ? this.#controllerShows(task, onShown) : this.#recordingShows(task, set, onShown));
    for (const [k, transitions] of shown.entries()) await this.#show(task, transitions, k);
    this.#requireGoingOn();
    this.#options.onEvent({ kind: "demonstrated", task: task.id, ...totals });
  }

  /** Every agent sees the k-th demonstration of a task, as what it is believed to be; and sleeps before it or after it, where that is due. */
  async #show(task: RunTask, transitions: readonly Transition[], k: number): Promise<void> {
    const { context, begins } = this.#boundaries.hear(task.id, transitions);
    if (begins) {
      this.#options.onEvent({ kind: "boundary", task: task.id, demonstration: k, context });
      await this.#sleepMeanwhile(task, "drift");
      for (const agent of this.agents) agent.beginTask(context);
    }
    for (const transition of transitions) for (const agent of this.agents) agent.observe({ ...transition, task: context });
    this.#unslept++;
    const { sleepEvery, demonstrations } = this.config;
    if (sleepEvery > 0 && this.#unslept >= sleepEvery && k + 1 < demonstrations) await this.#sleepMeanwhile(task, "count");
  }

  /** All agents sleep on what they have seen since they last did, with its share of the task's gradient steps. */
  async #sleepMeanwhile(task: RunTask, trigger: SleepTrigger): Promise<void> {
    const { gradientSteps, demonstrations } = this.config;
    const steps = Math.round((gradientSteps * this.#unslept) / demonstrations);
    if (this.#unslept === 0 || steps === 0) return;
    for (const agent of this.agents) await this.#sleep(agent, task, { gradientSteps: steps, taskEnds: trigger === "drift" }, trigger);
    this.#slept += steps;
    this.#unslept = 0;
  }

  #controllerShows(task: RunTask, onSuccess: (transitions: readonly Transition[]) => void): Promise<DemonstrationTotals> {
    const { pace, onLoop } = this.#options;
    return demonstrate({
      task,
      count: this.config.demonstrations,
      noise: this.config.demonstrationNoise,
      random: this.#random.split("demonstrations").split(task.id),
      placements: this.config.placements,
      pace,
      nextEpisode: () => ++this.#episodes,
      onLoop,
      onSuccess,
    });
  }

  async #recordingShows(task: RunTask, name: string, onShown: (transitions: readonly Transition[]) => void): Promise<DemonstrationTotals> {
    const { demonstrations } = this.config;
    const { spec } = task.entry;
    const set = await this.#options.openDemonstrations!(name);
    try {
      let steps = 0;
      for (const episode of chooseRecorded(set, demonstrations, this.#random.split("demonstrations").split(task.id))) {
        const transitions = transitionsOf(episode, { task: task.id, number: ++this.#episodes, spec });
        steps += transitions.length;
        onShown(transitions);
        await this.#rest();
      }
      return { episodes: demonstrations, successes: demonstrations, steps };
    } finally {
      set.close();
    }
  }

  /**
   * An agent sleeps on what it has observed, the new task included, with what is left of the task's gradient steps.
   * @throws {StoppedError} The sleep is then left unfinished. @throws {DivergenceError} A loss or gradient that is not finite; the agent is then as it was before that step.
   */
  async sleep(agent: Agent, task: RunTask): Promise<void> {
    const isGiven = this.config.boundaries === "given";
    const gradientSteps = Math.max(0, this.config.gradientSteps - this.#slept);
    await this.#sleep(agent, task, { gradientSteps, taskEnds: isGiven }, isGiven ? "boundary" : "idle");
  }

  async #sleep(agent: Agent, task: RunTask, budget: ConsolidationBudget, trigger: SleepTrigger): Promise<void> {
    const { gradientSteps } = budget;
    const named = { agent: agent.name, task: task.id };
    const { onEvent } = this.#options;
    await this.#refresh(agent);
    this.#use.delete(agent);
    const tests = this.#testsWhileLearning(agent, task, gradientSteps);
    const onTurn = async ({ doing = "learning" }: ConsolidationProgress, steps: number, done: number): Promise<void> => {
      this.#progress("learn", task.id, steps, agent.name, doing);
      await tests?.after(done);
      await this.#rest();
    };
    const onLoss = (point: LossCurvePoint): void => onEvent({ kind: "loss", ...named, ...point });
    let slept: Slept;
    try {
      slept = await sleepThrough(agent, this.#limited(budget), { onTurn, onLoss });
    } catch (error) {
      throw error instanceof DivergenceError ? error.during({ ...named, seed: this.seed }) : error;
    } finally {
      tests?.dispose();
    }
    const { report, done } = slept;
    this.#work.skip("learn", agent.name, gradientSteps - done);
    this.#work.skip("evaluate", agent.name, tests?.left ?? 0);
    onEvent({ kind: "learned", ...named, trigger, ...report });
    const learned = Math.min(this.#before(task) + 1, this.tasks.length);
    if (agent.measure !== undefined) onEvent({ kind: "measured", agent: agent.name, learned, ...agent.measure() });
  }

  /** A sleep's budget, with the limits that the configuration sets to all sleeps. */
  #limited(budget: ConsolidationBudget): ConsolidationBudget {
    const { sleepSeconds, sleepMemoryBytes } = this.config;
    const begun = wallClock();
    return {
      ...budget,
      ...(sleepSeconds !== undefined && { isOver: () => wallClock() - begun > 1000 * sleepSeconds }),
      ...(sleepMemoryBytes !== undefined && { memoryBytes: sleepMemoryBytes }),
    };
  }

  /** @param gradientSteps Of this sleep. */
  #testsWhileLearning(agent: Agent, task: RunTask, gradientSteps: number): TestsWhileLearning | undefined {
    const { testsWhileLearning: plan } = this.config;
    if (plan === undefined) return undefined;
    const named = { agent: agent.name, learned: this.#before(task), learning: task.id };
    return new TestsWhileLearning({
      plan,
      gradientSteps,
      tasks: plan.tasks === "current" ? [task] : [...new Set([...this.#seen, task])],
      sleeper: agent,
      makeTwin: () => makeAgent(this.#options, this.tasks[0]!.entry.spec, Object.keys(this.config.agents)[this.agents.indexOf(agent)]!),
      test: (twin, tested, placements) => this.#test(twin, tested, { placements }),
      onTested: (tested) => this.#options.onEvent({ kind: "tested-while-learning", ...named, ...tested }),
    });
  }

  /** How many tasks of the sequence come before one; all of them before one that is only tested. */
  #before(task: RunTask): number {
    const at = this.tasks.indexOf(task);
    return at < 0 ? this.tasks.length : at;
  }

  /**
   * Tests an agent on a task: one cell of its success matrix. The placements depend on the run's seed and the task alone, so all agents meet
   * the same ones every time, and no demonstration shows any of them. An episode whose world was lost is played again.
   * @param learned How many tasks have been learned so far.
   * @throws {StoppedError} @throws {InvalidValueError} More tasks learned than there are.
   */
  async evaluate(agent: Agent, task: RunTask, learned: number): Promise<void> {
    this.#checkLearned(learned);
    await this.#refresh(agent);
    const reads = new ReadShares((id) => agent.remembered?.(id));
    const outcomes = await this.#test(agent, task, { onDecision: (decision) => reads.add(decision) });
    const readAge = reads.age();
    this.#useOf(agent, learned).add(reads);
    const cell = { agent: agent.name, learned, task: task.id, ...outcomes, readShares: reads.shares() };
    this.#options.onEvent({ kind: "evaluated", ...cell, ...(readAge !== undefined && { readAge }) });
  }

  /** Tests every agent on every task, and on those that are only tested: one row of each success matrix. */
  async evaluateAll(learned: number): Promise<void> {
    for (const agent of this.agents) for (const task of [...this.tasks, ...this.testTasks]) await this.evaluate(agent, task, learned);
  }

  /**
   * Asks what the memories are worth: every agent that reads one is tested again, on placements of the tests after as many tasks, with its memory off
   * and with its memory shuffled; and says how much of it was read in those tests.
   * @throws {OrderError} Such an agent was not tested since it last learned. @throws {StoppedError}
   */
  async probeMemory({ learned = this.tasks.length, placements = Infinity }: ProbeOptions = {}): Promise<void> {
    this.#checkLearned(learned);
    if (!(placements >= 1)) throw new InvalidValueError("placements", placements, "a number from 1 up");
    for (const agent of this.agents) {
      if (agent.memory === undefined) continue;
      const use = this.#use.get(agent);
      if (use?.learned !== learned) {
        throw new OrderError(`${agent.name} was not tested after ${learned} tasks. Call \`evaluateAll(${learned})\` before \`probeMemory\`.`);
      }
      const named = { agent: agent.name, learned };
      this.#options.onEvent({ kind: "memory-read", ...named, sources: use.sources(agent.memory) });
      for (const memory of ["off", "shuffled"] as const) {
        for (const task of this.tasks) {
          const outcomes = await this.#test(agent, task, { memory, placements });
          this.#options.onEvent({ kind: "probed", ...named, task: task.id, memory, ...outcomes });
        }
      }
    }
  }

  /** Shows an agent at work for one episode, until its end, an abort of the signal or a stop of the pace; nothing of it is logged. */
  async exhibit(agent: Agent, task: RunTask, signal?: AbortSignal): Promise<void> {
    await this.#refresh(agent);
    const seed = this.#random.split("exhibition").split(this.#exhibited++).uint32();
    await this.#play({ agent, task, episodes: [{ episode: ++this.#episodes, reset: { seed } }], ...(signal && { signal }) });
  }

  /** Announces the end. */
  finish(complete: boolean): void {
    this.#options.onEvent({ kind: "run-finished", complete });
  }

  dispose(): void {
    for (const agent of this.agents) agent.dispose();
  }

  /** A store that is away for a while does not end a run: the next refresh tries again, and what is closed at the end must be whole. */
  async #refresh(agent: Agent): Promise<void> {
    try {
      await agent.refresh?.();
    } catch (error) {
      if (!(error instanceof StorageError) || this.#options.onTrouble === undefined) throw error;
      this.#options.onTrouble(error);
    }
  }

  async #test(agent: Agent, task: RunTask, { memory, placements = Infinity, onDecision }: TestOptions): Promise<Outcomes> {
    const ended: EpisodeEnded[] = [];
    const adaptationSteps: number[] = [];
    /** In the episode that is going on. */
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
      this.#progress("evaluate", task.id, 1, agent.name);
    };
    const count = Math.min(this.config.evaluationEpisodes, placements);
    await this.#play({ agent, task, episodes: this.#evaluationPlans(task, count, ended), onEvent, ...(memory && { memory }) });
    this.#requireGoingOn();
    return {
      successes: ended.map((episode) => episode.success),
      steps: ended.map((episode) => episode.steps),
      returns: ended.map((episode) => episode.return),
      ...(adaptationSteps.length > 0 && { adaptationSteps }),
    };
  }

  #checkLearned(learned: number): void {
    if (!Number.isInteger(learned) || learned < 0 || learned > this.tasks.length) {
      throw new InvalidValueError("learned", learned, `an integer from 0 to ${this.tasks.length}, the number of tasks`);
    }
  }

  /** What an agent read in the tests after so many tasks; begun anew with each row of tests. */
  #useOf(agent: Agent, learned: number): MemoryUse {
    let use = this.#use.get(agent);
    if (use?.learned !== learned) this.#use.set(agent, (use = new MemoryUse(learned)));
    return use;
  }

  async #play({ agent, task, memory, episodes, onEvent, signal }: Performance): Promise<void> {
    const { pace, onLoop } = this.#options;
    const loop$ = closedLoop({
      actor: agentActor(agent, { ...(memory && { memory }), ...(this.config.boundaries !== "given" && { task: this.#boundaries.nameOf(task.id) }) }),
      environment: task.environment,
      task: task.id,
      episodes,
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
  *#evaluationPlans(task: RunTask, count: number, ended: readonly EpisodeEnded[]): Generator<EpisodePlan> {
    const random = this.#random.split("evaluation").split(task.id);
    const frozen = frozenSeeds(random, this.config.placements, TESTED);
    const seeds = Array.from({ length: count }, (_, i) => frozen?.[i % frozen.length] ?? placementSeed(random, TESTED));
    while (ended.length < count) yield { episode: ++this.#episodes, reset: { seed: seeds[ended.length]! } };
  }

  #progress(phase: RunProgress["phase"], task: TaskId, units: number, agent?: string, doing?: RunProgress["doing"]): void {
    const fraction = this.#work.advance(phase, agent ?? "", units);
    this.#options.onProgress({ phase, task, fraction, ...(agent !== undefined && { agent }), ...(doing !== undefined && { doing }) });
  }

  /** Lets others run, waits while paused, and ends the work when stopped. */
  async #rest(): Promise<void> {
    await yieldNow();
    await this.#options.pace.untilAllowed();
    this.#requireGoingOn();
  }

  #requireGoingOn(): void {
    if (this.#options.pace.state.stopped) throw new StoppedError();
  }
}
