/** @file What a world is to everyone else. Synchronous, seeded, and restorable bit for bit. */
import type { Scene } from "./scene.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Space, Unit } from "./space.ts";
import type { FirstStep, NextStep } from "./step.ts";
import type { Task } from "./task.ts";

declare const environmentId: unique symbol;
/** `suite/name@version`, such as `tabletop/push@1`. A change of dynamics or reward makes a new version. */
export type EnvironmentId = string & { readonly [environmentId]: true };
export const asEnvironmentId = (id: string): EnvironmentId => id as EnvironmentId;

export interface EnvironmentSpec {
  readonly id: EnvironmentId;
  /** One sentence for people: what must be done here. */
  readonly summary: string;
  readonly observation: Space;
  readonly action: Space;
  /** What a reset randomises. */
  readonly variation: Space;
  /** What a task may change about the world itself, such as gravity; nothing, in most. */
  readonly settings: readonly Setting[];
  /** Simulated seconds between two actions. */
  readonly controlPeriod: number;
  /** Steps after which an episode is truncated. */
  readonly horizon: number;
}

/** A number about the world that is the same at every reset until a task asks for another. */
export interface Setting {
  readonly name: string;
  readonly summary: string;
  readonly unit: Unit;
  readonly low: number;
  readonly high: number;
  readonly nominal: number;
}

export interface ResetOptions {
  /** A non-negative integer. Without it the environment's own random stream goes on from where it is. */
  readonly seed?: number;
  /** Fixes the variation instead of drawing it, and settings instead of leaving them nominal. */
  readonly task?: Task;
}

export interface Environment {
  readonly spec: EnvironmentSpec;
  /** What there is to see, for viewers; absent where there is nothing to draw. */
  readonly scene?: Scene | undefined;
  /** What the last reset drew or was given; a `Task` made with it repeats the placement. Overwritten by the next reset. */
  readonly variation: Float32Array;
  /**
   * Decides everything about the episode: the same seed and task give the same numbers, whatever happened before.
   * @throws {InvalidValueError} A seed that is not a non-negative integer; a task of another environment, or outside `variation` or `settings`.
   * @throws {UnknownNameError} A setting that the world has not.
   */
  reset(options?: ResetOptions): FirstStep;
  /**
   * Acts for one control period. Numbers outside the action space are clipped to it, choices rounded; the action itself is left alone.
   * @throws {InvalidValueError} An action of the wrong length or with a NaN.
   * @throws {OrderError} Before the first reset, or after an episode's last step.
   */
  step(action: Float32Array): NextStep;
  snapshot(): Snapshot;
  /** @throws {SnapshotError} A snapshot of another environment. */
  restore(snapshot: Snapshot): void;
  /** What an episode depends on besides its reset, as where settings drift; absent where that is nothing. So that a test can leave a world as it was. */
  carried?(): Snapshot;
  /** Takes back what came since. Between two episodes alone. */
  carry?(carried: Snapshot): void;
  /** Lets go of what it holds outside memory, as a connection and its thread; a later reset takes that up again. Absent where that is nothing. */
  dispose?(): void;
}

/** Chooses actions from observations alone, by hand-written rules; makes demonstrations. */
export interface Controller {
  /** Forgets the episode before. */
  reset(): void;
  /** Writes the action for an observation; the observation is only read. */
  act(observation: Float32Array, action: Float32Array): void;
}

/** A registered world: what it is, how to make one, and who can show how it is done. */
export interface EnvironmentEntry {
  readonly spec: EnvironmentSpec;
  make(): Environment;
  /** For an environment that `make` made; it may know what the observation hides. */
  readonly controller?: (environment: Environment) => Controller;
}
