/** @file Trains a retrieval policy on questions drawn from memory itself. */
import type { Divergence } from "../../contract/errors.ts";
import type { TaskId } from "../../contract/task.ts";
import { episodesOf } from "../../memory/episodes.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { thinning } from "../../memory/forgetting/thinning.ts";
import { joined } from "../../numerics/joined.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { matrix } from "../../tensor/ops.ts";
import type { Tensor2D } from "../../tensor/types.ts";
import type { Features } from "../features.ts";
import { sparing, type Exam } from "../exams.ts";
import { drawTurn, turn, type Turn } from "../turned-scenes.ts";
import { gather } from "../gather.ts";
import { cosineDecay } from "../learning-rate.ts";
import type { GradientDescent } from "../gradient-descent.ts";
import { PolicyInput } from "../policy-input.ts";
import { dreamsOf, type Answered } from "./dreams.ts";
import { has, retrievalLoss, type RetrievalShape, type SupportQueryBatch } from "./retrieval-policy.ts";
import type { RetrievalReader } from "./retrieval-reader.ts";
import { drawSupportAndQueries, type TaskEpisodes } from "./support-query.ts";

export interface RetrievalLearnerOptions {
  readonly shape: RetrievalShape;
  readonly descent: GradientDescent;
  readonly features: Features;
  readonly memory: EpisodicMemory;
  /** Who reads it, with the parameters that the descent moves. */
  readonly reader: RetrievalReader;
  /** States of each task that will be there to read when the policy acts. */
  readonly perTask: number;
  /** Where the vectors of an action begin. */
  readonly actionVectors: readonly number[];
  /** The share of the steps that see their scenes turned, in [0, 1]. */
  readonly turned: number;
  /** States a step may read from, and states it must answer; where there are dreams, as many of them besides. */
  readonly support: number;
  readonly queries: number;
}

/** Where there are no dreams. */
const NOTHING: Answered = { inputs: new Float32Array(), actions: new Float32Array() };

export class RetrievalLearner {
  readonly #options: RetrievalLearnerOptions;

  constructor(options: RetrievalLearnerOptions) {
    this.#options = options;
  }

  /** Gradient steps on what is remembered, ever smaller; each value is a step's loss. Memory must not change meanwhile. */
  *steps({ tasks, latest, count, exams = [] }: Lesson, random: RandomStream): Generator<number, void> {
    const { memory, reader, features, descent, perTask, shape, queries: size } = this.#options;
    const input = new PolicyInput(features, shape.cue);
    // Before rows are chosen: it settles memory, which moves them.
    const inputs = input.rows(memory);
    const remembered = tasks.filter((task) => memory.rowsOf(task).length > 0);
    const draw = {
      tasks: remembered.map((task) => lessonOf(memory, task, { perTask, exams })),
      ...(remembered.includes(latest) && { latest: remembered.indexOf(latest) }),
    };
    // Of what exams withhold, too: a dream does not tell what was done there.
    const earlier = remembered.filter((task) => task !== latest);
    const isDreaming = has(shape, "dreams") && has(shape, "slow policy");
    const dreams = isDreaming ? dreamsOf({ memory, input, reader }, earlier, { steps: count, size }, random.split("dreams")) : undefined;
    const support = new Int32Array(this.#options.support);
    const queries = new Int32Array(size);
    const idsOf = (rows: Int32Array): number[] => Array.from(rows, (row) => memory.idOf(row));
    for (let step = 0; step < count; step++) {
      const read = support.subarray(0, drawSupportAndQueries(draw, random, support, queries));
      const batch = (): Divergence["batch"] => ({ support: idsOf(read), queries: idsOf(queries) });
      descent.share = cosineDecay(step / count);
      const seen = random.uniform() < this.#options.turned ? drawTurn(random) : undefined;
      yield descent.step((views) => retrievalLoss(shape, views, this.#batch({ inputs, seen }, read, queries, dreams?.(step))), batch);
    }
  }

  #batch({ inputs, seen }: Seen, support: Int32Array, queries: Int32Array, dreams = NOTHING): SupportQueryBatch {
    const { values } = this.#options.memory;
    const [width, actions] = this.#widths();
    const asked = {
      inputs: joined(Float32Array, [gather(inputs, queries, width), dreams.inputs]),
      actions: joined(Float32Array, [gather(values, queries, actions), dreams.actions]),
    };
    const known = { inputs: gather(inputs, support, width), actions: gather(values, support, actions) };
    const slow = this.#tensorsOf(asked);
    const query = seen === undefined ? slow : this.#tensorsOf(this.#turned(asked, seen));
    const read = this.#tensorsOf(seen === undefined ? known : this.#turned(known, seen));
    return { queries: query.inputs, actions: query.actions, support: read.inputs, supportActions: read.actions, slow };
  }

  /** Numbers in an input, and in an action. */
  #widths(): readonly [number, number] {
    const { shape, memory, features } = this.#options;
    return [features.size + shape.cue, memory.shape.valueSize];
  }

  #tensorsOf({ inputs, actions }: Answered): SupportQueryBatch["slow"] {
    const rows = (numbers: Float32Array, width: number): Tensor2D => matrix(numbers, numbers.length / width, width);
    const [ofInput, ofAction] = this.#widths();
    return { inputs: rows(inputs, ofInput), actions: rows(actions, ofAction) };
  }

  #turned({ inputs, actions }: Answered, by: Turn): Answered {
    const { features, actionVectors } = this.#options;
    const [ofInput, ofAction] = this.#widths();
    return { inputs: turn(inputs.slice(), ofInput, features.vectors, by), actions: turn(actions.slice(), ofAction, actionVectors, by) };
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
