/**
 * @file The slow policy: a plain network that clones what memory holds, features → action, and acts beside the reader as far as it has
 * learned. What it has learned is asked of memory itself: how well it reproduces the states recalled for this decision. Where they are of
 * a task it never slept on it does not, and memory is read alone; where it does, the two are a mixture of two experts who err differently.
 * @see McClelland, McNaughton & O'Reilly (1995) for the two systems; Woods, Kegelmeyer & Bowyer (1997), "Combination of multiple
 * classifiers using local accuracy estimates", for trusting whoever is right nearby.
 */
import type { Recall } from "../../contract/memory.ts";
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import type { FlatVector } from "../../tensor/flat-vector.ts";
import { MlpActor } from "../../tensor/mlp-actor.ts";
import { placeOf, type ParameterLayout } from "../../tensor/parameters.ts";
import type { MlpShape } from "../../tensor/mlp-shape.ts";
import type { PolicyInput } from "../policy-input.ts";

/** So many of the nearest entries are asked, which hold most of the weight. */
const WITNESSES = 8;

/** The mean squared error at which the slow policy is trusted half as much as it can be. */
const HALF_TRUST = 0.05;

/** Its share of the action where it reproduces what is recalled: as much as the reader's. */
const FULL_TRUST = 0.5;

/** The slow policy's share of an action: 1/2 · 1/(1 + (e/0.05)²), for its mean squared error e on what was recalled. */
export const trust = (error: number): number => FULL_TRUST / (1 + (error / HALF_TRUST) ** 2);

export interface SlowPolicyOptions {
  /** Input → action; called `slow` in the layout. */
  readonly shape: MlpShape;
  readonly layout: ParameterLayout;
  readonly parameters: FlatVector;
  readonly input: PolicyInput;
  readonly memory: EpisodicMemory;
}

export class SlowPolicy {
  readonly #options: SlowPolicyOptions;
  readonly #network: MlpActor;
  readonly #input: Float32Array;
  readonly #observation: Float32Array;
  readonly #answer: Float32Array;
  /** Its error in entries that it was asked about, by id. */
  readonly #errors = new Map<number, number>();
  /** Where its first weight and its last bias are among the parameters; and what they were. */
  readonly #first: number;
  readonly #last: number;
  #seen = { weight: Number.NaN, bias: Number.NaN };

  constructor(options: SlowPolicyOptions) {
    const { shape, layout, parameters, input, memory } = options;
    this.#options = options;
    this.#network = new MlpActor("slow", shape, layout, parameters);
    const { offset, size } = placeOf(layout, "slow");
    this.#first = offset;
    this.#last = offset + size - 1;
    this.#input = new Float32Array(input.size);
    this.#observation = new Float32Array(memory.shape.observationSize);
    this.#answer = new Float32Array(memory.shape.valueSize);
  }

  /** Writes its action for an observation. */
  act(observation: Float32Array, task: TaskId, action: Float32Array): void {
    this.#options.input.write(observation, task, this.#input);
    this.#network.forward(this.#input, action);
  }

  /**
   * Its mean squared error on the nearest of what was recalled, by their weights. What was asked of an entry is remembered until the policy changes.
   * @param recall Not empty, nearest first, weighed. @param values The row whose value stands for each entry's.
   */
  errorOn({ count, ids, rows, weights }: Recall, values: Int32Array): number {
    if (this.#hasLearned()) this.changed();
    let error = 0;
    let weight = 0;
    for (let i = 0; i < Math.min(count, WITNESSES); i++) {
      error += weights[i]! * this.#errorIn(ids[i]!, rows[i]!, values[i]!);
      weight += weights[i]!;
    }
    return error / weight;
  }

  /** To be told when what an entry says may have changed. */
  changed(): void {
    this.#errors.clear();
  }

  /** Whether the parameters are others than when it was last asked. A step down any gradient moves a bias of the outputs; fresh networks differ in their weights. */
  #hasLearned(): boolean {
    const { numbers } = this.#options.parameters;
    const [weight, bias] = [numbers[this.#first]!, numbers[this.#last]!];
    const same = weight === this.#seen.weight && bias === this.#seen.bias;
    if (!same) this.#seen = { weight, bias };
    return !same;
  }

  #errorIn(id: number, row: number, value: number): number {
    // With another's value it is asked for once.
    if (value !== row) return this.#ask(row, value);
    let error = this.#errors.get(id);
    if (error === undefined) this.#errors.set(id, (error = this.#ask(row, row)));
    return error;
  }

  #ask(row: number, value: number): number {
    const { memory } = this.#options;
    const { valueSize, observationSize } = memory.shape;
    for (let k = 0, at = row * observationSize; k < observationSize; k++) this.#observation[k] = memory.observations[at + k]!;
    this.act(this.#observation, memory.taskOf(row), this.#answer);
    let squares = 0;
    for (let k = 0, at = value * valueSize; k < valueSize; k++) squares += (this.#answer[k]! - memory.values[at + k]!) ** 2;
    return squares / valueSize;
  }
}
