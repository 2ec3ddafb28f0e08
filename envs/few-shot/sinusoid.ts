/**
 * @file Sinusoid regression: each task is a wave of its own, known by a few points.
 * @see Finn, Abbeel & Levine (2017), "Model-agnostic meta-learning for fast adaptation of deep networks", section 5.1.
 */
import { InvalidValueError } from "../../src/contract/errors.ts";
import { joined } from "../../src/numerics/joined.ts";
import type { RandomStream } from "../../src/numerics/random.ts";

/** y = amplitude · sin(x − phase) */
export interface Sinusoid {
  /** In [0.1, 5]. */
  readonly amplitude: number;
  /** In [0, π]. */
  readonly phase: number;
}

/** Points of one task, or of several one after another. */
export interface Points {
  /** In [−5, 5]. */
  readonly x: Float32Array;
  readonly y: Float32Array;
}

const AMPLITUDE = [0.1, 5] as const;
const REACH = 5;

export const drawSinusoid = (random: RandomStream): Sinusoid => ({ amplitude: random.uniform(...AMPLITUDE), phase: random.uniform(0, Math.PI) });

/** @throws {InvalidValueError} A count that is no whole number from 1 up. */
export function drawPoints({ amplitude, phase }: Sinusoid, count: number, random: RandomStream): Points {
  if (!Number.isInteger(count) || count < 1) throw new InvalidValueError("count", count, "a whole number of points from 1 up");
  const x = Float32Array.from({ length: count }, () => random.uniform(-REACH, REACH));
  return { x, y: x.map((value) => amplitude * Math.sin(value - phase)) };
}

/** What a meta-learner is given at once. */
export interface SinusoidBatch {
  /** [tasks, shots] */
  readonly support: Points;
  /** [tasks, queries] */
  readonly query: Points;
  readonly tasks: readonly Sinusoid[];
}

/** Tasks with support and query points of their own. */
export function drawSinusoidBatch(
  random: RandomStream,
  size: { readonly tasks: number; readonly shots: number; readonly queries: number },
): SinusoidBatch {
  const tasks = Array.from({ length: size.tasks }, (_, k) => drawSinusoid(random.split(k)));
  const points = (count: number, name: string): Points => {
    const each = tasks.map((task, k) => drawPoints(task, count, random.split(name).split(k)));
    return {
      x: joined(
        Float32Array,
        each.map(({ x }) => x),
      ),
      y: joined(
        Float32Array,
        each.map(({ y }) => y),
      ),
    };
  };
  return { tasks, support: points(size.shots, "support"), query: points(size.queries, "query") };
}
