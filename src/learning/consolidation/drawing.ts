/** @file Which examples a gradient step learns from. */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { firstShare } from "../shares.ts";

type RowsByTask = ReadonlyMap<TaskId, Int32Array>;

/** Each memory's, until it changes: thousands of steps draw from the same rows, and finding them takes longer than drawing. */
const found = new WeakMap<EpisodicMemory, { readonly rows: number; readonly revision: number; readonly byTask: RowsByTask }>();

/** The rows of every task in memory, tasks in the order of their oldest entry. */
function rowsByTask(memory: EpisodicMemory): RowsByTask {
  const { rows, revision } = memory;
  const known = found.get(memory);
  if (known?.rows === rows && known.revision === revision) return known.byTask;
  const byTask = new Map(memory.tasks().map((task) => [task, memory.rowsOf(task)]));
  found.set(memory, { rows, revision, byTask });
  return byTask;
}

/** The tasks that there are examples of in memory, but for one. */
export const tasksBut = (memory: EpisodicMemory, one: TaskId): TaskId[] => [...rowsByTask(memory).keys()].filter((task) => task !== one);

/** Draws `rows.length` rows of memory, in equal shares from the given tasks and uniformly within each, with repetition. Tasks without rows are passed over. */
export function drawBalanced(memory: EpisodicMemory, tasks: readonly TaskId[], random: RandomStream, rows: Int32Array): void {
  const byTask = rowsByTask(memory);
  drawFromEach(tasks.map((task) => byTask.get(task)).filter((pool) => pool !== undefined), random, rows); // prettier-ignore
}

/** Draws in equal shares from all tasks in memory. */
export const drawFromAll = (memory: EpisodicMemory, random: RandomStream, rows: Int32Array): void =>
  drawFromEach([...rowsByTask(memory).values()], random, rows);

function drawFromEach(pools: readonly Int32Array[], random: RandomStream, rows: Int32Array): void {
  const from = firstShare(rows.length, pools.length, random);
  for (let i = 0; i < rows.length; i++) {
    const pool = pools[(from + i) % pools.length]!;
    rows[i] = pool[random.integer(pool.length)]!;
  }
}
