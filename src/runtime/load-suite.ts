/** @file Finds a suite: one that comes with Engram by its name, or a JSON file. */
import { parseSuite, type Suite } from "../continual/suite.ts";
import { namedOrRead } from "./bench/json-file.ts";

/**
 * @throws {UnknownNameError} Neither a registered name nor a file. @throws {StorageError} A file that cannot be read, or is no JSON.
 * @throws {FieldError} A suite that breaks a rule, with its field.
 */
export const loadSuite = (name: string, suites: ReadonlyMap<string, Suite>): Suite => namedOrRead("suite", name, suites, parseSuite);
