/** @file Memories for tests: points in a small space, with what a test cares about said and the rest filled in. */
import type { EntryId, NewMemoryEntry } from "../../src/contract/memory.ts";
import { asTaskId } from "../../src/contract/task.ts";
import { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import type { Metric } from "../../src/memory/key-index.ts";

export const pointShape = { keySize: 2, valueSize: 1, observationSize: 1 };

export interface Point extends Partial<Omit<NewMemoryEntry, "key" | "value" | "task">> {
  readonly at?: readonly [number, number];
  readonly value?: number;
  readonly task?: string;
}

export const point = ({ at = [1, 1], value = 0, task = "task", ...rest }: Point): NewMemoryEntry => ({
  key: Float32Array.from(at),
  value: Float32Array.of(value),
  observation: Float32Array.of(0),
  task: asTaskId(task),
  episode: 0,
  step: 0,
  ...rest,
});

export const emptyMemory = (metric: Metric = "l2"): EpisodicMemory => new EpisodicMemory({ shape: pointShape, metric });

export const idsOf = (memory: EpisodicMemory): EntryId[] => Array.from(memory.rowsOf(), (row) => memory.idOf(row));
