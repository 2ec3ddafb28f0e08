/** @file How far a benchmark is, on standard error. */
import { bar, duration, ProgressLine } from "../../src/runtime/progress-line.ts";
import type { BenchRow } from "./bench-row.ts";

const line = new ProgressLine(process.stderr);

/**
 * Says which part of a benchmark begins.
 * @param done How many parts are done, of `total`. @param timed How many of these took the time so far: the others were known already.
 */
export function showProgress(what: string, done: number, total: number, timed = done): void {
  line.show((elapsed) => `${bar(done / total)}  ${timed === 0 ? "estimating" : `${duration((elapsed / timed) * (total - done))} left`}  ${what}`);
}

/** Makes way for the table. */
export function clearProgress(): void {
  line.clear();
}

/** A part of a benchmark: what it is about, and what measures it. */
export type Part = readonly [what: string, measure: () => readonly BenchRow[] | Promise<readonly BenchRow[]>];

/** The rows of some parts, one after the other. */
export async function inTurn(parts: readonly Part[]): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [k, [what, measure]] of parts.entries()) {
    showProgress(what, k, parts.length);
    rows.push(...(await measure()));
  }
  return rows;
}
