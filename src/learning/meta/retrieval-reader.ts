/** @file The retrieval policy at work, its slow policy beside it: encodes, recalls and answers with plain loops, without tfjs and without allocating. */
import type { MemoryCondition } from "../../contract/explanation.ts";
import { emptyRecall, type EntryId, type Recall, type RecallFilter } from "../../contract/memory.ts";
import type { TaskId } from "../../contract/task.ts";
import { attend, weightedSum } from "../../memory/reading/attention.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { distanceBetween } from "../../memory/value-distance.ts";
import type { RekeyReport } from "../../memory/rekey.ts";
import { ShuffledValues } from "../../memory/shuffled-values.ts";
import { FlatVector } from "../../tensor/flat-vector.ts";
import { MlpActor } from "../../tensor/mlp-actor.ts";
import { placeOf } from "../../tensor/parameters.ts";
import type { Features } from "../features.ts";
import { PolicyInput } from "../policy-input.ts";
import { TaskCues } from "../task-cues.ts";
import { encoderVersion, has, retrievalLayout, type RetrievalShape } from "./retrieval-policy.ts";
import { SlowPolicy, trust } from "./slow-policy.ts";

/** What a reader is built on. */
export interface ReaderOptions {
  readonly shape: RetrievalShape;
  /** Read in place, so that it always answers with the latest. Only keys wait until all are made anew. */
  readonly parameters: FlatVector;
  readonly features: Features;
  /** Keys by this reader's encoder, values are actions, observations as the features expect them. */
  readonly memory: EpisodicMemory;
  /** How many entries are recalled at most. */
  readonly neighbours: number;
}

/** What makes keys: a network, and the scale of the codes. */
interface Encoder {
  readonly network: MlpActor;
  readonly parameters: FlatVector;
}

/**
 * Queries are encoded as the keys in memory were: while parameters change, and while keys are made anew in turns, by a copy of the encoder of then. So a read at
 * any moment compares keys of one version; all change over at once.
 */
export class RetrievalReader {
  readonly recall: Recall;
  readonly #options: ReaderOptions;
  /** Of the keys in memory. */
  readonly #filed: Encoder;
  /** With the parameters as they are. */
  readonly #latest: Encoder;
  readonly #head: MlpActor;
  readonly #slow: SlowPolicy;
  readonly #cues: TaskCues;
  readonly #shuffled: ShuffledValues;
  /** Where the logarithm of β and the scale of the codes are among the parameters. */
  readonly #strengthAt: number;
  readonly #cueScaleAt: number;
  readonly #key: Float32Array;
  readonly #observation: Float32Array;
  /** [features, recalled action, difference] */
  readonly #input: Float32Array;
  readonly #recalledAction: Float32Array;
  readonly #difference: Float32Array;
  readonly #slowAction: Float32Array;

  constructor(options: ReaderOptions) {
    const { shape, parameters, memory, neighbours, features } = options;
    const layout = retrievalLayout(shape);
    const actions = memory.shape.valueSize;
    this.#options = options;
    this.recall = emptyRecall(neighbours);
    const encoderOf = (vector: FlatVector): Encoder => ({ network: new MlpActor("encoder", shape.encoder, layout, vector), parameters: vector });
    this.#filed = encoderOf(FlatVector.from(parameters.numbers.slice()));
    this.#latest = encoderOf(parameters);
    this.#head = new MlpActor("head", shape.head, layout, parameters);
    this.#slow = new SlowPolicy({ shape: shape.slow, layout, parameters, input: new PolicyInput(features, shape.cue), memory });
    this.#cues = new TaskCues(shape.cue);
    this.#shuffled = new ShuffledValues(memory);
    this.#strengthAt = placeOf(layout, "strength").offset;
    this.#cueScaleAt = placeOf(layout, "cue").offset;
    this.#key = new Float32Array(memory.shape.keySize);
    this.#observation = new Float32Array(memory.shape.observationSize);
    this.#input = new Float32Array(features.size + actions + features.size);
    this.#recalledAction = this.#input.subarray(features.size, features.size + actions);
    this.#difference = this.#input.subarray(features.size + actions);
    this.#slowAction = new Float32Array(actions);
  }

