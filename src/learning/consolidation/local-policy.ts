/** @file A copy of the policy that is adapted to a few remembered examples for a while, and then forgotten; the slow parameters stay as they are. */
import { FlatVector } from "../../tensor/flat-vector.ts";
import type { Actor } from "../imitation/network.ts";
import type { Examples, Learner } from "./strategy.ts";

export class LocalPolicy {
  /** To be changed by whoever adapts; the learner's own after `begin`. */
  readonly parameters: FlatVector;
  /** Writes what it does for an input. */
  readonly act: Actor;
  readonly #learner: Learner;
  readonly #gradient: FlatVector;

  constructor(learner: Learner) {
    this.#learner = learner;
    this.parameters = new FlatVector(learner.parameters.size);
    this.#gradient = new FlatVector(learner.parameters.size);
    this.act = learner.network.actor(this.parameters);
  }

  /** Begins anew from the slow parameters. */
  begin(): void {
    this.parameters.numbers.set(this.#learner.parameters.numbers);
  }

  /** The gradient of Σ wₖ·mean(f(xₖ) − yₖ)², the mean over outputs; valid until it is asked for again. @param weights That sum to 1. */
  gradient({ count, inputs, targets }: Examples, weights: Float32Array): FlatVector {
    // The plain error's gradient is that of the weighted one when its targets are as much nearer or farther: f − t = n·w·(f − y).
    const moved = this.#learner.answers(inputs, this.parameters);
    const width = targets.length / count;
    for (let i = 0; i < moved.length; i++) moved[i] = moved[i]! - count * weights[Math.floor(i / width)]! * (moved[i]! - targets[i]!);
    this.#learner.gradient({ count, inputs, targets: moved }, this.#gradient, this.parameters);
    return this.#gradient;
  }

  dispose(): void {
    this.parameters.dispose();
    this.#gradient.dispose();
  }
}
