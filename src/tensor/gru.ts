/**
 * @file Gated recurrent units over time, with resets within a sequence: as a composite, which is the reference and runs on every backend, and as fused
 * kernels for wasm. With h the state before the step,
 * r = σ(Wᵣx + Uᵣh + bᵣ), z = σ(W_z x + U_z h + b_z), n = tanh(Wₙx + bₙ + r ⊙ (Uₙh + c)), and the next state is (1 − z) ⊙ n + z ⊙ h.
 * @see Cho et al. (2014), "Learning phrase representations using RNN encoder–decoder"; the form with r outside Uₙh is cuDNN's and PyTorch's.
 */
import { ShapeError } from "../contract/errors.ts";
import type { RandomStream } from "../numerics/random.ts";
import { apart, noteGradients } from "./fused.ts";
import { heap, wasmKernel, type Address } from "./heap.ts";
import { add, columns, matMul, mul, reshape, rowRange, segment, sigmoid, stack, sub, sum, tanh } from "./ops.ts";
import { placeOf, type ParameterLayout, type ParameterPart } from "./parameters.ts";
import { jointOperation } from "./tape.ts";
import type { Tensor, Tensor2D } from "./types.ts";

export interface GruShape {
  /** Numbers in an input, and in the state. */
  readonly inputs: number;
  readonly hidden: number;
}

/** Offsets of W [inputs, 3 hidden] and U [hidden, 3 hidden], columns in the order r, z, n; of b [3 hidden] and c [hidden]; and how many there are in all. */
function placesIn({ inputs, hidden }: GruShape): Readonly<Record<"weights" | "recurrent" | "bias" | "recurrentBias" | "size", number>> {
  const recurrent = inputs * 3 * hidden;
  const bias = recurrent + hidden * 3 * hidden;
  return { weights: 0, recurrent, bias, recurrentBias: bias + 3 * hidden, size: bias + 4 * hidden };
}

/** The unit as one part of a layout; within it `name/weights`, `name/recurrent`, `name/bias` and `name/recurrentBias`. */
export function gruPart(name: string, shape: GruShape): ParameterPart {
  const { inputs, hidden } = shape;
  const within = [
    { name: `${name}/weights`, shape: [inputs, 3 * hidden] },
    { name: `${name}/recurrent`, shape: [hidden, 3 * hidden] },
    { name: `${name}/bias`, shape: [3 * hidden] },
    { name: `${name}/recurrentBias`, shape: [hidden] },
  ];
  return { name, shape: [placesIn(shape).size], within };
}

/** All parameters uniform in ±1/√hidden, as PyTorch does. */
export function initializeGru(name: string, shape: GruShape, layout: ParameterLayout, vector: Float32Array, random: RandomStream): void {
  const { offset, size } = placeOf(layout, name);
  const limit = 1 / Math.sqrt(shape.hidden);
  for (let i = 0; i < size; i++) vector[offset + i] = random.uniform(-limit, limit);
}

/** What a unit is applied to. */
export interface GruInput {
  /** [T, B, inputs] */
  readonly x: Tensor;
  /** The state before the first step, [B, hidden]. */
  readonly state: Tensor2D;
  /** 1, or 0 where the state is set to 0 before the step: [T, B]. Not differentiated. */
  readonly kept: Tensor2D;
  /** [P], laid out by `gruPart`. */
  readonly parameters: Tensor;
}

/** The states after each step, [T, B, hidden], differentiable in x, state and parameters to every order. @throws {ShapeError} */
export function gru(input: GruInput, shape: GruShape): Tensor {
  check(input, shape);
  return heap() === undefined ? compositeGru(input, shape) : fusedGru(input, shape);
}

