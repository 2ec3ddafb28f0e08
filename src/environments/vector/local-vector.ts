/** @file A vector of worlds in one process. */
import type { EnvironmentSpec } from "../../contract/environment.ts";
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { VectorSlice } from "./slice.ts";
import {
  buffersIn,
  bytesOf,
  checkActions,
  checkCount,
  checkEpisodes,
  checkMask,
  checkSeed,
  type AutoresetMode,
  type VectorBuffers,
  type VectorEntry,
  type VectorEnvironment,
  type VectorOptions,
  type VectorResetOptions,
  type VectorStep,
} from "./vector-environment.ts";

export class LocalVectorEnvironment implements VectorEnvironment {
  readonly spec: EnvironmentSpec;
  readonly count: number;
  readonly autoreset: AutoresetMode;
  readonly #step: VectorBuffers;
  readonly #slice: VectorSlice;

  /** @throws {InvalidValueError} A count that is no whole number from 1 up. */
  constructor(entry: VectorEntry, { count, autoreset = "next-step" }: VectorOptions) {
    checkCount(count);
    this.spec = entry.spec;
    this.count = count;
    this.autoreset = autoreset;
    this.#step = buffersIn(new ArrayBuffer(bytesOf(entry.spec, count)), entry.spec, count);
    this.#slice = new VectorSlice(entry, this.#step, [0, count], autoreset);
  }

  reset(options: VectorResetOptions = {}): VectorStep {
    checkMask(this.count, options.mask);
    checkSeed(this.count, options.seed);
    this.#slice.reset(options);
    return this.#step;
  }

  step(actions: Float32Array): VectorStep {
    checkActions(this.spec, this.count, actions);
    checkEpisodes(this.#step, this.autoreset);
    this.#slice.step(actions);
    return this.#step;
  }

  /** Writes what each copy's last reset drew: [count, variation size]. */
  writeVariations(into: Float32Array): void {
    this.#slice.writeVariations(into);
  }

  snapshot(): Snapshot {
    return { copies: this.#slice.snapshot() };
  }

  restore({ copies }: Snapshot): void {
    if (!Array.isArray(copies)) throw new SnapshotError("Expected the `copies` of a vector of worlds.");
    this.#slice.restore(copies);
  }

  dispose(): Promise<void> {
    this.#slice.dispose();
    return Promise.resolve();
  }
}
