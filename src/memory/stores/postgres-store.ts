/**
 * @file A memory in PostgreSQL that many workers share. Each has all entries in its own memory, writes what it changes, and follows what the others
 * commit. Writes gather, and go in the background in groups of one statement each.
 */
import { StorageError } from "../../contract/errors.ts";
import type { EntryId, EntryMarks, MemoryEntry, MemoryShape, MemoryStore, StoreChanges } from "../../contract/memory.ts";
import { PostgresConnection, type Row, type Session } from "./postgres-connection.ts";
import {
  entryOf,
  groupOf,
  marksRow,
  pageOf,
  READ_CHANGES,
  READ_ENTRIES,
  rowOf,
  TELL_REMOVED,
  WRITE,
  type EntryRow,
  type Fate,
  type FoundRow,
  type Page,
} from "./postgres-rows.ts";
import { HOLD, LIST, NOTE_SEEN, STRIKE_OFF, WHICH_ARE_THERE } from "./postgres-followers.ts";
import { joinMemory, prepareSchema } from "./postgres-schema.ts";

/** Entries that go in one statement, or come in one answer, at most; fewer where they are large. */
const GROUP = 2048;
const GROUP_BYTES = 8 * 2 ** 20;
/** Of an entry beside its vectors, roughly [B]. */
const ROW_BYTES = 200;

/**
 * Ids of one worker are so far apart. The n-th id of worker w is n·2²⁰ + w, so no two workers have one in common, however many entries they write
 * (n < 2³³) without asking anyone; and since a worker goes on above every id it has seen, later entries have higher ids.
 */
const ID_STEP = 2 ** 20;

/**
 * Opens a named memory of a database for writing, making it if there is none. Others may have it open too.
 * @param address `postgres://user:password@host:5432/database`; `sslmode` and the like as `psql` has them.
 * @throws {InvalidValueError} No address of a PostgreSQL server.
 * @throws {StorageError} No server or database there, no right to write, a schema `engram` of something else or of a newer version, or a memory of
 *   another shape under that name.
 */
