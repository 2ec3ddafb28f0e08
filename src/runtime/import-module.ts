/** @file Loads a user's own module: TypeScript goes through tsx; JavaScript is Node's own. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { EngramError, InvalidValueError, StorageError } from "../contract/errors.ts";

/** Whether a name is meant as a module's file. */
export const isModule = (name: string): boolean => /\.[cm]?[jt]s$/.test(name);

/**
 * The default export of a file.
 * @param what A phrase for the error, such as "a scenario".
 * @throws {StorageError} A file that is not there, or that cannot be loaded. @throws {InvalidValueError} A default export that is something else.
 */
export async function importDefault<T>(name: string, isWanted: (value: unknown) => value is T, what: string, remedy: string): Promise<T> {
  const file = resolve(name);
  if (!existsSync(file)) throw new StorageError(name, "there is no such file", `Name the file of ${what}.`);
  const { default: exported } = await importFile(file).catch((error: unknown) => {
    if (error instanceof EngramError) throw error;
    throw new StorageError(
      name,
      `cannot be loaded (${String(error)})`,
      `Mend it; \`${file.endsWith("ts") ? "npx tsx" : "node"} ${name}\` shows where.`,
      { cause: error },
    );
  });
  // A module that was compiled to CommonJS has its exports inside.
  const value = isWanted(exported) ? exported : ((exported as { readonly default?: unknown } | null | undefined)?.default ?? exported);
  if (!isWanted(value)) throw new InvalidValueError(`default export of ${name}`, value, what, remedy);
  return value;
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(file).href;
  if (!file.endsWith("ts")) return (await import(url)) as Record<string, unknown>;
  // Without a namespace of its own, and without a tsconfig's paths (this repository's name the sources), so that `engram` in the file is this one: a second copy
  // would have errors and tensors of its own. In a package that is not of ES modules the file is compiled to CommonJS, with a copy for itself.
  const [esm, cjs] = await Promise.all([import("tsx/esm/api"), import("tsx/cjs/api")]);
  const [unregister, unregisterCommon] = [esm.register({ tsconfig: false }), cjs.register()];
  try {
    return (await import(url)) as Record<string, unknown>;
  } finally {
    unregisterCommon();
    await unregister();
  }
}
