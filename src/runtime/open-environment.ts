/**
 * @file Finds a world by what a person calls it: a registered id, with options or without, the file of one's own, or the address of a
 * remote one, `gymnasium:ws://host:port`.
 */
import type { EnvironmentEntry } from "../contract/environment.ts";
import { findEnvironment, withOptions } from "../environments/find-environment.ts";
import { connectEnvironment } from "../interop/remote/remote-environment.ts";
import { entryOf } from "../environments/simulated-environment.ts";
import type { World } from "../environments/simulation.ts";
import { checkSpec } from "../environments/spec-schema.ts";
import { importDefault, isModule } from "./import-module.ts";
import type { Registries } from "./registries.ts";

/**
 * @throws {UnknownNameError} An id or an option that there is not. @throws {InvalidValueError} An option that breaks its rule, or a file whose default
 * export is no world, or one with a spec that is none. @throws {StorageError} A file that is not there.
 * @throws {ConnectionError} Nobody at the address.
 */
export async function openEnvironment(name: string, registries: Pick<Registries, "environments">): Promise<EnvironmentEntry> {
  if (isRemote(name)) return openRemote(name);
  if (!isModule(name)) return findEnvironment(name, await registries.environments());
  const own = await importDefault(
    name,
    isWorld,
    "a world",
    "Export a `World` (its spec and `simulate`) or an `EnvironmentEntry` (its spec and `make`).",
  );
  checkSpec(own.spec, `${name}: spec`);
  return "make" in own ? own : entryOf(own);
}

const isRemote = (name: string): boolean => /^(gymnasium:)?wss?:\/\//.test(name);

async function openRemote(name: string): Promise<EnvironmentEntry> {
  const [address = "", ...options] = name.replace(/^gymnasium:/, "").split(/[?&]/);
  return withOptions(await connectEnvironment(address, { onNotice: (text) => process.stderr.write(`${text}\n`) }), options);
}

const isWorld = (value: unknown): value is World | EnvironmentEntry =>
  typeof value === "object" && value !== null && "spec" in value && ("make" in value || "simulate" in value);
