/** @file Finds a scenario: one that comes with Engram by its name, or a user's own by its file. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidValueError, StorageError, UnknownNameError } from "../contract/errors.ts";
import type { Scenario } from "../continual/scenario.ts";

const isFile = (name: string): boolean => /\.[cm]?[jt]s$/.test(name);

/**
 * @throws {UnknownNameError} Neither a registered name nor a file. @throws {StorageError} A file that is not there.
 * @throws {InvalidValueError} A file whose default export is no scenario.
 */
export async function loadScenario(name: string, scenarios: ReadonlyMap<string, () => Promise<Scenario>>): Promise<Scenario> {
  const registered = scenarios.get(name);
  if (registered !== undefined) return registered();
  if (!isFile(name)) throw new UnknownNameError("scenario", name, [...scenarios.keys()]);
  const file = resolve(name);
  if (!existsSync(file)) throw new StorageError(name, "there is no such file", "Name a scenario's file, or one of `engram scenarios`.");
  const module = await importFile(file);
  const scenario = isScenario(module["default"]) ? module["default"] : (module["default"] as { readonly default?: unknown } | undefined)?.default;
  if (!isScenario(scenario))
    throw new InvalidValueError(`default export of ${name}`, scenario, "a scenario", "Write `export default defineScenario({ … })`.");
  return scenario;
}

/** TypeScript goes through tsx; JavaScript is Node's own. */
async function importFile(file: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(file).href;
  if (!file.endsWith("ts")) return (await import(url)) as Record<string, unknown>;
  const { tsImport } = await import("tsx/esm/api");
  return (await tsImport(url, import.meta.url)) as Record<string, unknown>;
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === "object" && value !== null && "main" in value && typeof value.main === "function" && "config" in value && "name" in value;
}
