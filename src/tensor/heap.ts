/**
 * @file The memory of tfjs' wasm backend, with our own kernels at work in it: they read and write tensors where they lie, and what outlives a
 * computation (parameters, an optimiser's state) can live there too. Absent on every other backend.
 */
import * as tf from "@tensorflow/tfjs-core";
import { threadedKernels, type KernelThread } from "./threaded-kernels.ts";
import type { Tensor } from "./types.ts";

/** A place in the memory, in bytes. */
export type Address = number;

/** What `assembly/index.ts` exports; the meaning of every argument is told there. */
export interface Kernels {
  gemmScratch(): number;
  // prettier-ignore
  gemm(
    batch: number, m: number, n: number, depth: number,
    a: Address, aRow: number, aColumn: number, aStep: number,
    b: Address, bRow: number, bColumn: number, bStep: number,
    c: Address, cStep: number, bias: Address, biasStep: number,
    accumulate: boolean, scratch: Address,
  ): void;
  activate(kind: number, count: number, z: Address, h: Address): void;
  activateSlope(kind: number, count: number, z: Address, h: Address, d: Address, into: Address): void;
  activateCurvature(kind: number, count: number, z: Address, h: Address, p: Address, q: Address, into: Address): void;
  layerNorm(...rows: readonly number[]): void;
  layerNormBackward(...rows: readonly number[]): void;
  layerNormTangent(...rows: readonly number[]): void;
  layerNormBackwardTangent(...rows: readonly number[]): void;
  combine(kind: number, stretches: number, count: number, a: Address, b: Address, into: Address): void;
  combineWithOne(kind: number, count: number, a: Address, b: Address, into: Address): void;
  addScaled(count: number, a: Address, factor: number, b: Address, into: Address): void;
  columnSums(batch: number, rows: number, width: number, x: Address, into: Address, step: number, accumulate: boolean): void;
  columnDots(batch: number, rows: number, width: number, x: Address, y: Address, into: Address, step: number, accumulate: boolean): void;
  copyStretches(count: number, bytes: number, from: Address, fromStep: number, into: Address, intoStep: number): void;
  squares(count: number, x: Address): number;
  squaredDifferences(count: number, x: Address, y: Address): number;
  scaledDifference(count: number, x: Address, y: Address, factor: number, into: Address): void;
  scaleInto(count: number, factor: number, x: Address, into: Address): void;
  axpy(count: number, factor: number, x: Address, into: Address): void;
  allFinite(count: number, x: Address): number;
  rowSquares(rows: number, width: number, x: Address, factor: number, into: Address): void;
  attentionWeights(rows: number, width: number, x: Address, scale: number, offsets: Address, k: number, scratch: Address): number;
  sparseRead(rows: number, entries: number, width: number, p: Address, v: Address, into: Address): void;
  sparseBackward(...reading: readonly number[]): void;
  attentionBackward(rows: number, width: number, p: Address, d: Address): void;
  keyGradient(rows: number, width: number, factor: number, c: Address, k: Address, m: Address): void;
  dots(count: number, x: Address, y: Address): number;
  gruKeep(rows: number, hidden: number, kept: Address, state: Address, h: Address): void;
  gruForward(...step: readonly number[]): void;
  gruBackward(...step: readonly number[]): void;
  gaussianSample(...rows: readonly number[]): void;
  gaussianSampleBackward(...rows: readonly number[]): void;
  gaussianDensity(...rows: readonly number[]): void;
  gaussianDensityBackward(...rows: readonly number[]): void;
  categorical(...rows: readonly number[]): void;
  categoricalBackward(...rows: readonly number[]): void;
  adam(...step: readonly number[]): void;
}

/** What is used of tfjs' backend. */
interface WasmBackend {
  readonly wasm: { readonly asm: { readonly memory: WebAssembly.Memory }; _malloc(bytes: number): Address; _free(at: Address): void };
  readonly dataIdMap: { get(id: tf.DataId): { readonly memoryOffset: Address } };
  makeOutput(shape: number[], dtype: "float32"): tf.TensorInfo;
}

/** A dense, row-major matrix in the memory. */
export interface Matrix {
  readonly at: Address;
  readonly rows: number;
  readonly columns: number;
  /** Whether its transpose is meant. */
  readonly transposed?: boolean;
}

interface ProductOptions {
  readonly bias?: Address;
  readonly accumulate?: boolean;
  readonly count?: number;
}

export class Heap {
  readonly kernels: Kernels;
  /** Room for `gemm`'s packed operands. */
  readonly scratch: Address;
  readonly #backend: WasmBackend;
  #numbers = new Float32Array(0);
  #integers = new Int32Array(0);

