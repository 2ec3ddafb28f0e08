/** @file Writes on their way to the thread that commits them: packed into one buffer, which is handed over whole. */
import type { EntryId, EntryMarks, MemoryEntry } from "../../contract/memory.ts";
import { asTaskId } from "../../contract/task.ts";
import { Names } from "../names.ts";

/** Several writes, in their order. */
export interface WriteGroup {
  readonly words: Float64Array;
  /** Names of tasks and kinds that no group before had; numbers of names count through all groups. */
  readonly names: readonly string[];
}

/** An entry without its vectors, which travel as the bytes of all three. */
export type PackedEntry = Omit<MemoryEntry, "key" | "value" | "observation">;

/** Who hears of the writes of a group. Vectors lie in the group's buffer. */
interface WriteReader {
  put(entry: PackedEntry, vectors: Uint8Array): void;
  mark(id: EntryId, marks: EntryMarks): void;
  remove(id: EntryId): void;
}

/** The first word of a write. Then come its numbers, and behind those of an entry, its vectors as float32. */
const PUT = 1;
const MARK = 2;
const REMOVE = 3;
const PUT_WORDS = 12;
const MARK_WORDS = 6;
const REMOVE_WORDS = 2;

/** A group begins with room for so many words of 8 bytes, and is handed over when it would outgrow the other number. */
const SMALLEST = 1024;
const LARGEST = 65_536;

export class GroupPacker {
  #words = new Float64Array(SMALLEST);
  #used = 0;
  readonly #names = new Names();
  #fresh: string[] = [];

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  get isFull(): boolean {
    return this.#used >= LARGEST;
  }

  put({ id, task, kind, episode, step, time, encoder, key, value, observation, importance, pinned, reads, lastRead }: MemoryEntry): void {
    const at = this.#room(PUT_WORDS + Math.ceil((key.length + value.length + observation.length) / 2));
    const words = this.#words;
    words[at] = PUT;
    words[at + 1] = id;
    words[at + 2] = this.#numberOf(task);
    words[at + 3] = this.#numberOf(kind);
    words[at + 4] = episode;
    words[at + 5] = step;
    words[at + 6] = time;
    words[at + 7] = encoder;
    setMarks(words, at + 8, importance, pinned, reads, lastRead);
    const floats = new Float32Array(words.buffer, 8 * (at + PUT_WORDS));
    floats.set(key);
    floats.set(value, key.length);
    floats.set(observation, key.length + value.length);
  }

  mark(id: EntryId, { importance, pinned, reads, lastRead }: EntryMarks): void {
    const at = this.#room(MARK_WORDS);
    this.#words[at] = MARK;
    this.#words[at + 1] = id;
    setMarks(this.#words, at + 2, importance, pinned, reads, lastRead);
  }

  remove(id: EntryId): void {
    const at = this.#room(REMOVE_WORDS);
    this.#words[at] = REMOVE;
    this.#words[at + 1] = id;
  }

  /** What was packed since this was last asked. Its buffer is the caller's. */
  take(): WriteGroup {
    const group = { words: this.#words.subarray(0, this.#used), names: this.#fresh };
    this.#words = new Float64Array(Math.max(SMALLEST, this.#used));
    this.#used = 0;
    this.#fresh = [];
    return group;
  }

  #room(words: number): number {
    const at = this.#used;
    this.#used += words;
    if (this.#used > this.#words.length) {
      const larger = new Float64Array(Math.max(this.#used, 2 * this.#words.length));
      larger.set(this.#words);
      this.#words = larger;
    }
    return at;
  }

  #numberOf(name: string): number {
    if (this.#names.find(name) === undefined) this.#fresh.push(name);
    return this.#names.numberOf(name);
  }
}

function setMarks(words: Float64Array, at: number, importance: number, pinned: boolean, reads: number, lastRead: number): void {
  words[at] = importance;
  words[at + 1] = pinned ? 1 : 0;
  words[at + 2] = reads;
  words[at + 3] = lastRead;
}

const marksIn = (words: Float64Array, at: number): EntryMarks => ({
  importance: words[at]!,
  pinned: words[at + 1] === 1,
  reads: words[at + 2]!,
  lastRead: words[at + 3]!,
});

const entryIn = (words: Float64Array, at: number, names: readonly string[]): PackedEntry => ({
  id: words[at + 1] as EntryId,
  task: asTaskId(names[words[at + 2]!]!),
  kind: names[words[at + 3]!]!,
  episode: words[at + 4]!,
  step: words[at + 5]!,
  time: words[at + 6]!,
  encoder: words[at + 7]!,
  importance: words[at + 8]!,
  pinned: words[at + 9] === 1,
  reads: words[at + 10]!,
  lastRead: words[at + 11]!,
});

/** @param names Of all groups so far. @param vectorsLength Numbers in an entry's vectors. */
export function readGroup({ words }: WriteGroup, names: readonly string[], vectorsLength: number, reader: WriteReader): void {
  for (let at = 0; at < words.length;) {
    const kind = words[at];
    const id = words[at + 1] as EntryId;
    if (kind === PUT) {
      reader.put(entryIn(words, at, names), new Uint8Array(words.buffer, 8 * (at + PUT_WORDS), 4 * vectorsLength));
      at += PUT_WORDS + Math.ceil(vectorsLength / 2);
    } else if (kind === MARK) {
      reader.mark(id, marksIn(words, at + 2));
      at += MARK_WORDS;
    } else {
      reader.remove(id);
      at += REMOVE_WORDS;
    }
  }
}
