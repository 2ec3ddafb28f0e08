/** @file What one task adds to the table: its things, what a reset randomises, when it is done, and how it is done. */
import type { Vec3 } from "cannon-es";
import type { Controller } from "../../src/contract/environment.ts";
import type { PartOptions } from "../../src/contract/space.ts";
import type { Point } from "./observation.ts";
import type { Table, TableTop } from "./table.ts";

/** A task's things on one table. */
export interface Furniture {
  /** Puts the things and the goal where the variation says, at rest. Sets the goal in m. */
  place(variation: ArrayLike<number>, goal: Vec3): void;
  /** Writes the observation's object block from `into[at]` on: [x, y, z] and an orientation, of one object or two. */
  observe(into: Float64Array, at: number): void;
}

export interface TabletopTask {
  /** The name part of the environment's id, such as `push`. */
  readonly name: string;
  /** Goes up with every change of dynamics, randomisation, success or reward. */
  readonly version: number;
  readonly summary: string;
  /** Where the hand starts, in m. */
  readonly handStart: Point;
  /** A plain slab where it is not said. */
  readonly top?: TableTop;
  /** In m/s², downwards; the Earth's where it is not said. */
  readonly gravity?: number;
  /** What a reset draws, uniformly and in the order of Meta-World's random vector. */
  readonly variation: readonly PartOptions[];
  /** Whether a draw may be used; one that may not is drawn again. */
  accepts?(variation: ArrayLike<number>): boolean;
  furnish(table: Table): Furniture;
  /** Meta-World's success test, on what the observation shows. */
  succeeds(observation: Float32Array): boolean;
  /** In [0, 10], from the observation alone; 10 exactly where the task succeeds. */
  reward(observation: Float32Array): number;
  controller(): Controller;
}