export async function openPostgresStore(address: string, name: string, shape: MemoryShape): Promise<MemoryStore> {
  const connection = new PostgresConnection(address);
  try {
    await prepareSchema(connection);
    const { id, worker } = await joinMemory(connection, name, shape);
    const place = `${connection.place}#${name}`;
    if (worker >= ID_STEP) throw new StorageError(place, `was opened ${ID_STEP} times, and has no ids left`, "Copy its entries to another name.");
    const opened = await connection.run(async (session) => {
      const read = (last: Page | undefined, limit: number): Promise<readonly Row[]> =>
        session.query(READ_ENTRIES, [id, last?.rows.at(-1)?.id ?? 0, limit]);
      const found = await readPages(shape, read);
      const [last] = await session.query("select coalesce(max(id), 0)::text as id from engram.entry where memory = $1", [id]);
      return { ...found, lastId: Number(last!["id"]) };
    });
    return new PostgresStore(connection, { id, worker, place, shape, ...opened });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** How many entries go together. */
function groupSize({ keySize, valueSize, observationSize }: MemoryShape): number {
  return Math.max(1, Math.min(GROUP, Math.floor(GROUP_BYTES / (4 * (keySize + valueSize + observationSize) + ROW_BYTES))));
}

/** Reads page by page. @returns All rows, and what had committed as the first page was read. */
async function readPages(
  shape: MemoryShape,
  read: (last: Page | undefined, limit: number) => Promise<readonly Row[]>,
): Promise<{ readonly rows: readonly FoundRow[]; readonly snapshot: string }> {
  const limit = groupSize(shape);
  const first = pageOf(await read(undefined, limit));
  const rows = [...first.rows];
  for (let page = first; page.rows.length === limit;) {
    page = pageOf(await read(page, limit));
    for (const row of page.rows) rows.push(row);
  }
  return { rows, snapshot: first.snapshot };
}

interface OpenedMemory {
  readonly id: number;
  readonly worker: number;
  readonly place: string;
  readonly shape: MemoryShape;
  /** What was committed when its rows were read. */
  readonly snapshot: string;
  readonly rows: readonly FoundRow[];
  /** The highest id in use, of entries or removed ones. */
  readonly lastId: number;
}

class PostgresStore implements MemoryStore {
  readonly shape: MemoryShape;
  readonly firstId: EntryId;
  readonly idStep = ID_STEP;
  readonly #connection: PostgresConnection;
  readonly #memory: Omit<OpenedMemory, "rows">;
  readonly #group: number;
  /** As found at the opening, until they are handed out. */
  #found: readonly FoundRow[];
  /** What had been committed when others' changes were last read. */
  #seen: string;
  /** What is not yet sent. */
  #pending = new Map<EntryId, Fate>();
  /** What is on its way. */
  #sent: ReadonlyMap<EntryId, Fate> = new Map();
  #flushing = false;
  /** The highest id of its own that was written. */
  #written = 0;
  /** Whether it was struck off the list of followers since it last read, so that it cannot know what is gone. */
  #lostTrack = false;

  constructor(connection: PostgresConnection, { rows, ...memory }: OpenedMemory) {
    this.shape = memory.shape;
    this.#connection = connection;
    this.#memory = memory;
    this.#group = groupSize(memory.shape);
    this.#found = rows;
    this.#seen = memory.snapshot;
    this.firstId = ((Math.floor(memory.lastId / ID_STEP) + 1) * ID_STEP + memory.worker) as EntryId;
  }

  *entries(): Generator<MemoryEntry> {
    const found = this.#found;
    this.#found = [];
    for (const row of found) yield this.#entry(row);
  }

  put(entry: MemoryEntry): void {
    this.#add(entry.id, { row: rowOf(entry, this.shape) });
  }

  mark(id: EntryId, marks: EntryMarks): void {
    const changed = { marks: marksRow(id, marks) };
    const pending = this.#pending.get(id);
    this.#add(id, pending === undefined ? changed : following(pending, changed));
  }

  remove(ids: readonly EntryId[]): void {
    for (const id of ids) this.#add(id, "removed");
  }

  async flush(): Promise<void> {
    do if (!(await this.#connection.run(async (session) => this.#write(session)))) await this.#rejoin();
    while (this.#pending.size > 0);
  }

  async changes(): Promise<StoreChanges> {
    if (this.#lostTrack) return this.#readAnew();
    const { id, worker } = this.#memory;
    const xmin = xminOf(this.#seen);
    const { rows, snapshot, isListed } = await this.#read((session, last, limit) =>
      session.query(READ_CHANGES, [id, this.#seen, worker, String(last?.lastXid ?? xmin), last?.rows.at(-1)?.id ?? -1, limit]),
    );
    if (!isListed) {
      await this.#rejoin();
      return this.#readAnew();
    }
    // An entry that was written again between two pages is on both.
    const latest = [...new Map(rows.map((row) => [row.id, row])).values()];
    const put = latest.filter(isWhole).flatMap((row) => this.#withPending(row) ?? []).map((row) => this.#entry(row)); // prettier-ignore
    const removed = latest.filter((row) => !isWhole(row)).map((row) => row.id as EntryId);
    // What another removed stays removed, whatever was about to be written of it.
    for (const gone of removed) this.#pending.delete(gone);
    this.#seen = snapshot;
    return { put, removed };
  }

  /** Everything, where it is not known what others removed. */
  async #readAnew(): Promise<StoreChanges> {
    const { rows, snapshot, isListed } = await this.#read((session, last, limit) =>
      session.query(READ_ENTRIES, [this.#memory.id, last?.rows.at(-1)?.id ?? 0, limit]),
    );
    if (!isListed) await this.#rejoin();
    await this.#connection.run(async (session) => this.#dropGone(session));
    this.#lostTrack = !isListed;
    this.#seen = snapshot;
    const put = rows.filter(isWhole).flatMap((row) => this.#withPending(row) ?? []).map((row) => this.#entry(row)); // prettier-ignore
    return { put, removed: [], anew: { unwritten: new Set([...this.#sent.keys(), ...this.#pending.keys()]) } };
  }

  /** Reads page by page, and then notes what was seen. @returns Whether it is listed: then nothing was cleared away that it had not heard of. */
  async #read(
    page: (session: Session, last: Page | undefined, limit: number) => Promise<readonly Row[]>,
  ): Promise<{ readonly rows: readonly FoundRow[]; readonly snapshot: string; readonly isListed: boolean }> {
    const { id, worker } = this.#memory;
    return this.#connection.run(async (session) => {
      const found = await readPages(this.shape, async (last, limit) => page(session, last, limit));
      const noted = await session.query(NOTE_SEEN, [id, worker, xminOf(found.snapshot)]);
      return { ...found, isListed: noted.length > 0 };
    });
  }

  /** Comes back after it was struck off. */
  async #rejoin(): Promise<void> {
    const { id, worker } = this.#memory;
    await this.#connection.run(async (session) => {
      await session.query(HOLD, [id]);
      await session.query(LIST, [id, worker]);
    }, "begin");
    this.#lostTrack = true;
  }

  /** Drops what was to be written of entries that are gone, so that they stay gone. Its own that were never written are not gone. */
  async #dropGone(session: Session): Promise<void> {
    const { id, worker } = this.#memory;
    const rows = await session.query(WHICH_ARE_THERE, [id, [...this.#pending.keys()]]);
    const there = new Set(rows.map((row) => Number(row["id"])));
    const isNew = (each: EntryId): boolean => each % ID_STEP === worker && each > this.#written;
    for (const each of this.#pending.keys()) if (!there.has(each) && !isNew(each)) this.#pending.delete(each);
  }

  async close(): Promise<void> {
    try {
      await this.flush();
      const { id, worker } = this.#memory;
      await this.#connection.run(async (session) => session.query(STRIKE_OFF, [id, worker]));
    } finally {
      await this.#connection.close();
    }
  }

  #add(id: EntryId, fate: Fate): void {
    this.#pending.set(id, fate);
    if (this.#pending.size < this.#group || this.#flushing) return;
    this.#flushing = true;
    // What fails is still pending: whoever flushes hears of it.
    void this.flush().catch(() => undefined).finally(() => (this.#flushing = false)); // prettier-ignore
  }

  /**
   * Sends a group of what is pending. What could not be committed is pending again, under whatever was added since.
   * @returns Whether the worker is listed; otherwise nothing was written.
   */
  async #write(session: Session): Promise<boolean> {
    if (this.#lostTrack) await this.#dropGone(session);
    if (this.#pending.size === 0) return true;
    const group = new Map<EntryId, Fate>();
    for (const [id, fate] of this.#pending) {
      if (group.size === this.#group) break;
      group.set(id, fate);
      this.#pending.delete(id);
    }
    this.#sent = group;
    try {
      const { rows, arrays } = groupOf(group);
      const { id, worker } = this.#memory;
      const [answer] = await session.query(WRITE, [id, worker, ...arrays]);
      if (answer!["listed"] === 0) {
        this.#takeBack(group);
        return false;
      }
      if (answer!["written"] !== rows.length) await session.query(TELL_REMOVED, [id, rows.map((row) => row.id)]);
      for (const row of rows) if (row.id % ID_STEP === worker) this.#written = Math.max(this.#written, row.id);
      return true;
    } catch (error) {
      this.#takeBack(group);
      throw error;
    } finally {
      this.#sent = new Map();
    }
  }

  #takeBack(group: Map<EntryId, Fate>): void {
    const since = this.#pending;
    this.#pending = group;
    for (const [id, fate] of since) group.set(id, group.has(id) ? following(group.get(id)!, fate) : fate);
  }

  /** A row as others left it, with what is about to be written over it; undefined where nothing of theirs will be left. */
  #withPending(row: EntryRow): EntryRow | undefined {
    const id = row.id as EntryId;
    let merged: EntryRow | undefined = row;
    for (const fate of [this.#sent.get(id), this.#pending.get(id)]) {
      if (fate !== undefined) merged = merged !== undefined && fate !== "removed" && "marks" in fate ? { ...merged, ...fate.marks } : undefined;
    }
    return merged;
  }

  #entry(row: FoundRow): MemoryEntry {
    return entryOf(row as EntryRow, this.shape, this.#memory.place);
  }
}

/** Every transaction before it was over. */
const xminOf = (snapshot: string): string => snapshot.slice(0, snapshot.indexOf(":"));

/** Whether the entry was not removed. */
const isWhole = (row: FoundRow): row is EntryRow => row.key !== undefined;

/** What comes of an entry for which one thing was to be written, and then another. */
function following(first: Fate, then: Fate): Fate {
  if (then === "removed" || "row" in then) return then;
  if (first === "removed") return first;
  return "row" in first ? { row: { ...first.row, ...then.marks } } : then;
}
