/**
 * @file How much each parameter's movement has lowered the loss, −Σ_t gᵢ(t)·Δθᵢ(t) over gradient steps: what SI and RWalk are made of. Summed over
 * the parameters, and for small steps, it is the loss' decrease.
 * @see Zenke, Poole & Ganguli (2017), "Continual learning through synaptic intelligence", eq. 3.
 */
import type { Snapshot } from "../../contract/snapshot.ts";
import { FlatVector } from "../../tensor/flat-vector.ts";

export class PathIntegral {
  /** ω, one number a parameter. */
  readonly decrease: FlatVector;
  /** Where the step began; after it, what came of it. */
  readonly #step: FlatVector;
  readonly #gradient: FlatVector;

  /** @param size Parameters. */
  constructor(size: number) {
    this.decrease = new FlatVector(size);
    this.#step = new FlatVector(size);
    this.#gradient = new FlatVector(size);
  }

  /** A step is about to be taken from these parameters, with this gradient of the loss alone. */
  leave(parameters: FlatVector, gradient: FlatVector): void {
    this.#step.numbers.set(parameters.numbers);
    this.#gradient.numbers.set(gradient.numbers);
  }

  /** It has led here. */
  arrive(parameters: FlatVector): void {
    const step = this.#step;
    step.scale(-1);
    step.addScaled(1, parameters);
    step.multiply(this.#gradient);
    this.decrease.addScaled(-1, step);
  }

  snapshot(): Snapshot {
    return { decrease: this.decrease.numbers.slice() };
  }

  /** @throws {SnapshotError} */
  restore(snapshot: Snapshot): void {
    this.decrease.restore(snapshot["decrease"]);
  }

  dispose(): void {
    for (const vector of [this.decrease, this.#step, this.#gradient]) vector.dispose();
  }
}
