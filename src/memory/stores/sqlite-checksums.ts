/** @file Checksums over everything that an entry says, to notice what has changed on disk. Not a defence against intent. */
import { crc32 } from "node:zlib";
import type { EntryMarks, MemoryEntry } from "../../contract/memory.ts";

/** What an entry says of itself besides its vectors and marks. */
export type EntryFacts = Pick<MemoryEntry, "id" | "task" | "kind" | "episode" | "step" | "time" | "encoder">;

const facts = new Float64Array(7);
const factBytes = new Uint8Array(facts.buffer);
const marks = new Float64Array(5);
const markBytes = new Uint8Array(marks.buffer);
const names = new Map<string, number>();

function nameChecksum(name: string): number {
  let checksum = names.get(name);
  if (checksum === undefined) names.set(name, (checksum = crc32(name)));
  return checksum;
}

/** CRC-32 of an entry's numbers as float64, the CRC-32 of its names among them, and of its vectors. Zero has no sign: SQLite keeps none. */
export function entryChecksum({ id, task, kind, episode, step, time, encoder }: EntryFacts, vectors: Uint8Array): number {
  facts[0] = id;
  facts[1] = nameChecksum(task);
  facts[2] = nameChecksum(kind);
  facts[3] = episode + 0;
  facts[4] = step + 0;
  facts[5] = time + 0;
  facts[6] = encoder + 0;
  return crc32(vectors, crc32(factBytes));
}

/** CRC-32 of an entry's id and marks as float64. */
export function marksChecksum(id: number, { importance, pinned, reads, lastRead }: EntryMarks): number {
  marks[0] = id;
  marks[1] = importance;
  marks[2] = pinned ? 1 : 0;
  marks[3] = reads + 0;
  marks[4] = lastRead + 0;
  return crc32(markBytes);
}
