/** @file A run of neighbouring copies of a vector of worlds: all of them in one process, or a worker's share. */
import type { Environment } from "../../contract/environment.ts";
import { SnapshotError } from "../../contract/errors.ts";
import { nested, type Snapshot, type SnapshotValue } from "../../contract/snapshot.ts";
import { listIn, numberIn } from "../snapshot-fields.ts";
import { episode, seedOf, type AutoresetMode, type VectorBuffers, type VectorEntry, type VectorResetOptions } from "./vector-environment.ts";

export class VectorSlice {
  readonly #copies: readonly Environment[];
  readonly #from: number;
  readonly #step: VectorBuffers;
  readonly #autoreset: AutoresetMode;

  /** @param step The whole vector's buffers; copies `from` up to `to` are this one's. */
  constructor(entry: VectorEntry, step: VectorBuffers, [from, to]: readonly [from: number, to: number], autoreset: AutoresetMode) {
    this.#copies = Array.from({ length: to - from }, () => entry.make());
    this.#from = from;
    this.#step = step;
    this.#autoreset = autoreset;
    step.episodes.fill(episode.none, from, to);
  }

  reset({ seed, mask, task }: VectorResetOptions): void {
    this.#copies.forEach((copy, k) => {
      const index = this.#from + k;
      if (mask !== undefined && mask[index] === 0) return;
      const { observation } = copy.reset({ ...seedOf(seed, index), ...(task && { task }) });
      this.#begin(k, observation);
    });
  }

  /** @param actions The whole vector's. Every copy can take its step: see `checkEpisodes`. */
  step(actions: Float32Array): void {
    for (let k = 0; k < this.#copies.length; k++) this.#act(k, actions);
  }

  /** Writes what each copy's last reset drew: [count of the slice, variation size]. */
  writeVariations(into: Float32Array): void {
    for (const [k, copy] of this.#copies.entries()) into.set(copy.variation, k * copy.variation.length);
  }

  snapshot(): Snapshot[] {
    return this.#copies.map((copy, k) => ({ copy: copy.snapshot(), ended: this.#step.episodes[this.#from + k]! }));
  }

  restore(snapshots: readonly SnapshotValue[]): void {
    if (snapshots.length !== this.#copies.length)
      throw new SnapshotError(`Expected snapshots of ${this.#copies.length} copies, got ${snapshots.length}.`);
    const before = this.snapshot();
    try {
      this.#take(listIn({ copies: snapshots }, "copies"));
    } catch (error) {
      this.#take(before);
      throw error;
    }
  }

  dispose(): void {
    for (const copy of this.#copies) copy.dispose?.();
  }

  #take(snapshots: readonly Snapshot[]): void {
    snapshots.forEach((saved, k) => {
      const ended = numberIn(saved, "ended");
      this.#copies[k]!.restore(nested(saved, "copy"));
      this.#step.episodes[this.#from + k] = ended;
    });
  }

  #act(k: number, actions: Float32Array): void {
    const copy = this.#copies[k]!;
    const index = this.#from + k;
    const { episodes, observations, finals, rewards, terminated, truncated, successes } = this.#step;
    if (episodes[index] === episode.over) {
      this.#begin(k, copy.reset().observation);
      return;
    }
    const { observation: shown, action } = copy.spec;
    const step = copy.step(actions.subarray(index * action.size, (index + 1) * action.size));
    rewards[index] = step.reward;
    successes[index] = step.success ? 1 : 0;
    terminated[index] = step.kind === "terminated" ? 1 : 0;
    truncated[index] = step.kind === "truncated" ? 1 : 0;
    const last = step.kind !== "middle";
    if (last && this.#autoreset === "same-step") {
      finals.set(step.observation, index * shown.size);
      observations.set(copy.reset().observation, index * shown.size);
      return;
    }
    observations.set(step.observation, index * shown.size);
    episodes[index] = last ? episode.over : episode.runs;
  }

  #begin(k: number, observation: Float32Array): void {
    const index = this.#from + k;
    const { episodes, observations, rewards, terminated, truncated, successes } = this.#step;
    observations.set(observation, index * observation.length);
    rewards[index] = 0;
    for (const flags of [terminated, truncated, successes]) flags[index] = 0;
    episodes[index] = episode.runs;
  }
}
