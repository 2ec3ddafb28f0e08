/** @file The right to be a memory file's only writer. */
import Database from "better-sqlite3";
import { rmSync } from "node:fs";
import { guarded } from "./sqlite-errors.ts";

export interface WriterClaim {
  release(): void;
}

/**
 * A lock beside the file, held by an open transaction for as long as the process lives, so that a kill releases it. SQLite's own lock on the
 * file would last only for a commit.
 * @throws {StorageError} Somebody else has it.
 */
export function claimWriting(file: string): WriterClaim {
  const lockFile = `${file}-writer`;
  const lock = guarded(file, () => new Database(lockFile, { timeout: 0 }));
  try {
    guarded(file, () => lock.exec("begin exclusive"));
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    release() {
      try {
        // While it is held, or one who waits for this file and one who makes it anew could both write. Windows removes no open file: there it stays, unlocked.
        if (process.platform !== "win32") rmSync(lockFile, { force: true });
      } finally {
        lock.close();
      }
    },
  };
}
