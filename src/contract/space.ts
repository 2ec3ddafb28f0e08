/** @file What numbers an environment gives and takes: named parts with quantities, units and bounds. Flat float32 vectors only. */
import { InvalidValueError } from "./errors.ts";

export type Unit = "m" | "m/s" | "rad" | "rad/s" | "N" | "N·m" | "1";

/**
 * What a part's numbers are, so that an agent can build features for a body it has never seen. Quaternions are [x, y, z, w]; a choice is a
 * whole number that names one of several things.
 */
export type Quantity = "position" | "orientation" | "velocity" | "angle" | "scalar" | "choice";

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
  /** 1 where the number is a choice. */
  readonly whole: Uint8Array;
}

/** Whole numbers up to here, either side of 0, are exact in float32. */
const MOST_CHOICE = 2 ** 24;

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
 * @throws {InvalidValueError} A part with a non-positive size, bounds of another length, or low > high; a choice's that are not whole, or beyond ±2²⁴.
 */
export function space(parts: readonly PartOptions[]): Space {
  let offset = 0;
  const placed = parts.map((part) => {
    if (!Number.isInteger(part.size) || part.size < 1) throw new InvalidValueError(`${part.name}.size`, part.size, "an integer from 1 up");
    const low = bounds(part, "low");
    const high = bounds(part, "high");
    if (part.quantity === "choice") checkChoices(part.name, { low, high });
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
    whole: Uint8Array.from(placed.flatMap((part) => part.low.map(() => (part.quantity === "choice" ? 1 : 0)))),
  };
}

function bounds(part: PartOptions, side: "low" | "high"): readonly number[] {
  const given = part[side];
  if (typeof given === "number") return Array.from({ length: part.size }, () => given);
  if (given.length !== part.size) throw new InvalidValueError(`${part.name}.${side}`, given, `${part.size} numbers, one for each of the part's`);
  return given;
}

function checkChoices(name: string, sides: Readonly<Record<"low" | "high", readonly number[]>>): void {
  for (const [side, values] of Object.entries(sides)) {
    values.forEach((value, k) => {
      if (!Number.isInteger(value) || Math.abs(value) > MOST_CHOICE)
        throw new InvalidValueError(`${name}.${side}[${k}]`, value, `a whole number from ${-MOST_CHOICE} to ${MOST_CHOICE}, for a choice`);
    });
  }
}

/** Whether a vector has the space's length and lies within its bounds, choices whole; NaN does not. */
export function contains({ size, low, high, whole }: Space, vector: ArrayLike<number>): boolean {
  if (vector.length !== size) return false;
  for (let k = 0; k < size; k++) {
    const value = vector[k]!;
    if (!(value >= low[k]! && value <= high[k]!) || (whole[k] === 1 && !Number.isInteger(value))) return false;
  }
  return true;
}

/**
 * Writes the action nearest to the one given within the space: clipped to the bounds, choices rounded.
 * @throws {InvalidValueError} An action of another length or with a NaN; nothing is written then.
 */
export function bring({ size, low, high, whole }: Space, action: ArrayLike<number>, into: Float32Array): void {
  if (action.length !== size) throw new InvalidValueError("action", action, `${size} ${size === 1 ? "number" : "numbers"}`);
  for (let k = 0; k < size; k++) if (Number.isNaN(action[k])) throw new InvalidValueError(`action[${k}]`, action[k], "a number");
  for (let k = 0; k < size; k++) {
    const value = Math.min(Math.max(action[k]!, low[k]!), high[k]!);
    into[k] = whole[k] === 1 ? Math.round(value) : value;
  }
}
