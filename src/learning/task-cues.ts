/**
 * @file What tells a policy which task it is asked to do: a fixed random code for each task's name, so that the number of tasks need not
 * be known beforehand. Codes are nearly orthogonal: any two tasks are about equally far apart.
 */
import type { TaskId } from "../contract/task.ts";
import { RandomStream } from "../numerics/random.ts";

export class TaskCues {
  /** Numbers in a code. */
  readonly size: number;
  readonly #codes = new Map<TaskId, Float32Array>();

  /** @param size 0 for a policy that is told nothing. */
  constructor(size: number) {
    this.size = size;
  }

  /** The task's code: ±1/√size in each place, so of length 1. The same for every agent and seed. */
  of(task: TaskId): Float32Array {
    let code = this.#codes.get(task);
    if (code === undefined) {
      const random = RandomStream.fromSeed(0).split(`task ${task}`);
      code = Float32Array.from({ length: this.size }, () => (random.uint32() >>> 31 === 0 ? 1 : -1) / Math.sqrt(this.size));
      this.#codes.set(task, code);
    }
    return code;
  }
}
