/** @file Trains a retrieval policy on questions drawn from memory itself. */
import type { Divergence } from "../../contract/errors.ts";
import type { TaskId } from "../../contract/task.ts";
import { episodesOf } from "../../memory/episodes.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { thinning } from "../../memory/forgetting/thinning.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { FlatVector } from "../../tensor/flat-vector.ts";
import { MlpActor } from "../../tensor/mlp-actor.ts";
import { matrix } from "../../tensor/ops.ts";
import type { Tensor2D } from "../../tensor/types.ts";
import type { Features } from "../features.ts";
import { sparing, type Exam } from "../exams.ts";
import { drawTurn, turn, type Turn } from "../turned-scenes.ts";
import { gather } from "../gather.ts";
import { cosineDecay } from "../learning-rate.ts";
import type { GradientDescent } from "../gradient-descent.ts";
import { PolicyInput } from "../policy-input.ts";
import { dreamsOf } from "./dreams.ts";
import { has, retrievalLayout, retrievalLoss, type RetrievalShape, type SupportQueryBatch } from "./retrieval-policy.ts";
import { drawSupportAndQueries, type TaskEpisodes } from "./support-query.ts";

export interface RetrievalLearnerOptions {
  readonly shape: RetrievalShape;
  /** Those that the descent moves. */
  readonly parameters: FlatVector;
  readonly descent: GradientDescent;
  readonly features: Features;
  readonly memory: EpisodicMemory;
  /** States of each task that will be there to read when the policy acts. */
  readonly perTask: number;
  /** Where the vectors of an action begin. */
  readonly actionVectors: readonly number[];
  /** The share of the steps that see their scenes turned, in [0, 1]. */
  readonly turned: number;
  /** States a step may read from, and states it must answer. */
  readonly support: number;
  readonly queries: number;
}

export class RetrievalLearner {
  readonly #options: RetrievalLearnerOptions;

  constructor(options: RetrievalLearnerOptions) {
    this.#options = options;
  }

  /** Gradient steps on what is remembered, ever smaller; each value is a step's loss. Memory must not change meanwhile. */
  *steps({ tasks, latest, count, exams = [] }: Lesson, random: RandomStream): Generator<number, void> {
    const { memory, features, descent, perTask, shape, parameters } = this.#options;
    // Before rows are chosen: it settles memory, which moves them.
    const inputs = new PolicyInput(features, shape.cue).rows(memory);
    const remembered = tasks.filter((task) => memory.rowsOf(task).length > 0);
    const draw = {
      tasks: remembered.map((task) => lessonOf(memory, task, { perTask, exams })),
      ...(remembered.includes(latest) && { latest: remembered.indexOf(latest) }),
    };
    const sizes = { inputSize: features.size + shape.cue, actionSize: memory.shape.valueSize };
    // What exams withhold too: a dream does not tell what was done there.
    const before = remembered.filter((task) => task !== latest).map((task) => memory.rowsOf(task));
    const earlier = { inputs, actions: memory.values, ...sizes, tasks: before };
    const slow = new MlpActor("slow", shape.slow, retrievalLayout(shape), parameters);
    const dreams =
      !has(shape, "dreams") || !has(shape, "slow policy")
        ? undefined
        : dreamsOf(slow, earlier, { steps: count, size: this.#options.queries }, random.split("dreams"));
    const support = new Int32Array(this.#options.support);
    const queries = new Int32Array(this.#options.queries);
    const idsOf = (rows: Int32Array): number[] => Array.from(rows, (row) => memory.idOf(row));
    for (let step = 0; step < count; step++) {
      const read = support.subarray(0, drawSupportAndQueries(draw, random, support, queries));
      const batch = (): Divergence["batch"] => ({ support: idsOf(read), queries: idsOf(queries) });
      descent.share = cosineDecay(step / count);
      const seen = random.uniform() < this.#options.turned ? drawTurn(random) : undefined;
      yield descent.step((views) => retrievalLoss(shape, views, { ...this.#rows({ inputs, seen }, read, queries), dreams: dreams?.(step) }), batch);
    }
  }

  #rows({ inputs, seen }: Seen, support: Int32Array, queries: Int32Array): Omit<SupportQueryBatch, "dreams"> {
    const { shape, memory, features, actionVectors } = this.#options;
    const [width, actions] = [features.size + shape.cue, memory.shape.valueSize];
    const plain = (from: Float32Array, chosen: Int32Array, columns: number): Tensor2D =>
      matrix(gather(from, chosen, columns), chosen.length, columns);
    const rows = (from: Float32Array, chosen: Int32Array, columns: number, vectors: readonly number[]): Tensor2D =>
      seen === undefined ? plain(from, chosen, columns) : matrix(turn(gather(from, chosen, columns), columns, vectors, seen), chosen.length, columns);
    const asked = { inputs: rows(inputs, queries, width, features.vectors), actions: rows(memory.values, queries, actions, actionVectors) };
    return {
      queries: asked.inputs,
      actions: asked.actions,
      support: rows(inputs, support, width, features.vectors),
      supportActions: rows(memory.values, support, actions, actionVectors),
      slow: seen === undefined ? asked : { inputs: plain(inputs, queries, width), actions: plain(memory.values, queries, actions) },
    };
  }
}

/** What a sleep learns from. */
export interface Lesson {
  readonly tasks: readonly TaskId[];
  /** The task shown last, of which nothing is dreamt. */
  readonly latest: TaskId;
  /** How many steps there will be. */
  readonly count: number;
  /** What may be read and is not learned to be answered. */
  readonly exams?: readonly Exam[];
}

/** All rows of memory as they are seen. */
interface Seen {
  /** [n, F + C] */
  readonly inputs: Float32Array;
  /** As they were by default. */
  readonly seen: Turn | undefined;
}

interface Staying {
  readonly perTask: number;
  readonly exams: readonly Exam[];
}

/**
 * The rows of a task by episodes, in the order remembered, less what exams withhold; what lasts is as dense as what the budget leaves, if not the very same
 * states.
 */
function lessonOf(memory: EpisodicMemory, task: TaskId, { perTask, exams }: Staying): TaskEpisodes {
  const all = memory.rowsOf(task);
  const withheld = exams.find((exam) => exam.task === task)?.withheld;
  const scores = sparing(exams, thinning)(memory, all, perTask);
  const last = perTask < all.length ? Float64Array.from(scores).toSorted()[all.length - perTask]! : -Infinity;
  const lasting = new Set(all.filter((_, i) => scores[i]! >= last));
  return episodesOf(memory, task).map((rows) => ({
    rows: Int32Array.from(rows.filter((row) => withheld?.has(memory.idOf(row)) !== true)),
    lasting: Int32Array.from(rows.filter((row) => lasting.has(row))),
  }));
}
