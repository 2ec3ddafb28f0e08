/** @file Finds a scenario: one that comes with Engram by its name, or a user's own by its file. */
import { UnknownNameError } from "../contract/errors.ts";
import type { Scenario } from "../continual/scenario.ts";
import { importDefault, isModule } from "./import-module.ts";

/**
 * @throws {UnknownNameError} Neither a registered name nor a file. @throws {StorageError} A file that is not there.
 * @throws {InvalidValueError} A file whose default export is no scenario.
 */
export async function loadScenario(name: string, scenarios: ReadonlyMap<string, () => Promise<Scenario>>): Promise<Scenario> {
  const registered = scenarios.get(name);
  if (registered !== undefined) return registered();
  if (!isModule(name)) throw new UnknownNameError("scenario", name, [...scenarios.keys()]);
  return importDefault(name, isScenario, "a scenario", "Write `export default defineScenario({ … })`.");
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === "object" && value !== null && "main" in value && typeof value.main === "function" && "config" in value && "name" in value;
}
