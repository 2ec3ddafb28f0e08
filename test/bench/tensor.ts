/**
 * @file What the tensor floor costs: a decision, optimiser steps, a meta-iteration, a recurrent unit, the retrieval policy. Beside it stock tfjs on the same
 * backend and, where ENGRAM_BENCH_PYTHON names a Python that has them, PyTorch and JAX on one thread (`peers/tensor_torch.py`, `peers/tensor_jax.py`).
 * Run it on one core: `taskset -c 0 npm run bench -- tensor`. Each figure is the mean of the best of several rounds, which go round all cases.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { buildSync } from "esbuild";
import { RandomStream } from "../../src/numerics/random.ts";
import { initializeRetrieval, retrievalLayout, retrievalLoss, type RetrievalShape } from "../../src/learning/meta/retrieval-policy.ts";
import { adamState, adamStep } from "../../src/tensor/adam.ts";
import { adaptedError } from "../../src/tensor/adapted-error.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { valueAndGradient, type Loss } from "../../src/tensor/gradient.ts";
import { gru, gruPart, initializeGru } from "../../src/tensor/gru.ts";
import { MlpActor } from "../../src/tensor/mlp-actor.ts";
import { initializeMlp, mlpPart, type Activation, type MlpShape } from "../../src/tensor/mlp-shape.ts";
import { mlpError } from "../../src/tensor/mlp-error.ts";
import { matrix, square, sum } from "../../src/tensor/ops.ts";
import { layoutOf, tensorView, type ParameterLayout } from "../../src/tensor/parameters.ts";
import type { Tensor, Tensor2D } from "../../src/tensor/types.ts";
import type { BenchRow } from "./bench-row.ts";
import { showProgress } from "./progress.ts";
import { peer } from "./tensor-peers.ts";

const ROUNDS = 9;
/** How long a case is repeated in each round, ms. */
const ROUND = 150;

type Case = readonly [name: string, run: () => void];

const random = RandomStream.fromSeed(1);
const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
const rowsOf = (numbers: Float32Array, columns: number): Tensor2D => matrix(numbers, numbers.length / columns, columns);

export async function bench(): Promise<readonly BenchRow[]> {
  await selectBackend("wasm");
  await registerStockGradients();
  const figures = measure([
    ["decision", decision()],
    ["adam 39-64-64-4 batch 64", cloning([39, 64, 64, 4], 64)],
    ["adam 39-256-256-4 batch 256", cloning([39, 256, 256, 4], 256)],
    ["maml relu", maml("relu")],
    ["maml tanh", maml("tanh")],
    ["gru 128, 32 x 100", recurrent()],
    ["retrieval policy batch 128", retrieval()],
    ["stock decision", stockDecision()],
    ["stock adam 39-256-256-4 batch 256", stockCloning()],
  ]);
  const peers = new Map([...peer("tensor_torch.py"), ...peer("tensor_jax.py")]);
  const stock = (name: string): [string, number] => ["stock tfjs", figures.get(`stock ${name}`)!];
  const comparisons: Readonly<Record<string, readonly (readonly [string, number | undefined])[]>> = {
    decision: [stock("decision"), ["PyTorch eager", peers.get("decision eager")], ["TorchScript, frozen", peers.get("decision frozen")]],
    "adam 39-64-64-4 batch 64": [["PyTorch", peers.get("adam 39-64-64-4 batch 64")]],
    "adam 39-256-256-4 batch 256": [stock("adam 39-256-256-4 batch 256"), ["PyTorch", peers.get("adam 39-256-256-4 batch 256")]],
    "maml relu": [
      ["JAX, jitted", peers.get("jax maml relu")],
      ["learn2learn's loop", peers.get("maml relu")],
    ],
    "maml tanh": [
      ["JAX, jitted", peers.get("jax maml tanh")],
      ["learn2learn's loop", peers.get("maml tanh")],
    ],
    "gru 128, 32 x 100": [["PyTorch", peers.get("gru 128, 32 x 100")]],
    "retrieval policy batch 128": [["PyTorch eager", peers.get("retrieval policy batch 128")]],
  };
  return Object.entries(comparisons).flatMap(([name, references]) => {
    const figure = figures.get(name)!;
    const known = references.filter(([, reference]) => reference !== undefined) as [string, number][];
    if (known.length === 0) return [{ name, figure, unit: "µs" }];
    return known.map(([referenceName, reference]) => ({ name, figure, unit: "µs", reference, referenceName, ratio: reference / figure }));
  });
}

