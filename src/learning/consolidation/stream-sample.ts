/**
 * @file A uniform sample, of a fixed size, of every example that a stream has offered, each with the answer that was given to it then.
 * @see Vitter (1985), "Random sampling with a reservoir", Algorithm R (Waterman's).
 */
import { SnapshotError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { Examples } from "./strategy.ts";

export interface SampleSizes {
  /** Examples that are kept. */
  readonly capacity: number;
  /** Numbers in an input. */
  readonly inputs: number;
  /** Numbers in an action. */
  readonly outputs: number;
}

export class StreamSample {
  readonly sizes: SampleSizes;
  /** [capacity, I]; the first `count` rows are valid, here and below. */
  readonly inputs: Float32Array;
  /** [capacity, A] */
  readonly targets: Float32Array;
  /** [capacity, A]: what was answered when the example was taken in. */
  readonly answers: Float32Array;
  #offered = 0;

  constructor(sizes: SampleSizes) {
    const { capacity, inputs, outputs } = sizes;
    this.sizes = sizes;
    this.inputs = new Float32Array(capacity * inputs);
    this.targets = new Float32Array(capacity * outputs);
    this.answers = new Float32Array(capacity * outputs);
  }

  get count(): number {
    return Math.min(this.#offered, this.sizes.capacity);
  }

  get bytes(): number {
    return this.inputs.byteLength + this.targets.byteLength + this.answers.byteLength;
  }

  /** Takes examples in, one after another, so that each of the n offered so far is here with probability capacity / n. @param answer Of one input. */
  offer(examples: Examples, answer: (input: Float32Array) => Float32Array, random: RandomStream): void {
    const { capacity, inputs, outputs } = this.sizes;
    for (let i = 0; i < examples.count; i++) {
      const row = this.#offered < capacity ? this.#offered : random.integer(this.#offered + 1);
      this.#offered++;
      if (row >= capacity) continue;
      const input = rowOf(examples.inputs, i, inputs);
      this.inputs.set(input, row * inputs);
      this.targets.set(rowOf(examples.targets, i, outputs), row * outputs);
      this.answers.set(answer(input), row * outputs);
    }
  }

  snapshot(): Snapshot {
    return { offered: this.#offered, inputs: this.inputs.slice(), targets: this.targets.slice(), answers: this.answers.slice() };
  }

  /** @throws {SnapshotError} Not a snapshot of a sample of these sizes; nothing is changed then. */
  restore({ offered, inputs, targets, answers }: Snapshot): void {
    const { capacity, inputs: width, outputs } = this.sizes;
    const [x, y, z] = [numbers(inputs, capacity * width), numbers(targets, capacity * outputs), numbers(answers, capacity * outputs)];
    if (typeof offered !== "number") throw new SnapshotError("Expected `offered` to be how many examples a sample has seen.");
    this.#offered = offered;
    this.inputs.set(x);
    this.targets.set(y);
    this.answers.set(z);
  }
}

/** Draws examples uniformly from everything in some samples of the same sizes, with repetition; targets are what was to be done or what was answered. */
export function drawFrom(samples: readonly StreamSample[], targets: "targets" | "answers", count: number, random: RandomStream): Examples {
  const { inputs, outputs } = samples[0]!.sizes;
  const drawn = { count, inputs: new Float32Array(count * inputs), targets: new Float32Array(count * outputs) };
  const all = samples.reduce((sum, sample) => sum + sample.count, 0);
  for (let i = 0; i < count; i++) {
    let row = random.integer(all);
    const from = samples.find((sample) => (row < sample.count ? true : ((row -= sample.count), false)))!;
    drawn.inputs.set(rowOf(from.inputs, row, inputs), i * inputs);
    drawn.targets.set(rowOf(from[targets], row, outputs), i * outputs);
  }
  return drawn;
}

const rowOf = (all: Float32Array, row: number, width: number): Float32Array => all.subarray(row * width, (row + 1) * width);

function numbers(saved: Snapshot[string] | undefined, length: number): Float32Array {
  if (saved instanceof Float32Array && saved.length === length) return saved;
  throw new SnapshotError(`Expected ${length} saved numbers of a sample of examples.`);
}
