/** @file What others measure, from their own scripts in `peers/`, with the Python that ENGRAM_BENCH_PYTHON names. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const python = process.env["ENGRAM_BENCH_PYTHON"] ?? "python3";

/** What a script prints as JSON; nothing, and a line that says so, where it cannot run. Run from the project's folder. */
export function askPython(script: string, ...args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python, [join("test/bench/peers", script), ...args], { encoding: "utf8" });
  if (status === 0) return JSON.parse(stdout);
  const reason = stderr.trim().split("\n").at(-1) ?? "";
  process.stderr.write(`without ${script}: ${reason}\n`);
  return undefined;
}