function check({ x, state, kept, parameters }: GruInput, shape: GruShape): void {
  const { inputs, hidden } = shape;
  const { size } = placesIn(shape);
  const [time, batch] = x.shape;
  const fits = x.rank === 3 && x.shape[2] === inputs && state.shape[0] === batch && state.shape[1] === hidden;
  if (fits && kept.shape[0] === time && kept.shape[1] === batch && parameters.rank === 1 && parameters.size === size) return;
  const got = { x: x.shape, state: state.shape, kept: kept.shape, parameters: parameters.shape };
  throw new ShapeError("gru", got, `x [T, B, ${inputs}], state [B, ${hidden}], kept [T, B] and parameters [${size}]`);
}

/** The reference. */
export function compositeGru({ x, state, kept, parameters }: GruInput, shape: GruShape): Tensor {
  const { inputs, hidden } = shape;
  const places = placesIn(shape);
  const [time, batch] = x.shape as [number, number];
  const recurrent = segment(parameters, places.recurrent, [hidden, 3 * hidden]) as Tensor2D;
  const recurrentBias = segment(parameters, places.recurrentBias, [1, hidden]);
  const weights = segment(parameters, places.weights, [inputs, 3 * hidden]) as Tensor2D;
  const gates = add(matMul(reshape(x, [time * batch, inputs]) as Tensor2D, weights), segment(parameters, places.bias, [1, 3 * hidden]));
  const states: Tensor2D[] = [];
  let h = state;
  for (let t = 0; t < time; t++) {
    h = mul(h, reshape(rowRange(kept, t, 1), [batch, 1]));
    const given = rowRange(gates, t * batch, batch);
    const carried = matMul(h, recurrent);
    const gate = (k: number, from: Tensor2D): Tensor2D => columns(from, k * hidden, hidden);
    const r = sigmoid(add(gate(0, given), gate(0, carried)));
    const z = sigmoid(add(gate(1, given), gate(1, carried)));
    const n = tanh(add(gate(2, given), mul(r, add(gate(2, carried), recurrentBias))));
    h = add(n, mul(z, sub(h, n)));
    states.push(h);
  }
  return reshape(stack(...states), [time, batch, hidden]);
}

function fusedGru(input: GruInput, shape: GruShape): Tensor {
  const [x, state, kept, parameters] = apart(input.x, input.state, input.kept, input.parameters);
  const [time, batch] = x.shape as [number, number];
  const sizes = { ...shape, time, batch };
  const [states, cache] = forward([x, state, kept, parameters], sizes) as [Tensor, Tensor];
  const xs = [x, state, parameters];
  jointOperation([states], xs, ([dy], needed) => {
    const results = backward([x, kept, parameters, cache, dy!], { ...sizes, needed });
    const wanted = results.map((result, k) => (needed[k]! ? result : undefined));
    noteGradients(wanted, xs, [...xs, dy!], () => sum(mul(compositeGru({ x, state, kept, parameters }, shape), dy!)));
    return wanted;
  });
  return states;
}

interface Sizes extends GruShape {
  readonly time: number;
  readonly batch: number;
}

/** In the cache: the state before each step, r, z, n and m, [T, B, hidden] each. */
const CACHED = 5;

const forward = wasmKernel<Sizes>("EngramGru", (memory, inputs, sizes) => {
  const { time, batch, inputs: width, hidden } = sizes;
  const [x, state, kept, parameters] = inputs as [Address, Address, Address, Address];
  const places = placesIn(sizes);
  const all = time * batch;
  const step = 4 * batch * hidden;
  const [states, cache] = [memory.output([time, batch, hidden]), memory.output([CACHED * all * hidden])];
  const gates = memory.reserve((all + batch) * 3 * hidden);
  const carried = gates + 4 * all * 3 * hidden;
  const [next, before] = [memory.address(states), memory.address(cache)];
  const [r, z, n, m] = [1, 2, 3, 4].map((k) => before + k * time * step) as [Address, Address, Address, Address];
  const recurrent = { at: parameters + 4 * places.recurrent, rows: hidden, columns: 3 * hidden };
  const weights = { at: parameters + 4 * places.weights, rows: width, columns: 3 * hidden };
  memory.product({ at: x, rows: all, columns: width }, weights, gates, { bias: parameters + 4 * places.bias });
  for (let t = 0; t < time; t++) {
    const at = t * step;
    memory.kernels.gruKeep(batch, hidden, kept + 4 * t * batch, t === 0 ? state : next + at - step, before + at);
    memory.product({ at: before + at, rows: batch, columns: hidden }, recurrent, carried);
    const given = gates + 3 * at;
    const bias = parameters + 4 * places.recurrentBias;
    memory.kernels.gruForward(batch, hidden, given, carried, bias, before + at, r + at, z + at, n + at, m + at, next + at);
  }
  memory.release(gates);
  return [states, cache];
});

