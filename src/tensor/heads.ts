/**
 * @file Distributions at the end of a policy: squashed Gaussians for continuous actions, categorical ones for choices. Each as a composite, which is the
 * reference and runs on every backend, and as fused kernels for wasm.
 */
import { ShapeError } from "../contract/errors.ts";
import { apart, dots, noteGradients } from "./fused.ts";
import { heap, wasmKernel, type Address } from "./heap.ts";
import { add, exp, logSigmoid, logSoftmax, mul, neg, softmax, square, sub, sum, sumRows, tanh } from "./ops.ts";
import { jointOperation } from "./tape.ts";
import type { Tensor, Tensor2D } from "./types.ts";

const LOG_FOUR = Math.log(4);
const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;

/** @throws {ShapeError} */
function checkSame(operation: string, tensors: Readonly<Record<string, Tensor2D>>): void {
  const shapes = Object.entries(tensors).map(([name, { shape }]) => [name, shape] as const);
  const [, [rows, width]] = shapes[0]!;
  if (shapes.every(([, shape]) => shape.length === 2 && shape[0] === rows && shape[1] === width)) return;
  throw new ShapeError(operation, Object.fromEntries(shapes), "matrices of one shape");
}

/**
 * An action a = tanh(u) with u = mean + e^logDeviation ⊙ noise, and its logarithmic density, summed over each row; differentiable in mean and logDeviation
 * with the noise fixed. All [n, A] → action [n, A], logProbability [n, 1].
 * @throws {ShapeError}
 * @see Haarnoja et al. (2018), "Soft actor-critic", appendix C.
 */
export function sampleSquashedGaussian(mean: Tensor2D, logDeviation: Tensor2D, noise: Tensor2D): SquashedSample {
  checkSame("sampleSquashedGaussian", { mean, logDeviation, noise });
  return heap() === undefined ? compositeSample(mean, logDeviation, noise) : fusedSample(...apart(mean, logDeviation, noise));
}

function fusedSample(mean: Tensor2D, logDeviation: Tensor2D, noise: Tensor2D): SquashedSample {
  const size = sizeOf(mean);
  const inputs = [mean, logDeviation, noise];
  const [action, logProbability] = sampleForward(inputs, size) as [Tensor2D, Tensor2D];
  const xs = [mean, logDeviation];
  jointOperation([action, logProbability], xs, (dys) => {
    const given = dys.filter((dy) => dy !== undefined);
    const results = sampleBackward([logDeviation, noise, action, ...given], { ...size, given: dys.map((dy) => dy !== undefined) });
    noteGradients(results, xs, [...xs, ...given], () => {
      const { action: a, logProbability: l } = compositeSample(mean, logDeviation, noise);
      return dots([a, l], dys);
    });
    return results;
  });
  return { action, logProbability };
}

export interface SquashedSample {
  readonly action: Tensor2D;
  readonly logProbability: Tensor2D;
}

function compositeSample(mean: Tensor2D, logDeviation: Tensor2D, noise: Tensor2D): SquashedSample {
  const u = add(mean, mul(exp(logDeviation), noise));
  return { action: tanh(u), logProbability: logDensity(noise, logDeviation, u) };
}

/** Σ over each row of −½δ² − s − ½ ln 2π − ln(1 − tanh²u), where ln(1 − tanh²u) = ln 4 + ln σ(2u) + ln σ(−2u). */
function logDensity(delta: Tensor2D, s: Tensor2D, u: Tensor2D): Tensor2D {
  const doubled = mul(u, 2);
  const squash = add(add(logSigmoid(doubled), logSigmoid(neg(doubled))), LOG_FOUR);
  return sumRows(sub(sub(mul(square(delta), -0.5), add(s, HALF_LOG_TWO_PI)), squash));
}

/**
 * The logarithmic density of the action tanh(u), summed over each row: all [n, A] → [n, 1]. Taken at u, because an action at the edge of its range does not
 * say where it came from.
 * @throws {ShapeError}
 */
export function squashedGaussianLogProbability(mean: Tensor2D, logDeviation: Tensor2D, u: Tensor2D): Tensor2D {
  checkSame("squashedGaussianLogProbability", { mean, logDeviation, u });
  return heap() === undefined ? compositeDensity(mean, logDeviation, u) : fusedDensity(...apart(mean, logDeviation, u));
}

function fusedDensity(mean: Tensor2D, logDeviation: Tensor2D, u: Tensor2D): Tensor2D {
  const size = sizeOf(mean);
  const xs = [mean, logDeviation, u];
  const [logProbability] = densityForward(xs, size) as [Tensor2D];
  jointOperation([logProbability], xs, ([dy]) => {
    const results = densityBackward([...xs, dy!], size);
    noteGradients(results, xs, [...xs, dy!], () => sum(mul(compositeDensity(mean, logDeviation, u), dy!)));
    return results;
  });
  return logProbability;
}

