/** @file Files whose structure is damaged: what can be read of one goes into a new file, and the damaged one is kept beside it. */
import Database from "better-sqlite3";
import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { StorageError } from "../../contract/errors.ts";
import type { MemoryShape } from "../../contract/memory.ts";
import type { StoreDamage } from "./sqlite-damage.ts";
import { entryCells, readEntries } from "./sqlite-entries.ts";
import { isDamage } from "./sqlite-errors.ts";
import { create, INSERT_ENTRY, readCounter, writeCounter } from "./sqlite-format.ts";

/** Ids left out where the file no longer says which were used. */
const LEAP = 2 ** 20;

/** What was found, and where the damaged file is now. */
export interface Rescue {
  readonly damage: StoreDamage;
  readonly kept: string;
}

/** Whether SQLite finds every page of a file in order. */
export function isInOrder(database: Database.Database): boolean {
  try {
    return database.pragma("quick_check(1)", { simple: true }) === "ok";
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/**
 * Puts a new file in the damaged one's place; at any moment one of them is there.
 * @param damaged The file, opened; it is closed. @throws {StorageError} Another process has the file open; it is left as it was.
 */
export function rescue(file: string, damaged: Database.Database, shape: MemoryShape): Rescue {
  const fresh = `${file}-rescue`;
  for (const leftover of [fresh, `${fresh}-wal`, `${fresh}-shm`]) rmSync(leftover, { force: true });
  const database = new Database(fresh);
  try {
    database.pragma("synchronous = full");
    create(database, shape);
    const damage = database.transaction(() => copy(file, damaged, database, shape))();
    // Its log must not be taken for the new file's. It goes with the last connection; whoever is reading is waited for, for a moment.
    damaged.pragma("wal_checkpoint(truncate)");
    damaged.close();
    database.close();
    if (existsSync(`${file}-wal`)) {
      throw new StorageError(
        file,
        "is damaged, and another process has it open",
        "Close it there and try again: what can be read of it is kept then.",
      );
    }
    const kept = freeName(`${file}-damaged`);
    copyFileSync(file, kept);
    renameSync(fresh, file);
    return { damage, kept };
  } catch (error) {
    damaged.close();
    database.close();
    rmSync(fresh, { force: true });
    throw error;
  }
}

function copy(file: string, from: Database.Database, to: Database.Database, shape: MemoryShape): StoreDamage {
  const insert = to.prepare(INSERT_ENTRY);
  const entries = readEntries(file, from, shape);
  let [count, last] = [0, 0];
  for (let next = entries.next(); ; next = entries.next()) {
    if (next.done === true) {
      const nextId = readCounter(from)?.nextId ?? last + 1 + LEAP;
      writeCounter(to, { nextId: Math.max(nextId, last + 1), entries: count });
      return next.value;
    }
    insert.run(...entryCells(next.value));
    count++;
    last = next.value.id;
  }
}

function freeName(name: string): string {
  let free = name;
  for (let n = 2; existsSync(free); n++) free = `${name}-${n}`;
  return free;
}
