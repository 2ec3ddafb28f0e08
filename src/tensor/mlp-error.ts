/**
 * @file A network and its mean squared error as one operation. Where the two are differentiated apart, a second derivative goes back through the
 * network twice, for its own curvature and for the loss'; here once. What it is without kernels, and beyond second order, is their composite.
 */
import { ShapeError } from "../contract/errors.ts";
import { apart, dots, noteGradients } from "./fused.ts";
import { heap, wasmKernel, type Address } from "./heap.ts";
import { wantedOutput } from "./mlp-kernel.ts";
import { MlpPasses } from "./mlp-passes.ts";
import type { MlpShape } from "./mlp-shape.ts";
import { checkMlp, compositeMlp } from "./mlp.ts";
import { meanSquaredError, mul, neg } from "./ops.ts";
import { sizeOf } from "./parameters.ts";
import { differentiate, jointOperation } from "./tape.ts";
import type { Scalar, Tensor } from "./types.ts";

/**
 * Mean over all numbers of (f(x) − y)², with x and parameters as `mlp` takes them: x [n, in], parameters [P], y [n, out]; or, with parameters of its own
 * for each of T tasks [T, P], x [T, n, in], y [T, n, out].
 * @throws {ShapeError}
 */
export function mlpError(x: Tensor, parameters: Tensor, y: Tensor, shape: MlpShape): Scalar {
  checkMlp(x, parameters, shape);
  const expected = [...x.shape.slice(0, -1), shape.sizes.at(-1)!];
  if (y.rank !== expected.length || !expected.every((length, k) => length === y.shape[k])) {
    throw new ShapeError("mlpError", { x: x.shape, y: y.shape }, `y [${expected.join(", ")}]`);
  }
  return heap() === undefined ? compositeMlpError(x, parameters, y, shape) : fused(...apart(x, parameters, y), shape);
}

/** The reference. */
export const compositeMlpError = (x: Tensor, parameters: Tensor, y: Tensor, shape: MlpShape): Scalar =>
  meanSquaredError(compositeMlp(x, parameters, shape), y);

/** A network with what it is applied to. */
interface Application {
  readonly passes: MlpPasses;
  readonly x: Tensor;
  readonly parameters: Tensor;
  readonly y: Tensor;
  readonly cache: Tensor;
  /** ∂error/∂f(x). */
  readonly residual: Tensor;
  readonly composite: () => Scalar;
}

function fused(x: Tensor, parameters: Tensor, y: Tensor, shape: MlpShape): Scalar {
  const [tasks, rows] = parameters.rank === 2 ? [x.shape[0], x.shape[1]!] : [1, x.shape[0]];
  const passes = new MlpPasses(heap()!, shape, tasks, rows);
  const [error, cache, residual] = forward([x, parameters, y], { passes, shape: y.shape }) as [Scalar, Tensor, Tensor];
  const composite = (): Scalar => compositeMlpError(x, parameters, y, shape);
  const application = { passes, x, parameters, y, cache, residual, composite };
  jointOperation([error], [x, parameters, y], ([scale], needed) => gradientOf(application, scale as Scalar, needed));
  return error;
}

/** Of scale · error, with respect to x, the parameters and y. Data rarely depend on what is learned; where y does, the composite is differentiated. */
function gradientOf(application: Application, scale: Scalar, needed: readonly boolean[]): readonly (Tensor | undefined)[] {
  const { passes, x, parameters, y, cache, residual, composite } = application;
  if (needed[2]!) return differentiate(() => mul(composite(), scale), [x, parameters, y]).gradients;
  const [dx, gradient, dy, deltas] = backward([x, parameters, cache, residual, scale], { passes, needed, shapes: [x.shape, parameters.shape, y.shape] }); // prettier-ignore
  const way = { scale, dy: dy!, deltas: deltas! };
  jointOperation([dx!, gradient!], [x, parameters, y, scale], (vs, wanted) => hessianProduct(application, way, vs, wanted));
  return [needed[0]! ? dx : undefined, needed[1]! ? gradient : undefined, undefined];
}

interface WayBack {
  readonly scale: Scalar;
  /** scale · residual. */
  readonly dy: Tensor;
  readonly deltas: Tensor;
}

