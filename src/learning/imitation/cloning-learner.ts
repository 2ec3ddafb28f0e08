/**
 * @file Behaviour cloning: a network reproduces the actions that were shown, by mean squared error, while a consolidation sees to what was learned
 * before.
 * @see Pomerleau (1989), "ALVINN: an autonomous land vehicle in a neural network".
 */
import type { AgentMeasurements } from "../../contract/agent.ts";
import { SnapshotError, type Divergence } from "../../contract/errors.ts";
import { nested, type Snapshot, type SnapshotValue } from "../../contract/snapshot.ts";
import { restoreTaskId, type TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { RandomStream } from "../../numerics/random.ts";
import { FlatVector } from "../../tensor/flat-vector.ts";
import { valueAndGradient, type Loss } from "../../tensor/gradient.ts";
import type { MlpShape } from "../../tensor/mlp-shape.ts";
import { addScaled, matrix } from "../../tensor/ops.ts";
import type { TensorViews } from "../../tensor/parameters.ts";
import type { Scalar } from "../../tensor/types.ts";
import { drawBalanced } from "../consolidation/drawing.ts";
import { keepNothing } from "../consolidation/keeping.ts";
import { makeConsolidation } from "../consolidation/strategies.ts";
import type { Consolidation, DescentStep, Examples, Learner, Question } from "../consolidation/strategy.ts";
import { gather } from "../gather.ts";
import { GradientDescent } from "../gradient-descent.ts";
import { cosineDecay } from "../learning-rate.ts";
import { measurementsOf } from "../measurements.ts";
import type { PolicyInput } from "../policy-input.ts";
import { plainNetwork, type Actor, type Network } from "./network.ts";

export interface CloningOptions {
  /** Input → action. */
  readonly shape: MlpShape;
  readonly input: PolicyInput;
  /** Empty; values are actions. What was shown is remembered in it by whoever sees it. */
  readonly memory: EpisodicMemory;
  /** States a gradient step learns from. */
  readonly batch: number;
  readonly learningRate: number;
  /** A consolidation strategy, by name, with its settings and what these are called in messages. */
  readonly consolidation: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly optionsPath: string;
  /** States of each earlier task that may stay, where the consolidation keeps any. */
  readonly memoryPerTask: number;
}

/** A sleep: gradient steps on the current task. */
export interface CloningSleep {
  readonly task: TaskId;
  readonly count: number;
  /** Whether the task is known to end with it. */
  readonly taskEnds: boolean;
  readonly random: RandomStream;
  /** Asked after each step whether there shall be no further one. */
  readonly isOver?: (() => boolean) | undefined;
}

export class CloningLearner implements Learner {
  readonly shape: MlpShape;
  readonly memory: EpisodicMemory;
  readonly consolidation: Consolidation;
  readonly #options: CloningOptions;
  network: Network;
  parameters: FlatVector;
  #descent: GradientDescent;
  /** Steps taken with networks before this one. */
  #countBefore = 0;
  #actor: Actor;
  /** Of what is kept by chance. */
  readonly #keeping: RandomStream;
  /** The inputs of all rows of memory; while it does not change. */
  #rows: Float32Array | undefined;
  /** The task that has been learned from and has not ended. */
  #open: TaskId | undefined;
  /** The task that was slept on since anything was last shown. */
  #sleptOn: TaskId | undefined;

  /** @throws {UnknownNameError} @throws {InvalidValueError} A strategy that does not exist, or a setting that breaks its rule. */
  constructor(options: CloningOptions, random: RandomStream) {
    this.#options = options;
    this.shape = options.shape;
    this.memory = options.memory;
    this.network = plainNetwork(options.shape);
    this.parameters = new FlatVector(this.network.layout.size);
    this.network.initialize(this.parameters.numbers, random);
    this.#keeping = random.split("keep");
    this.#descent = this.#descend();
    this.#actor = this.network.actor(this.parameters);
    this.consolidation = makeConsolidation(options.consolidation, options.options, this, options.optionsPath);
  }

  /** Gradient steps taken so far, with networks that were before this one too. */
  get count(): number {
    return this.#countBefore + this.#descent.count;
  }

  get cue(): number {
    return this.#options.input.cue;
  }

  get memoryPerTask(): number {
    return this.#options.memoryPerTask;
  }

  /** Ends the task before, if nobody has, lets go of what need not stay, and begins another. */
  beginTask(task: TaskId, random: RandomStream): void {
    this.#endTask(random);
    for (const past of this.memory.tasks().filter((other) => other !== task)) this.#letGo(past);
    this.goOn(task);
    this.consolidation.taskBegan?.(task, random.split("begin"));
  }

  /** To be told before more is shown of a task: what was slept on of it is over, as if the task were, so that a task that nobody ends does not keep everything. */
  goOn(task: TaskId): void {
    if (this.#sleptOn === task) this.#letGo(task);
    this.#sleptOn = undefined;
  }

  #letGo(task: TaskId): void {
    const { consolidation, memory } = this;
    if (consolidation.keep === undefined) keepNothing(memory, task);
    else consolidation.keep(task, this.#options.memoryPerTask, this.#keeping.split(task));
  }

  /** Gradient steps on what is in memory; each value is a step's loss. None where the task has no examples. Memory must not change meanwhile. */
  *steps({ task, count, taskEnds, random, isOver = () => false }: CloningSleep): Generator<number, void> {
    const { memory } = this;
    const isReader = this.consolidation.readsMemory === true;
    if (count === 0 || memory.rowsOf(task).length === 0) {
      if (isReader) this.#letGo(task);
      return;
    }
    this.#rows = this.#options.input.rows(memory);
    this.#open = task;
    const rows = new Int32Array(this.#options.batch);
    try {
      for (let index = 0; index < count && !(index > 0 && isOver()); index++) yield this.#step({ index, count, task, taskEnds, random }, rows);
      this.#sleptOn = task;
      if (taskEnds) this.#endTask(random);
      if (isReader) this.#letGo(task);
    } finally {
      this.#rows = undefined;
    }
  }

  #step(step: DescentStep, rows: Int32Array): number {
    const { consolidation, memory } = this;
    this.#descent.share = cosineDecay(step.index / step.count);
    consolidation.beforeStep?.(step);
    if (consolidation.draw === undefined) drawBalanced(memory, [step.task], step.random, rows);
    else consolidation.draw(step, rows);
    const drawn = this.examples(rows);
    const terms = consolidation.terms?.(step, drawn) ?? [];
    const loss: Loss = (views) =>
      terms.reduce(
        (sum, { examples, weight }) => addScaled(sum, this.#error(views, examples, step.random), weight),
        this.#error(views, drawn, step.random),
      );
    const batch = (): Divergence["batch"] => ({ batch: Array.from(rows, (row) => memory.idOf(row)) });
    const adjust = consolidation.adjustGradient && ((gradient: FlatVector): void => consolidation.adjustGradient!(gradient, step));
    const value = this.#descent.step(loss, batch, adjust);
    consolidation.afterStep?.(step);
    return value;
  }

  #error(views: TensorViews, { count, inputs, targets }: Examples, random: RandomStream): Scalar {
    return this.network.error(views, matrix(inputs, count, inputs.length / count), matrix(targets, count, targets.length / count), random);
  }

  #endTask(random: RandomStream): void {
    if (this.#open === undefined) return;
    const task = this.#open;
    this.#open = undefined;
    this.consolidation.taskEnded?.(task, random.split("end"));
  }

  /** Writes the action for an input. */
  act(question: Question, input: Float32Array, action: Float32Array): void {
    if (this.consolidation.act === undefined) this.#actor(input, action);
    else this.consolidation.act(question, this.#actor, input, action);
  }

  examples(rows: Int32Array): Examples {
    const { memory } = this;
    const { input } = this.#options;
    const { valueSize, observationSize } = memory.shape;
    const targets = gather(memory.values, rows, valueSize);
    if (this.#rows !== undefined) return { count: rows.length, inputs: gather(this.#rows, rows, input.size), targets };
    const inputs = new Float32Array(rows.length * input.size);
    rows.forEach((row, i) => {
      const observation = memory.observations.subarray(row * observationSize, (row + 1) * observationSize);
      input.write(observation, memory.taskOf(row), inputs, i * input.size);
    });
    return { count: rows.length, inputs, targets };
  }

  tell(task: TaskId, inputs: Float32Array): void {
    this.#options.input.tell(task, inputs);
  }

  answers(inputs: Float32Array, parameters?: FlatVector): Float32Array {
    const [width, actions] = [this.#options.input.size, this.shape.sizes.at(-1)!];
    const actor = parameters === undefined ? this.#actor : this.network.actor(parameters);
    const answers = new Float32Array((inputs.length / width) * actions);
    for (let from = 0, to = 0; from < inputs.length; from += width, to += actions)
      actor(inputs.subarray(from, from + width), answers.subarray(to, to + actions));
    return answers;
  }

  gradient(examples: Examples, into: FlatVector, at: FlatVector = this.parameters): number {
    // What a network draws is the same every time, so that gradients at two places can be compared.
    return valueAndGradient((views) => this.#error(views, examples, RandomStream.fromSeed(0)), this.network.layout, at, into);
  }

  /** What it takes and what shape its network is in. @param current The task learned last: of its examples, as many count as will stay when it is over. */
  measure(current: TaskId): AgentMeasurements {
    const { memory, parameters, network, consolidation } = this;
    const { input, memoryPerTask } = this.#options;
    const staying = consolidation.keepsAll === true ? Infinity : memoryPerTask;
    const held = memory.tasks().map((task) => Math.min(memory.rowsOf(task).length, task === current ? staying : Infinity));
    const hidden = network.hidden?.(parameters);
    const inputs = new Float32Array(input.size);
    return measurementsOf({
      parameters: parameters.numbers.subarray(0, network.acting),
      memory,
      kept: consolidation.keep === undefined ? 0 : held.reduce((sum, entries) => sum + entries, 0),
      strategyBytes: consolidation.bytes,
      hidden(observation, task) {
        input.write(observation, task, inputs);
        return hidden?.(inputs) ?? [];
      },
    });
  }

  become(network: Network, random: RandomStream): void {
    this.#countBefore = this.count;
    this.#descent.dispose();
    this.parameters.dispose();
    this.network = network;
    this.parameters = new FlatVector(network.layout.size);
    network.initialize(this.parameters.numbers, random);
    this.#descent = this.#descend();
    this.#actor = network.actor(this.parameters);
  }

  forgetMoments(indices: readonly number[]): void {
    this.#descent.forgetMoments(indices);
  }

  #descend(): GradientDescent {
    return new GradientDescent({ layout: this.network.layout, parameters: this.parameters, learningRate: this.#options.learningRate });
  }

  snapshot(): Snapshot {
    return {
      open: this.#open ?? null,
      sleptOn: this.#sleptOn ?? null,
      consolidation: this.consolidation.snapshot(),
      descent: this.#descent.snapshot(),
      countBefore: this.#countBefore,
    };
  }

  /** @throws {SnapshotError} Not a snapshot of a learner of this shape with this consolidation. */
  restore(snapshot: Snapshot): void {
    this.consolidation.restore(nested(snapshot, "consolidation"));
    this.#descent.restore(nested(snapshot, "descent"));
    const { countBefore } = snapshot;
    if (typeof countBefore !== "number") throw new SnapshotError("Expected `countBefore` to be how many steps were taken with earlier networks.");
    this.#countBefore = countBefore;
    const task = (saved: SnapshotValue | undefined): TaskId | undefined => (saved === null ? undefined : restoreTaskId(saved));
    this.#open = task(snapshot["open"]);
    this.#sleptOn = task(snapshot["sleptOn"]);
  }

  dispose(): void {
    this.#descent.dispose();
    this.parameters.dispose();
    this.consolidation.dispose?.();
  }
}
