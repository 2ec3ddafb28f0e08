/**
 * @file A real Python with what a test needs, from pip, in a virtual environment under node_modules/.cache; made once. Where there is no Python, or pip
 * cannot fetch the packages, the test is skipped, loudly.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { program } from "../engram-program.ts";

const root = resolve(import.meta.dirname, "../..");

/** What `engram_gym.py` needs. */
export const doors: readonly string[] = ["gymnasium==1.4.0", "numpy>=2,<3", "websockets==17.4"];

export interface PythonHome {
  readonly python: string;
  /** With `engram_gym` on the path, and this checkout's build as what it starts. */
  readonly env: NodeJS.ProcessEnv;
  /** Why there is none, if there is none. */
  readonly problem: string | undefined;
}

/** @param name Of the environment's folder; two tests that run at the same time need two. @param what What is not tested without it. */
export function pythonHome(name: string, packages: readonly string[], what: string): PythonHome {
  const home = join(root, "node_modules", ".cache", name);
  const python = join(home, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const problem = prepared(home, python, packages);
  if (problem !== undefined) console.warn(`\n*** ${what} NOT TESTED: ${problem}\n`);
  const env = { ...process.env, PYTHONPATH: join(root, "src", "interop", "python"), ENGRAM_COMMAND: `${process.execPath} ${program}` };
  return { python, env, problem };
}

function prepared(home: string, python: string, packages: readonly string[]): string | undefined {
  const done = join(home, `ready-${packages.join(" ").replaceAll(/[^\w.]+/g, "-")}`);
  if (existsSync(done)) return undefined;
  try {
    mkdirSync(home, { recursive: true });
    execFileSync("python3", ["-m", "venv", home], { stdio: "pipe", timeout: 120_000 });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], { stdio: "pipe", timeout: 300_000 });
    writeFileSync(done, "");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A script of the folder `python` beside this file. */
export const script = (name: string): string => join(import.meta.dirname, "python", name);
