/** @file Numbers on the command line. */
import { InvalidValueError } from "../contract/errors.ts";

/** @throws {InvalidValueError} Text that is not an integer from `low` to `high`. */
export function integer(flag: string, text: string, [low, high]: readonly [number, number]): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) throw new InvalidValueError(flag, text, `an integer from ${low} to ${high}`);
  return value;
}
