/** @file What an environment variable says is wanted of a benchmark that takes long: a list, commas between. */
import { InvalidValueError, UnknownNameError } from "../../src/contract/errors.ts";

/** @param all What is wanted where the variable is not set. @throws {UnknownNameError} One of them is none of these. */
export function listedNames(variable: string, all: readonly string[]): readonly string[] {
  const names = process.env[variable]?.split(",") ?? all;
  for (const name of names) if (!all.includes(name)) throw new UnknownNameError("name", name, all, variable);
  return names;
}

/** @param otherwise What is wanted where the variable is not set. @throws {InvalidValueError} One of them is not a whole number above 0. */
export function listedNumbers(variable: string, otherwise: readonly number[]): readonly number[] {
  const text = process.env[variable];
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/.test(text))
    throw new InvalidValueError(variable, text, "whole numbers above 0, commas between", "For example: 1,2,3.");
  return text.split(",").map(Number);
}
