/** @file Every figure of every seed as CSV (RFC 4180), a line each, and the seconds that each run took: what statistics programs read. */
import type { BenchResult } from "./result.ts";

export function benchCsv({ suite, runs, figures, methods, circumstances }: BenchResult): string {
  const order = methods.map(({ name }) => name);
  const timed = runs.map((run, i) => ({ ...run, seconds: circumstances.seconds[i] }));
  const sorted = timed.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method) || a.seed - b.seed);
  const lines = sorted.flatMap((run) => {
    const values = [...figures.map(({ id }) => [id, run.figures[id]] as const), ["seconds", run.seconds] as const];
    return values.flatMap(([id, value]) => (value === undefined ? [] : [[suite.name, run.method, String(run.seed), id, String(value)]]));
  });
  return [["suite", "method", "seed", "figure", "value"], ...lines].map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
