/** @file What a parametric policy is given: features of the observation, then the code of the task that is asked for. */
import type { TaskId } from "../contract/task.ts";
import type { EpisodicMemory } from "../memory/episodic-memory.ts";
import type { Features } from "./features.ts";
import { TaskCues } from "./task-cues.ts";

export class PolicyInput {
  readonly size: number;
  /** Numbers in a task's code, the last ones of an input. */
  readonly cue: number;
  readonly #features: Features;
  readonly #cues: TaskCues;

  /** @param cue Numbers in a task's code; 0 tells nothing. */
  constructor(features: Features, cue: number) {
    this.size = features.size + cue;
    this.cue = cue;
    this.#features = features;
    this.#cues = new TaskCues(cue);
  }

  /** Writes one input, beginning at `at`. */
  write(observation: Float32Array, task: TaskId, into: Float32Array, at = 0): void {
    this.#features.write(observation, 1, into, at);
    into.set(this.#cues.of(task), at + this.#features.size);
  }

  /** Writes the code of a task over those in whole inputs [n, size]. */
  tell(task: TaskId, inputs: Float32Array): void {
    const code = this.#cues.of(task);
    for (let at = this.#features.size; at < inputs.length; at += this.size) inputs.set(code, at);
  }

  /** The inputs of all of memory's rows: [n, size]. */
  rows(memory: EpisodicMemory): Float32Array {
    const { observationSize } = memory.shape;
    memory.settle();
    const inputs = new Float32Array(memory.size * this.size);
    for (let row = 0; row < memory.size; row++) {
      this.write(memory.observations.subarray(row * observationSize, (row + 1) * observationSize), memory.taskOf(row), inputs, row * this.size);
    }
    return inputs;
  }
}
