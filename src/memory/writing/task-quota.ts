/** @file So many entries of each task, the latest ones: no task can crowd out another. */
import type { EntryId } from "../../contract/memory.ts";
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../episodic-memory.ts";
import { isPinned, requireCount } from "./capacity.ts";
import { stateless, type WritingRule } from "./writing-rule.ts";

/**
 * A ring of entries for each task: when a task has its quota, its oldest entry makes room. Pinned entries stay, beyond the quota. O(1); finding out what memory holds, at first and
 * after others changed it, one pass over it.
 * @see Lopez-Paz & Ranzato (2017), "Gradient episodic memory", §3; Chaudhry et al. (2019), "On tiny episodic memories", the ring buffer.
 */
export function taskQuota(memory: EpisodicMemory, { quota }: { readonly quota: number }): WritingRule {
  requireCount("quota", quota);
  const rings = new Map<TaskId, Ring>();
  /** What memory was after the last write: it is another once others have forgotten or written something. */
  let left = { revision: memory.revision, rows: memory.rows };
  const write: WritingRule["write"] = (entry) => {
    if (memory.revision !== left.revision || memory.rows !== left.rows) rings.clear();
    let ring = rings.get(entry.task);
    if (ring === undefined) {
      ring = new Ring(Array.from(memory.rowsOf(entry.task), (row) => memory.idOf(row)));
      rings.set(entry.task, ring);
    }
    const id = memory.remember(entry);
    ring.push(id);
    while (ring.size > quota) {
      const oldest = ring.shift();
      if (!isPinned(memory, oldest)) memory.forget([oldest]);
    }
    left = { revision: memory.revision, rows: memory.rows };
    return id;
  };
  return { ...stateless(write), restore: () => rings.clear() };
}

/** First in, first out. */
class Ring {
  #ids: EntryId[];
  #from = 0;

  constructor(ids: EntryId[]) {
    this.#ids = ids;
  }

  get size(): number {
    return this.#ids.length - this.#from;
  }

  push(id: EntryId): void {
    this.#ids.push(id);
  }

  /** The oldest, which is let go. */
  shift(): EntryId {
    const id = this.#ids[this.#from++]!;
    if (2 * this.#from > this.#ids.length) {
      this.#ids = this.#ids.slice(this.#from);
      this.#from = 0;
    }
    return id;
  }
}
