/** @file The multi-layer perceptron as fused kernels of the wasm backend: a whole network is one operation, its gradient and its Hessian's products too. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { dots, noteGradients } from "./fused.ts";
import { heap, wasmKernel, type Address, type Heap } from "./heap.ts";
import { MlpPasses } from "./mlp-passes.ts";
import type { MlpShape } from "./mlp-shape.ts";
import { mul, sum } from "./ops.ts";
import { differentiate, jointOperation } from "./tape.ts";
import type { Scalar, Tensor } from "./types.ts";

type Composite = (x: Tensor, parameters: Tensor, shape: MlpShape) => Tensor;

/** A network with what it is applied to. */
interface Application {
  readonly shape: MlpShape;
  readonly x: Tensor;
  readonly parameters: Tensor;
  readonly passes: MlpPasses;
  readonly composite: Composite;
}

/** [n, in] → [n, out] or, with parameters for each task, [T, n, in] → [T, n, out]. */
export function fusedMlp(x: Tensor, parameters: Tensor, shape: MlpShape, composite: Composite): Tensor {
  const [tasks, rows] = parameters.rank === 2 ? [x.shape[0], x.shape[1]!] : [1, x.shape[0]];
  const passes = new MlpPasses(heap()!, shape, tasks, rows);
  const application = { shape, x, parameters, passes, composite };
  const [y, cache] = forward([x, parameters], { passes, shape: [...x.shape.slice(0, -1), shape.sizes.at(-1)!] }) as [Tensor, Tensor];
  jointOperation([y], [x, parameters], ([dy], needed) => gradientOf(application, cache, dy!, needed));
  return y;
}

/** [∂x, gradient] of dy·y. */
function gradientOf(application: Application, cache: Tensor, dy: Tensor, needed: readonly boolean[]): (Tensor | undefined)[] {
  const { x, parameters, passes } = application;
  const [dx, gradient, deltas] = backward([x, parameters, cache, dy], { passes, shapes: [x.shape, parameters.shape], needed }) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  jointOperation([dx, gradient], [x, parameters, dy], (vs, wanted) => hessianProduct(application, { cache, deltas, dy }, vs, wanted));
  return [needed[0]! ? dx : undefined, needed[1]! ? gradient : undefined];
}

interface WayBack {
  readonly cache: Tensor;
  readonly deltas: Tensor;
  readonly dy: Tensor;
}

/** Of S = vx·∂x + v·gradient the gradients with respect to x, the parameters and dy. Beyond that the composite is differentiated. */
function hessianProduct(application: Application, way: WayBack, vs: readonly (Tensor | undefined)[], wanted: readonly boolean[]): Tensor[] {
  const { shape, x, parameters, passes, composite } = application;
  const { cache, deltas, dy } = way;
  const moves = vs.filter((v) => v !== undefined);
  const movesWhich = vs.map((v) => v !== undefined);
  const results = tangent([x, parameters, cache, dy, deltas, ...moves], {
    passes,
    shapes: [x.shape, parameters.shape, dy.shape],
    movesWhich,
    wanted,
  });
  const movement = (): Scalar => dots(differentiate(() => sum(mul(composite(x, parameters, shape), dy)), [x, parameters]).gradients, vs);
  noteGradients(results, [x, parameters, dy], [x, parameters, dy, ...moves], movement);
  return results;
}

// ── the kernels ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface ForwardOptions {
  readonly passes: MlpPasses;
  /** Of y. */
  readonly shape: readonly number[];
}

const forward = wasmKernel<ForwardOptions>("EngramMlp", (memory, [x, parameters], { passes, shape }) => {
  const [y, cache] = [memory.output(shape), memory.output([passes.cacheSize])];
  passes.forward(x!, parameters!, memory.address(cache), memory.address(y));
  return [y, cache];
});

/** Shapes of the results. */
type Shapes = readonly (readonly number[])[];

interface BackwardOptions {
  readonly passes: MlpPasses;
  readonly shapes: Shapes;
  readonly needed: readonly boolean[];
}

const backward = wasmKernel<BackwardOptions>("EngramMlpGradient", (memory, [x, parameters, cache, dy], { passes, shapes, needed }) => {
  const [dx, dxAt] = wantedOutput(memory, needed[0]!, shapes[0]!);
  const [gradient, gradientAt] = wantedOutput(memory, needed[1]!, shapes[1]!);
  const deltas = memory.output([passes.deltasSize]);
  passes.backward(x!, parameters!, cache!, dy!, memory.address(deltas), dxAt, gradientAt);
  return [dx, gradient, deltas];
});

interface TangentOptions {
  readonly passes: MlpPasses;
  readonly shapes: Shapes;
  /** Whether x moves, and the parameters. */
  readonly movesWhich: readonly boolean[];
  /** Whether ∂x, the gradient and y are wanted. */
  readonly wanted: readonly boolean[];
}

const tangent = wasmKernel<TangentOptions>("EngramMlpHessianProduct", (memory, inputs, { passes, shapes, movesWhich, wanted }) => {
  const [x, parameters, cache, dy, deltas, ...moves] = inputs as [Address, Address, Address, Address, Address, ...Address[]];
  const vx = movesWhich[0]! ? moves.shift()! : 0;
  const v = movesWhich[1]! ? moves.shift()! : 0;
  const [dx, rdx] = wantedOutput(memory, wanted[0]!, shapes[0]!);
  const [gradient, rgradient] = wantedOutput(memory, wanted[1]!, shapes[1]!);
  const y = memory.output(shapes[2]!);
  const tangents = memory.reserve(passes.tangentsSize);
  passes.tangent({ x, parameters, cache, dy, deltas, vx, v, tangents, ry: memory.address(y), rdx, rgradient });
  memory.release(tangents);
  return [dx, gradient, y];
});

/** An output and its address; one that nobody wants has no numbers, and address 0. */
export function wantedOutput(memory: Heap, wanted: boolean, shape: readonly number[]): [TensorInfo, Address] {
  const info = memory.output(wanted ? shape : [0]);
  return [info, wanted ? memory.address(info) : 0];
}
