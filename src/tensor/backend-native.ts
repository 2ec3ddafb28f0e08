/**
 * @file The two native backends as they are found on this machine. Their packages are optional and their install scripts (which
 * download libtensorflow) do not run by default, so that a binding is usually absent; this file says which step is missing.
 */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

export type NativeBackendName = "node-gpu" | "node";

export const nativePackages: Readonly<Record<NativeBackendName, string>> = {
  "node-gpu": "@tensorflow/tfjs-node-gpu",
  node: "@tensorflow/tfjs-node",
};

/** How far a native backend's installation got. `built` has not been loaded yet. */
export interface NativeInstallation {
  readonly state: "not-installed" | "not-built" | "built";
  readonly version?: string;
  readonly reason: string;
  readonly remedy?: string;
}

const require = createRequire(import.meta.url);

/** Where a package lies, or nothing. */
export function packageFolder(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** Its version, to be spread into a report; empty where the package is not installed. */
export function packageVersion(name: string): { readonly version?: string } {
  const folder = packageFolder(name);
  return folder === undefined ? {} : versionIn(folder);
}

function versionIn(folder: string): { readonly version: string } {
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly version: string };
  return { version };
}

/** Looks at files only; nothing is loaded. @param folder Where the package lies, if it does. */
export function nativeInstallation(packageName: string, folder: string | undefined): NativeInstallation {
  if (folder === undefined) {
    return { state: "not-installed", reason: `${packageName} is not installed`, remedy: `Install it with \`npm install ${packageName}\`.` };
  }
  const found = { ...versionIn(folder), reason: `the binding of ${packageName} is built` };
  if (hasBinding(folder)) return { state: "built", ...found };
  const reason = `the binding of ${packageName} is not built (its install script did not run)`;
  return { state: "not-built", ...found, reason, remedy: rebuildRemedy(packageName) };
}

export const rebuildRemedy = (packageName: string): string =>
  `Run \`engram native install${packageName === nativePackages["node-gpu"] ? " --gpu" : ""}\`.`;

/** The binding lies in `lib/napi-v<n>/` once the install script has run. */
function hasBinding(folder: string): boolean {
  const lib = join(folder, "lib");
  return existsSync(lib) && readdirSync(lib).some((version) => existsSync(join(lib, version, "tfjs_binding.node")));
}

/**
 * Loads the package in a folder in a process of its own, which a binding for another processor or another TensorFlow can take down.
 * @returns Why it does not load, or nothing where it does.
 */
export async function loadFailure(folder: string): Promise<string | undefined> {
  const environment = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
  try {
    await promisify(execFile)(process.execPath, ["-e", "require(process.argv[1])", folder], { timeout: 60_000, env: environment });
    return undefined;
  } catch (error) {
    return failureReason(error as { readonly stderr?: string; readonly signal?: string; readonly message: string });
  }
}

/** The line that names the error, out of all that a dying process prints. */
function failureReason({ stderr = "", signal, message }: { readonly stderr?: string; readonly signal?: string; readonly message: string }): string {
  const named = stderr.split("\n").find((line) => /^\w*Error\b.*:/.test(line));
  if (named !== undefined) return named.trim();
  return signal ? `it was ended by ${signal} while loading` : (message.split("\n")[0] ?? message);
}

/** Loads a native backend into this process, where tfjs knows it as `tensorflow`. TensorFlow's log is quiet unless the user asked for it. */
export function loadNative(name: NativeBackendName): void {
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  require(nativePackages[name]);
}