/** Of S = vx·∂x + v·gradient the gradients with respect to x, the parameters, y and the scale. */
function hessianProduct(
  application: Application,
  way: WayBack,
  vs: readonly (Tensor | undefined)[],
  wanted: readonly boolean[],
): (Tensor | undefined)[] {
  const { passes, x, parameters, y, cache, residual, composite } = application;
  const { scale, dy, deltas } = way;
  const moves = vs.filter((v) => v !== undefined);
  const movesWhich = vs.map((v) => v !== undefined);
  const shapes = [x.shape, parameters.shape, y.shape];
  const [rdx, rgradient, rdy, along] = tangent([x, parameters, cache, dy, deltas, residual, scale, ...moves], { passes, shapes, movesWhich, wanted });
  const results = [rdx, rgradient, wanted[2]! ? neg(rdy!) : undefined, along];
  const xs = [x, parameters, y, scale];
  noteGradients(results, xs, [...xs, ...moves], () => dots(differentiate(() => mul(composite(), scale), [x, parameters]).gradients, vs));
  return results;
}

// ── the kernels ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface ForwardOptions {
  readonly passes: MlpPasses;
  /** Of y. */
  readonly shape: readonly number[];
}

const forward = wasmKernel<ForwardOptions>("EngramMlpError", (memory, [x, parameters, y], { passes, shape }) => {
  const [error, cache, residual] = [memory.output([]), memory.output([passes.cacheSize]), memory.output(shape)];
  const count = sizeOf(shape);
  const at = memory.address(residual);
  passes.forward(x!, parameters!, memory.address(cache), at);
  memory.numbers[memory.address(error) / 4] = memory.kernels.squaredDifferences(count, at, y!) / count;
  memory.kernels.scaledDifference(count, at, y!, 2 / count, at);
  return [error, cache, residual];
});

interface BackwardOptions {
  readonly passes: MlpPasses;
  /** Of x, the parameters and y. */
  readonly shapes: readonly (readonly number[])[];
  readonly needed: readonly boolean[];
}

const backward = wasmKernel<BackwardOptions>("EngramMlpErrorGradient", (memory, inputs, { passes, shapes, needed }) => {
  const [x, parameters, cache, residual, scale] = inputs as [Address, Address, Address, Address, Address];
  const [dx, dxAt] = wantedOutput(memory, needed[0]!, shapes[0]!);
  const [gradient, gradientAt] = wantedOutput(memory, needed[1]!, shapes[1]!);
  const [dy, deltas] = [memory.output(shapes[2]!), memory.output([passes.deltasSize])];
  memory.kernels.scaleInto(sizeOf(shapes[2]!), memory.numbers[scale / 4]!, residual, memory.address(dy));
  passes.backward(x, parameters, cache, memory.address(dy), memory.address(deltas), dxAt, gradientAt);
  return [dx, gradient, dy, deltas];
});

interface TangentOptions extends Omit<BackwardOptions, "needed"> {
  /** Whether x moves, and the parameters. */
  readonly movesWhich: readonly boolean[];
  /** Whether the gradients of x and the parameters are wanted. */
  readonly wanted: readonly boolean[];
}

const tangent = wasmKernel<TangentOptions>("EngramMlpErrorHessianProduct", (memory, inputs, { passes, shapes, movesWhich, wanted }) => {
  const [x, parameters, cache, dy, deltas, residual, scale, ...moves] = inputs as [Address, Address, Address, Address, Address, Address, Address];
  const vx = movesWhich[0]! ? (moves as Address[]).shift()! : 0;
  const v = movesWhich[1]! ? (moves as Address[]).shift()! : 0;
  const [dx, rdx] = wantedOutput(memory, wanted[0]!, shapes[0]!);
  const [gradient, rgradient] = wantedOutput(memory, wanted[1]!, shapes[1]!);
  const [movedDy, along] = [memory.output(shapes[2]!), memory.output([])];
  const [ry, tangents] = [memory.address(movedDy), memory.reserve(passes.tangentsSize)];
  const at = { x, parameters, cache, dy, deltas, vx, v, tangents, ry, rdx, rgradient };
  const count = sizeOf(shapes[2]!);
  passes.tangentForward(at);
  memory.numbers[memory.address(along) / 4] = memory.kernels.dots(count, residual, ry);
  // What moves ∂y is that f(x) moves: R∂y = scale · 2/N · Rf(x).
  memory.kernels.scaleInto(count, (2 / count) * memory.numbers[scale / 4]!, ry, ry);
  if (rdx !== 0 || rgradient !== 0) passes.tangentBackward(at, ry);
  memory.release(tangents);
  return [dx, gradient, movedDy, along];
});
