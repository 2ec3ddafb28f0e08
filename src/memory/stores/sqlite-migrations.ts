/** @file How memory files of earlier versions come to have the tables of this one. */
import type Database from "better-sqlite3";
import { crc32 } from "node:zlib";
import type { EntryId } from "../../contract/memory.ts";
import { asTaskId } from "../../contract/task.ts";
import { entryChecksum, marksChecksum } from "./sqlite-checksums.ts";
import { FORMAT_VERSION, INSERT_ENTRY, METRIC, TABLES, versionOf, writeCounter } from "./sqlite-format.ts";

/** From each version to the next. */
const migrations: Readonly<Record<number, (database: Database.Database) => void>> = {
  1: toSecond,
  2: (database) => void database.exec(`alter table shape add column ${METRIC}`),
};

/** One transaction: afterwards a file is of its old version or of ours. */
export function migrate(database: Database.Database): void {
  if (versionOf(database) === FORMAT_VERSION) return;
  database.transaction(() => {
    for (let version = versionOf(database); version < FORMAT_VERSION; version++) migrations[version]!(database);
    database.pragma(`user_version = ${FORMAT_VERSION}`);
  })();
}

/** A row of version 1, whose checksum was of its three vectors. */
interface FirstRow {
  readonly id: number;
  readonly task: string;
  readonly episode: number;
  readonly step: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly observation: Uint8Array;
  readonly checksum: number;
}

/** Version 1 knew demonstrations only, of an encoder that never changed. An entry that was damaged stays so. */
function toSecond(database: Database.Database): void {
  database.exec("drop index entry_task; alter table entry rename to first");
  database.exec(TABLES);
  const rows = database.prepare<[], FirstRow>("select * from first order by id").all();
  const insert = database.prepare(INSERT_ENTRY);
  for (const { id, task, episode, step, key, value, observation, checksum } of rows) {
    const vectors = Buffer.concat([key, value, observation]);
    const facts = { id: id as EntryId, task: asTaskId(task), kind: "demonstration", episode, step, time: id - 1, encoder: 0 };
    const marks = { importance: 1, pinned: false, reads: 0, lastRead: -1 };
    const now = entryChecksum(facts, vectors);
    const kept = crc32(vectors) === checksum ? now : now ^ 1;
    insert.run(id, task, facts.kind, episode, step, facts.time, 0, vectors, kept, 1, 0, 0, -1, marksChecksum(id, marks));
  }
  writeCounter(database, { nextId: (rows.at(-1)?.id ?? 0) + 1, entries: rows.length });
  database.exec("drop table first");
}
