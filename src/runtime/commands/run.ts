/** @file `engram run`: a scenario, from its command line to its table. */
import { InvalidValueError } from "../../contract/errors.ts";
import { parseConfig } from "../../continual/scenario.ts";
import { renderTable } from "../../continual/table.ts";
import { availableParallelism } from "node:os";
import type { BackendName } from "../../tensor/backend.ts";
import { loadScenario } from "../load-scenario.ts";
import { withOverrides } from "../overrides.ts";
import { duration } from "../progress-line.ts";
import type { Registries } from "../registries.ts";
import { runScenario, type RunOutcome } from "../run-scenario.ts";

/** The flags, as typed. */
export interface RunFlags {
  readonly set: readonly string[];
  readonly seed: string;
  readonly out?: string;
  readonly port: string;
  readonly serve: boolean;
  readonly keepOpen?: boolean;
  readonly backend?: string;
  readonly threads: string;
  readonly json?: boolean;
}

/** @throws {InvalidValueError} Text that is not an integer from `low` to `high`. */
function integer(flag: string, text: string, [low, high]: readonly [number, number]): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) throw new InvalidValueError(flag, text, `an integer from ${low} to ${high}`);
  return value;
}

/** Resolves with the process's exit code. */
export async function runCommand(name: string, flags: RunFlags, registries: Registries): Promise<number> {
  const seed = integer("--seed", flags.seed, [0, Number.MAX_SAFE_INTEGER]);
  const port = integer("--port", flags.port, [0, 65_535]);
  const threads = integer("--threads", flags.threads, [1, availableParallelism()]);
  const scenario = await loadScenario(name, registries.scenarios);
  const config = parseConfig(withOverrides({ ...scenario.config }, flags.set));
  const interrupt = onInterrupt();
  try {
    const { summary } = await runScenario({
      scenario,
      config,
      seed,
      environments: await registries.environments(),
      agents: await registries.agents(),
      ...(flags.out !== undefined && { out: flags.out }),
      ...(flags.serve && { port }),
      keepOpen: flags.keepOpen === true,
      ...(flags.backend !== undefined && { backend: flags.backend as BackendName }),
      threads,
      command: ["engram run", name, ...flags.set.map((assignment) => `--set '${assignment}'`), `--seed ${seed}`].join(" "),
      signal: interrupt.signal,
      progress: process.stderr,
      onOutcome: flags.json === true ? printJson : printTable,
    });
    return interrupt.signal.aborted && !summary.complete ? 130 : 0;
  } finally {
    interrupt.dispose();
  }
}

function printJson({ folder, summary, seconds }: RunOutcome): void {
  process.stdout.write(`${JSON.stringify({ folder: folder.path, seconds, summary })}\n`);
}

function printTable({ folder, summary, seconds }: RunOutcome): void {
  const took = duration(seconds);
  const closing = summary.complete ? `Done in ${took}.` : `Stopped after ${took}; everything up to there is saved.`;
  const places = `Report: ${folder.shortPath}/report.html\nWhat memory holds: engram memory ls ${folder.shortPath}`;
  process.stdout.write(`${renderTable(summary)}\n\n${closing} ${places}\n`);
}

/** The first Ctrl-C stops in good order, the second at once. */
function onInterrupt(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write("\nStopping: finishing what is being written. Ctrl-C again quits at once.\n");
    controller.abort();
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    signal: controller.signal,
    dispose() {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    },
  };
}
