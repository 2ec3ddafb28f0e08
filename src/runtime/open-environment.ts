/** @file Finds a world by what a person calls it: a registered id, with options or without, or the file of one's own. */
import type { EnvironmentEntry } from "../contract/environment.ts";
import { findEnvironment } from "../environments/find-environment.ts";
import { entryOf } from "../environments/simulated-environment.ts";
import type { World } from "../environments/simulation.ts";
import { importDefault, isModule } from "./import-module.ts";
import type { Registries } from "./registries.ts";

/**
 * @throws {UnknownNameError} An id or an option that there is not. @throws {InvalidValueError} An option that breaks its rule, or a file whose default
 * export is no world. @throws {StorageError} A file that is not there.
 */
export async function openEnvironment(name: string, registries: Pick<Registries, "environments">): Promise<EnvironmentEntry> {
  if (!isModule(name)) return findEnvironment(name, await registries.environments());
  const own = await importDefault(
    name,
    isWorld,
    "a world",
    "Export a `World` (its spec and `simulate`) or an `EnvironmentEntry` (its spec and `make`).",
  );
  return "make" in own ? own : entryOf(own);
}

const isWorld = (value: unknown): value is World | EnvironmentEntry =>
  typeof value === "object" && value !== null && "spec" in value && ("make" in value || "simulate" in value);
