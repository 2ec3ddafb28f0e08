/** @file What every learner by gradients has in common: a parameter vector, Adam, and a consolidation between the two. */
import { type Divergence, DivergenceError, NumericalError } from "../contract/errors.ts";
import { nested, type Snapshot } from "../contract/snapshot.ts";
import type { TaskId } from "../contract/task.ts";
import { adamState, adamStep, disposeAdam, restoreAdam, snapshotAdam, type AdamState } from "../tensor/adam.ts";
import { FlatVector } from "../tensor/flat-vector.ts";
import { valueAndGradient, type Loss } from "../tensor/gradient.ts";
import type { ParameterLayout } from "../tensor/parameters.ts";
import type { Consolidation, Experience } from "./consolidation/strategy.ts";

export interface GradientDescentOptions {
  readonly layout: ParameterLayout;
  /** Changed in place by every step. */
  readonly parameters: FlatVector;
  readonly learningRate: number;
  readonly consolidation: Consolidation;
}

export class GradientDescent {
  readonly #options: GradientDescentOptions;
  readonly #gradient: FlatVector;
  /** The share of the learning rate that steps take, in [0, 1]. */
  share = 1;
  #adam: AdamState;

  constructor(options: GradientDescentOptions) {
    this.#options = options;
    this.#gradient = new FlatVector(options.layout.size);
    this.#adam = adamState(options.layout.size);
  }

  /** Steps taken so far. */
  get count(): number {
    return this.#adam.count;
  }

  /** The tasks that the next steps learn from: those of them that memory holds examples of. */
  tasks(experience: Experience): TaskId[] {
    return this.#options.consolidation.tasks(experience).filter((task) => experience.memory.rowsOf(task).length > 0);
  }

  /**
   * One step down a loss; returns the loss before it, without any penalty of the consolidation.
   * @param batch The ids of the entries that the loss is made of, by what they are used as; asked for only when it fails.
   * @throws {DivergenceError} A loss or a gradient that is not finite; the parameters are then as they were.
   */
  step(loss: Loss, batch: () => Divergence["batch"] = () => ({})): number {
    const { layout, parameters, learningRate, consolidation } = this.#options;
    const value = this.#guarded(() => valueAndGradient(loss, layout, parameters, this.#gradient), batch);
    consolidation.adjustGradient(parameters.numbers, this.#gradient.numbers);
    this.#adam = adamStep(parameters, this.#gradient, this.#adam, { learningRate: learningRate * this.share });
    return value;
  }

  #guarded(compute: () => number, batch: () => Divergence["batch"]): number {
    try {
      return compute();
    } catch (error) {
      throw error instanceof NumericalError ? new DivergenceError({ stepsBefore: this.count, batch: batch() }, error) : error;
    }
  }

  /** To be told when a task has been learned and another is about to begin. */
  taskEnded(): void {
    this.#options.consolidation.taskEnded(this.#options.parameters.numbers);
  }

  snapshot(): Snapshot {
    const { parameters, consolidation } = this.#options;
    return { parameters: parameters.numbers.slice(), adam: snapshotAdam(this.#adam), consolidation: consolidation.snapshot() };
  }

  /** @throws {SnapshotError} Not a snapshot of a descent over as many parameters by the same strategy. */
  restore(snapshot: Snapshot): void {
    const { parameters, consolidation } = this.#options;
    parameters.restore(snapshot["parameters"]);
    this.#adam = restoreAdam(snapshot["adam"], this.#adam);
    consolidation.restore(nested(snapshot, "consolidation"));
  }

  /** Frees everything but the parameters, which belong to whoever gave them. */
  dispose(): void {
    this.#gradient.dispose();
    disposeAdam(this.#adam);
  }
}
