/** @file The entries of a memory file that are as they were written, whatever became of the others. */
import type Database from "better-sqlite3";
import type { EntryId, MemoryEntry, MemoryShape } from "../../contract/memory.ts";
import { asTaskId } from "../../contract/task.ts";
import { entryChecksum, marksChecksum } from "./sqlite-checksums.ts";
import type { DamagedEntry, StoreDamage } from "./sqlite-damage.ts";
import { asOurs, isDamage } from "./sqlite-errors.ts";
import { readCounter } from "./sqlite-format.ts";

/** A row of the table `entry`, in the order of its columns. */
export type EntryCells = readonly [
  id: number, task: string, kind: string, episode: number, step: number, time: number, encoder: number, vectors: Uint8Array, checksum: number,
  importance: number, pinned: number, reads: number, lastRead: number, marksChecksum: number,
]; // prettier-ignore

/** Of the key, the value and the observation, one after another, little-endian as every platform of ours is. */
export const vectorsLength = ({ keySize, valueSize, observationSize }: MemoryShape): number => keySize + valueSize + observationSize;

/** Nothing where a row is not what was written. Plain reads by index: taking a row apart, or spreading parts of it, costs three times as much. */
export function decodeEntry(cells: EntryCells, { keySize, valueSize, observationSize }: MemoryShape): MemoryEntry | undefined {
  const vectors = cells[VECTORS];
  if (!hasTypes(cells) || vectors.length !== 4 * (keySize + valueSize + observationSize)) return undefined;
  const { buffer, byteOffset: at } = vectors.byteOffset % 4 === 0 ? vectors : vectors.slice();
  const entry: MemoryEntry = {
    id: cells[0] as EntryId,
    task: asTaskId(cells[1]),
    kind: cells[2],
    episode: cells[3],
    step: cells[4],
    time: cells[5],
    encoder: cells[6],
    key: new Float32Array(buffer, at, keySize),
    value: new Float32Array(buffer, at + 4 * keySize, valueSize),
    observation: new Float32Array(buffer, at + 4 * (keySize + valueSize), observationSize),
    importance: cells[9],
    pinned: cells[10] === 1,
    reads: cells[11],
    lastRead: cells[12],
  };
  return entryChecksum(entry, vectors) === cells[8] && marksChecksum(entry.id, entry) === cells[13] ? entry : undefined;
}

const VECTORS = 7;
const NAMES = [1, 2];
const NUMBERS = [0, 3, 4, 5, 6, 9, 11, 12];

/** Damage may have changed a cell's type, which a checksum of numbers would not show. */
function hasTypes(cells: EntryCells): boolean {
  for (const at of NAMES) if (typeof cells[at] !== "string") return false;
  for (const at of NUMBERS) if (typeof cells[at] !== "number") return false;
  return cells[VECTORS] instanceof Uint8Array && (cells[10] === 0 || cells[10] === 1);
}

/** The row of an entry. */
export function entryCells(entry: MemoryEntry): EntryCells {
  const { id, task, kind, episode, step, time, encoder, key, value, observation, importance, pinned, reads, lastRead } = entry;
  const floats = new Float32Array(key.length + value.length + observation.length);
  floats.set(key);
  floats.set(value, key.length);
  floats.set(observation, key.length + value.length);
  const vectors = new Uint8Array(floats.buffer);
  const [checksum, ofMarks] = [entryChecksum(entry, vectors), marksChecksum(id, entry)];
  return [id, task, kind, episode, step, time, encoder, vectors, checksum, importance, pinned ? 1 : 0, reads, lastRead, ofMarks];
}

/**
 * The sound entries of a file by ascending id; in the end, what is wrong with the others. Where somebody may be writing, call it in a transaction.
 * @throws {StorageError} A file that cannot be read for other reasons than damage.
 */
export function* readEntries(file: string, database: Database.Database, shape: MemoryShape): Generator<MemoryEntry, StoreDamage> {
  const counter = readCounter(database);
  const damaged = new Map<number, DamagedEntry>();
  const unreadable: [number, number][] = [];
  let last = 0;
  let sound = 0;

  function* soundOf(rows: IterableIterator<unknown>): Generator<MemoryEntry> {
    for (const cells of rows as IterableIterator<EntryCells>) {
      const entry = decodeEntry(cells, shape);
      if (entry === undefined) damaged.set(cells[0], { id: cells[0], task: cells[1] });
      else if (entry.id > last) {
        last = entry.id;
        sound++;
        yield entry;
      }
    }
  }

  const some = database.prepare<[number, number]>("select * from entry where id > ? and id <= ? order by id").raw();
  /** Ids above `low`, up to `high`: halved until what cannot be read is single ids. */
  function* between(low: number, high: number): Generator<MemoryEntry> {
    if (low >= high) return;
    try {
      yield* soundOf(some.iterate(low, high));
      return;
    } catch (error) {
      if (!isDamage(error)) throw asOurs(file, error);
    }
    const from = Math.max(low, last);
    const middle = Math.floor((from + high) / 2);
    if (high - from <= 1) noteUnreadable(high);
    else {
      yield* between(from, middle);
      yield* between(Math.max(middle, last), high);
    }
  }

  function noteUnreadable(id: number): void {
    const range = unreadable.at(-1);
    if (range !== undefined && range[1] === id - 1) range[1] = id;
    else unreadable.push([id, id]);
  }

  try {
    yield* soundOf(database.prepare("select * from entry order by id").raw().iterate());
  } catch (error) {
    if (!isDamage(error)) throw asOurs(file, error);
    // Without a count, no id is further up than the file has room for entries.
    const room = ((database.pragma("page_count", { simple: true }) as number) * 4096) / (4 * vectorsLength(shape) + 32);
    yield* between(last, counter === undefined ? last + Math.ceil(room) : counter.nextId - 1);
  }
  const missing = counter && Math.max(0, counter.entries - sound - damaged.size);
  return { entries: [...damaged.values()], unreadable, missing };
}
