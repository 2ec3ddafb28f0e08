/** @file Memory files for tests: entries that can be told from their ids, files full of them, and a file of format 1. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll } from "vitest";
import { crc32 } from "node:zlib";
import type { MemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { openSqliteStore } from "../../src/memory/stores/sqlite-store.ts";
import { wholeEntry } from "./whole-entry.ts";

/** Names of new files in a folder that is gone after the tests of a file. */
export function temporaryFiles(): () => string {
  const folder = mkdtempSync(join(tmpdir(), "engram-sqlite-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return () => join(folder, `${count++}.sqlite`);
}

export const shape = { keySize: 64, valueSize: 4, observationSize: 39 };

/** Everything about it follows from its id. */
export const entryOf = (id: number): MemoryEntry =>
  wholeEntry({
    id,
    key: Float32Array.from({ length: shape.keySize }, (_, i) => Math.sin(id + i)),
    value: Float32Array.of(id, -0, 1e-38, 3.4e38),
    observation: new Float32Array(shape.observationSize).fill(id / 3),
    task: asTaskId(`task ${id % 7}`),
    kind: id % 2 === 0 ? "demonstration" : "experience",
    episode: id >> 4,
    step: id & 15,
    time: 1.5 * id,
    encoder: id % 3,
    importance: 1 + (id % 5) / 4,
    pinned: id % 11 === 0,
    reads: id / 8,
    lastRead: id % 4 === 0 ? -1 : id,
  });

/** A closed file with the entries 1 … count. */
export async function filled(file: string, count: number): Promise<string> {
  const store = openSqliteStore(file, shape);
  for (let id = 1; id <= count; id++) store.put(entryOf(id));
  await store.close();
  return file;
}

/** A file as version 1 wrote it, with its tables and its checksum of the vectors. */
export function filledFirstFormat(file: string, entries: readonly MemoryEntry[]): string {
  const database = new Database(file);
  database.pragma("journal_mode = wal");
  database.exec(`
    create table shape (key_size integer not null, value_size integer not null, observation_size integer not null) strict;
    create table entry (
      id integer primary key,
      task text not null,
      episode integer not null,
      step integer not null,
      key blob not null,
      value blob not null,
      observation blob not null,
      checksum integer not null
    ) strict;
    create index entry_task on entry (task);
  `);
  database.prepare("insert into shape values (?, ?, ?)").run(shape.keySize, shape.valueSize, shape.observationSize);
  const insert = database.prepare("insert into entry values (?, ?, ?, ?, ?, ?, ?, ?)");
  for (const { id, task, episode, step, key, value, observation } of entries) {
    const blobs = [key, value, observation].map((vector) => new Uint8Array(vector.slice().buffer));
    insert.run(id, task, episode, step, ...blobs, crc32(Buffer.concat(blobs)));
  }
  database.pragma("application_id = 0x456e6772");
  database.pragma("user_version = 1");
  database.close();
  return file;
}
