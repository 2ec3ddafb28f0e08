/**
 * @file A continual-learning run: worlds in sequence, agents side by side, everything that happens told as events. A scenario's
 * program decides what is done in which order; here is how each thing is done. All chance comes from the run's seed.
 */
import type { Agent, ConsolidationProgress, Transition } from "../contract/agent.ts";
import { DivergenceError, EngramError, InvalidValueError, OrderError, StorageError } from "../contract/errors.ts";
import type { TaskId } from "../contract/task.ts";
import { RandomStream } from "../numerics/random.ts";
import { yieldNow } from "../streams/event-loop.ts";
import { Boundaries } from "./boundaries.ts";
import type { ContinualConfig } from "./config.ts";
import { demonstrate, type DemonstrationTotals } from "./demonstrations.ts";
import type { LossCurvePoint } from "./loss-curve.ts";
import { MemoryUse } from "./memory-use.ts";
import { Performances, type TestOptions } from "./performances.ts";
import { ReadShares } from "./read-shares.ts";
import { checkSets, chooseRecorded, transitionsOf } from "./recorded.ts";
import { makeAgent, makeAgents } from "./run-agents.ts";
import type { Outcomes, RunProgress, SleepTrigger } from "./run-event.ts";
import { runTasks, type RunTask } from "./run-task.ts";
import type { ContinualRunOptions } from "./run-options.ts";
import { SleepBudgets } from "./sleep-budgets.ts";
import { sleepThrough, type SleepOrder, type Slept } from "./sleep-through.ts";
import { TestsWhileLearning } from "./tests-while-learning.ts";
import { WorkEstimate, type ExpectedWork } from "./work-estimate.ts";

export type { ContinualRunOptions } from "./run-options.ts";
export type { RunTask } from "./run-task.ts";

export interface ProbeOptions {
  /** How many tasks have been learned, as the tests were told; all by default. */
  readonly learned?: number;
  /** On how many placements of each task, the first of the tests'; all by default. */
  readonly placements?: number;
}

/** A demonstration of a task. */
interface Showing {
  /** Which one, from 0. */
  readonly k: number;
  readonly onSlept: (() => Promise<void>) | undefined;
}

/** What an agent goes to sleep with. */
interface Bedtime extends Pick<SleepOrder, "gradientSteps" | "taskEnds"> {
  readonly trigger: SleepTrigger;
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
  readonly #budgets: SleepBudgets;
  readonly #performances: Performances;
  /** What each agent read of its memory in its latest row of tests. */
  readonly #use = new Map<Agent, MemoryUse>();
  /** Tasks demonstrated so far. */
  readonly #seen = new Set<RunTask>();
  /** What was shown last. */
  #latest: RunTask;

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
    const boundaries = new Boundaries({ mode, spec: worlds[0]!.entry.spec, demonstrations, random: this.#random.split("boundaries") });
    this.#boundaries = boundaries;
    this.#budgets = new SleepBudgets(options.config);
    this.#performances = new Performances({
      config: options.config,
      random: this.#random,
      pace: options.pace,
      nameOf: (task) => boundaries.nameOf(task),
      onLoop: options.onLoop,
      onTested: (agent, task) => this.#progress("evaluate", task.id, 1, agent.name),
    });
    this.#latest = worlds[0]!;
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

  /** For a scenario to say, before it begins, what it will do where that is not the usual protocol: its progress is reckoned by it. */
  expect(work: ExpectedWork): void {
    this.#work.expect(work);
  }

