/** @file How much of a memory is ever read: over a row of tests, which entries counted for something. */
import type { LongTermMemory } from "../contract/memory.ts";
import type { TaskId } from "../contract/task.ts";
import type { ReadShares } from "./read-shares.ts";
import type { MemoryRead } from "./run-event.ts";

/** An entry was read if its weights, summed over all decisions, come to at least this: a hundredth of one decision. */
export const READ_WEIGHT = 0.01;

interface Counts {
  readonly task: TaskId;
  entries: number;
  neverRead: number;
}

export class MemoryUse {
  /** After how many tasks it was tested. */
  readonly learned: number;
  readonly #weights = new Map<number, number>();

  constructor(learned: number) {
    this.learned = learned;
  }

  add(reads: ReadShares): void {
    reads.addWeights(this.#weights);
  }

  /** A memory's entries by source task, and how many of them were not read. */
  sources(memory: LongTermMemory): MemoryRead["sources"] {
    const byTask = new Map<TaskId, Counts>();
    for (const { id, task } of memory.entries()) {
      const counts = byTask.get(task) ?? { task, entries: 0, neverRead: 0 };
      counts.entries++;
      if ((this.#weights.get(id) ?? 0) < READ_WEIGHT) counts.neverRead++;
      byTask.set(task, counts);
    }
    return [...byTask.values()];
  }
}
