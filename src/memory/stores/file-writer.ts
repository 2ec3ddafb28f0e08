/** @file Groups of writes committed to a memory file, each in one transaction that is on the disk when `commit` returns. */
import Database from "better-sqlite3";
import { statSync } from "node:fs";
import type { EntryId, EntryMarks } from "../../contract/memory.ts";
import { entryChecksum, marksChecksum } from "./sqlite-checksums.ts";
import { INSERT_ENTRY, readCounter, writeCounter, type Counter } from "./sqlite-format.ts";
import { readGroup, type PackedEntry, type WriteGroup } from "./write-group.ts";

/** How long a commit waits for another connection's lock [ms]. Only a program that knows nothing of our own lock holds one. */
const BUSY = 1000;

/** The file that was opened, told from another of its name. */
export interface FileIdentity {
  readonly file: string;
  readonly inode: number;
}

export class FileWriter {
  readonly #identity: FileIdentity;
  readonly #database: Database.Database;
  readonly #commit: (group: WriteGroup) => Counter;
  #counter: Counter;

  /** @param names Of the groups, which may grow. */
  constructor(identity: FileIdentity, vectorsLength: number, names: readonly string[]) {
    this.#identity = identity;
    requireInPlace(identity);
    const database = new Database(identity.file, { timeout: BUSY, fileMustExist: true });
    this.#database = database;
    database.pragma("synchronous = full");
    // What is forgotten is overwritten, not only unlinked.
    database.pragma("secure_delete = on");
    this.#counter = readCounter(database)!;
    const put = database.prepare(INSERT_ENTRY);
    const mark = database.prepare("update entry set importance = ?, pinned = ?, reads = ?, last_read = ?, marks_checksum = ? where id = ?");
    const remove = database.prepare<[number]>("delete from entry where id = ?");
    const has = database.prepare<[number]>("select 1 from entry where id = ?");
    this.#commit = database.transaction((group: WriteGroup): Counter => {
      let { nextId, entries } = this.#counter;
      readGroup(group, names, vectorsLength, {
        put(entry: PackedEntry, vectors) {
          const { id, task, kind, episode, step, time, encoder, importance, pinned, reads, lastRead } = entry;
          if (id >= nextId || has.get(id) === undefined) entries++;
          nextId = Math.max(nextId, id + 1);
          const [checksum, ofMarks] = [entryChecksum(entry, vectors), marksChecksum(id, entry)];
          put.run(id, task, kind, episode, step, time, encoder, vectors, checksum, importance, pinned ? 1 : 0, reads, lastRead, ofMarks);
        },
        mark(id: EntryId, marks: EntryMarks) {
          mark.run(marks.importance, marks.pinned ? 1 : 0, marks.reads, marks.lastRead, marksChecksum(id, marks), id);
        },
        remove(id: EntryId) {
          entries -= remove.run(id).changes;
        },
      });
      const counter = { nextId, entries };
      writeCounter(database, counter);
      return counter;
    });
  }

  /** When it throws, nothing of the group is in the file. */
  commit(group: WriteGroup): void {
    requireInPlace(this.#identity);
    this.#counter = this.#commit(group);
  }

  close(): void {
    this.#database.close();
  }
}

/** SQLite would go on writing into a file that was removed, and acknowledge what nobody can ever read. */
function requireInPlace({ file, inode }: FileIdentity): void {
  if (statSync(file, { throwIfNoEntry: false })?.ino === inode) return;
  throw Object.assign(new Error(`${file} is another file than was opened`), { code: "SQLITE_READONLY_DBMOVED" });
}
