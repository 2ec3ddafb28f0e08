/**
 * @file The seam between a cloned policy and the ways not to forget. A learner keeps what it was shown in a memory of examples and descends its error
 * on them; a strategy says which examples stay and which are drawn, adds terms to the loss, changes the gradient, hears of every step and of every
 * boundary between tasks that is known, and may answer in the policy's place. Each of these is a hook, and most strategies need two or three.
 */
import type { z } from "zod";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { FlatVector } from "../../tensor/flat-vector.ts";
import type { MlpShape } from "../../tensor/mlp-shape.ts";
import type { Actor, Network } from "../imitation/network.ts";

/** Inputs of the policy with the answers that it shall give. */
export interface Examples {
  readonly count: number;
  /** [count, I], row-major. */
  readonly inputs: Float32Array;
  /** [count, A], row-major. */
  readonly targets: Float32Array;
}

/** A further error that the loss is to hold, by how much it counts beside the error on what was drawn. */
export interface Term {
  readonly examples: Examples;
  readonly weight: number;
}

/** The learner that a strategy works in. */
export interface Learner {
  /** Of the plain network: input → action. */
  readonly shape: MlpShape;
  /** Numbers at the end of an input that tell the task; 0 where it is not told. */
  readonly cue: number;
  /** What was shown and has not been let go of: values are actions, tasks are what is believed of them. */
  readonly memory: EpisodicMemory;
  /** States of a task that may stay when it is over. */
  readonly memoryPerTask: number;
  readonly network: Network;
  /** The network's; a strategy may write them. */
  readonly parameters: FlatVector;
  /** The examples in the given rows of memory. */
  examples(rows: Int32Array): Examples;
  /** Writes the code of a task over the end of inputs [n, I]; nothing where tasks are not told. */
  tell(task: TaskId, inputs: Float32Array): void;
  /** What the policy answers [n, A] to inputs [n, I], by its present parameters or by the given ones. */
  answers(inputs: Float32Array, parameters?: FlatVector): Float32Array;
  /**
   * The mean squared error on examples, with its gradient written into `into`; at the present parameters or at the given ones. The per-example and
   * per-output gradients that importances are made of are those of one example with suitable targets.
   */
  gradient(examples: Examples, into: FlatVector, at?: FlatVector): number;
  /** Goes on with a network, afresh: new parameters, and an optimiser that has taken no step. */
  become(network: Network, random: RandomStream): void;
  /** Lets the optimiser forget how the parameters with these indices have moved. */
  forgetMoments(indices: readonly number[]): void;
}

/** One gradient step of a sleep. */
export interface DescentStep {
  /** Which of the sleep's steps, from 0. */
  readonly index: number;
  /** How many the sleep has. */
  readonly count: number;
  /** What is being learned, as far as is known. */
  readonly task: TaskId;
  /** Whether the task is known to end with this sleep. */
  readonly taskEnds: boolean;
  readonly random: RandomStream;
}

/** What the policy is asked for. */
export interface Question {
  readonly task: TaskId;
  /** Whether an episode begins. */
  readonly first: boolean;
}

/** A strategy at work in one learner. Without any hook it learns from the current task alone, keeps nothing and changes nothing. */
export interface Consolidation {
  /** Bytes that it keeps for the sake of earlier tasks, besides the examples in memory and the parameters acted with. */
  readonly bytes: number;
  /** Another task begins; what is over has been let go of. Nothing of the new one has been seen. */
  taskBegan?(task: TaskId, random: RandomStream): void;
  /** Whether it answers from memory: then what need not stay of a task goes when the task was slept on, before anything is asked, and not when another begins. */
  readonly readsMemory?: boolean;
  /** Whether `keep` lets go of nothing, whatever the budget. */
  readonly keepsAll?: boolean;
  /** Lets go of what it does not need of a task that is over; asked again whenever another begins. @param budget States that may stay. */
  keep?(task: TaskId, budget: number, random: RandomStream): void;
  /** Called before anything of the step is computed. */
  beforeStep?(step: DescentStep): void;
  /** Fills `rows` with the examples to learn from; those of the current task, drawn uniformly, without it. */
  draw?(step: DescentStep, rows: Int32Array): void;
  terms?(step: DescentStep, drawn: Examples): readonly Term[];
  /** Changes the gradient of the loss, in place. */
  adjustGradient?(gradient: FlatVector, step: DescentStep): void;
  /** The optimiser has moved the parameters. */
  afterStep?(step: DescentStep): void;
  /** A task has been learned, as far as is known. It may be heard of later than with its last step, or never. */
  taskEnded?(task: TaskId, random: RandomStream): void;
  /** Gradient steps taken for its latest answer; absent where it never takes any. */
  readonly adaptationSteps?: number;
  /** Answers instead of the policy. @param policy The policy's own answer. */
  act?(question: Question, policy: Actor, input: Float32Array, action: Float32Array): void;
  snapshot(): Snapshot;
  /** Restored before the learner's parameters. @throws {SnapshotError} Not a snapshot of this strategy. */
  restore(snapshot: Snapshot): void;
  /** Frees vectors of its own. */
  dispose?(): void;
}

export interface ConsolidationStrategy {
  readonly name: string;
  /** One sentence for people. */
  readonly summary: string;
  /** Whether it cannot do without being told which task is asked for. */
  readonly needsTask: boolean;
  /** Its settings, each with a default. */
  readonly options: z.ZodObject;
  /** Puts it to work in one learner. @param options Validated by its schema. */
  make(learner: Learner, options: Readonly<Record<string, unknown>>): Consolidation;
}

/** A strategy as its author writes it, with settings of the schema's type. */
export interface StrategyDefinition<Options extends z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly needsTask?: boolean;
  readonly options: Options;
  readonly make: (learner: Learner, options: Readonly<z.infer<Options>>) => Consolidation;
}

export const defineStrategy = <Options extends z.ZodObject>({ make, ...rest }: StrategyDefinition<Options>): ConsolidationStrategy => ({
  needsTask: false,
  ...rest,
  make: (learner, options) => make(learner, options as z.infer<Options>),
});

/** For strategies that remember nothing of their own. */
export const stateless: Pick<Consolidation, "bytes" | "snapshot" | "restore"> = { bytes: 0, snapshot: () => ({}), restore() {} };
