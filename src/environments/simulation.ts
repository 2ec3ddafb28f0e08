/** @file The inside of one world: what is special about it. What every world does alike is around it, in `simulated-environment.ts`. */
import type { Controller, EnvironmentSpec } from "../contract/environment.ts";
import type { Scene } from "../contract/scene.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import type { RandomStream } from "../numerics/random.ts";

/** What an episode was drawn or given at its reset. */
export interface Episode {
  /** Within the spec's `variation` space; owned by the environment. */
  readonly variation: Float32Array;
  /** Every setting of the spec by its name, nominal where the task says nothing. */
  readonly settings: Readonly<Record<string, number>>;
}

/** How a control step came out: written by the simulation, read by the environment around it. */
export interface Outcome {
  reward: number;
  success: boolean;
  /** Whether the world ended with it, or left the finite numbers: then the observation stays the one before. */
  ending: "none" | "terminated" | "unstable";
}

export interface Simulation {
  readonly scene?: Scene;
  /** Begins an episode and writes its first observation. Depends on the episode alone, not on what was lived before. */
  begin(episode: Episode, observation: Float32Array): void;
  /**
   * Lives through one control period and says what came of it. `observation` still holds the one before.
   * @param action Checked, and within its space.
   * @param outcome Comes as reward 0, no success, no ending.
   */
  advance(action: Float32Array, observation: Float32Array, outcome: Outcome): void;
  /** Everything that `advance` depends on, except the random stream, the episode and the observation: the environment saves those. */
  snapshot(): Snapshot;
  /** @throws {SnapshotError} A snapshot of another simulation. What it has set by then, the environment sets back. */
  restore(snapshot: Snapshot, episode: Episode): void;
}

/** A world before it is an environment. */
export interface World {
  readonly spec: EnvironmentSpec;
  /** Whether a draw of the variation may be used; one that may not is drawn again. */
  accepts?(variation: Float32Array): boolean;
  /** @param random Where chance within an episode comes from; the environment saves it. */
  simulate(random: RandomStream): Simulation;
  controller?(): Controller;
}
