/** @file What of an agent's memory was read, over many decisions: by source task, how old it was, and which entries. */
import type { Decision } from "../contract/agent.ts";
import type { MemoryEntry } from "../contract/memory.ts";

/** The source of an entry that nobody can look up any more. */
const FORGOTTEN = "forgotten";

/** What is known of a recalled entry. */
interface Source {
  /** Of its task. */
  readonly slot: number;
  readonly time: number;
  /** Summed over all decisions. */
  weight: number;
}

export class ReadShares {
  readonly #remembered: (id: number) => MemoryEntry | undefined;
  readonly #sources = new Map<number, Source>();
  readonly #slots = new Map<string, number>();
  /** By slot. */
  readonly #weights: number[] = [];
  /** Σ weight · age, and the weight that has an age. */
  #aged = 0;
  #agedWeight = 0;

  /** @param remembered Looks up the entries that decisions recall; entries must keep their tasks while decisions are added. */
  constructor(remembered: (id: number) => MemoryEntry | undefined) {
    this.#remembered = remembered;
  }

  add({ recall, time }: Decision): void {
    if (recall === undefined) return;
    const { count, ids, weights } = recall;
    for (let i = 0; i < count; i++) {
      const weight = weights[i]!;
      const source = this.#sources.get(ids[i]!) ?? this.#look(ids[i]!);
      source.weight += weight;
      this.#weights[source.slot]! += weight;
      if (time === undefined || Number.isNaN(source.time)) continue;
      this.#aged += weight * (time - source.time);
      this.#agedWeight += weight;
    }
  }

  /** Shares that sum to 1, by task in alphabetical order; empty if nothing was read. */
  shares(): Record<string, number> {
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) return {};
    return Object.fromEntries([...this.#slots].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([task, slot]) => [task, this.#weights[slot]! / total]));
  }

  /** The mean age of what was read, by weight: how long before each decision it had happened. Absent if nothing was read, or decisions have no time. */
  age(): number | undefined {
    return this.#agedWeight === 0 ? undefined : this.#aged / this.#agedWeight;
  }

  /** The weight with which each entry was read, added to what is there. */
  addWeights(into: Map<number, number>): void {
    for (const [id, { weight }] of this.#sources) into.set(id, (into.get(id) ?? 0) + weight);
  }

  #look(id: number): Source {
    const entry = this.#remembered(id);
    const source = { slot: this.#slotOf(entry?.task ?? FORGOTTEN), time: entry?.time ?? Number.NaN, weight: 0 };
    this.#sources.set(id, source);
    return source;
  }

  #slotOf(task: string): number {
    let slot = this.#slots.get(task);
    if (slot === undefined) {
      slot = this.#weights.push(0) - 1;
      this.#slots.set(task, slot);
    }
    return slot;
  }
}
