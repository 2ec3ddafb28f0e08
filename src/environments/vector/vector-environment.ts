/**
 * @file Several copies of a world side by side, stepped at once, as Gymnasium's vector environments are: copy k is reset with seed + k. Results are
 * the same for any number of workers.
 */
import type { EnvironmentEntry, EnvironmentSpec } from "../../contract/environment.ts";
import { InvalidValueError, OrderError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { Task } from "../../contract/task.ts";

/**
 * What happens to a copy whose episode ended. `next-step`: its next step resets it instead of acting, with reward 0. `same-step`: it is reset at once;
 * `observations` has the new first one, `finals` the last of the old. `disabled`: it must be reset by a mask before it is stepped again.
 */
export const autoresetModes = ["next-step", "same-step", "disabled"] as const;
export type AutoresetMode = (typeof autoresetModes)[number];

/** What came of a reset or a step; overwritten by the next. */
export interface VectorStep {
  /** [count, observation size] */
  readonly observations: Float32Array;
  /** [count, observation size]: under `same-step`, the last observations of the episodes that ended with this step; else unused. */
  readonly finals: Float32Array;
  /** [count], 0 where a copy was reset. */
  readonly rewards: Float64Array;
  /** [count], 1 where it is so. */
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly successes: Uint8Array;
}

/** What becomes of a copy at the next step: it acts, its episode is over, or it has had none yet. */
export const episode = { runs: 0, over: 1, none: 2 } as const;

/** A vector's memory. */
export interface VectorBuffers extends VectorStep {
  /** [count]: of `episode`. */
  readonly episodes: Uint8Array;
}

export interface VectorResetOptions {
  /** Copy k is reset with seed + k, or with its own of a list; without it, each goes on with its own random stream. */
  readonly seed?: number | readonly number[];
  /** [count]: 1 for the copies to be reset; all by default. */
  readonly mask?: Uint8Array;
  /** One task for all copies, in the episodes that begin with this reset; those that begin by themselves draw theirs, as Gymnasium's do. */
  readonly task?: Task;
}

export interface VectorEnvironment {
  readonly spec: EnvironmentSpec;
  readonly count: number;
  readonly autoreset: AutoresetMode;
  reset(options?: VectorResetOptions): VectorStep;
  /**
   * @param actions [count, action size]; numbers outside the action space are clipped.
   * @throws {InvalidValueError} Actions of another length or with a NaN. @throws {OrderError} A copy that was not reset. Nothing has moved then.
   */
  step(actions: Float32Array): VectorStep;
  snapshot(): Snapshot;
  /** @throws {SnapshotError} A snapshot of other worlds, or of another count. */
  restore(snapshot: Snapshot): void;
  /** Ends its workers, if it has any, and with them their worlds; disposes of its own. */
  dispose(): Promise<void>;
}

export interface VectorOptions {
  readonly count: number;
  /** `next-step` by default, as Gymnasium's. */
  readonly autoreset?: AutoresetMode;
}

/** How many bytes the buffers of a vector of worlds take. */
export const bytesOf = ({ observation }: EnvironmentSpec, count: number): number => count * (8 + 4 + 2 * 4 * observation.size) + 16;

/** The buffers, in one block of memory, which may be shared. */
export function buffersIn(memory: ArrayBufferLike, { observation }: EnvironmentSpec, count: number): VectorBuffers {
  const numbers = count * observation.size;
  const flags = 8 * count + 8 * numbers;
  return {
    rewards: new Float64Array(memory, 0, count),
    observations: new Float32Array(memory, 8 * count, numbers),
    finals: new Float32Array(memory, 8 * count + 4 * numbers, numbers),
    terminated: new Uint8Array(memory, flags, count),
    truncated: new Uint8Array(memory, flags + count, count),
    successes: new Uint8Array(memory, flags + 2 * count, count),
    episodes: new Uint8Array(memory, flags + 3 * count, count),
  };
}

/** @throws {InvalidValueError} A count that is no whole number from 1 up; actions or a mask of another length; actions with a NaN; a copy's seed that is none. */
export function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new InvalidValueError("count", count, "a whole number of copies from 1 up");
}

export function checkActions({ action }: EnvironmentSpec, count: number, actions: Float32Array): void {
  if (actions.length !== count * action.size) throw new InvalidValueError("actions", actions, `${count} × ${action.size} numbers`);
  const at = actions.findIndex(Number.isNaN);
  if (at >= 0) throw new InvalidValueError(`actions[${Math.floor(at / action.size)}, ${at % action.size}]`, Number.NaN, "a number");
}

export function checkMask(count: number, mask: Uint8Array | undefined): void {
  if (mask !== undefined && mask.length !== count) throw new InvalidValueError("mask", mask, `${count} numbers, 1 or 0`);
}

export function checkSeed(count: number, seed: VectorResetOptions["seed"]): void {
  if (typeof seed === "object" && seed.length !== count) throw new InvalidValueError("seed", seed, `a non-negative integer, or ${count} of them`);
  for (const one of typeof seed === "object" ? seed : seed === undefined ? [] : [seed]) {
    if (!Number.isSafeInteger(one) || one < 0) throw new InvalidValueError("seed", one, "a non-negative integer");
  }
  if (typeof seed === "number" && !Number.isSafeInteger(seed + count - 1))
    throw new InvalidValueError("seed", seed, `at most 2^53 − ${count}, since copy k is reset with seed + k`);
}

/** @throws {OrderError} A copy that cannot act, and does not begin anew by itself. */
export function checkEpisodes({ episodes }: VectorBuffers, autoreset: AutoresetMode): void {
  for (let k = 0; k < episodes.length; k++) {
    if (episodes[k] === episode.none) throw new OrderError(`Step of copy ${k} before the first reset. Call \`reset()\` to begin an episode.`);
    if (episodes[k] === episode.over && autoreset === "disabled")
      throw new OrderError(`Step of copy ${k} after its episode's last step. Call \`reset()\` with a mask to begin another.`);
  }
}

/** The seed of copy k, if there is one. */
export function seedOf(seed: VectorResetOptions["seed"], k: number): { readonly seed?: number } {
  if (seed === undefined) return {};
  return { seed: typeof seed === "number" ? seed + k : seed[k]! };
}

export type VectorEntry = Pick<EnvironmentEntry, "spec" | "make">;
