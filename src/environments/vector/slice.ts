/** @file A run of neighbouring copies of a vector of worlds: all of them in one process, or a worker's share. */
import type { Environment } from "../../contract/environment.ts";
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot, SnapshotValue } from "../../contract/snapshot.ts";
import { seedOf, type AutoresetMode, type VectorEntry, type VectorResetOptions, type VectorStep } from "./vector-environment.ts";

export class VectorSlice {
  readonly #copies: readonly Environment[];
  readonly #from: number;
  readonly #step: VectorStep;
  readonly #autoreset: AutoresetMode;
  /** 1 where the next step resets. */
  readonly #ended: Uint8Array;

  /** @param step The whole vector's buffers; copies `from` up to `to` are this one's. */
  constructor(entry: VectorEntry, step: VectorStep, [from, to]: readonly [from: number, to: number], autoreset: AutoresetMode) {
    this.#copies = Array.from({ length: to - from }, () => entry.make());
    this.#from = from;
    this.#step = step;
    this.#autoreset = autoreset;
    this.#ended = new Uint8Array(to - from);
  }

  reset({ seed, mask, task }: VectorResetOptions): void {
    this.#copies.forEach((copy, k) => {
      const index = this.#from + k;
      if (mask !== undefined && mask[index] === 0) return;
      const { observation } = copy.reset({ ...seedOf(seed, index), ...(task && { task }) });
      this.#begin(k, observation);
    });
  }

  /** @param actions The whole vector's. */
  step(actions: Float32Array): void {
    for (let k = 0; k < this.#copies.length; k++) this.#act(k, actions);
  }

  /** Writes what each copy's last reset drew: [count of the slice, variation size]. */
  writeVariations(into: Float32Array): void {
    for (const [k, copy] of this.#copies.entries()) into.set(copy.variation, k * copy.variation.length);
  }

  snapshot(): SnapshotValue[] {
    return this.#copies.map((copy, k) => ({ copy: copy.snapshot(), ended: this.#ended[k]! }));
  }

  restore(snapshots: readonly SnapshotValue[]): void {
    if (snapshots.length !== this.#copies.length)
      throw new SnapshotError(`Expected snapshots of ${this.#copies.length} copies, got ${snapshots.length}.`);
    snapshots.forEach((saved, k) => {
      const { copy, ended } = saved as Snapshot;
      this.#copies[k]!.restore(copy as Snapshot);
      this.#ended[k] = ended as number;
    });
  }

  #act(k: number, actions: Float32Array): void {
    const copy = this.#copies[k]!;
    if (this.#ended[k] === 1) {
      this.#begin(k, copy.reset().observation);
      return;
    }
    const { observation: shown, action } = copy.spec;
    const index = this.#from + k;
    const step = copy.step(actions.subarray(index * action.size, (index + 1) * action.size));
    const { observations, finals, rewards, terminated, truncated, successes } = this.#step;
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
    this.#ended[k] = last && this.#autoreset === "next-step" ? 1 : 0;
  }

  #begin(k: number, observation: Float32Array): void {
    const index = this.#from + k;
    const { observations, rewards, terminated, truncated, successes } = this.#step;
    observations.set(observation, index * observation.length);
    rewards[index] = 0;
    for (const flags of [terminated, truncated, successes]) flags[index] = 0;
    this.#ended[k] = 0;
  }
}
