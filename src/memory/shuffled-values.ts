/**
 * @file A control for what a memory is worth: every entry reads the value of another one, drawn from the whole memory. Keys, distances and weights are as
 * they were, and so is the collection of values; only which value belongs to which situation is lost. Exchanging values among the entries of one
 * recall would lose little, since neighbours tend to have the same value.
 */
import type { Recall } from "../contract/memory.ts";
import { RandomStream } from "../numerics/random.ts";
import type { EpisodicMemory } from "./episodic-memory.ts";

export class ShuffledValues {
  readonly #memory: EpisodicMemory;
  /** For each row, the row whose value stands in for its own; each of them once. */
  #rows = new Int32Array(0);
  /** The entries that were in the rows when that was drawn. */
  #ids = new Float64Array(0);
  #drawnAt = { size: -1, written: -1 };

  /** Which values are exchanged depends on how many entries there are and nothing else. */
  constructor(memory: EpisodicMemory) {
    this.#memory = memory;
  }

  /** Writes the rows whose values are read instead of those that were recalled. */
  exchange({ count, rows }: Recall, into: Int32Array): void {
    const { size, written } = this.#memory;
    const isLatest = (): boolean =>
      size === this.#drawnAt.size && written === this.#drawnAt.written && rows.subarray(0, count).every((row) => this.#isThere(row));
    if (!isLatest()) this.#draw();
    for (let i = 0; i < count; i++) into[i] = this.#rows[rows[i]!]!;
  }

  /** Whether a row and its stand-in still hold the entries they held; rows move when gaps are closed. */
  #isThere(row: number): boolean {
    const other = this.#rows[row]!;
    return this.#ids[row] === this.#memory.idOf(row) && this.#ids[other] === this.#memory.idOf(other);
  }

  #draw(): void {
    const rows = this.#memory.rowsOf();
    const order = RandomStream.fromSeed(0).split("shuffled values").sample(rows.length, rows.length);
    const end = (rows.at(-1) ?? -1) + 1;
    this.#rows = new Int32Array(end);
    this.#ids = new Float64Array(end);
    rows.forEach((row, k) => {
      this.#rows[row] = rows[order[k]!]!;
      this.#ids[row] = this.#memory.idOf(row);
    });
    const { size, written } = this.#memory;
    this.#drawnAt = { size, written };
  }
}
