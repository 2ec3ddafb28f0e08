/** @file A run's figures as text for a terminal. */
import type { Estimate } from "../numerics/statistics.ts";
import type { AgentSummary, RunSummary } from "./summary.ts";

const INDENT = "  ";

/** Columns padded to their widest cell, numbers to the right; the first column to the left. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  const cell = (text: string, column: number): string => {
    const padding = " ".repeat(widths[column]! - [...text].length);
    return column === 0 ? text + padding : padding + text;
  };
  return rows.map((row) => INDENT + row.map(cell).join("  ").trimEnd()).join("\n");
}

const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
const decimals = (value: number): string => value.toFixed(3);
const withInterval = ({ mean, low, high }: Estimate): string => `${decimals(mean)} [${decimals(low)}, ${decimals(high)}]`;

/** The whole table: each agent's R, all metrics with intervals, and where memory was read from. */
export function renderTable(summary: RunSummary): string {
  const parts = summary.agents.map((agent) => `${agent.agent}: success after learning (rows) on each task (columns)\n${matrixTable(summary, agent)}`);
  parts.push(`figures with 95 % intervals over ${summary.episodesPerCell} test episodes a cell\n${metricTable(summary)}`);
  for (const agent of summary.agents) {
    if (agent.reads.length > 0)
      parts.push(`${agent.agent}: where memory was read from (columns) when tested on each task (rows)\n${readTable(agent)}`);
  }
  return parts.join("\n\n");
}

function matrixTable({ tasks }: RunSummary, { rates }: AgentSummary): string {
  const header = ["", ...tasks.map((task) => task.id)];
  const rows = rates.map((row, i) => [
    i === 0 ? "nothing yet" : `+ ${tasks[i - 1]!.id}`,
    ...row.map((cell) => (cell === null ? "–" : percent(cell.mean))),
  ]);
  return aligned([header, ...rows]);
}

function metricTable({ agents }: RunSummary): string {
  const ids = [...new Set(agents.flatMap((agent) => agent.metrics.map((metric) => metric.id)))];
  const rows = ids.map((id) => {
    const found = agents.map((agent) => agent.metrics.find((metric) => metric.id === id));
    const metric = found.find((candidate) => candidate !== undefined)!;
    return [
      `${metric.name} (${metric.better} is better)`,
      ...found.map((candidate) => (candidate === undefined ? "–" : withInterval(candidate.estimate))),
    ];
  });
  return aligned([["", ...agents.map((agent) => agent.agent)], ...rows]);
}

function readTable({ reads }: AgentSummary): string {
  const sources = [...new Set(reads.flatMap(({ shares }) => Object.keys(shares)))].toSorted();
  return aligned([["", ...sources], ...reads.map(({ task, shares }) => [task, ...sources.map((source) => percent(shares[source] ?? 0))])]);
}
