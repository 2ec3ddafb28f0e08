/**
 * @file A program of its own: times the tensor backend that it is given by name and prints a `BackendFigures` as JSON. In its own process, because of the
 * two native backends only one can live in a process.
 */
import { RandomStream } from "../numerics/random.ts";
import { adamState, adamStep } from "../tensor/adam.ts";
import { selectBackend, type BackendName } from "../tensor/backend.ts";
import { FlatVector } from "../tensor/flat-vector.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import { MlpActor } from "../tensor/mlp-actor.ts";
import { initializeMlp, mlpPart, type MlpShape } from "../tensor/mlp-shape.ts";
import { mlpError } from "../tensor/mlp-error.ts";
import { matrix } from "../tensor/ops.ts";
import { layoutOf, tensorView } from "../tensor/parameters.ts";

/** Microseconds. */
export interface BackendFigures {
  /** A decision of a control-sized policy, 39-64-64-4. */
  readonly decision: number;
  /** An Adam step of it, batch 64. */
  readonly smallStep: number;
  /** An Adam step of 256-1024-1024-64, batch 512. */
  readonly wideStep: number;
}

/** Rounds of 100 ms, and no more of them once 2 s are over. */
const ROUNDS = 8;
const ROUND = 100;
const LIMIT = 2000;

const random = RandomStream.fromSeed(1);
const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());

/** Microseconds: the mean of the best round, the first of which also warms up. */
function best(run: () => void): number {
  const began = performance.now();
  let least = Infinity;
  for (let round = 0; round < ROUNDS && performance.now() - began < LIMIT; round++) {
    const from = performance.now();
    let count = 0;
    do {
      run();
      count++;
    } while (performance.now() - from < ROUND);
    least = Math.min(least, (performance.now() - from) / count);
  }
  return 1000 * least;
}

function step(sizes: readonly number[], batch: number): { readonly step: () => void; readonly act: () => void } {
  const shape: MlpShape = { sizes, activation: "tanh" };
  const layout = layoutOf([mlpPart("net", shape)]);
  const parameters = new FlatVector(layout.size);
  initializeMlp("net", shape, layout, parameters.numbers, random);
  const gradient = new FlatVector(layout.size);
  const [inputs, outputs] = [sizes[0]!, sizes.at(-1)!];
  const [x, y, action] = [normal(batch * inputs), normal(batch * outputs), new Float32Array(outputs)];
  const actor = new MlpActor("net", shape, layout, parameters);
  let state = adamState(layout.size);
  return {
    step() {
      valueAndGradient(
        (views) => mlpError(matrix(x, batch, inputs), tensorView(views, "net"), matrix(y, batch, outputs), shape),
        layout,
        parameters,
        gradient,
      );
      state = adamStep(parameters, gradient, state, { learningRate: 1e-4 });
    },
    act: () => actor.forward(x, action),
  };
}

await selectBackend(process.argv[2] as BackendName);
const small = step([39, 64, 64, 4], 64);
const wide = step([256, 1024, 1024, 64], 512);
const figures: BackendFigures = { decision: best(small.act), smallStep: best(small.step), wideStep: best(wide.step) };
process.stdout.write(JSON.stringify(figures));