/** Microseconds of each case: best round, all cases in turn. */
function measure(cases: readonly Case[]): Map<string, number> {
  const repetitions = cases.map(([, run]) => {
    run();
    const from = performance.now();
    run();
    return Math.max(1, Math.ceil(ROUND / Math.max(performance.now() - from, 1e-3)));
  });
  const best = new Map(cases.map(([name]) => [name, Infinity]));
  for (let round = 0; round < ROUNDS; round++) {
    showProgress(`round ${round + 1} of ${ROUNDS}, and then PyTorch and JAX where they are`, round, ROUNDS);
    cases.forEach(([name, run], k) => {
      // A long first estimate, before the code was compiled, must not leave a case with too few repetitions.
      const count = repetitions[k]!;
      const from = performance.now();
      for (let i = 0; i < count; i++) run();
      const took = performance.now() - from;
      best.set(name, Math.min(best.get(name)!, (1000 * took) / count));
      repetitions[k] = Math.max(1, Math.ceil((count * ROUND) / took));
    });
  }
  return best;
}

// ── ours ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function network(shape: MlpShape): { readonly layout: ParameterLayout; readonly parameters: FlatVector } {
  const layout = layoutOf([mlpPart("net", shape)]);
  const parameters = new FlatVector(layout.size);
  initializeMlp("net", shape, layout, parameters.numbers, random);
  return { layout, parameters };
}

function decision(): () => void {
  const shape: MlpShape = { sizes: [39, 64, 64, 4], activation: "tanh" };
  const { layout, parameters } = network(shape);
  const actor = new MlpActor("net", shape, layout, parameters);
  const [observation, action] = [normal(39), new Float32Array(4)];
  return () => actor.forward(observation, action);
}

function descent(layout: ParameterLayout, parameters: FlatVector, loss: Loss): () => void {
  const gradient = new FlatVector(layout.size);
  let state = adamState(layout.size);
  return () => {
    valueAndGradient(loss, layout, parameters, gradient);
    state = adamStep(parameters, gradient, state, { learningRate: 1e-3 });
  };
}

function cloning(sizes: readonly number[], batch: number): () => void {
  const shape: MlpShape = { sizes, activation: "tanh" };
  const { layout, parameters } = network(shape);
  const [x, y] = [normal(batch * 39), normal(batch * 4)];
  return descent(layout, parameters, (views) => mlpError(rowsOf(x, 39), tensorView(views, "net"), rowsOf(y, 4), shape));
}

/** MAML on sinusoids (Finn et al. 2017): 25 tasks of 10 points and 10 more, one inner step, exact second order. */
function maml(activation: Activation): () => void {
  const [tasks, points] = [25, 10];
  const shape: MlpShape = { sizes: [1, 40, 40, 1], activation };
  const { layout, parameters } = network(shape);
  const [shown, targets, asked, answers] = [0, 1, 2, 3].map(() => normal(tasks * points));
  const stacked = (numbers: Float32Array): Tensor => tf.engine().makeTensor(numbers, [tasks, points, 1], "float32");
  return descent(layout, parameters, (views) => {
    const batch = { shown: stacked(shown!), targets: stacked(targets!), asked: stacked(asked!), answers: stacked(answers!) };
    return adaptedError(tensorView(views, "net"), batch, shape, 0.01);
  });
}

function recurrent(): () => void {
  const shape = { inputs: 32, hidden: 128 };
  const [time, batch] = [100, 32];
  const layout = layoutOf([gruPart("unit", shape)]);
  const parameters = new FlatVector(layout.size);
  initializeGru("unit", shape, layout, parameters.numbers, random);
  const gradient = new FlatVector(layout.size);
  const x = normal(time * batch * shape.inputs);
  const loss: Loss = (views) => {
    const input = tf.engine().makeTensor(x, [time, batch, shape.inputs], "float32");
    const states = gru(
      { x: input, state: tf.zeros([batch, shape.hidden]), kept: tf.ones([time, batch]), parameters: tensorView(views, "unit") },
      shape,
    );
    return sum(square(states));
  };
  return () => void valueAndGradient(loss, layout, parameters, gradient);
}

