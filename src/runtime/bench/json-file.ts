/** @file JSON files that a user names. */
import { readFileSync } from "node:fs";
import { FieldError, InvalidValueError, StorageError, UnknownNameError } from "../../contract/errors.ts";

/** @param remedy What to name instead. @throws {StorageError} A file that cannot be read, or is no JSON. */
export function readJson(file: string, remedy: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const problem = error instanceof SyntaxError ? `is no JSON: ${error.message}` : "cannot be read";
    throw new StorageError(file, problem, remedy, { cause: error });
  }
}

/**
 * Says of a complaint which file it is about.
 * @param field The field that it is about; by default the one that the complaint itself names, without its first word.
 * @throws {FieldError} What a check of the file's content complained of.
 */
export function about<T>(file: string, check: () => T, field?: string): T {
  try {
    return check();
  } catch (error) {
    throw located(error, file, field);
  }
}

/** The same complaint with its place, or whatever else was thrown as it is. */
export function located(error: unknown, file: string, field?: string): unknown {
  if (!(error instanceof InvalidValueError || error instanceof UnknownNameError || error instanceof StorageError)) return error;
  const own = error instanceof InvalidValueError ? error.path.replace(/^[^.]*\./, "") : "content";
  return new FieldError(file, field ?? own, error.message, { cause: error });
}
