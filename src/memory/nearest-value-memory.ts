/**
 * @file The floor that every memory must beat: write appends, read returns the value of the key with the highest cosine similarity. Nothing is
 * blended, learned or forgotten by itself.
 */
import { InvalidValueError } from "../contract/errors.ts";
import {
  emptyRecall,
  type EntryId,
  type LongTermMemory,
  type MemoryEntry,
  type MemoryShape,
  type NewMemoryEntry,
  type Recall,
  type RecallOptions,
} from "../contract/memory.ts";
import { EpisodicMemory } from "./episodic-memory.ts";

export class NearestValueMemory implements LongTermMemory {
  readonly shape: MemoryShape;
  readonly #entries: EpisodicMemory;
  readonly #nearest: Recall = emptyRecall(1);

  constructor(shape: MemoryShape) {
    this.shape = shape;
    this.#entries = new EpisodicMemory({ shape, metric: "cosine" });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Writes the value of the most similar entry, of equally similar ones the oldest. @throws {InvalidValueError} There is no entry yet. */
  read(query: Float32Array, value: Float32Array): void {
    const { count, rows } = this.#entries.recall(query, 1, this.#nearest);
    if (count === 0) throw new InvalidValueError("memory", this, "not empty", "Remember something first.");
    const { valueSize } = this.shape;
    value.set(this.#entries.values.subarray(rows[0]! * valueSize, (rows[0]! + 1) * valueSize));
  }

  recall(query: Float32Array, k: number, into?: Recall, options?: RecallOptions): Recall {
    return this.#entries.recall(query, k, into, options);
  }

  remember(entry: NewMemoryEntry): EntryId {
    return this.#entries.remember(entry);
  }

  forget(ids: readonly EntryId[]): number {
    return this.#entries.forget(ids);
  }

  entry(id: EntryId): MemoryEntry | undefined {
    return this.#entries.entry(id);
  }

  entries(): IterableIterator<MemoryEntry> {
    return this.#entries.entries();
  }

  async flush(): Promise<void> {
    await this.#entries.flush();
  }
}
