/**
 * @file A network at work on one input at a time, without tfjs and without allocating. It reads the parameters in place, so it always acts with the
 * latest: by the forward kernels where they lie in the heap and the network is not huge, else by plain loops.
 */
import { ShapeError } from "../contract/errors.ts";
import type { FlatVector } from "./flat-vector.ts";
import type { Heap } from "./heap.ts";
import { activationKinds, mlpPlan, type Activation, type MlpLayer, type MlpShape } from "./mlp-shape.ts";
import { placeOf, type ParameterLayout } from "./parameters.ts";

export class MlpActor {
  readonly #shape: MlpShape;
  readonly #layers: readonly MlpLayer[];
  readonly #vector: FlatVector;
  /** Where the forward kernels compute; undefined where there are none, or `gemm`'s scratch has no room for all values. */
  readonly #heap: Heap | undefined;
  /** Of the network's first parameter in the vector. */
  readonly #offset: number;
  readonly #hidden: readonly Float32Array[];

  /** @throws {UnknownNameError} The layout has no network of that name. @throws {ShapeError} The vector is not as long as the layout. */
  constructor(name: string, shape: MlpShape, layout: ParameterLayout, vector: FlatVector) {
    if (vector.size !== layout.size) throw new ShapeError("MlpActor", { vector: [vector.size] }, `${layout.size} numbers, as the layout says`);
    this.#shape = shape;
    this.#layers = mlpPlan(shape).layers;
    this.#vector = vector;
    const values = shape.sizes.reduce((sum, size) => sum + size, 0);
    this.#heap = vector.heap !== undefined && 4 * values <= vector.heap.kernels.gemmScratch() ? vector.heap : undefined;
    this.#offset = placeOf(layout, name).offset;
    this.#hidden = shape.sizes.slice(1, -1).map((size) => new Float32Array(size));
  }