  /**
   * The scripted controller shows the task, or a data set of recorded episodes does; every agent observes the same successful episodes. Agents that are not told
   * of boundaries sleep meanwhile, where they believe in one.
   * @param onSlept All agents have slept on what they had seen, and see nothing new before it is over.
   * @throws {StoppedError} @throws {InvalidValueError} A world without a controller, or a data set that does not fit. @throws {DemonstrationError} A controller that keeps failing.
   */
  async demonstrate(task: RunTask, onSlept?: () => Promise<void>): Promise<void> {
    for (const agent of this.agents) {
      await this.#refresh(agent);
      if (this.config.boundaries === "given") agent.beginTask(task.id);
    }
    this.#budgets.beginTask();
    this.#seen.add(task);
    const set = this.config.demonstrationSets[task.world];
    const shown: (readonly Transition[])[] = [];
    const onShown = (transitions: readonly Transition[]): void => {
      shown.push(transitions);
      this.#progress("demonstrate", task.id, 1);
    };
    const totals = await (set === undefined ? this.#controllerShows(task, onShown) : this.#recordingShows(task, set, onShown));
    for (const [k, transitions] of shown.entries()) await this.#show(task, transitions, { k, onSlept });
    this.#requireGoingOn();
    this.#options.onEvent({ kind: "demonstrated", task: task.id, ...totals });
  }

  /** Every agent sees the k-th demonstration of a task, as what it is believed to be; and sleeps before it or after it, where that is due. */
  async #show(task: RunTask, transitions: readonly Transition[], { k, onSlept }: Showing): Promise<void> {
    const { boundaries, sleepEvery, demonstrations } = this.config;
    const { context, begins } = this.#boundaries.hear(task.id, transitions);
    if (begins) {
      this.#options.onEvent({ kind: "boundary", task: task.id, demonstration: k, context });
      if (await this.#sleepMeanwhile(boundaries === "noisy" ? "boundary" : "drift")) await onSlept?.();
      for (const agent of this.agents) agent.beginTask(context);
    }
    for (const transition of transitions) for (const agent of this.agents) agent.observe({ ...transition, task: context });
    this.#latest = task;
    this.#budgets.show();
    // Only who is told that a task ends with this demonstration waits for the sleep at its end.
    const isLast = boundaries === "given" && k + 1 === demonstrations;
    if (sleepEvery > 0 && this.#budgets.unslept >= sleepEvery && !isLast && (await this.#sleepMeanwhile("count"))) await onSlept?.();
  }

  /** All agents sleep on what they have seen since they last did, with what is due for it. @returns Whether there was anything. */
  async #sleepMeanwhile(trigger: SleepTrigger): Promise<boolean> {
    if (this.#budgets.unslept === 0 || this.agents.every(({ name }) => this.#budgets.due(name) === 0)) return false;
    for (const agent of this.agents) await this.#sleepOnDue(agent, this.#latest, { taskEnds: trigger !== "count", trigger });
    this.#budgets.settle();
    return true;
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
      nextEpisode: () => this.#performances.nextEpisode(),
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
        const transitions = transitionsOf(episode, { task: task.id, number: this.#performances.nextEpisode(), spec });
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
   * An agent sleeps on what it has observed: where boundaries are given the task has ended, and what is left of its gradient steps is taken; else there just is time
   * for it, and for what is due.
   * @throws {StoppedError} The sleep is then left unfinished. @throws {DivergenceError} A loss or gradient that is not finite; the agent is then as it was before that step.
   */
  async sleep(agent: Agent, task: RunTask): Promise<void> {
    if (this.config.boundaries === "given") {
      await this.#sleep(agent, task, { gradientSteps: this.#budgets.rest(agent.name), taskEnds: true, trigger: "boundary" });
    } else await this.#sleepOnDue(agent, task, { taskEnds: false, trigger: "idle" });
    this.#budgets.settle();
  }

  async #sleepOnDue(agent: Agent, task: RunTask, bedtime: Omit<Bedtime, "gradientSteps">): Promise<void> {
    const gradientSteps = this.#budgets.due(agent.name);
    await this.#sleep(agent, task, { gradientSteps, ...bedtime });
    this.#budgets.take(agent.name, gradientSteps);
  }

  async #sleep(agent: Agent, task: RunTask, { trigger, ...asked }: Bedtime): Promise<void> {
    const { gradientSteps } = asked;
    const named = { agent: agent.name, task: task.id };
    const { onEvent } = this.#options;
    await this.#refresh(agent);
    this.#use.delete(agent);
    const tests = this.#testsWhileLearning(agent, task, gradientSteps);
    const onTurn = async ({ doing = "learning", loss }: ConsolidationProgress, steps: number, done: number): Promise<void> => {
      const sleep = { trigger, gradientStep: done, gradientSteps, ...(done > 0 && { loss }) };
      this.#progress("learn", task.id, steps, agent.name, { doing, sleep });
      await tests?.after(done);
      await this.#rest();
    };
    const onLoss = (point: LossCurvePoint): void => onEvent({ kind: "loss", ...named, ...point });
    let slept: Slept;
    try {
      slept = await sleepThrough(agent, { ...asked, ...this.#limits() }, { onTurn, onLoss });
    } catch (error) {
      throw error instanceof DivergenceError ? error.during({ ...named, seed: this.seed }) : error;
    } finally {
      tests?.dispose();
    }
    const { report, done, isCutShort } = slept;
    this.#work.skip("learn", agent.name, gradientSteps - done);
    this.#work.skip("evaluate", agent.name, tests?.left ?? 0);
    onEvent({ kind: "learned", ...named, trigger, ...report, ...(isCutShort && { gradientStepsAsked: gradientSteps }) });
    const learned = Math.min(this.#before(task) + 1, this.tasks.length);
    if (agent.measure !== undefined) onEvent({ kind: "measured", agent: agent.name, learned, ...agent.measure() });
  }

  /** That the configuration sets to all sleeps. */
  #limits(): Pick<SleepOrder, "seconds" | "memoryBytes"> {
    const { sleepSeconds: seconds, sleepMemoryBytes: memoryBytes } = this.config;
    return { ...(seconds !== undefined && { seconds }), ...(memoryBytes !== undefined && { memoryBytes }) };
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
      makeTwin: () => this.#makeLike(agent),
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
   * Tests an agent on a task: one cell of its success matrix.
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

  /** An agent that is what one of the run's is now and shares nothing with it: its memory lives in this process alone. To be disposed of. */
  async twin(agent: Agent): Promise<Agent> {
    const twin = await this.#makeLike(agent);
    twin.restore(agent.snapshot());
    return twin;
  }

  /** Shows an agent at work for one episode, until its end, an abort of the signal or a stop of the pace; nothing of it is logged. */
  async exhibit(agent: Agent, task: RunTask, signal?: AbortSignal): Promise<void> {
    await this.#refresh(agent);
    await this.#performances.exhibit(agent, task, signal);
  }

  /** Announces the end. */
  finish(complete: boolean): void {
    this.#options.onEvent({ kind: "run-finished", complete });
  }

  dispose(): void {
    for (const agent of this.agents) agent.dispose();
    for (const { environment } of [...this.tasks, ...this.testTasks]) environment.dispose?.();
  }

  async #makeLike(agent: Agent): Promise<Agent> {
    return makeAgent(this.#options, this.tasks[0]!.entry.spec, Object.keys(this.config.agents)[this.agents.indexOf(agent)]!);
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

  async #test(agent: Agent, task: RunTask, options: TestOptions): Promise<Outcomes> {
    const outcomes = await this.#performances.test(agent, task, options);
    this.#requireGoingOn();
    return outcomes;
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

  #progress(phase: RunProgress["phase"], task: TaskId, units: number, agent?: string, asleep: Pick<RunProgress, "doing" | "sleep"> = {}): void {
    const fraction = this.#work.advance(phase, agent ?? "", units);
    this.#options.onProgress({ phase, task, fraction, ...(agent !== undefined && { agent }), ...asleep });
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