  get hasSlowPolicy(): boolean {
    return has(this.#options.shape, "slow policy");
  }

  /** Writes the key of an observation of a task, comparable with the keys in memory. */
  encode(observation: Float32Array, task: TaskId, key: Float32Array): void {
    this.#encodeBy(this.#filed, observation, task, key);
  }

  /** Files every entry of memory anew under the latest encoder, a few at each turn. The parameters must stay as they are until it has ended. */
  *rekeying(): Generator<number, RekeyReport> {
    const { memory, shape, parameters } = this.#options;
    const report = yield* memory.rekey(encoderVersion(shape, parameters), (observation, row, key) =>
      this.#encodeBy(this.#latest, observation, memory.taskOf(row), key),
    );
    this.#filed.parameters.numbers.set(parameters.numbers);
    return report;
  }

  /** The same at one go. */
  rekey(): void {
    for (const _ of this.rekeying());
  }

  /** Files every entry anew unless the latest encoder made its key. To be called when the parameters were replaced, or a learner left off. */
  catchUp(): void {
    this.#slow.changed();
    const { memory, shape, parameters } = this.#options;
    if (memory.encoder === encoderVersion(shape, parameters)) this.#filed.parameters.numbers.set(parameters.numbers);
    else this.rekey();
  }

  /** Frees what it keeps beside the parameters. */
  dispose(): void {
    this.#filed.parameters.dispose();
  }

  #encodeBy({ network, parameters }: Encoder, observation: Float32Array, task: TaskId, key: Float32Array): void {
    this.#options.features.write(observation, 1, this.#input);
    network.forward(this.#input, key);
    const code = this.#cues.of(task);
    const from = this.#options.shape.encoder.sizes.at(-1)!;
    const scale = parameters.numbers[this.#cueScaleAt]!;
    for (let k = 0; k < code.length; k++) key[from + k] = code[k]! * scale;
  }

  /** Writes the action for an observation; `recall` then says what it was read from. */
  act(observation: Float32Array, task: TaskId, action: Float32Array, condition: MemoryCondition = "on"): void {
    if (condition === "off") this.recall.count = 0;
    else this.find(observation, task, this.recall);
    this.answer(observation, task, this.recall, action, condition === "shuffled");
  }

  /** Writes the action for an observation as if nothing but the entries of its task were remembered; also where acting does without memory. Overwrites `recall`. */
  actWithin(observation: Float32Array, task: TaskId, action: Float32Array): void {
    this.#search(observation, task, this.recall, { tasks: [task] });
    this.answer(observation, task, this.recall, action);
  }

  /** Finds as many entries for an observation as there is room for; none where it does not read. */
  find(observation: Float32Array, task: TaskId, into: Recall, filter?: RecallFilter): void {
    const { memory, shape } = this.#options;
    into.count = 0;
    if (memory.size > 0 && has(shape, "memory")) this.#search(observation, task, into, filter);
  }

  #search(observation: Float32Array, task: TaskId, into: Recall, filter?: RecallFilter): void {
    this.encode(observation, task, this.#key);
    this.#options.memory.recall(this.#key, into.rows.length, into, filter && { filter });
  }

  /**
   * Weighs what was found and writes the action that follows from it: the reader's, and the slow policy's as far as that is to be trusted here. Where
   * nothing was found the slow policy acts alone, and nobody moves where there is none either.
   * @param task What is asked for. @param shuffled Whether each entry's value is that of another.
   */
  answer(observation: Float32Array, task: TaskId, recall: Recall, action: Float32Array, shuffled = false): void {
    if (this.hasSlowPolicy) this.#slow.act(observation, task, this.#slowAction);
    if (recall.count === 0) {
      action.set(this.#slowAction);
      return;
    }
    attend(recall, Math.exp(this.#options.parameters.numbers[this.#strengthAt]!));
    const valued = shuffled ? this.#exchanged(recall) : recall;
    this.#read(observation, recall, valued, action);
    const share = this.hasSlowPolicy ? trust(this.#slow.errorOn(recall, valued.rows)) : 0;
    for (let k = 0; k < action.length; k++) action[k] = (1 - share) * action[k]! + share * this.#slowAction[k]!;
  }

  /** Writes the reader's action. @param valued As `recall`, with the rows whose values are read. */
  #read(observation: Float32Array, recall: Recall, valued: Recall, action: Float32Array): void {
    const { memory, features, shape } = this.#options;
    features.write(observation, 1, this.#input);
    weightedSum(memory.values, memory.shape.valueSize, valued, this.#recalledAction);
    // The features are linear and the weights sum to 1, so the features of the mean observation are the mean of the features.
    this.#difference.fill(0);
    if (has(shape, "difference")) this.#writeDifference(recall);
    this.#head.forward(this.#input, action);
    for (let k = 0; k < action.length; k++) action[k] = action[k]! + this.#recalledAction[k]!;
  }

  /** How far the situations remembered are from this one, whose features are written already. */
  #writeDifference(recall: Recall): void {
    const { memory, features } = this.#options;
    weightedSum(memory.observations, memory.shape.observationSize, recall, this.#observation);
    features.write(this.#observation, 1, this.#difference);
    for (let k = 0; k < features.size; k++) this.#difference[k] = this.#difference[k]! - this.#input[k]!;
  }

  /**
   * How far its answer to a remembered state is from what was done then, where it may not read that entry itself: Euclidean distance; infinite when
   * there is nothing else to read. Overwrites `recall`.
   */
  errorWithout(row: number): number {
    this.find(this.#observationIn(row), this.#options.memory.taskOf(row), this.recall);
    leaveOut(row, this.recall);
    return this.recall.count === 0 ? Infinity : this.#errorOfAnswer(row);
  }

  /** The same where it may read none of the given entries. */
  errorOn(row: number, without: readonly EntryId[]): number {
    const { memory } = this.#options;
    this.find(this.#observationIn(row), memory.taskOf(row), this.recall, { without });
    return this.#errorOfAnswer(row);
  }

  /** How far the slow policy alone is from what was done in a remembered state: Euclidean distance. */
  slowErrorOn(row: number): number {
    this.recall.count = 0;
    return this.#errorOfAnswer(row);
  }

  #observationIn(row: number): Float32Array {
    const { observationSize } = this.#options.memory.shape;
    return this.#options.memory.observations.subarray(row * observationSize, (row + 1) * observationSize);
  }

  #errorOfAnswer(row: number): number {
    const { memory } = this.#options;
    const { valueSize } = memory.shape;
    const answer = new Float32Array(valueSize);
    this.answer(this.#observationIn(row), memory.taskOf(row), this.recall, answer);
    return distanceBetween(answer, memory.values.subarray(row * valueSize, (row + 1) * valueSize));
  }

  /** What the hidden layers of encoder and head answer to an observation; a view each, valid until the next. Overwrites `recall`. */
  hidden(observation: Float32Array, task: TaskId): readonly Float32Array[] {
    this.act(observation, task, new Float32Array(this.#recalledAction.length));
    // Where there is nothing to read, nobody has looked yet.
    if (this.recall.count === 0) this.#options.features.write(observation, 1, this.#input.fill(0));
    // The features of the observation are in front of what the head is given.
    return [...this.#latest.network.hidden(this.#input), ...this.#head.hidden(this.#input)];
  }

  #exchanged(recall: Recall): Recall {
    const rows = new Int32Array(recall.count);
    this.#shuffled.exchange(recall, rows);
    return { ...recall, rows };
  }
}

/** Takes one row out of a recall, if it is there. */
function leaveOut(row: number, recall: Recall): void {
  const { ids, rows, distances, count } = recall;
  const at = rows.subarray(0, count).indexOf(row);
  if (at < 0) return;
  for (const array of [ids, rows, distances]) array.copyWithin(at, at + 1, count);
  recall.count--;
}
