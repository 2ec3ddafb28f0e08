/** @file SQLite's errors as ours: what is wrong with a memory file, and what to do about it. */
import { InvalidValueError, StorageError } from "../../contract/errors.ts";

/** What went wrong, as it can be posted to another thread. */
export interface SqliteFailure {
  readonly code: string;
  readonly message: string;
}

export function failureOf(error: unknown): SqliteFailure {
  const { code = "", message = String(error) } = error as Partial<SqliteFailure>;
  return { code, message };
}

export const isDamage = (error: unknown): boolean => failureOf(error).code.startsWith("SQLITE_CORRUPT");

/** Whether a file could not be opened to read, or SQLite could not make its log beside it. */
export const isUnopenable = (error: unknown): boolean => /^SQLITE_(CANTOPEN|READONLY)/.test(failureOf(error).code);

/** Turns SQLite's errors into ours. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asOurs(file, error);
  }
}

export const asOurs = (file: string, error: unknown): Error =>
  error instanceof StorageError || error instanceof InvalidValueError ? error : storageError(file, failureOf(error), error);

export function storageError(file: string, { code, message }: SqliteFailure, cause?: unknown): StorageError {
  const [problem, remedy] = explain(code, message);
  return new StorageError(file, problem, remedy, { cause });
}

function explain(code: string, message: string): readonly [string, string] {
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return ["is in use by another process that writes to it", "Wait for that run to end, or choose another folder with --out."];
  }
  if (code.startsWith("SQLITE_NOTADB")) return ["is not a memory file", "Name another file; this one was left as it is."];
  if (code.startsWith("SQLITE_CORRUPT"))
    return [`is damaged (${message})`, "Restore it from a copy; `engram memory verify` says what can still be read."];
  if (code.startsWith("SQLITE_FULL"))
    return ["could not be written: the disk is full", "Free some space; nothing that was flushed is lost, and the next flush tries again."];
  if (code === "SQLITE_READONLY_DBMOVED") {
    return ["was moved or removed while it was in use", "Put it back; the next flush tries again."];
  }
  if (code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_CANTOPEN") || message.includes("directory does not exist")) {
    return [
      "cannot be opened for writing",
      "Choose a folder that exists and that you may write to: of a new run with --out, of an old one by copying it there.",
    ];
  }
  return [`could not be used (${message})`, "Check the disk and the folder's permissions; the next flush tries again."];
}
