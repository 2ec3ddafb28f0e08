/** @file Every figure of every seed as CSV (RFC 4180), a line each: what statistics programs read. */
import type { BenchResult } from "./result.ts";

export function benchCsv({ suite, runs, figures, methods }: BenchResult): string {
  const order = methods.map(({ name }) => name);
  const sorted = runs.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method) || a.seed - b.seed);
  const lines = sorted.flatMap((run) =>
    figures.flatMap(({ id }) => {
      const value = run.figures[id];
      return value === undefined ? [] : [[suite.name, run.method, String(run.seed), id, String(value)]];
    }),
  );
  return [["suite", "method", "seed", "figure", "value"], ...lines].map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
