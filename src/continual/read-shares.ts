/** @file Where an agent's memory was read from, over many decisions: the weight of its reads by source task. */
import type { Decision } from "../contract/agent.ts";
import type { MemoryEntry } from "../contract/memory.ts";

/** The source of an entry that nobody can look up any more. */
const FORGOTTEN = "forgotten";

export class ReadShares {
  readonly #remembered: (id: number) => MemoryEntry | undefined;
  readonly #slotOfEntry = new Map<number, number>();
  readonly #slots = new Map<string, number>();
  readonly #weights: number[] = [];

  /** @param remembered Looks up the entries that decisions recall; entries must keep their tasks while decisions are added. */
  constructor(remembered: (id: number) => MemoryEntry | undefined) {
    this.#remembered = remembered;
  }

  add({ recall }: Decision): void {
    if (recall === undefined) return;
    const { count, ids, weights } = recall;
    for (let i = 0; i < count; i++) {
      const slot = this.#slotOfEntry.get(ids[i]!) ?? this.#slotOf(ids[i]!);
      this.#weights[slot]! += weights[i]!;
    }
  }

  /** Shares that sum to 1, by task in alphabetical order; empty if nothing was read. */
  shares(): Record<string, number> {
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) return {};
    return Object.fromEntries([...this.#slots].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([task, slot]) => [task, this.#weights[slot]! / total]));
  }

  #slotOf(id: number): number {
    const task = this.#remembered(id)?.task ?? FORGOTTEN;
    let slot = this.#slots.get(task);
    if (slot === undefined) {
      slot = this.#weights.push(0) - 1;
      this.#slots.set(task, slot);
    }
    this.#slotOfEntry.set(id, slot);
    return slot;
  }
}
