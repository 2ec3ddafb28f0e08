/** @file `engram report`: a run's report and table, made anew from its log. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { StorageError } from "../../contract/errors.ts";
import { renderReport } from "../../continual/report.ts";
import { summarize } from "../../continual/summary.ts";
import { renderTable } from "../../continual/table.ts";
import { circumstancesOf, readRun } from "../read-run.ts";

export function reportCommand(folder: string, { json }: { readonly json?: boolean }): void {
  const { events, config } = readRun(folder);
  const summary = summarize(events);
  const file = join(folder, "report.html");
  const command = circumstancesOf(folder)?.command ?? `engram run ${config.scenario} --seed ${config.seed}`;
  // What is known is said even where it cannot be written.
  process.stdout.write(json === true ? `${JSON.stringify({ report: file, summary })}\n` : `${renderTable(summary)}\n\nReport: ${file}\n`);
  const page = renderReport({ summary, events, config: config.config, command });
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new StorageError(file, `cannot be written (${(error as Error).message})`, "Copy the run's folder to where you may write.", {
      cause: error,
    });
  }
}
