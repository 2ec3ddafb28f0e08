/** @file Paths as users type them, and what to tell them where nothing can be written. */
import { relative } from "node:path";
import { StorageError } from "../contract/errors.ts";

/** A path as a user would type it from here. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.startsWith("..") ? path : short;
}

/** Changes something in a place that was named with `--out`. @throws {StorageError} The system refuses. */
export function writing<T>(place: string, change: () => T): T {
  try {
    return change();
  } catch (error) {
    throw new StorageError(place, `cannot be written to (${(error as Error).message})`, "Choose another folder with --out.", { cause: error });
  }
}
