/** @file Every figure of every seed as CSV (RFC 4180), a line each, what not knowing boundaries cost it, and the CPU seconds that it took: what statistics programs read. */
import { blindnessOf } from "./columns.ts";
import type { BenchResult } from "./result.ts";

export function benchCsv(result: BenchResult): string {
  const { suite, runs, figures, methods, circumstances } = result;
  const order = methods.map(({ name }) => name);
  const seconds = new Map(runs.map((run, i) => [run, circumstances.cpuSeconds[i]]));
  const sorted = runs.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method) || a.seed - b.seed);
  const lines = sorted.flatMap((run) => {
    const values = [
      ...figures.map(({ id }) => [id, run.figures[id]] as const),
      ["cost-of-not-knowing-boundaries", blindnessOf(result, run)] as const,
      ["cpu-seconds", seconds.get(run)] as const,
    ];
    return values.flatMap(([id, value]) => (value === undefined ? [] : [[suite.name, run.method, String(run.seed), id, String(value)]]));
  });
  return [["suite", "method", "seed", "figure", "value"], ...lines].map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
