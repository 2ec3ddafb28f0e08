/** @file `engram report`: a run's report and table, made anew from its log. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderReport } from "../../continual/report.ts";
import { summarize } from "../../continual/summary.ts";
import { renderTable } from "../../continual/table.ts";
import { circumstancesOf, readRun } from "../read-run.ts";

export function reportCommand(folder: string, { json }: { readonly json?: boolean }): void {
  const { events, config } = readRun(folder);
  const summary = summarize(events);
  const file = join(folder, "report.html");
  const command = circumstancesOf(folder)?.command ?? `engram run ${config.scenario} --seed ${config.seed}`;
  writeFileSync(file, renderReport({ summary, events, config: config.config, command }));
  process.stdout.write(json === true ? `${JSON.stringify({ report: file, summary })}\n` : `${renderTable(summary)}\n\nReport: ${file}\n`);
}
