/** @file `engram check-env`: whether a world keeps its promises. */
import { checkEnvironment } from "../../environments/check-environment.ts";
import { openEnvironment } from "../open-environment.ts";
import type { Registries } from "../registries.ts";

/** Resolves with the process's exit code. */
export async function checkEnvironmentCommand(name: string, { json }: { readonly json?: boolean }, registries: Registries): Promise<number> {
  const entry = await openEnvironment(name, registries);
  const results = checkEnvironment(entry);
  const failed = results.filter(({ problem }) => problem !== undefined);
  if (json === true) process.stdout.write(`${JSON.stringify({ id: entry.spec.id, results })}\n`);
  else {
    for (const { name: check, problem } of results)
      process.stdout.write(`${problem === undefined ? "ok  " : "FAIL"} ${check}${problem === undefined ? "" : `\n     ${problem}`}\n`);
    process.stdout.write(`${entry.spec.id}: ${failed.length === 0 ? "keeps all" : `breaks ${failed.length} of its`} ${results.length} promises.\n`);
  }
  return failed.length === 0 ? 0 : 1;
}
