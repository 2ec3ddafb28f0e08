/** @file Where this package is, and which version of it this is. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

interface PackageFile {
  readonly version: string;
}

/** The folder of package.json, from the sources and from the build alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

export const engramVersion = (): string => (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as PackageFile).version;
