/** @file Finds a suite: one that comes with Engram by its name, or a JSON file. */
import { readFileSync } from "node:fs";
import { StorageError, UnknownNameError } from "../contract/errors.ts";
import { parseSuite, type Suite } from "../continual/suite.ts";

/**
 * @throws {UnknownNameError} Neither a registered name nor a file. @throws {StorageError} A file that cannot be read, or is no JSON.
 * @throws {InvalidValueError} A suite that breaks a rule.
 */
export function loadSuite(name: string, suites: ReadonlyMap<string, Suite>): Suite {
  const registered = suites.get(name);
  if (registered !== undefined) return registered;
  if (!name.endsWith(".json")) throw new UnknownNameError("suite", name, [...suites.keys()]);
  return parseSuite(read(name));
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const problem = error instanceof SyntaxError ? `no JSON: ${error.message}` : "cannot be read";
    throw new StorageError(file, problem, "Name a suite's file, or one of `engram suites`.", { cause: error });
  }
}
