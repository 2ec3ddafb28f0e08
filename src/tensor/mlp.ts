/**
 * @file Multi-layer perceptrons, differentiable in inputs and parameters to every order. Each is written twice: as a composite of operations,
 * which is the reference and runs on every backend, and as a fused kernel for wasm (`mlp-kernel.ts`).
 */
import { ShapeError } from "../contract/errors.ts";
import { heap } from "./heap.ts";
import { fusedMlp } from "./mlp-kernel.ts";
import { mlpPlan, type Activation, type MlpLayer, type MlpShape } from "./mlp-shape.ts";
import { add, gelu, layerNorm, matMul, mul, relu, segment, tanh } from "./ops.ts";
import type { Tensor } from "./types.ts";

/**
 * [n, in] → [n, out] with parameters [P]; or, with parameters of its own for each of T tasks [T, P], [T, n, in] → [T, n, out].
 * @throws {ShapeError}
 */
export function mlp<T extends Tensor>(x: T, parameters: Tensor, shape: MlpShape): T {
  checkMlp(x, parameters, shape);
  return (heap() === undefined ? compositeMlp(x, parameters, shape) : fusedMlp(x, parameters, shape, compositeMlp)) as T;
}

/** @throws {ShapeError} */
export function checkMlp({ shape: x }: Tensor, { shape: parameters }: Tensor, shape: MlpShape): void {
  const { size } = mlpPlan(shape);
  const inputs = shape.sizes[0]!;
  const got = { x, parameters };
  if (parameters.length > 2 || parameters.at(-1) !== size) {
    throw new ShapeError("mlp", got, `parameters [${size}] or [tasks, ${size}] for a network of sizes ${shape.sizes.join("-")}`);
  }
  const tasks = parameters.length === 2 ? parameters[0] : undefined;
  const stacked = tasks === undefined ? x.length === 2 : x.length === 3 && x[0] === tasks;
  if (!stacked || x.at(-1) !== inputs) throw new ShapeError("mlp", got, `x [${tasks === undefined ? "" : `${tasks}, `}rows, ${inputs}]`);
}

/** The reference. */
export function compositeMlp(x: Tensor, parameters: Tensor, shape: MlpShape): Tensor {
  const { layers } = mlpPlan(shape);
  let h = x;
  layers.forEach((layer, k) => {
    h = affine(h, parameters, layer);
    if (k < layers.length - 1) h = activated(normalized(h, parameters, layer), shape.activation);
  });
  return h;
}

function affine(h: Tensor, parameters: Tensor, { inputs, outputs, weights, bias }: MlpLayer): Tensor {
  return add(matMul(h, segment(parameters, weights, [inputs, outputs])), segment(parameters, bias, [1, outputs]));
}

function normalized(z: Tensor, parameters: Tensor, { outputs, norm }: MlpLayer): Tensor {
  if (norm === undefined) return z;
  return add(mul(layerNorm(z), segment(parameters, norm.gain, [1, outputs])), segment(parameters, norm.shift, [1, outputs]));
}

const activations: Readonly<Record<Activation, (z: Tensor) => Tensor>> = { identity: (z) => z, tanh, relu, gelu };
export const activated = (z: Tensor, activation: Activation): Tensor => activations[activation](z);
