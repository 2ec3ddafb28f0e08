/** @file What every learner by gradients has in common: a parameter vector that Adam moves down a loss. */
import { type Divergence, DivergenceError, NumericalError } from "../contract/errors.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import { adamState, adamStep, disposeAdam, restoreAdam, snapshotAdam, type AdamState } from "../tensor/adam.ts";
import { FlatVector } from "../tensor/flat-vector.ts";
import { valueAndGradient, type Loss } from "../tensor/gradient.ts";
import type { ParameterLayout } from "../tensor/parameters.ts";

export interface GradientDescentOptions {
  readonly layout: ParameterLayout;
  /** Changed in place by every step. */
  readonly parameters: FlatVector;
  readonly learningRate: number;
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

  /**
   * One step down a loss; returns the loss before it.
   * @param batch The ids of the entries that the loss is made of, by what they are used as; asked for only when it fails.
   * @param adjust Changes the gradient, in place, before it is followed.
   * @throws {DivergenceError} A loss or a gradient that is not finite; the parameters are then as they were.
   */
  step(loss: Loss, batch: () => Divergence["batch"] = () => ({}), adjust?: (gradient: FlatVector) => void): number {
    const { layout, parameters, learningRate } = this.#options;
    const value = this.#guarded(() => valueAndGradient(loss, layout, parameters, this.#gradient), batch);
    adjust?.(this.#gradient);
    this.#adam = adamStep(parameters, this.#gradient, this.#adam, { learningRate: learningRate * this.share });
    return value;
  }

  /** Sets Adam's moments of the parameters with these indices to 0. Its count of steps is everybody's and stays. */
  forgetMoments(indices: readonly number[]): void {
    for (const { numbers } of [this.#adam.mean, this.#adam.square]) for (const i of indices) numbers[i] = 0;
  }

  #guarded(compute: () => number, batch: () => Divergence["batch"]): number {
    try {
      return compute();
    } catch (error) {
      throw error instanceof NumericalError ? new DivergenceError({ stepsBefore: this.count, batch: batch() }, error) : error;
    }
  }

  snapshot(): Snapshot {
    return { parameters: this.#options.parameters.numbers.slice(), adam: snapshotAdam(this.#adam) };
  }

  /** @throws {SnapshotError} Not a snapshot of a descent over as many parameters. */
  restore(snapshot: Snapshot): void {
    this.#options.parameters.restore(snapshot["parameters"]);
    this.#adam = restoreAdam(snapshot["adam"], this.#adam);
  }

  /** Frees everything but the parameters, which belong to whoever gave them. */
  dispose(): void {
    this.#gradient.dispose();
    disposeAdam(this.#adam);
  }
}