interface BackwardOptions extends Sizes {
  /** Whether the gradients of x, state and parameters are wanted. */
  readonly needed: readonly boolean[];
}

const backward = wasmKernel<BackwardOptions>("EngramGruGradient", (memory, inputs, { needed, ...sizes }) => {
  const { time, batch, inputs: width, hidden } = sizes;
  const [x, kept, parameters, before, dy] = inputs as [Address, Address, Address, Address, Address];
  const { kernels } = memory;
  const places = placesIn(sizes);
  const all = time * batch;
  const step = 4 * batch * hidden;
  const shapes = [[time, batch, width], [batch, hidden], [places.size]]; // prettier-ignore
  const results = shapes.map((shape, k) => memory.output(needed[k]! || k === 1 ? shape : [0]));
  const [dx, dState, gradient] = results.map((result) => memory.address(result)) as [Address, Address, Address];
  const dGates = memory.reserve(2 * all * 3 * hidden + 2 * batch * hidden);
  const dCarried = dGates + 4 * all * 3 * hidden;
  const dNext = dCarried + 4 * all * 3 * hidden;
  const dh = dNext + step;
  const [r, z, n, m] = [1, 2, 3, 4].map((k) => before + k * time * step) as [Address, Address, Address, Address];
  const turned = { at: parameters + 4 * places.recurrent, rows: hidden, columns: 3 * hidden, transposed: true };
  for (let t = time - 1; t >= 0; t--) {
    const at = t * step;
    memory.numbers.copyWithin(dNext / 4, (dy + at) / 4, (dy + at + step) / 4);
    if (t < time - 1) kernels.axpy(batch * hidden, 1, dState, dNext);
    const carried = dCarried + 3 * at;
    kernels.gruBackward(batch, hidden, dNext, before + at, r + at, z + at, n + at, m + at, dGates + 3 * at, carried, dh);
    memory.product({ at: carried, rows: batch, columns: 3 * hidden }, turned, dh, { accumulate: true });
    kernels.gruKeep(batch, hidden, kept + 4 * t * batch, dh, dState);
  }
  const fromGates = { at: dGates, rows: all, columns: 3 * hidden };
  if (needed[0]!) memory.product(fromGates, { at: parameters + 4 * places.weights, rows: width, columns: 3 * hidden, transposed: true }, dx);
  if (needed[2]!) {
    memory.product({ at: x, rows: all, columns: width, transposed: true }, fromGates, gradient + 4 * places.weights);
    const carried = { at: dCarried, rows: all, columns: 3 * hidden };
    memory.product({ at: before, rows: all, columns: hidden, transposed: true }, carried, gradient + 4 * places.recurrent);
    kernels.columnSums(1, all, 3 * hidden, dGates, gradient + 4 * places.bias, 0, false);
    // Of what passes r alone: the last third of each row, summed with the rest and kept apart.
    kernels.columnSums(1, all, 3 * hidden, dCarried, dGates, 0, false);
    memory.numbers.copyWithin(gradient / 4 + places.recurrentBias, dGates / 4 + 2 * hidden, dGates / 4 + 3 * hidden);
  }
  memory.release(dGates);
  return results;
});