const compositeDensity = (mean: Tensor2D, logDeviation: Tensor2D, u: Tensor2D): Tensor2D =>
  logDensity(mul(sub(u, mean), exp(neg(logDeviation))), logDeviation, u);

export interface Categorical {
  /** Σ over each row of label · ln p, [n, 1]. */
  readonly logProbability: Tensor2D;
  /** −Σ p ln p, [n, 1]. */
  readonly entropy: Tensor2D;
}

/** Of choices with p = softmax(logits), and labels that are one-hot or distributions and not differentiated: both [n, K]. @throws {ShapeError} */
export function categorical(logits: Tensor2D, labels: Tensor2D): Categorical {
  checkSame("categorical", { logits, labels });
  return heap() === undefined ? compositeCategorical(logits, labels) : fusedCategorical(...apart(logits, labels));
}

function fusedCategorical(logits: Tensor2D, labels: Tensor2D): Categorical {
  const size = sizeOf(logits);
  const [logProbability, entropy, logarithms] = categoricalForward([logits, labels], size) as [Tensor2D, Tensor2D, Tensor];
  jointOperation([logProbability, entropy], [logits], (dys) => {
    const given = dys.filter((dy) => dy !== undefined);
    const results = categoricalBackward([labels, logarithms, entropy, ...given], { ...size, given: dys.map((dy) => dy !== undefined) });
    noteGradients(results, [logits], [logits, ...given], () => {
      const { logProbability: l, entropy: h } = compositeCategorical(logits, labels);
      return dots([l, h], dys);
    });
    return results;
  });
  return { logProbability, entropy };
}

function compositeCategorical(logits: Tensor2D, labels: Tensor2D): Categorical {
  const logarithms = logSoftmax(logits);
  return { logProbability: sumRows(mul(logarithms, labels)), entropy: neg(sumRows(mul(logarithms, softmax(logits)))) };
}

// ── the kernels ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Size {
  readonly rows: number;
  readonly width: number;
}

const sizeOf = ({ shape: [rows, width] }: Tensor2D): Size => ({ rows, width });

interface BackwardOptions extends Size {
  /** Which outputs' gradients are among the inputs. */
  readonly given: readonly boolean[];
}

/** The addresses of two gradients, of which one may be absent: 0. */
function addressesOf([first, second]: readonly boolean[], addresses: readonly Address[]): [Address, Address] {
  const [a = 0, b = 0] = addresses;
  return first === true ? [a, second === true ? b : 0] : [0, a];
}

const sampleForward = wasmKernel<Size>("EngramSquashedGaussianSample", (memory, [mean, s, noise], { rows, width }) => {
  const [action, logProbability] = [memory.output([rows, width]), memory.output([rows, 1])];
  memory.kernels.gaussianSample(rows, width, mean!, s!, noise!, memory.address(action), memory.address(logProbability));
  return [action, logProbability];
});

const sampleBackward = wasmKernel<BackwardOptions>("EngramSquashedGaussianSampleGradient", (memory, inputs, { rows, width, given: which }) => {
  const [s, noise, action, ...dys] = inputs as [Address, Address, Address, ...Address[]];
  const [dMean, dS] = [memory.output([rows, width]), memory.output([rows, width])];
  memory.kernels.gaussianSampleBackward(rows, width, s, noise, action, ...addressesOf(which, dys), memory.address(dMean), memory.address(dS));
  return [dMean, dS];
});

const densityForward = wasmKernel<Size>("EngramSquashedGaussianLogProbability", (memory, [mean, s, u], { rows, width }) => {
  const logProbability = memory.output([rows, 1]);
  memory.kernels.gaussianDensity(rows, width, mean!, s!, u!, memory.address(logProbability));
  return [logProbability];
});

const densityBackward = wasmKernel<Size>("EngramSquashedGaussianLogProbabilityGradient", (memory, inputs, { rows, width }) => {
  const results = [0, 1, 2].map(() => memory.output([rows, width]));
  memory.kernels.gaussianDensityBackward(rows, width, ...inputs, ...results.map((result) => memory.address(result)));
  return results;
});

const categoricalForward = wasmKernel<Size>("EngramCategorical", (memory, [logits, labels], { rows, width }) => {
  const [logProbability, entropy, logarithms] = [memory.output([rows, 1]), memory.output([rows, 1]), memory.output([rows, width])];
  const [l, h, all] = [logProbability, entropy, logarithms].map((result) => memory.address(result)) as [Address, Address, Address];
  memory.kernels.categorical(rows, width, logits!, labels!, all, l, h);
  return [logProbability, entropy, logarithms];
});

const categoricalBackward = wasmKernel<BackwardOptions>("EngramCategoricalGradient", (memory, inputs, { rows, width, given: which }) => {
  const [labels, logarithms, entropy, ...dys] = inputs as [Address, Address, Address, ...Address[]];
  const dLogits = memory.output([rows, width]);
  memory.kernels.categoricalBackward(rows, width, labels, logarithms, entropy, ...addressesOf(which, dys), memory.address(dLogits));
  return [dLogits];
});
