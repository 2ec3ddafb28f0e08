/**
 * @file A step of gradient descent for each of T tasks, and the way back through it, without ever forming a task's weights. What a step adds to them,
 * W' = W − αhᵀδ, has the rank of the task's few examples, so gW' = gW − α(ghᵀ)δ: one product of all tasks with the weights that they share, and small ones
 * with n × n matrices of examples by examples. The way back does the same with the second derivatives' direction, which has that rank too.
 */
import type { Address, Heap, Matrix } from "./heap.ts";
import { activationKinds, mlpPlan, type MlpLayer, type MlpShape } from "./mlp-shape.ts";

export interface AdaptationSizes {
  readonly tasks: number;
  /** Examples a task is shown. */
  readonly shown: number;
  /** Examples a task is asked about. */
  readonly asked: number;
  /** α. */
  readonly rate: number;
}

/** Where a layer's values lie, from the beginning of the room for all; what goes into a layer is the activation of the one before. Offsets in numbers. */
interface Places {
  /** Of what was shown: the activation's input (the same place as h where h is enough) and output; ∂h and ∂z of its error; how z, h and ∂z move. */
  readonly z: number;
  readonly h: number;
  readonly dh: number;
  readonly dz: number;
  readonly rz: number;
  readonly rh: number;
  readonly rdz: number;
  /** Of what was asked: the same. */
  readonly askedZ: number;
  readonly askedH: number;
  readonly askedDz: number;
  /** −α(ghᵀ + 1) and −α ε δᵀ, [T, asked, shown]. */
  readonly inputs: number;
  readonly deltas: number;
}

/** @see Finn et al. (2017), "Model-agnostic meta-learning", eq. 1; Pearlmutter (1994) for the tangents. */
export class AdaptationPasses {
  /** Numbers that both passes need room for. */
  readonly room: number;
  readonly #heap: Heap;
  readonly #layers: readonly MlpLayer[];
  readonly #kind: number;
  readonly #sizes: AdaptationSizes;
  readonly #places: readonly Places[];
  readonly #ones: number;