  constructor(backend: WasmBackend, { module, startThreads }: KernelSource) {
    const { memory } = backend.wasm.asm;
    const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
    const scratch = (): Address => backend.wasm._malloc(kernels.gemmScratch());
    const threads = startThreads?.(memory) ?? [];
    this.#backend = backend;
    this.scratch = scratch();
    this.kernels = threads.length === 0 ? kernels : threadedKernels(kernels, threads, threads.map(scratch));
  }

  /** The whole memory as numbers: index = address / 4. Valid until something is allocated. */
  get numbers(): Float32Array {
    const { buffer } = this.#backend.wasm.asm.memory;
    if (this.#numbers.buffer !== buffer) this.#numbers = new Float32Array(buffer);
    return this.#numbers;
  }

  /** The same as integers. */
  get integers(): Int32Array {
    const { buffer } = this.#backend.wasm.asm.memory;
    if (this.#integers.buffer !== buffer) this.#integers = new Int32Array(buffer);
    return this.#integers;
  }

  /** Where a tensor lies; for as long as it lives. */
  address({ dataId }: tf.TensorInfo): Address {
    return this.#backend.dataIdMap.get(dataId).memoryOffset;
  }

  /** Room for a kernel's output; what is in it is left over from others. */
  output(shape: readonly number[]): tf.TensorInfo {
    return this.#backend.makeOutput([...shape], "float32");
  }

  /** into = (into, where `accumulate`) + A·B, each as it lies or transposed, with a bias for every row (0 for none); for each of `count` pairs that follow one another. */
  product(a: Matrix, b: Matrix, into: Address, { bias = 0, accumulate = false, count = 1 }: ProductOptions = {}): void {
    const [n, depth] = a.transposed === true ? [a.columns, a.rows] : [a.rows, a.columns];
    const m = b.transposed === true ? b.rows : b.columns;
    const [aRow, aColumn] = a.transposed === true ? [4, 4 * a.columns] : [4 * a.columns, 4];
    const [bRow, bColumn] = b.transposed === true ? [4, 4 * b.columns] : [4 * b.columns, 4];
    const [aStep, bStep] = [4 * a.rows * a.columns, 4 * b.rows * b.columns];
    this.kernels.gemm(count, n, m, depth, a.at, aRow, aColumn, aStep, b.at, bRow, bColumn, bStep, into, 4 * n * m, bias, 0, accumulate, this.scratch);
  }

  /** Room for so many numbers until it is released; what is in it is left over from others. */
  reserve(count: number): Address {
    return this.#backend.wasm._malloc(Math.max(count, 1) * 4);
  }

  release(at: Address): void {
    this.#backend.wasm._free(at);
  }
}

/** The kernels as they were compiled, and the further threads that are to compute with them. */
export interface KernelSource {
  readonly module: WebAssembly.Module;
  readonly startThreads?: (memory: WebAssembly.Memory) => readonly KernelThread[];
}

let source: KernelSource | undefined;
let absence = "the wasm backend was not started";
const heaps = new WeakMap<object, Heap>();

/** Makes the kernels known, or why there are none; without them the wasm backend computes with tfjs' kernels alone. */
export function provideKernels(kernels: KernelSource | string): void {
  if (typeof kernels === "string") absence = kernels;
  else source = kernels;
}

/** Why the kernels do not compute; undefined where they do. */
export const kernelsMissing = (): string | undefined => (source === undefined ? absence : undefined);

/** The memory and its kernels; undefined where another backend computes. */
export function heap(): Heap | undefined {
  if (source === undefined || tf.getBackend() !== "wasm") return undefined;
  const backend = tf.backend();
  let found = heaps.get(backend);
  if (found === undefined) heaps.set(backend, (found = new Heap(backend as unknown as WasmBackend, source)));
  return found;
}

/**
 * Registers a kernel for the wasm backend, unless there is one of its name, and returns a way to call it that leaves out tfjs' bookkeeping, which costs
 * more than most kernels.
 * @param compute Gets the addresses of the inputs and returns what it made with `heap.output`.
 */
export function wasmKernel<Options>(
  name: string,
  compute: (heap: Heap, inputs: readonly Address[], options: Options) => readonly tf.TensorInfo[],
): (inputs: readonly Tensor[], options: Options) => Tensor[] {
  // A second copy of this module, as in a user's file that is compiled to CommonJS, leaves the kernels to the first, whose memory it is.
  if (tf.getKernel(name, "wasm") === undefined) {
    tf.registerKernel({
      kernelName: name,
      backendName: "wasm",
      kernelFunc({ inputs, attrs }) {
        const memory = heap()!;
        const addresses = Object.values(inputs).map((input) => memory.address(input!));
        return [...compute(memory, addresses, attrs as unknown as Options)];
      },
    });
  }
  return (inputs, options) => {
    const memory = heap()!;
    const engine = tf.engine();
    const addresses = inputs.map((input) => memory.address(input));
    return compute(memory, addresses, options).map((info) => engine.makeTensorFromTensorInfo(info));
  };
}
