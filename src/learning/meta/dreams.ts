/**
 * @file What a sleep asks besides what is remembered: dreams of earlier tasks. A dream is a state between two remembered ones of a task, or a little beyond; its
 * answer is what the agent did there before the sleep, reading its memories of that task and no others. Few states of a task stay: what was made of those in
 * between, when all were there, is lost unless it goes on being answered. And that another task looks the same is no reason to answer otherwise.
 * @see Robins (1995), "Catastrophic forgetting, rehearsal and pseudorehearsal", for rehearsing one's own answers; Eshelman & Schaffer (1993), "Real-coded
 * genetic algorithms and interval-schemata", for BLX-0.3: points on the line through two, up to three tenths beyond them.
 */
import type { TaskId } from "../../contract/task.ts";
import type { EpisodicMemory } from "../../memory/episodic-memory.ts";
import { mean } from "../../numerics/statistics.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { PolicyInput } from "../policy-input.ts";
import type { RetrievalReader } from "./retrieval-reader.ts";

/** How far beyond two states a dream may lie, as a share of the way between them. */
const BEYOND = 0.3;

/** At most so many batches are dreamt before the first gradient step; then they come again. */
const BATCHES = 256;

/** The share of the variance of what was done in a task that the slow policy must explain to know it: of other tasks there is nothing to dream. */
const KNOWN = 0.5;

/** What is to be answered, and the answers. */
export interface Answered {
  /** [n, F + C], with the codes of their tasks. */
  readonly inputs: Float32Array;
  /** [n, A] */
  readonly actions: Float32Array;
}

/** Who dreams: an agent's memory, what its slow policy is given, and its reader. */
export interface Dreamer {
  readonly memory: EpisodicMemory;
  readonly input: PolicyInput;
  readonly reader: Pick<RetrievalReader, "actWithin" | "slowErrorOn">;
}

/**
 * Dreams of the tasks that are known, in equal shares; undefined where none is. The reader is asked now and not later.
 * @param tasks Each with something remembered. @param steps Gradient steps that there will be. @param size Dreams in a batch, one batch for each step.
 * @returns The batch for the n-th step; views.
 */
export function dreamsOf(
  dreamer: Dreamer,
  tasks: readonly TaskId[],
  { steps, size }: { readonly steps: number; readonly size: number },
  random: RandomStream,
): ((step: number) => Answered) | undefined {
  const { memory, input, reader } = dreamer;
  const { observationSize, valueSize } = memory.shape;
  const known = tasks.map((task) => ({ task, rows: memory.rowsOf(task) })).filter(({ rows }) => explained(dreamer, rows) > KNOWN);
  if (known.length === 0) return undefined;
  const batches = Math.min(steps, BATCHES);
  const count = batches * size;
  const observations = new Float32Array(count * observationSize);
  const dreams = { inputs: new Float32Array(count * input.size), actions: new Float32Array(count * valueSize) };
  for (let d = 0; d < count; d++) {
    const { rows } = known[d % known.length]!;
    const [a, b] = [rows[random.integer(rows.length)]! * observationSize, rows[random.integer(rows.length)]! * observationSize];
    const along = random.uniform(-BEYOND, 1 + BEYOND);
    for (let k = 0, at = d * observationSize; k < observationSize; k++) {
      const from = memory.observations[a + k]!;
      observations[at + k] = from + along * (memory.observations[b + k]! - from);
    }
  }
  // Task by task: memory looks for the entries of a task once.
  for (const [first, { task }] of known.entries()) {
    for (let d = first; d < count; d += known.length) {
      const observation = observations.subarray(d * observationSize, (d + 1) * observationSize);
      input.write(observation, task, dreams.inputs, d * input.size);
      reader.actWithin(observation, task, dreams.actions.subarray(d * valueSize, (d + 1) * valueSize));
    }
  }
  return (step) => {
    const from = (step % batches) * size;
    const batchOf = (all: Float32Array, width: number): Float32Array => all.subarray(from * width, (from + size) * width);
    return { inputs: batchOf(dreams.inputs, input.size), actions: batchOf(dreams.actions, valueSize) };
  };
}

/** R², the share of the variance of what was done that the slow policy explains: at most 1, about 0 or less before it has learned. */
function explained({ memory, reader }: Dreamer, rows: Int32Array): number {
  const { values } = memory;
  const { valueSize } = memory.shape;
  const centre = Float64Array.from({ length: valueSize }, (_, k) => mean(Array.from(rows, (row) => values[row * valueSize + k]!)));
  let [left, all] = [0, 0];
  for (const row of rows) {
    left += reader.slowErrorOn(row) ** 2;
    for (let k = 0; k < valueSize; k++) all += (values[row * valueSize + k]! - centre[k]!) ** 2;
  }
  return all === 0 ? 0 : 1 - left / all;
}
