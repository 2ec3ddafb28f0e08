/**
 * @file What a second thread gives a wide network: one Adam step of 39-256-256-4, batch 256, each number of threads in a process of its own, beside PyTorch on
 * one thread. Needs two idle cores. Run by its name with a number of threads it prints one figure.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { RandomStream } from "../../src/numerics/random.ts";
import { adamState, adamStep } from "../../src/tensor/adam.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { valueAndGradient } from "../../src/tensor/gradient.ts";
import { initializeMlp, mlpPart, type MlpShape } from "../../src/tensor/mlp-shape.ts";
import { mlpError } from "../../src/tensor/mlp-error.ts";
import { matrix } from "../../src/tensor/ops.ts";
import { layoutOf, tensorView } from "../../src/tensor/parameters.ts";
import type { BenchRow } from "./bench-row.ts";
import { showProgress } from "./progress.ts";
import { peer } from "./tensor-peers.ts";

const CASE = "adam 39-256-256-4 batch 256";
const BATCH = 256;
const ROUNDS = 15;
const STEPS = 50;

export async function bench(): Promise<readonly BenchRow[]> {
  const [one, two] = [1, 2].map((threads) => {
    showProgress(`${threads} of 2 threads, and then PyTorch where it is`, threads - 1, 2);
    const { stdout } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), String(threads)], { encoding: "utf8" });
    return Number(stdout);
  }) as [number, number];
  const torch = new Map(peer("tensor_torch.py", CASE)).get(CASE);
  const row = (name: string, figure: number, referenceName: string, reference: number | undefined): BenchRow => ({
    name: `${CASE}, ${name}`,
    figure,
    unit: "µs",
    ...(reference !== undefined && { reference, referenceName, ratio: reference / figure }),
  });
  return [
    row("two threads", two, "one thread", one),
    row("two threads", two, "PyTorch on one thread", torch),
    row("one thread", one, "PyTorch on one thread", torch),
  ];
}

/** Microseconds a step, best round. */
async function measure(threads: number): Promise<number> {
  await selectBackend("wasm", { threads });
  const random = RandomStream.fromSeed(1);
  const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
  const shape: MlpShape = { sizes: [39, 256, 256, 4], activation: "tanh" };
  const layout = layoutOf([mlpPart("net", shape)]);
  const parameters = new FlatVector(layout.size);
  initializeMlp("net", shape, layout, parameters.numbers, random);
  const [x, y] = [normal(BATCH * 39), normal(BATCH * 4)];
  const gradient = new FlatVector(layout.size);
  let state = adamState(layout.size);
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    for (let step = 0; step < STEPS; step++) {
      valueAndGradient((views) => mlpError(matrix(x, BATCH, 39), tensorView(views, "net"), matrix(y, BATCH, 4), shape), layout, parameters, gradient);
      state = adamStep(parameters, gradient, state, { learningRate: 1e-3 });
    }
    best = Math.min(best, (1000 * (performance.now() - from)) / STEPS);
  }
  return best;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(String(await measure(Number(process.argv[2]))));
