/** @file What numbers an environment gives and takes: named parts with quantities, units and bounds. Flat float32 vectors only. */
import { InvalidValueError } from "./errors.ts";

export type Unit = "m" | "m/s" | "rad" | "rad/s" | "N" | "N·m" | "1";

/** What a part's numbers are, so that an agent can build features for a body it has never seen. Quaternions are [x, y, z, w]. */
export type Quantity = "position" | "orientation" | "velocity" | "angle" | "scalar";

/** A run of neighbouring numbers with one meaning. */
export interface SpacePart {
  readonly name: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  /** Index of the first number in the vector. */
  readonly offset: number;
  readonly size: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** How many control periods ago this was true: 0 is now, 1 the frame before. */
  readonly age: number;
}

/** A box in ℝⁿ, described part by part in the order of the vector. */
export interface Space {
  readonly size: number;
  readonly parts: readonly SpacePart[];
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** A part before its place is known; a single number for a bound holds for all of the part's numbers. */
export interface PartOptions {
  readonly name: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  readonly size: number;
  readonly low: number | readonly number[];
  readonly high: number | readonly number[];
  readonly age?: number;
}

/**
 * Lays parts out one after another.
 * @throws {InvalidValueError} A part with a non-positive size, bounds of another length, or low > high.
 */
export function space(parts: readonly PartOptions[]): Space {
  let offset = 0;
  const placed = parts.map((part) => {
    if (!Number.isInteger(part.size) || part.size < 1) throw new InvalidValueError(`${part.name}.size`, part.size, "an integer from 1 up");
    const low = bounds(part, "low");
    const high = bounds(part, "high");
    low.forEach((value, k) => {
      if (!(value <= high[k]!)) throw new InvalidValueError(`${part.name}.low[${k}]`, value, `at most its upper bound ${high[k]}`);
    });
    const result: SpacePart = { ...part, offset, low, high, age: part.age ?? 0 };
    offset += part.size;
    return result;
  });
  return {
    size: offset,
    parts: placed,
    low: Float32Array.from(placed.flatMap((part) => part.low)),
    high: Float32Array.from(placed.flatMap((part) => part.high)),
  };
}

function bounds(part: PartOptions, side: "low" | "high"): readonly number[] {
  const given = part[side];
  if (typeof given === "number") return Array.from({ length: part.size }, () => given);
  if (given.length !== part.size) throw new InvalidValueError(`${part.name}.${side}`, given, `${part.size} numbers, one for each of the part's`);
  return given;
}

/** Whether a vector has the space's length and lies within its bounds; NaN does not. */
export function contains({ size, low, high }: Space, vector: ArrayLike<number>): boolean {
  if (vector.length !== size) return false;
  for (let k = 0; k < size; k++) {
    const value = vector[k]!;
    if (!(value >= low[k]! && value <= high[k]!)) return false;
  }
  return true;
}
