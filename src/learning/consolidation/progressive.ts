/**
 * @file Progressive networks: a column of units for every task that begins, beside those of the tasks before, which are frozen and which it reads. A task
 * is answered by the column that learned it. Nothing is forgotten, and parameters grow: a column by what it has itself, and by what it reads of others.
 * A task that comes back has its column again. It learns on where that is the newest, and stays as it is where others read it: their answers would
 * change. (In a sequence like `cw20` a second visit is a task of its own by name, with a column of its own, as heads are counted in Continual World.)
 * @see Rusu et al. (2016), "Progressive neural networks".
 */
import { z } from "zod";
import { InvalidValueError, SnapshotError } from "../../contract/errors.ts";
import { nested, type Snapshot } from "../../contract/snapshot.ts";
import type { TaskId } from "../../contract/task.ts";
import { RandomStream } from "../../numerics/random.ts";
import { FlatVector } from "../../tensor/flat-vector.ts";
import type { MlpShape } from "../../tensor/mlp-shape.ts";
import type { Actor, Network } from "../imitation/network.ts";
import { columnAfter, columnNetwork, type Column, type FrozenColumn } from "./column-network.ts";
import { defineStrategy, type Consolidation, type DescentStep, type Learner, type Question } from "./strategy.ts";
import { TaskPlaces } from "./task-places.ts";

class Progressive implements Consolidation {
  readonly #learner: Learner;
  /** The learner's own, which is the first column. */
  readonly #first: Network;
  /** Of later columns. */
  readonly #shape: MlpShape;
  readonly #places = new TaskPlaces();
  #frozen: { readonly column: FrozenColumn; readonly act: Actor }[] = [];
  /** The one that learns. */
  #column: Column;
  #learned = false;
  /** The parameters before a step that must not move them; none in other steps. */
  #resting: Float32Array | undefined;

  constructor(learner: Learner, width: number) {
    const { shape } = learner;
    if (shape.layerNorm === true) throw new InvalidValueError("layerNorm", true, "false, since columns do not normalise");
    const narrowed = (size: number, i: number): number => (i === 0 || i === shape.sizes.length - 1 ? size : Math.max(1, Math.round(width * size)));
    this.#learner = learner;
    this.#first = learner.network;
    this.#shape = { ...shape, sizes: shape.sizes.map(narrowed) };
    this.#column = columnAfter([], shape);
  }

  get bytes(): number {
    return this.#frozen.reduce((sum, { column }) => sum + 4 * column.parameters.size, this.#places.bytes);
  }

  taskBegan(task: TaskId, random: RandomStream): void {
    if (!this.#learned || this.#places.has(task)) return;
    this.#learned = false;
    this.#grow(this.#learner.parameters.numbers.slice(), random.split(task));
  }

  /** Freezes the column that learned, with these parameters, and begins the next. */
  #grow(numbers: Float32Array, random: RandomStream): void {
    const parameters = FlatVector.from(numbers);
    this.#frozen.push({ column: { ...this.#column, parameters }, act: this.#learner.network.actor(parameters) });
    const earlier = this.#frozen.map(({ column }) => column);
    this.#column = columnAfter(earlier, this.#shape);
    this.#learner.become(columnNetwork(this.#column, earlier), random);
  }

  beforeStep({ task }: DescentStep): void {
    this.#resting = undefined;
    if (this.#places.has(task) && this.#places.of(task) < this.#frozen.length) {
      this.#resting = this.#learner.parameters.numbers.slice();
      return;
    }
    this.#learned = true;
    this.#places.note(task, this.#frozen.length);
  }

  adjustGradient({ numbers }: FlatVector): void {
    if (this.#resting !== undefined) numbers.fill(0);
  }

  /** Momentum moves parameters even where the gradient is 0. */
  afterStep(): void {
    if (this.#resting !== undefined) this.#learner.parameters.numbers.set(this.#resting);
  }

  act({ task }: Question, policy: Actor, input: Float32Array, action: Float32Array): void {
    (this.#frozen[this.#places.of(task)]?.act ?? policy)(input, action);
  }

  snapshot(): Snapshot {
    return {
      frozen: this.#frozen.map(({ column }) => column.parameters.numbers.slice()),
      places: this.#places.snapshot(),
      learned: this.#learned,
    };
  }

  restore(snapshot: Snapshot): void {
    const { frozen, learned } = snapshot;
    if (!Array.isArray(frozen) || typeof learned !== "boolean")
      throw new SnapshotError("Expected the parameters of `frozen` columns, and whether the next has `learned`.");
    this.#places.restore(nested(snapshot, "places"));
    this.dispose();
    this.#column = columnAfter([], this.#learner.shape);
    // What the columns begin with is overwritten, by the next of those saved and at last by the learner.
    const random = RandomStream.fromSeed(0);
    this.#learner.become(this.#first, random);
    for (const numbers of frozen) {
      const { size } = this.#column.layout;
      if (!(numbers instanceof Float32Array && numbers.length === size)) throw new SnapshotError(`Expected a column of ${size} parameters.`);
      this.#grow(numbers, random);
    }
    this.#learned = learned;
  }

  dispose(): void {
    for (const { column } of this.#frozen) column.parameters.dispose();
    this.#frozen = [];
  }
}

export const progressive = defineStrategy({
  name: "progressive",
  summary: "learns every task in a column of its own that reads those of earlier tasks, which stay as they are",
  needsTask: true,
  options: z.strictObject({
    width: z.number().positive().max(1).describe("Units of a column after the first, as a share of the network's own.").default(0.75),
  }),
  make: (learner, { width }) => new Progressive(learner, width),
});
