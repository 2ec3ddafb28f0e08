/** @file Finds a suite: one that comes with Engram by its name, or a JSON file. */
import { UnknownNameError } from "../contract/errors.ts";
import { parseSuite, type Suite } from "../continual/suite.ts";
import { about, isFile, readJson } from "./bench/json-file.ts";

/**
 * @throws {UnknownNameError} Neither a registered name nor a file. @throws {StorageError} A file that cannot be read, or is no JSON.
 * @throws {FieldError} A suite that breaks a rule, with its field.
 */
export function loadSuite(name: string, suites: ReadonlyMap<string, Suite>): Suite {
  const registered = suites.get(name);
  if (registered !== undefined) return registered;
  if (!isFile(name)) throw new UnknownNameError("suite", name, [...suites.keys()]);
  const content = readJson(name, "Name a suite's file that is whole, or one of `engram suites`.");
  return about(name, () => parseSuite(content));
}
