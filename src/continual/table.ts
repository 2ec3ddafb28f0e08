/** @file A run's figures as text for a terminal. */
import { DRIFT_MEANING, percent, withInterval } from "./format.ts";
import type { MemorySummary } from "./memory-summary.ts";
import { readSources, rekeyed, type AgentSummary, type RunSummary } from "./summary.ts";

const INDENT = "  ";

/** The whole table: each agent's R, all metrics with intervals, and where memory was read from. */
export function renderTable(summary: RunSummary): string {
  const { agents, episodesPerCell } = summary;
  const parts = agents.map((agent) => `${agent.agent}: success after learning (rows) on each task (columns)\n${matrixTable(summary, agent)}`);
  for (const agent of agents.filter(({ tests }) => tests.length > 0))
    parts.push(`${agent.agent}: success after learning (rows) on tasks that are only tested (columns)\n${testTable(summary, agent)}`);
  const figures = metricTable(summary);
  if (figures !== undefined) parts.push(`figures with 95 % intervals over ${episodesPerCell} test placements a task\n${figures}`);
  for (const agent of agents.filter(({ reads }) => reads.length > 0)) {
    parts.push(`${agent.agent}: where memory was read from (columns) when tested on each task (rows)\n${readTable(summary, agent)}`);
  }
  if (rekeyed(agents).length > 0) parts.push(`keys made anew: ${DRIFT_MEANING}\n${driftTable(summary)}`);
  for (const { agent, memory } of agents) if (memory !== undefined) parts.push(...memoryTables(summary, agent, memory));
  return parts.join("\n\n");
}

const matrixTable = ({ tasks }: RunSummary, { rates }: AgentSummary): string => ratesTable(tasks, tasks, rates);

const testTable = ({ tasks, testTasks }: RunSummary, { tests }: AgentSummary): string => ratesTable(tasks, testTasks, tests);

function ratesTable(tasks: RunSummary["tasks"], columns: RunSummary["tasks"], rates: AgentSummary["rates"]): string {
  const header = ["", ...columns.map((task) => task.id)];
  const rows = rates.map((row, i) => [
    i === 0 ? "nothing yet" : `+ ${tasks[i - 1]!.id}`,
    ...row.map((cell) => (cell === null ? "–" : percent(cell.mean))),
  ]);
  return aligned([header, ...rows]);
}

/** A line for each figure and a column for each agent; with two agents, another for their difference. Absent without figures. */
function metricTable({ agents, comparisons }: RunSummary): string | undefined {
  const known = agents.find((agent) => agent.metrics.length > 0)?.metrics ?? [];
  if (known.length === 0) return undefined;
  const pair = agents.length === 2 ? comparisons[0] : undefined;
  const header = ["", ...agents.map((agent) => agent.agent), ...(pair ? [`${pair.agent} − ${pair.against}`] : [])];
  const rows = known.map(({ id, name, better }) => {
    const cells = agents.map((agent) => agent.metrics.find((metric) => metric.id === id)?.estimate);
    if (pair) cells.push(comparisons.find((comparison) => comparison.metric === id)?.difference);
    return [`${name} (${better} is better)`].concat(cells.map((cell) => (cell === undefined ? "–" : withInterval(cell))));
  });
  return aligned([header, ...rows]);
}

function readTable({ tasks }: RunSummary, { reads }: AgentSummary): string {
  const sources = readSources(tasks, reads);
  const aged = reads.some(({ age }) => age !== undefined);
  const rows = reads.map(({ task, shares, age }) => [
    task,
    ...sources.map((source) => percent(shares[source] ?? 0)),
    ...(aged ? [age === undefined ? "–" : age.toFixed(0)] : []),
  ]);
  return aligned([["", ...sources, ...(aged ? ["mean age"] : [])], ...rows]);
}

/** A line for each task slept on, and a column for each agent that made keys anew. */
function driftTable({ tasks, agents }: RunSummary): string {
  const keyed = rekeyed(agents);
  const cell = (drift: number | null): string => (drift === null ? "–" : percent(drift));
  return aligned([["", ...keyed.map(({ agent }) => agent)], ...tasks.map(({ id }, i) => [id, ...keyed.map(({ drifts }) => cell(drifts[i]!))])]);
}

/** What memory was worth, and how much of it was read. */
function memoryTables({ tasks }: RunSummary, agent: string, { conditions, placements, sources }: MemorySummary): string[] {
  const worth = conditions.map(({ memory, rates, success, gain }) => [
    `memory ${memory}`,
    ...rates.map((rate) => percent(rate.mean)),
    withInterval(success),
    gain === undefined ? "" : withInterval(gain),
  ]);
  const header = ["", ...tasks.map((task) => task.id), "all tasks", "less than with memory"];
  const read = sources.map(({ task, entries, neverRead }) => [task, String(entries), String(neverRead), percent(neverRead / entries)]);
  return [
    ...(worth.length === 0
      ? []
      : [
          `${agent}: what its memory is worth, success on ${placements} of the same placements a task with 95 % intervals\n${aligned([header, ...worth])}`,
        ]),
    ...(read.length === 0
      ? []
      : [`${agent}: how much of its memory these tests never read\n${aligned([["", "entries", "never read", ""], ...read])}`]),
  ];
}

/** Columns padded to their widest cell, numbers to the right; the first column to the left. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const cell = (text: string, column: number): string => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!));
  return rows.map((row) => INDENT + row.map(cell).join("  ").trimEnd()).join("\n");
}