  /**
   * Writes the outputs for one input; `at` is where each begins in its array. Kernels and loops agree to 1e-5 of the largest output.
   * @throws {ShapeError} Arrays that end before that.
   */
  forward(input: Float32Array, output: Float32Array, inputAt = 0, outputAt = 0): void {
    const { inputs } = this.#layers[0]!;
    const { outputs } = this.#layers[this.#layers.length - 1]!;
    if (input.length < inputAt + inputs || output.length < outputAt + outputs) {
      const got = { input: [input.length], output: [output.length] };
      throw new ShapeError("MlpActor.forward", got, `${inputs} numbers from ${inputAt} on and room for ${outputs} from ${outputAt} on`);
    }
    if (this.#heap === undefined) this.#forwardByLoops(input, output, inputAt, outputAt);
    else this.#forwardByKernels(this.#heap, input, output, inputAt, outputAt);
  }

  /** What each hidden layer answers to one input, by plain loops; a view each, valid until the next input. @throws {ShapeError} Too short an input. */
  hidden(input: Float32Array): readonly Float32Array[] {
    const { inputs } = this.#layers[0]!;
    if (input.length < inputs) throw new ShapeError("MlpActor.hidden", { input: [input.length] }, `${inputs} numbers`);
    this.#forwardByLoops(input, new Float32Array(this.#layers.at(-1)!.outputs), 0, 0);
    return this.#hidden;
  }

  /** A single row leaves `gemm`'s scratch alone, so its values lie there: input, then every layer's. */
  #forwardByKernels({ kernels, numbers, scratch }: Heap, input: Float32Array, output: Float32Array, inputAt: number, outputAt: number): void {
    const layers = this.#layers;
    const kind = activationKinds[this.#shape.activation];
    const parameters = this.#vector.address + 4 * this.#offset;
    let h = scratch;
    for (let i = 0, at = h / 4; i < layers[0]!.inputs; i++) numbers[at + i] = input[inputAt + i]!;
    for (let k = 0; k < layers.length; k++) {
      const { inputs, outputs, weights, bias, norm } = layers[k]!;
      const z = h + 4 * inputs;
      kernels.gemm(1, 1, outputs, inputs, h, 4 * inputs, 4, 0, parameters + 4 * weights, 4 * outputs, 4, 0, z, 0, parameters + 4 * bias, 0, false, 0);
      if (norm !== undefined) kernels.layerNorm(1, 1, outputs, z, parameters + 4 * norm.gain, parameters + 4 * norm.shift, 0, z, z + 4 * outputs, z);
      if (k < layers.length - 1) kernels.activate(kind, outputs, z, z);
      h = z;
    }
    for (let i = 0, at = h / 4; i < layers.at(-1)!.outputs; i++) output[outputAt + i] = numbers[at + i]!;
  }

  /** Sums in float64 and rounds to float32 after each layer. */
  #forwardByLoops(input: Float32Array, output: Float32Array, inputAt: number, outputAt: number): void {
    const numbers = this.#vector.numbers;
    const last = this.#layers.length - 1;
    let from = input;
    let fromAt = inputAt;
    // No closure: it would be allocated anew for each input.
    for (let k = 0; k <= last; k++) {
      const layer = this.#layers[k]!;
      const into = k === last ? output : this.#hidden[k]!;
      const intoAt = k === last ? outputAt : 0;
      affine(numbers, this.#offset, layer, from, fromAt, into, intoAt);
      if (layer.norm !== undefined) normalize(numbers, this.#offset + layer.norm.gain, this.#offset + layer.norm.shift, into);
      if (k < last) activate(into, this.#shape.activation);
      from = into;
      fromAt = intoAt;
    }
  }
}

/** into = from · W + b; four outputs at a time, so that each input is read once for all of them. */
export function affine(
  numbers: Float32Array,
  offset: number,
  { inputs, outputs, weights, bias }: MlpLayer,
  from: Float32Array,
  fromAt: number,
  into: Float32Array,
  intoAt: number,
): void {
  const [w0, b0] = [offset + weights, offset + bias];
  let j = 0;
  for (; j + 4 <= outputs; j += 4) {
    let s0 = numbers[b0 + j]!;
    let s1 = numbers[b0 + j + 1]!;
    let s2 = numbers[b0 + j + 2]!;
    let s3 = numbers[b0 + j + 3]!;
    for (let i = 0, w = w0 + j; i < inputs; i++, w += outputs) {
      const x = from[fromAt + i]!;
      s0 += x * numbers[w]!;
      s1 += x * numbers[w + 1]!;
      s2 += x * numbers[w + 2]!;
      s3 += x * numbers[w + 3]!;
    }
    into[intoAt + j] = s0;
    into[intoAt + j + 1] = s1;
    into[intoAt + j + 2] = s2;
    into[intoAt + j + 3] = s3;
  }
  for (; j < outputs; j++) {
    let s = numbers[b0 + j]!;
    for (let i = 0, w = w0 + j; i < inputs; i++, w += outputs) s += from[fromAt + i]! * numbers[w]!;
    into[intoAt + j] = s;
  }
}

/** (x − mean) / √(variance + 1e-5), times gain, plus shift. */
function normalize(numbers: Float32Array, gain: number, shift: number, x: Float32Array): void {
  let mean = 0;
  for (let i = 0; i < x.length; i++) mean += x[i]!;
  mean /= x.length;
  let variance = 0;
  for (let i = 0; i < x.length; i++) variance += (x[i]! - mean) ** 2;
  const inverse = 1 / Math.sqrt(variance / x.length + 1e-5);
  for (let i = 0; i < x.length; i++) x[i] = (x[i]! - mean) * inverse * numbers[gain + i]! + numbers[shift + i]!;
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const functions: Readonly<Record<Activation, (z: number) => number>> = {
  identity: (z) => z,
  tanh: Math.tanh,
  relu: (z) => (z < 0 ? 0 : z),
  gelu: (z) => 0.5 * z * (1 + Math.tanh(GELU_SCALE * z * (1 + 0.044715 * z * z))),
};

export function activate(values: Float32Array, activation: Activation): void {
  const f = functions[activation];
  for (let i = 0; i < values.length; i++) values[i] = f(values[i]!);
}