  constructor(heap: Heap, shape: MlpShape, sizes: AdaptationSizes) {
    this.#heap = heap;
    this.#layers = mlpPlan(shape).layers;
    this.#kind = activationKinds[shape.activation];
    this.#sizes = sizes;
    const { tasks, shown, asked } = sizes;
    let room = 0;
    const take = (count: number): number => (room += count) - count;
    this.#places = this.#layers.map(({ outputs }, k) => {
      const [forShown, forAsked, pairs] = [tasks * shown * outputs, tasks * asked * outputs, tasks * shown * asked];
      const [h, askedH] = [take(forShown), take(forAsked)];
      const apart = shape.activation === "gelu" && k < this.#layers.length - 1;
      const [z, askedZ] = apart ? [take(forShown), take(forAsked)] : [h, askedH];
      const [dh, dz, rz, rh, rdz] = [1, 2, 3, 4, 5].map(() => take(forShown)) as [number, number, number, number, number];
      return { z, h, dh, dz, rz, rh, rdz, askedZ, askedH, askedDz: take(forAsked), inputs: take(pairs), deltas: take(pairs) };
    });
    this.#ones = take(shown);
    this.room = room;
  }

  /** Leaves what was shown and asked in the room, and returns the error on what was asked, whose ∂ is left as the last layer's `askedDz`. */
  forward(parameters: Address, [shown, targets, asked, answers]: readonly [Address, Address, Address, Address], room: Address): number {
    const { kernels, numbers } = this.#heap;
    const at = (offset: number): Address => room + 4 * offset;
    const last = this.#layers.length - 1;
    numbers.fill(1, at(this.#ones) / 4, at(this.#ones) / 4 + this.#sizes.shown);
    this.#layers.forEach((layer, k) => {
      const { z, h } = this.#places[k]!;
      this.#byWeights(layer, k === 0 ? shown : at(this.#places[k - 1]!.h), parameters, at(z), this.#rows("shown"), true);
      if (k < last) kernels.activate(this.#kind, this.#rows("shown") * layer.outputs, at(z), at(h));
    });
    const top = this.#places[last]!;
    const { outputs } = this.#layers[last]!;
    kernels.scaledDifference(this.#rows("shown") * outputs, at(top.h), targets, 2 / (this.#sizes.shown * outputs), at(top.dz));
    for (let k = last; k > 0; k--) this.#backThrough(k, parameters, room);
    this.#layers.forEach((layer, k) => {
      const { dz, askedZ, askedH, inputs } = this.#places[k]!;
      const [g, h] = k === 0 ? [asked, shown] : [at(this.#places[k - 1]!.askedH), at(this.#places[k - 1]!.h)];
      this.#pairs(g, h, layer.inputs, at(inputs), at(this.#ones));
      this.#byWeights(layer, g, parameters, at(askedZ), this.#rows("asked"), true);
      this.#each(this.#pairMatrix(inputs, room), { at: at(dz), rows: this.#sizes.shown, columns: layer.outputs }, at(askedZ), true);
      if (k < last) kernels.activate(this.#kind, this.#rows("asked") * layer.outputs, at(askedZ), at(askedH));
    });
    const count = this.#rows("asked") * outputs;
    const error = kernels.squaredDifferences(count, at(top.askedH), answers) / count;
    kernels.scaledDifference(count, at(top.askedH), answers, 2 / count, at(top.askedDz));
    return error;
  }

  /** The gradient of that error with respect to the shared parameters. */
  backward(parameters: Address, shown: Address, asked: Address, room: Address, gradient: Address): void {
    const { kernels } = this.#heap;
    const at = (offset: number): Address => room + 4 * offset;
    for (let k = this.#layers.length - 1; k >= 0; k--) {
      const layer = this.#layers[k]!;
      const { askedDz, dz, deltas } = this.#places[k]!;
      const before = this.#places[k - 1];
      this.#gradientOf(layer, before === undefined ? asked : at(before.askedH), at(askedDz), this.#rows("asked"), gradient, false);
      if (before === undefined) continue;
      this.#pairs(at(askedDz), at(dz), layer.outputs, at(deltas), 0);
      // ∂g lies where ∂z will.
      this.#byTransposedWeights(layer, at(askedDz), parameters, at(before.askedDz), this.#rows("asked"));
      this.#each(this.#pairMatrix(deltas, room), { at: at(before.h), rows: this.#sizes.shown, columns: layer.inputs }, at(before.askedDz), true);
      kernels.activateSlope(this.#kind, this.#rows("asked") * layer.inputs, at(before.askedZ), at(before.askedH), at(before.askedDz), at(before.askedDz)); // prettier-ignore
    }
    this.#tangents(parameters, room);
    this.#layers.forEach((layer, k) => {
      const { dz, rdz } = this.#places[k]!;
      const before = this.#places[k - 1];
      this.#gradientOf(layer, before === undefined ? shown : at(before.h), at(rdz), this.#rows("shown"), gradient, true);
      if (before !== undefined) this.#weightsGradientOf(layer, at(before.rh), at(dz), this.#rows("shown"), gradient, true);
    });
  }

  /** How z, h and ∂z of what was shown move when each task's weights move by −α times their gradient of the error on what was asked. */
  #tangents(parameters: Address, room: Address): void {
    const { kernels } = this.#heap;
    const at = (offset: number): Address => room + 4 * offset;
    const last = this.#layers.length - 1;
    this.#layers.forEach((layer, k) => {
      const { z, h, rz, rh, askedDz, inputs } = this.#places[k]!;
      if (k > 0) this.#byWeights(layer, at(this.#places[k - 1]!.rh), parameters, at(rz), this.#rows("shown"), false);
      this.#each(this.#pairMatrix(inputs, room, true), { at: at(askedDz), rows: this.#sizes.asked, columns: layer.outputs }, at(rz), k > 0);
      if (k < last) kernels.activateSlope(this.#kind, this.#rows("shown") * layer.outputs, at(z), at(h), at(rz), at(rh));
    });
    const { outputs } = this.#layers[last]!;
    const top = this.#places[last]!;
    kernels.scaleInto(this.#rows("shown") * outputs, 2 / (this.#sizes.shown * outputs), at(top.rz), at(top.rdz));
    for (let k = last; k > 0; k--) {
      const layer = this.#layers[k]!;
      const { rdz, deltas } = this.#places[k]!;
      const before = this.#places[k - 1]!;
      const count = this.#rows("shown") * layer.inputs;
      this.#byTransposedWeights(layer, at(rdz), parameters, at(before.rdz), this.#rows("shown"));
      this.#each(
        this.#pairMatrix(deltas, room, true),
        { at: at(before.askedH), rows: this.#sizes.asked, columns: layer.inputs },
        at(before.rdz),
        true,
      );
      kernels.activateSlope(this.#kind, count, at(before.z), at(before.h), at(before.rdz), at(before.rdz));
      kernels.activateCurvature(this.#kind, count, at(before.z), at(before.h), at(before.rz), at(before.dh), at(before.rdz));
    }
  }

  /** ∂h and ∂z of the layer before, of what was shown. */
  #backThrough(k: number, parameters: Address, room: Address): void {
    const before = this.#places[k - 1]!;
    const layer = this.#layers[k]!;
    const [dz, z, h, dh] = [before.dz, before.z, before.h, before.dh].map((offset) => room + 4 * offset) as [Address, Address, Address, Address];
    this.#byTransposedWeights(layer, room + 4 * this.#places[k]!.dz, parameters, dh, this.#rows("shown"));
    this.#heap.kernels.activateSlope(this.#kind, this.#rows("shown") * layer.inputs, z, h, dh, dz);
  }

  /** Of all tasks. */
  #rows(which: "shown" | "asked"): number {
    return this.#sizes.tasks * this.#sizes[which];
  }

  /** into = −α(a·bᵀ + bias), for each task: a of what was asked, b of what was shown. */
  #pairs(a: Address, b: Address, columns: number, into: Address, bias: Address): void {
    const { tasks, shown, asked, rate } = this.#sizes;
    this.#heap.product({ at: a, rows: asked, columns }, { at: b, rows: shown, columns, transposed: true }, into, { bias, count: tasks });
    this.#heap.kernels.scaleInto(tasks * asked * shown, -rate, into, into);
  }

  #pairMatrix(offset: number, room: Address, transposed = false): Matrix {
    return { at: room + 4 * offset, rows: this.#sizes.asked, columns: this.#sizes.shown, transposed };
  }

  /** into = (into +) pairs · b, for each task. */
  #each(pairs: Matrix, b: Matrix, into: Address, accumulate: boolean): void {
    this.#heap.product(pairs, b, into, { accumulate, count: this.#sizes.tasks });
  }

  /** into = h·W, with the bias or without. */
  #byWeights({ inputs, outputs, weights, bias }: MlpLayer, h: Address, parameters: Address, into: Address, rows: number, biased: boolean): void {
    const w = { at: parameters + 4 * weights, rows: inputs, columns: outputs };
    this.#heap.product({ at: h, rows, columns: inputs }, w, into, { bias: biased ? parameters + 4 * bias : 0 });
  }

  /** into = delta·Wᵀ */
  #byTransposedWeights({ inputs, outputs, weights }: MlpLayer, delta: Address, parameters: Address, into: Address, rows: number): void {
    const w = { at: parameters + 4 * weights, rows: inputs, columns: outputs, transposed: true };
    this.#heap.product({ at: delta, rows, columns: outputs }, w, into);
  }

  #gradientOf(layer: MlpLayer, h: Address, delta: Address, rows: number, gradient: Address, accumulate: boolean): void {
    this.#weightsGradientOf(layer, h, delta, rows, gradient, accumulate);
    this.#heap.kernels.columnSums(1, rows, layer.outputs, delta, gradient + 4 * layer.bias, 0, accumulate);
  }

  #weightsGradientOf({ inputs, outputs, weights }: MlpLayer, h: Address, delta: Address, rows: number, gradient: Address, accumulate: boolean): void {
    const left = { at: h, rows, columns: inputs, transposed: true };
    this.#heap.product(left, { at: delta, rows, columns: outputs }, gradient + 4 * weights, { accumulate });
  }
}
