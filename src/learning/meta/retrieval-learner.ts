/** @file Trains a retrieval policy on questions drawn from memory itself. */
import type { Divergence } from "../../contract/errors.ts";
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { thin } from "../../memory/forgetting/thinning.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { matrix } from "../../tensor/ops.ts";
import type { Scalar, Tensor2D } from "../../tensor/types.ts";
import type { TensorViews } from "../../tensor/parameters.ts";
import type { Features } from "../features.ts";
import type { Exam } from "../self-test.ts";
import { drawTurn, turn, type Turn } from "../turned-scenes.ts";
import { gather } from "../gather.ts";
import { cosineDecay } from "../learning-rate.ts";
import type { GradientDescent } from "../gradient-descent.ts";
import { TaskCues } from "../task-cues.ts";
import { retrievalLoss, type RetrievalShape } from "./retrieval-policy.ts";
import { drawSupportAndQueries, joined, type EpisodeRows, type TaskEpisodes } from "./support-query.ts";

export interface RetrievalLearnerOptions {
  readonly shape: RetrievalShape;
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

  /**
   * Gradient steps on the given tasks' remembered episodes, ever smaller; each value is a step's loss. Memory must not change meanwhile.
   * @param count How many there will be. @param exams What may be read and is not learned to be answered.
   */
  *steps(tasks: readonly TaskId[], random: RandomStream, count: number, exams: readonly Exam[] = []): Generator<number, void> {
    const { memory, features, descent, perTask } = this.#options;
    memory.settle();
    const withheld = new Set<number>(exams.flatMap(({ ids }) => ids));
    const isWithheld = ({ rows }: EpisodeRows): boolean => withheld.has(memory.idOf(rows[0]!));
    const episodes = tasks.map((task) => episodesOf(memory, task, perTask)).filter((all) => all.length > 0);
    const pools = episodes.map((all) => all.filter((episode) => !isWithheld(episode)));
    const readOnly = episodes.map((all) => joined(all.filter(isWithheld).map(({ lasting }) => lasting)));
    const inputs = new Float32Array(memory.size * features.size);
    features.write(memory.observations, memory.size, inputs);
    const cues = this.#cuesOfRows();
    const support = new Int32Array(this.#options.support);
    const queries = new Int32Array(this.#options.queries);
    const idsOf = (rows: Int32Array): number[] => Array.from(rows, (row) => memory.idOf(row));
    for (let step = 0; step < count; step++) {
      const read = support.subarray(0, drawSupportAndQueries(pools, random, support, queries, readOnly));
      const batch = (): Divergence["batch"] => ({ support: idsOf(read), queries: idsOf(queries) });
      descent.share = cosineDecay(step / count);
      const seen = random.uniform() < this.#options.turned ? drawTurn(random) : undefined;
      yield descent.step((views) => this.#loss(views, { inputs, cues, seen }, read, queries), batch);
    }
  }

  #cuesOfRows(): Float32Array {
    const { memory, shape } = this.#options;
    const codes = new TaskCues(shape.cue);
    const cues = new Float32Array(memory.size * shape.cue);
    for (let row = 0; row < memory.size; row++) cues.set(codes.of(memory.taskOf(row)), row * shape.cue);
    return cues;
  }

  #loss(views: TensorViews, { inputs, cues, seen }: Rows, support: Int32Array, queries: Int32Array): Scalar {
    const { shape, memory, features, actionVectors } = this.#options;
    const actions = memory.shape.valueSize;
    const rows = (from: Float32Array, chosen: Int32Array, width: number, vectors: readonly number[] = []): Tensor2D => {
      const gathered = gather(from, chosen, width);
      return matrix(seen === undefined ? gathered : turn(gathered, width, vectors, seen), chosen.length, width);
    };
    const plain = (from: Float32Array, width: number): Tensor2D => matrix(gather(from, queries, width), queries.length, width);
    return retrievalLoss(shape, views, {
      unturned: { queries: plain(inputs, features.size), actions: plain(memory.values, actions) },
      queries: rows(inputs, queries, features.size, features.vectors),
      cues: rows(cues, queries, shape.cue),
      actions: rows(memory.values, queries, actions, actionVectors),
      support: rows(inputs, support, features.size, features.vectors),
      supportCues: rows(cues, support, shape.cue),
      supportActions: rows(memory.values, support, actions, actionVectors),
    });
  }
}

/** What is known of each row of memory, row-major. */
interface Rows {
  /** [n, F] */
  readonly inputs: Float32Array;
  /** [n, C] */
  readonly cues: Float32Array;
  /** How they are seen: as they were by default. */
  readonly seen: Turn | undefined;
}

/** The rows of a task by episodes, in the order remembered; what lasts is as dense as what the budget leaves, if not the very same states. */
function episodesOf(memory: EpisodicMemory, task: TaskId, perTask: number): TaskEpisodes {
  const episodes = new Map<number, number[]>();
  for (const row of memory.rowsOf(task)) {
    const episode = memory.episodeOf(row);
    const rows = episodes.get(episode);
    if (rows === undefined) episodes.set(episode, [row]);
    else rows.push(row);
  }
  const all = [...episodes.values()].map((rows) => Int32Array.from(rows));
  const lengths = all.map(({ length }) => length);
  return thin(lengths, perTask).map((places, e) => ({ rows: all[e]!, lasting: places.map((k) => all[e]![k]!) }));
}
