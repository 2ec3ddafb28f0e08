/**
 * @file A whole network's passes in the heap: forward, backward, and the tangents of both (Pearlmutter's R-operator), which together give
 * products with the Hessian. Only addresses go in and out; each pass is a few calls of kernels a layer.
 * @see Pearlmutter (1994), "Fast exact multiplication by the Hessian".
 */
import type { Address, Heap } from "./heap.ts";
import { activationKinds, mlpPlan, type MlpLayer, type MlpShape } from "./mlp-shape.ts";

/** Where a hidden layer's values lie in a pass's cache, each [T·N, outputs] unless said otherwise; offsets in numbers. */
interface Hidden {
  /** What the activation gets; the same place as h where its derivatives need h alone. */
  readonly z: number;
  readonly h: number;
  /** Layer norm's unit rows, and 1/σ of each, [T·N]. */
  readonly n: number;
  readonly inverse: number;
}

/** The gradients that the way back leaves for its tangent: of h, of the activation's input, and of the layer norm's input. */
interface Deltas {
  readonly dh: number;
  readonly dz: number;
  readonly dx: number;
}

/** How a hidden layer's values move, and mean(n ⊙ Rx) of each row of a layer norm. */
interface Tangents {
  readonly rz: number;
  readonly rh: number;
  readonly rn: number;
  readonly along: number;
}

/** One network on T problems of N rows each, with parameters of their own or shared (T = 1). */
export class MlpPasses {
  readonly cacheSize: number;
  readonly deltasSize: number;
  readonly tangentsSize: number;
  readonly #heap: Heap;
  readonly #layers: readonly MlpLayer[];
  readonly #kind: number;
  readonly #tasks: number;
  readonly #rows: number;
  /** Bytes from one task's parameters to the next's. */
  readonly #step: number;
  readonly #hidden: readonly Hidden[];
  readonly #deltas: readonly Deltas[];
  readonly #tangents: readonly Tangents[];
  /** How the gradient of a hidden layer moves, before and after its activation: one layer's at a time. */
  readonly #rdh: number;
  readonly #rdz: number;

