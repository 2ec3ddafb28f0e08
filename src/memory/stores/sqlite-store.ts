/**
 * @file A memory's entries in one SQLite file. Write-ahead log with `synchronous=FULL`: what was flushed survives a kill and a power cut.
 * Writes gather and are committed together, by a thread of their own; one process writes, any number may read.
 */
import Database from "better-sqlite3";
import { statSync } from "node:fs";
import { InvalidValueError, OrderError } from "../../contract/errors.ts";
import type { EntryId, EntryMarks, MemoryEntry, MemoryShape, MemoryStore, StoreChanges } from "../../contract/memory.ts";
import { BackgroundWriter } from "./background-writer.ts";
import { describeDamage, isSound } from "./sqlite-damage.ts";
import { readEntries, vectorsLength } from "./sqlite-entries.ts";
import { guarded } from "./sqlite-errors.ts";
import { create, isEmpty, readCounter, readShape, requireOurs } from "./sqlite-format.ts";
import { migrate } from "./sqlite-migrations.ts";
import { isInOrder, rescue } from "./sqlite-rescue.ts";
import { requireShape } from "./store-shape.ts";
import { GroupPacker } from "./write-group.ts";
import { claimWriting, type WriterClaim } from "./writer-claim.ts";

export interface SqliteStoreOptions {
  /** Hears in a sentence of entries that are damaged and were left out, once they are known. */
  readonly onDamage?: (warning: string) => void;
}

/**
 * Opens a memory file for writing, making it if there is none. A file whose structure is damaged is replaced by what can be read of it, and kept
 * as `<file>-damaged`.
 * @throws {StorageError} A file of something else, of a newer version, of another shape, beyond reading, in use by another writer, or in a folder
 *   that cannot be written. The file is left as it was.
 */
export function openSqliteStore(file: string, shape: MemoryShape, { onDamage = () => {} }: SqliteStoreOptions = {}): MemoryStore {
  const claim = claimWriting(file);
  try {
    return new SqliteStore(file, openSound(file, shape, onDamage), shape, claim, onDamage);
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** The file opened, with its structure in order. */
function openSound(file: string, shape: MemoryShape, onDamage: (warning: string) => void): Database.Database {
  const database = guarded(file, () => new Database(file));
  try {
    return guarded(file, () => {
      const isNew = isEmpty(database);
      if (!isNew) {
        requireOurs(file, database);
        requireShape(file, readShape(file, database), shape, "Use another file for this agent and body.");
      }
      database.pragma("journal_mode = wal");
      database.pragma("synchronous = full");
      if (isNew) create(database, shape);
      else migrate(database);
      if (isInOrder(database) && readCounter(database) !== undefined) return database;
      const { damage, kept } = rescue(file, database, shape);
      onDamage(describeDamage(file, damage, kept));
      return openSound(file, shape, onDamage);
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteStore implements MemoryStore {
  readonly shape: MemoryShape;
  readonly firstId: EntryId;
  readonly #file: string;
  readonly #database: Database.Database;
  readonly #claim: WriterClaim;
  readonly #onDamage: (warning: string) => void;
  readonly #packer = new GroupPacker();
  readonly #writer: BackgroundWriter;
  #closed: Promise<void> | undefined;

  constructor(file: string, database: Database.Database, shape: MemoryShape, claim: WriterClaim, onDamage: (warning: string) => void) {
    this.shape = shape;
    this.#file = file;
    this.#database = database;
    this.#claim = claim;
    this.#onDamage = onDamage;
    this.#writer = new BackgroundWriter({ file, inode: statSync(file).ino }, vectorsLength(shape));
    this.firstId = readCounter(database)!.nextId as EntryId;
  }

  /** Waits for what was put, marked or removed before. Damaged entries are left out, and told of when all others were given. */
  *entries(): Generator<MemoryEntry> {
    this.#requireOpen();
    this.#writer.settle(this.#packer.take());
    const damage = yield* readEntries(this.#file, this.#database, this.shape);
    if (!isSound(damage)) this.#onDamage(describeDamage(this.#file, damage));
  }

  /**
   * Waits where some 32 MB wait for the disk already.
   * @throws {StorageError} Writes fail, and no more can wait. The entry is not taken then.
   * @throws {InvalidValueError} Vectors of other lengths than the store's.
   */
  put(entry: MemoryEntry): void {
    this.#requireOpen();
    const { keySize, valueSize, observationSize } = this.shape;
    if (entry.key.length !== keySize) throw new InvalidValueError("key", entry.key, `${keySize} numbers long`);
    if (entry.value.length !== valueSize) throw new InvalidValueError("value", entry.value, `${valueSize} numbers long`);
    if (entry.observation.length !== observationSize) {
      throw new InvalidValueError("observation", entry.observation, `${observationSize} numbers long`);
    }
    if (this.#packer.isFull) {
      this.#writer.makeRoom();
      this.#writer.post(this.#packer.take());
    }
    this.#packer.put(entry);
  }

  mark(id: EntryId, marks: EntryMarks): void {
    this.#requireOpen();
    this.#packer.mark(id, marks);
  }

  remove(ids: readonly EntryId[]): void {
    this.#requireOpen();
    for (const id of ids) this.#packer.remove(id);
  }

  async flush(): Promise<void> {
    this.#requireOpen();
    await this.#writer.flush(this.#packer.take());
  }

  /** Nobody else writes to the file. */
  async changes(): Promise<StoreChanges> {
    return { put: [], removed: [] };
  }

  /** What cannot be flushed is lost, and the file is closed all the same. */
  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    try {
      await this.#writer.close(this.#packer.take());
    } finally {
      this.#database.close();
      this.#claim.release();
    }
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw new OrderError("A memory's store is used after it was closed.");
  }
}
