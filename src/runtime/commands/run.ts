/** @file `engram run`: a scenario, from its command line to its table. */
import { availableParallelism } from "node:os";
import { InvalidValueError } from "../../contract/errors.ts";
import { parseConfig } from "../../continual/scenario.ts";
import { configOf } from "../../continual/suite.ts";
import { renderTable } from "../../continual/table.ts";
import type { BackendName } from "../../tensor/backend.ts";
import { loadSuite } from "../load-suite.ts";
import { loadScenario } from "../load-scenario.ts";
import { withOverrides } from "../overrides.ts";
import { quoted } from "../quoted.ts";
import { duration } from "../progress-line.ts";
import type { Registries } from "../registries.ts";
import { integer } from "../flags.ts";
import { sharedPlace } from "../memory-place.ts";
import { openEnvironment } from "../open-environment.ts";
import { onInterrupt } from "../interrupt.ts";
import { runScenario, type RunOutcome } from "../run-scenario.ts";

/** The flags, as typed. */
export interface RunFlags {
  readonly suite?: string;
  readonly set: readonly string[];
  readonly seed: string;
  readonly out?: string;
  readonly memory?: string;
  readonly port: string;
  readonly serve: boolean;
  readonly keepOpen?: boolean;
  readonly backend?: string;
  readonly threads: string;
  readonly json?: boolean;
}

/** Resolves with the process's exit code. */
export async function runCommand(name: string, flags: RunFlags, registries: Registries): Promise<number> {
  const seed = integer("--seed", flags.seed, [0, Number.MAX_SAFE_INTEGER]);
  const port = integer("--port", flags.port, [0, 65_535]);
  if (flags.keepOpen === true && !flags.serve)
    throw new InvalidValueError("--keep-open", "--no-serve", "beside a live page", "Leave one of the two out.");
  const threads = integer("--threads", flags.threads, [1, availableParallelism()]);
  const memory = (flags.memory ?? process.env["ENGRAM_MEMORY"]) || undefined;
  const scenario = await loadScenario(name, registries.scenarios);
  const suite = flags.suite === undefined ? {} : configOf(loadSuite(flags.suite, await registries.suites()));
  const config = parseConfig(withOverrides({ ...scenario.config, ...suite }, flags.set));
  const interrupt = onInterrupt();
  try {
    const { summary } = await runScenario({
      scenario,
      config,
      seed,
      openEnvironment: (id) => openEnvironment(id, registries),
      agents: await registries.agents(),
      ...(flags.out !== undefined && { out: flags.out }),
      ...(memory !== undefined && { memory }),
      ...(flags.serve && { port }),
      keepOpen: flags.keepOpen === true,
      ...(flags.backend !== undefined && { backend: flags.backend as BackendName }),
      threads,
      command: [
        "engram run",
        quoted(name),
        ...(flags.suite === undefined ? [] : [`--suite ${quoted(flags.suite)}`]),
        ...flags.set.map((assignment) => `--set ${quoted(assignment)}`),
        `--seed ${seed}`,
        ...(flags.backend === undefined ? [] : [`--backend ${quoted(flags.backend)}`]),
        ...(memory === undefined ? [] : [`--memory ${quoted(sharedPlace(memory, `${scenario.name}-seed${seed}`).shown)}`]),
      ].join(" "),
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

function printTable({ folder, memory, summary, seconds }: RunOutcome): void {
  const took = duration(seconds);
  const closing = summary.complete ? `Done in ${took}.` : `Stopped after ${took}; everything up to there is saved.`;
  const places = `Report: ${folder.shortPath}/report.html\nWhat memory holds: engram memory ls ${memory}`;
  process.stdout.write(`${renderTable(summary)}\n\n${closing} ${places}\n`);
}