function retrieval(): () => void {
  const [features, actions, cue] = [60, 4, 8];
  const shape: RetrievalShape = {
    encoder: { sizes: [features, 64, 24], activation: "tanh" },
    cue,
    head: { sizes: [2 * features + actions, 64, 64, actions], activation: "tanh" },
    slow: { sizes: [features + cue, 128, 128, actions], activation: "tanh" },
  };
  const layout = retrievalLayout(shape);
  const parameters = new FlatVector(layout.size);
  initializeRetrieval(shape, parameters, random);
  const [queries, answers] = [normal(128 * (features + cue)), normal(128 * actions)];
  const [support, supportActions] = [normal(1024 * (features + cue)), normal(1024 * actions)];
  return descent(layout, parameters, (views) =>
    retrievalLoss(shape, views, {
      slow: { inputs: rowsOf(queries, features + cue), actions: rowsOf(answers, actions) },
      queries: rowsOf(queries, features + cue),
      actions: rowsOf(answers, actions),
      support: rowsOf(support, features + cue),
      supportActions: rowsOf(supportActions, actions),
    }),
  );
}

// ── stock tfjs on the same backend, with its own operations, gradients and optimiser ──────────────────────────────────────────

/** tfjs' own gradients, which Engram does not use. Node cannot import them as they are published, without the ends of file names. */
async function registerStockGradients(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "engram-bench-"));
  const outfile = join(folder, "gradients.mjs");
  const entry = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
  buildSync({ stdin: { contents: `import "${entry}";`, resolveDir: import.meta.dirname }, bundle: true, format: "esm", platform: "node", outfile });
  await import(outfile);
  rmSync(folder, { recursive: true });
}

function stockNetwork(sizes: readonly number[]): { readonly variables: tf.Variable[]; readonly forward: (x: tf.Tensor2D) => tf.Tensor2D } {
  const layers = sizes.slice(1).map((outputs, k) => ({
    weights: tf.variable(tf.tensor2d(normal(sizes[k]! * outputs), [sizes[k]!, outputs])),
    bias: tf.variable(tf.zeros([outputs])),
  }));
  const forward = (x: tf.Tensor2D): tf.Tensor2D =>
    layers.reduce((h, { weights, bias }, k) => {
      const z: tf.Tensor2D = tf.add(tf.matMul(h, weights), bias);
      return k === layers.length - 1 ? z : tf.tanh(z);
    }, x);
  return { variables: layers.flatMap(({ weights, bias }) => [weights, bias]), forward };
}

function stockDecision(): () => void {
  const { forward } = stockNetwork([39, 64, 64, 4]);
  const observation = normal(39);
  return () => void tf.tidy(() => forward(tf.tensor2d(observation, [1, 39])).dataSync());
}

function stockCloning(): () => void {
  const { forward, variables } = stockNetwork([39, 256, 256, 4]);
  const [x, y] = [normal(256 * 39), normal(256 * 4)];
  const [beta1, beta2] = [0.9, 0.999];
  const moments = variables.map((variable) => [tf.variable(tf.zerosLike(variable)), tf.variable(tf.zerosLike(variable))] as const);
  let count = 0;
  return () => {
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(tf.sub(forward(tf.tensor2d(x, [256, 39])), tf.tensor2d(y, [256, 4])))) as tf.Scalar,
      );
      value.dataSync();
      count++;
      variables.forEach((variable, k) => {
        const gradient = grads[variable.name]!;
        const [m, v] = moments[k]!;
        m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1)));
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
        const step = tf.div(tf.mul(m, 1e-3 / (1 - beta1 ** count)), tf.add(tf.sqrt(tf.mul(v, 1 / (1 - beta2 ** count))), 1e-8));
        variable.assign(tf.sub(variable, step));
      });
    });
  };
}
