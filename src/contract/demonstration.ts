/** @file Recorded demonstrations, from wherever they come: whole episodes as plain arrays. */

/** One episode of T steps. */
export interface RecordedEpisode {
  /** [T + 1, observation size], row-major; the reset's observation first. */
  readonly observations: Float32Array;
  /** [T, action size], row-major: what was done. */
  readonly actions: Float32Array;
  /** [T] */
  readonly rewards: Float64Array;
  /** [T], 0 or 1: whether the world ended, whether the watching did. */
  readonly terminations: Uint8Array;
  readonly truncations: Uint8Array;
  /** [T, action size], row-major: what was meant, where noise was added to it before it was done; absent where that was not recorded. */
  readonly decisions?: Float32Array;
  /** [T], 0 or 1; absent where it was not recorded. */
  readonly successes?: Uint8Array;
  /** What the world was reset with, where it is known. */
  readonly seed?: number;
}

/** Episodes in one world's spaces. */
export interface DemonstrationSet {
  readonly name: string;
  /** The world that it was recorded in, where that is one of Engram's and known: an id, perhaps with options. */
  readonly world?: string;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly episodes: number;
  /** @throws {StorageError} An episode that is damaged. @throws {InvalidValueError} An index that is not one of the set's. */
  episode(index: number): RecordedEpisode;
  close(): void;
}
