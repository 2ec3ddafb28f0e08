/** @file What went wrong, for people. */
import { EngramError } from "../contract/errors.ts";

/** A line where it says what to do; of what nobody expected, where it happened. With `ENGRAM_DEBUG=1` always that. */
export function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What the operating system refuses, it explains in a line: the call and the place.
  const isPlain = error instanceof EngramError || "syscall" in error;
  return isPlain && process.env["ENGRAM_DEBUG"] !== "1" ? error.message : (error.stack ?? error.message);
}
