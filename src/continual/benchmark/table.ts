/** @file A benchmark as text for a terminal: the methods with their intervals, the best first, and what it is ahead by. */
import type { Estimate } from "../../numerics/statistics.ts";
import { decimals } from "../format.ts";
import { summarizeMethods } from "./aggregate.ts";
import { columnsOf } from "./columns.ts";
import { comparePairs, type Contestant, type FigureDifference } from "./pairs.ts";
import type { BenchResult } from "./result.ts";
import { PERFORMANCE } from "./run-result.ts";

/** Without an interval where one seed tells nothing of the spread. */
export const written = ({ mean, low, high }: Estimate): string =>
  Number.isNaN(low) ? amount(mean) : `${amount(mean)} [${amount(low)}, ${amount(high)}]`;

/** Shares with three decimals; what is counted in tens and more, such as seconds, steps and bytes, as whole numbers. */
export const amount = (value: number): string => (Math.abs(value) < WHOLE ? decimals(value) : String(Math.round(value)).replace("-", "−"));
const WHOLE = 10;

/** The best method against every other one, in average performance. */
export function leads(result: BenchResult): readonly FigureDifference[] {
  const [best, ...others] = summarizeMethods(result).filter(({ seeds }) => seeds.length > 0);
  if (best === undefined) return [];
  const performance = { runs: result.runs, figures: result.figures.filter(({ id }) => id === PERFORMANCE) };
  const contestant = (name: string): Contestant => ({ name, method: name, result: performance });
  return comparePairs(others.map(({ method }) => [contestant(best.method), contestant(method)]));
}

export function benchTable(result: BenchResult): string {
  const { suite, tasks, protocol } = result;
  const columns = columnsOf(result);
  const title = `${suite.name}: ${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}, ${seedCount(result)}, ${String(protocol["demonstrations"])} demonstrations a task`;
  const header = ["method", "seeds", ...columns.map(({ name }) => name)];
  const summaries = summarizeMethods(result);
  const rows = summaries.map((summary) => [summary.method, String(summary.seeds.length)].concat(columns.map((column) => cellOf(column.of(summary)))));
  const interval = summaries.some(({ seeds }) => seeds.length > 1)
    ? "; 95 % intervals by bootstrap over seeds"
    : "; one seed tells nothing of the spread";
  return [`${title}${interval}`, padded([header, ...rows]), whatIsTold(result), ...leadLines(result)].join("\n\n");
}

/** How many seeds of a method came to their end: `5 seeds`, or `2 to 5 seeds` where methods have more and less. */
export function seedCount(result: BenchResult): string {
  const counts = summarizeMethods(result).flatMap(({ seeds }) => (seeds.length > 0 ? [seeds.length] : []));
  const [least, most] = [Math.min(...counts), Math.max(0, ...counts)];
  return `${least < most ? `${least} to ` : ""}${most} ${most === 1 ? "seed" : "seeds"}`;
}

/** What methods are told that others are not: those are not to be held against each other. */
export const whatIsTold = (result: Pick<BenchResult, "methods" | "protocol">): string => [toldTask(result), ...toldBoundaries(result)].join(" ");

function toldTask({ methods }: Pick<BenchResult, "methods">): string {
  const told = methods.filter((method) => method.toldTask).map(({ name }) => name);
  if (told.length === 0) return "No method is told which task is asked for.";
  if (told.length === methods.length) return "Every method is told which task is asked for.";
  return `Told which task is asked for: ${told.join(", ")}. The others are not.`;
}

/** Nothing where all are told of boundaries as the protocol says. */
function toldBoundaries({ methods, protocol }: Pick<BenchResult, "methods" | "protocol">): string[] {
  const usual = protocol["boundaries"];
  const others = methods.filter(({ boundaries, curriculum }) => curriculum === "sequence" && boundaries !== undefined && boundaries !== usual);
  return others.length === 0
    ? []
    : [`Boundaries: ${String(usual)}, but ${others.map(({ name, boundaries }) => `${boundaries!} to ${name}`).join(", ")}.`];
}

const cellOf = (estimate: Estimate | undefined): string => (estimate === undefined ? "–" : written(estimate));

function leadLines(result: BenchResult): string[] {
  const differences = leads(result);
  if (differences.length === 0) return [];
  const lines = differences.map((each) => [`${each.one} − ${each.other}`, written(each.difference), verdict(each)]);
  return [`by how much the best is ahead in average performance\n${padded(lines)}`];
}

/** What can be said of a difference. */
export function verdict({ paired, seeds, p, apart, significant, couldTell }: FigureDifference): string {
  const how = paired ? `${seeds} shared ${seeds === 1 ? "seed" : "seeds"}` : "different seeds";
  const open = couldTell ? "not sure, though the interval excludes 0" : "the interval excludes 0; so few seeds cannot make sure";
  const said = significant ? "significant" : apart ? open : "may be chance";
  return `${said} (p ${p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`}, ${how})`;
}

/** Columns padded to their widest cell. */
export function padded(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")}`.trimEnd()).join("\n");
}
