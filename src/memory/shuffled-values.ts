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
  /** What memory was when that was drawn. */
  #drawnAt = { revision: -1, rows: -1 };

  /** Which values are exchanged depends on how many entries there are and nothing else. */
  constructor(memory: EpisodicMemory) {
    this.#memory = memory;
  }

  /** Writes the rows whose values are read instead of those that were recalled. */
  exchange({ count, rows: recalled }: Recall, into: Int32Array): void {
    const { revision, rows } = this.#memory;
    if (revision !== this.#drawnAt.revision || rows !== this.#drawnAt.rows) this.#draw();
    for (let i = 0; i < count; i++) into[i] = this.#rows[recalled[i]!]!;
  }

  #draw(): void {
    const alive = this.#memory.rowsOf();
    const order = RandomStream.fromSeed(0).split("shuffled values").sample(alive.length, alive.length);
    const { revision, rows } = this.#memory;
    this.#rows = new Int32Array(rows);
    this.#drawnAt = { revision, rows };
    alive.forEach((row, k) => (this.#rows[row] = alive[order[k]!]!));
  }
}
