/**
 * @file What the slow policy dreams in a sleep: states between remembered ones of a task, and a little beyond, with its own answers from before the sleep.
 * Few states of a task stay. The slow policy learned from all that were shown, and what it made of those in between is lost unless it goes on answering
 * there as it did.
 * @see Robins (1995), "Catastrophic forgetting, rehearsal and pseudorehearsal", for rehearsing one's own answers; Eshelman & Schaffer (1993), "Real-coded
 * genetic algorithms and interval-schemata", for BLX-0.3: points on the line through two, up to three tenths beyond them.
 */
import { mean } from "../../numerics/statistics.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { matrix } from "../../tensor/ops.ts";
import type { MlpActor } from "../../tensor/mlp-actor.ts";
import type { SlowBatch } from "./retrieval-policy.ts";

/** How far beyond two states a dream may lie, as a share of the way between them. */
const BEYOND = 0.3;

/** At most so many batches are dreamt before the first gradient step; then they come again. */
const BATCHES = 256;

/** The share of the variance of what was done in a task that the slow policy must explain to know it: of other tasks it has nothing to dream. */
const KNOWN = 0.5;

/** What is remembered of some tasks. */
export interface Remembered {
  /** [n, I], features with the codes of their tasks. */
  readonly inputs: Float32Array;
  readonly inputSize: number;
  /** [n, A], what was done. */
  readonly actions: Float32Array;
  readonly actionSize: number;
  /** The rows of each task. */
  readonly tasks: readonly Int32Array[];
}

/**
 * Dreams of the tasks that are known, in equal shares; undefined where none is.
 * @param slow As it is before the sleep; asked now and not later. @param steps Gradient steps that there will be. @param size Dreams in a batch, one for each step.
 * @returns The batch for the n-th step.
 */
export function dreamsOf(
  slow: MlpActor,
  remembered: Remembered,
  { steps, size }: { readonly steps: number; readonly size: number },
  random: RandomStream,
): ((step: number) => SlowBatch) | undefined {
  const { inputs, inputSize, actionSize } = remembered;
  const known = remembered.tasks.filter((rows) => explained(slow, remembered, rows) > KNOWN);
  if (known.length === 0) return undefined;
  const batches = Math.min(steps, BATCHES);
  const dreams = new Float32Array(batches * size * inputSize);
  const answers = new Float32Array(batches * size * actionSize);
  for (let d = 0; d < batches * size; d++) {
    const rows = known[d % known.length]!;
    const [a, b] = [rows[random.integer(rows.length)]! * inputSize, rows[random.integer(rows.length)]! * inputSize];
    const along = random.uniform(-BEYOND, 1 + BEYOND);
    for (let k = 0, at = d * inputSize; k < inputSize; k++) dreams[at + k] = inputs[a + k]! + along * (inputs[b + k]! - inputs[a + k]!);
    slow.forward(dreams, answers, d * inputSize, d * actionSize);
  }
  return (step) => {
    const from = (step % batches) * size;
    const batchOf = (all: Float32Array, width: number) => matrix(all.slice(from * width, (from + size) * width), size, width);
    return { inputs: batchOf(dreams, inputSize), actions: batchOf(answers, actionSize) };
  };
}

/** R², the share of the variance of what was done that a network explains: at most 1, about 0 or less before it has learned. */
function explained(network: MlpActor, { inputs, inputSize, actions, actionSize }: Remembered, rows: Int32Array): number {
  const answer = new Float32Array(actionSize);
  const centre = Float64Array.from(answer, (_, k) => mean(Array.from(rows, (row) => actions[row * actionSize + k]!)));
  let [left, all] = [0, 0];
  for (const row of rows) {
    network.forward(inputs, answer, row * inputSize);
    for (let k = 0; k < actionSize; k++) {
      const action = actions[row * actionSize + k]!;
      left += (answer[k]! - action) ** 2;
      all += (centre[k]! - action) ** 2;
    }
  }
  return all === 0 ? 0 : 1 - left / all;
}