  constructor(heap: Heap, shape: MlpShape, tasks: number, rows: number) {
    const { layers, size } = mlpPlan(shape);
    this.#heap = heap;
    this.#layers = layers;
    this.#kind = activationKinds[shape.activation];
    this.#tasks = tasks;
    this.#rows = rows;
    this.#step = tasks === 1 ? 0 : 4 * size;
    const all = tasks * rows;
    let cache = 0;
    let deltas = 0;
    let tangents = 0;
    const inCache = (count: number): number => (cache += count) - count;
    const inDeltas = (count: number): number => (deltas += count) - count;
    const inTangents = (count: number): number => (tangents += count) - count;
    const hidden = layers.slice(0, -1);
    this.#hidden = hidden.map(({ outputs, norm }) => {
      const h = inCache(all * outputs);
      const z = shape.activation === "gelu" ? inCache(all * outputs) : h;
      return { z, h, n: norm === undefined ? z : inCache(all * outputs), inverse: norm === undefined ? 0 : inCache(all) };
    });
    this.#deltas = hidden.map(({ outputs, norm }) => {
      const dh = inDeltas(all * outputs);
      const dz = inDeltas(all * outputs);
      return { dh, dz, dx: norm === undefined ? dz : inDeltas(all * outputs) };
    });
    this.#tangents = hidden.map(({ outputs, norm }) => {
      const rz = inTangents(all * outputs);
      const rh = inTangents(all * outputs);
      return { rz, rh, rn: norm === undefined ? rz : inTangents(all * outputs), along: norm === undefined ? 0 : inTangents(all) };
    });
    const widest = Math.max(...hidden.map(({ outputs }) => outputs), 0);
    this.#rdh = inTangents(all * widest);
    this.#rdz = inTangents(all * widest);
    this.cacheSize = cache;
    this.deltasSize = deltas;
    this.tangentsSize = tangents;
  }

  /** Writes y [T, N, out], and what the way back needs into the cache. */
  forward(x: Address, parameters: Address, cache: Address, y: Address): void {
    const { kernels } = this.#heap;
    let h = x;
    this.#layers.forEach((layer, k) => {
      const { outputs, norm } = layer;
      const place = this.#hidden[k];
      if (place === undefined) {
        this.#byWeights(layer, h, parameters, y, parameters);
        return;
      }
      const z = cache + 4 * place.z;
      const into = cache + 4 * place.h;
      if (norm === undefined) this.#byWeights(layer, h, parameters, z, parameters);
      else {
        const n = cache + 4 * place.n;
        this.#byWeights(layer, h, parameters, n, parameters);
        const [gain, shift] = [parameters + 4 * norm.gain, parameters + 4 * norm.shift];
        kernels.layerNorm(this.#tasks, this.#rows, outputs, n, gain, shift, this.#step, n, cache + 4 * place.inverse, z);
      }
      kernels.activate(this.#kind, this.#numbersIn(outputs), z, into);
      h = into;
    });
  }

  /** From ∂y to ∂x and the parameters' gradient (0 for one that is not wanted), leaving `deltas`. */
  backward(x: Address, parameters: Address, cache: Address, dy: Address, deltas: Address, dx: Address, gradient: Address): void {
    const { kernels } = this.#heap;
    let delta = dy;
    for (let k = this.#layers.length - 1; k >= 0; k--) {
      const layer = this.#layers[k]!;
      const before = this.#hidden[k - 1];
      if (gradient !== 0) this.#gradientOf(layer, before === undefined ? x : cache + 4 * before.h, delta, gradient, false);
      if (before === undefined) {
        if (dx !== 0) this.#byTransposedWeights(layer, delta, parameters, dx, false);
        return;
      }
      const { inputs } = layer;
      const into = this.#deltas[k - 1]!;
      const [dh, dz] = [deltas + 4 * into.dh, deltas + 4 * into.dz];
      this.#byTransposedWeights(layer, delta, parameters, dh, false);
      kernels.activateSlope(this.#kind, this.#numbersIn(inputs), cache + 4 * before.z, cache + 4 * before.h, dh, dz);
      const { norm } = this.#layers[k - 1]!;
      delta = deltas + 4 * into.dx;
      if (norm === undefined) continue;
      const n = cache + 4 * before.n;
      if (gradient !== 0) {
        kernels.columnDots(this.#tasks, this.#rows, inputs, dz, n, gradient + 4 * norm.gain, this.#step, false);
        kernels.columnSums(this.#tasks, this.#rows, inputs, dz, gradient + 4 * norm.shift, this.#step, false);
      }
      const inverse = cache + 4 * before.inverse;
      kernels.layerNormBackward(this.#tasks, this.#rows, inputs, dz, n, inverse, parameters + 4 * norm.gain, this.#step, delta);
    }
  }

  /**
   * How y, ∂x and the gradient move when x moves by vx and the parameters by v (0 for not at all), ∂y staying as it is: J·(vx, v), and the product
   * of the Hessian of ∂y·y with (vx, v). Results that are not wanted have address 0.
   */
  tangent(at: TangentAddresses): void {
    this.tangentForward(at);
    if (at.rdx !== 0 || at.rgradient !== 0) this.tangentBackward(at);
  }

  /** The first half: how y moves. */
  tangentForward({ x, parameters, cache, vx, v, tangents, ry }: TangentAddresses): void {
    const { kernels } = this.#heap;
    let h = x;
    let rh = vx;
    this.#layers.forEach((layer, k) => {
      const { outputs, norm } = layer;
      const [place, moves] = [this.#hidden[k], this.#tangents[k]];
      const into = moves === undefined ? ry : tangents + 4 * moves.rn;
      if (rh !== 0) this.#byWeights(layer, rh, parameters, into, v === 0 ? 0 : v);
      if (v !== 0) this.#byWeights(layer, h, v, into, rh === 0 ? v : 0, rh !== 0);
      if (place === undefined || moves === undefined) return;
      const rz = tangents + 4 * moves.rz;
      if (norm !== undefined) {
        const [gain, vGain, vShift] = [parameters, v, v].map((from, i) => (from === 0 ? 0 : from + 4 * (i === 2 ? norm.shift : norm.gain)));
        const [n, inverse, along] = [cache + 4 * place.n, cache + 4 * place.inverse, tangents + 4 * moves.along];
        kernels.layerNormTangent(this.#tasks, this.#rows, outputs, into, n, inverse, gain!, this.#step, vGain!, vShift!, into, along, rz);
      }
      h = cache + 4 * place.h;
      rh = tangents + 4 * moves.rh;
      kernels.activateSlope(this.#kind, this.#numbersIn(outputs), cache + 4 * place.z, h, rz, rh);
    });
  }

  /** The second half: how ∂x and the gradient move. @param rdy How ∂y moves; 0 for not at all. */
  tangentBackward({ x, parameters, cache, dy, deltas, vx, v, tangents, rdx, rgradient }: TangentAddresses, rdy: Address = 0): void {
    const { kernels } = this.#heap;
    let delta = dy;
    /** How `delta` moves. */
    let rdelta = rdy;
    for (let k = this.#layers.length - 1; k >= 0; k--) {
      const layer = this.#layers[k]!;
      const [place, moves, back] = [this.#hidden[k - 1], this.#tangents[k - 1], this.#deltas[k - 1]];
      if (rgradient !== 0) {
        const rh = moves === undefined ? vx : tangents + 4 * moves.rh;
        const h = place === undefined ? x : cache + 4 * place.h;
        if (rdelta !== 0) this.#gradientOf(layer, h, rdelta, rgradient, false);
        else this.#clearGradientOf(layer, rgradient);
        if (rh !== 0) this.#weightsGradientOf(layer, rh, delta, rgradient, true);
      }
      const into = place === undefined ? rdx : tangents + 4 * this.#rdh;
      if (into !== 0) {
        if (v !== 0) this.#byTransposedWeights(layer, delta, v, into, false);
        if (rdelta !== 0) this.#byTransposedWeights(layer, rdelta, parameters, into, v !== 0);
        else if (v === 0) this.#heap.numbers.fill(0, into / 4, into / 4 + this.#numbersIn(layer.inputs));
      }
      if (place === undefined || moves === undefined || back === undefined) return;
      const count = this.#numbersIn(layer.inputs);
      const [z, h] = [cache + 4 * place.z, cache + 4 * place.h];
      rdelta = tangents + 4 * this.#rdz;
      kernels.activateSlope(this.#kind, count, z, h, into, rdelta);
      kernels.activateCurvature(this.#kind, count, z, h, tangents + 4 * moves.rz, deltas + 4 * back.dh, rdelta);
      delta = deltas + 4 * back.dx;
      const { norm } = this.#layers[k - 1]!;
      if (norm === undefined) continue;
      const [n, rn, dz] = [cache + 4 * place.n, tangents + 4 * moves.rn, deltas + 4 * back.dz];
      if (rgradient !== 0) {
        const [gain, shift] = [rgradient + 4 * norm.gain, rgradient + 4 * norm.shift];
        kernels.columnDots(this.#tasks, this.#rows, layer.inputs, rdelta, n, gain, this.#step, false);
        kernels.columnDots(this.#tasks, this.#rows, layer.inputs, dz, rn, gain, this.#step, true);
        kernels.columnSums(this.#tasks, this.#rows, layer.inputs, rdelta, shift, this.#step, false);
      }
      const [inverse, along, gain] = [cache + 4 * place.inverse, tangents + 4 * moves.along, parameters + 4 * norm.gain];
      const vGain = v === 0 ? 0 : v + 4 * norm.gain;
      kernels.layerNormBackwardTangent(this.#tasks, this.#rows, layer.inputs, dz, rdelta, n, rn, inverse, along, gain, this.#step, vGain, delta, rdelta); // prettier-ignore
    }
  }

  #numbersIn(width: number): number {
    return this.#tasks * this.#rows * width;
  }

  /** into = h·W (+ into), on top of the bias of `biases` (0 for none). */
  #byWeights(
    { inputs, outputs, weights, bias }: MlpLayer,
    h: Address,
    parameters: Address,
    into: Address,
    biases: Address,
    accumulate = false,
  ): void {
    const { kernels, scratch } = this.#heap;
    const [from, to, rows] = [4 * inputs, 4 * outputs, this.#rows];
    const [above, aboveStep] = biases === 0 ? [0, 0] : [biases + 4 * bias, this.#step];
    const w = parameters + 4 * weights;
    kernels.gemm(this.#tasks, rows, outputs, inputs, h, from, 4, rows * from, w, to, 4, this.#step, into, rows * to, above, aboveStep, accumulate, scratch); // prettier-ignore
  }

  /** into = delta·Wᵀ (+ into) */
  #byTransposedWeights({ inputs, outputs, weights }: MlpLayer, delta: Address, parameters: Address, into: Address, accumulate: boolean): void {
    const { kernels, scratch } = this.#heap;
    const [to, from, rows] = [4 * inputs, 4 * outputs, this.#rows];
    const w = parameters + 4 * weights;
    kernels.gemm(this.#tasks, rows, inputs, outputs, delta, from, 4, rows * from, w, 4, from, this.#step, into, rows * to, 0, 0, accumulate, scratch);
  }

  /** The layer's weights and bias in `gradient`: hᵀ·delta and the sum of delta's rows. */
  #gradientOf(layer: MlpLayer, h: Address, delta: Address, gradient: Address, accumulate: boolean): void {
    this.#weightsGradientOf(layer, h, delta, gradient, accumulate);
    this.#heap.kernels.columnSums(this.#tasks, this.#rows, layer.outputs, delta, gradient + 4 * layer.bias, this.#step, accumulate);
  }

  #weightsGradientOf({ inputs, outputs, weights }: MlpLayer, h: Address, delta: Address, gradient: Address, accumulate: boolean): void {
    const { kernels, scratch } = this.#heap;
    const [wide, tall, rows] = [4 * inputs, 4 * outputs, this.#rows];
    const into = gradient + 4 * weights;
    kernels.gemm(this.#tasks, inputs, outputs, rows, h, 4, wide, rows * wide, delta, tall, 4, rows * tall, into, this.#step, 0, 0, accumulate, scratch); // prettier-ignore
  }

  #clearGradientOf({ inputs, outputs, weights }: MlpLayer, gradient: Address): void {
    for (let task = 0; task < this.#tasks; task++) {
      const from = (gradient + task * this.#step) / 4 + weights;
      this.#heap.numbers.fill(0, from, from + (inputs + 1) * outputs);
    }
  }
}

/** What a tangent pass reads and writes; 0 for absent movements and unwanted results. */
export interface TangentAddresses {
  readonly x: Address;
  readonly parameters: Address;
  readonly cache: Address;
  readonly dy: Address;
  readonly deltas: Address;
  readonly vx: Address;
  readonly v: Address;
  /** Scratch of `tangentsSize` numbers. */
  readonly tangents: Address;
  readonly ry: Address;
  readonly rdx: Address;
  readonly rgradient: Address;
}
