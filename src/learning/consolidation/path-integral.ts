/**
 * @file How much each parameter's movement has lowered the loss, −Σ_t gᵢ(t)·Δθᵢ(t) over gradient steps: what SI and RWalk are made of. Summed over
 * the parameters, and for small steps, it is the loss' decrease.
 * @see Zenke, Poole & Ganguli (2017), "Continual learning through synaptic intelligence", eq. 3.
 */
import { restoredNumbers } from "./quadratic-penalty.ts";
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";

export class PathIntegral {
  /** ω, one number a parameter. */
  readonly decrease: Float32Array;
  readonly #before: Float32Array;
  readonly #gradient: Float32Array;

  /** @param size Parameters. */
  constructor(size: number) {
    this.decrease = new Float32Array(size);
    this.#before = new Float32Array(size);
    this.#gradient = new Float32Array(size);
  }

  /** A step is about to be taken from these parameters, with this gradient of the loss alone. */
  leave(numbers: Float32Array, gradient: Float32Array): void {
    this.#before.set(numbers);
    this.#gradient.set(gradient);
  }

  /** It has led here. */
  arrive(numbers: Float32Array): void {
    const { decrease } = this;
    const before = this.#before;
    const gradient = this.#gradient;
    for (let i = 0; i < decrease.length; i++) decrease[i] = decrease[i]! - gradient[i]! * (numbers[i]! - before[i]!);
  }

  snapshot(): Snapshot {
    return { decrease: this.decrease.slice() };
  }

  /** @throws {SnapshotError} */
  restore(snapshot: Snapshot): void {
    const saved = restoredNumbers(snapshot, "decrease", this.decrease.length);
    if (saved === undefined) throw new SnapshotError("Expected `decrease` to be numbers, one a parameter.");
    this.decrease.set(saved);
  }
}
