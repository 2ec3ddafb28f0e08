/**
 * @file Checks derivatives against finite differences. Wrong meta-gradients have gone unnoticed for months in published code for lack
 * of exactly this, so it is public: run it over every loss you write.
 */
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../numerics/random.ts";
import { requireBackend, upload } from "./kernels.ts";
import { add, mul, sum } from "./ops.ts";
import { differentiate } from "./tape.ts";
import type { Scalar, Tensor } from "./types.ts";

export interface GradientCheckOptions {
  /** 1 checks the gradient; 2 also the Hessian's products with directions. */
  readonly order: 1 | 2;
  /** How many directions are tried. */
  readonly directions?: number;
  /**
   * Length h of a step along a direction of unit length. With four function values, rounding (about 1e-7 / h, relative to the function's
   * value) and curvature (of order h⁴) meet near 0.03 for functions that are smooth on the scale of 1; take less where f has kinks.
   */
  readonly stepSize?: number;
  readonly seed?: number;
}

/** Worst over the directions of |analytic − numeric| / max(|analytic|, |numeric|, 1e-3 × what was differentiated). */
export interface GradientCheck {
  readonly first: number;
  /** 0 when order is 1. */
  readonly second: number;
}

/** A scalar of some tensors, built from operations whose derivatives are in question. */
export type ScalarFunction = (...parameters: Tensor[]) => Scalar;

/** All parameters, or one number for each of them, laid end to end in float64. */
type Flat = Float64Array;

/**
 * Compares f's derivatives along directions v with differences of fourth order: v·∇f with those of f, and for order 2 vᵀ∇²f u with
 * those of u·∇f. Half of each v is what it is multiplied with, so that the product is large against its rounding, and half is
 * random, so that no wrong component hides. An error of a thousandth is float32; of a hundredth, look closer.
 * @param parameters Where to check; every tensor of them is a variable of f.
 * @throws {OrderError} No backend has been selected.
 */
export function checkGradient(f: ScalarFunction, parameters: readonly Tensor[], options: GradientCheckOptions): GradientCheck {
  const { order, directions = 4, stepSize = 0.03, seed = 0 } = options;
  requireBackend();
  const random = RandomStream.fromSeed(seed);
  const shapes = parameters.map((parameter) => parameter.shape);
  const x = flatten(parameters);
  const tensorsAt = (numbers: Flat): Tensor[] => unflatten(numbers, shapes);
  const value = (at: Flat): number => disposingAll(() => f(...tensorsAt(at)).dataSync()[0]!);
  const gradient = (at: Flat): Flat => disposingAll(() => gradientOf(f, tensorsAt(at)));

  const atX = { value: value(x), gradient: gradient(x) };
  let first = 0;
  let second = 0;
  for (let i = 0; i < directions; i++) {
    const v = between(atX.gradient, random);
    first = Math.max(first, error(dot(atX.gradient, v), slope(value, x, v, stepSize), Math.abs(atX.value)));
    if (order === 1) continue;
    const u = between(new Float64Array(x.length), random);
    const curvature = disposingAll(() => gradientOf((...tensors) => along(f, tensors, unflatten(u, shapes)), tensorsAt(x)));
    const w = between(curvature, random);
    second = Math.max(
      second,
      error(
        dot(curvature, w),
        slope((at) => dot(gradient(at), u), x, w, stepSize),
        length(atX.gradient),
      ),
    );
  }
  return { first, second };
}

const gradientOf = (f: ScalarFunction, x: readonly Tensor[]): Flat => flatten(differentiate(() => f(...x), x).gradients);

/** u·∇f, differentiable. */
function along(f: ScalarFunction, x: readonly Tensor[], u: readonly Tensor[]): Scalar {
  const { gradients } = differentiate(() => f(...x), x);
  return gradients.map((gradient, k) => sum(mul(gradient, u[k]!))).reduce((total, part) => add(total, part));
}

/** (8 (g(x + hv) − g(x − hv)) − (g(x + 2hv) − g(x − 2hv))) / 12h. */
function slope(g: (at: Flat) => number, x: Flat, v: Flat, h: number): number {
  const at = (offset: number): number => g(x.map((number, i) => number + offset * v[i]!));
  return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
}

function error(analytic: number, numeric: number, scale: number): number {
  const difference = Math.abs(analytic - numeric);
  return difference === 0 ? 0 : difference / Math.max(Math.abs(analytic), Math.abs(numeric), 1e-3 * scale);
}

/** A unit vector half way between the given one and a random one. */
function between(given: Flat, random: RandomStream): Flat {
  const drawn = unit(given.map(() => random.normal()));
  const own = unit(given);
  return unit(drawn.map((number, i) => number + own[i]!));
}

const dot = (a: Flat, b: Flat): number => a.reduce((total, number, i) => total + number * b[i]!, 0);
const length = (a: Flat): number => Math.sqrt(dot(a, a));

/** Of length 1; the zero vector stays what it is. */
function unit(a: Flat): Flat {
  const scale = length(a) || 1;
  return a.map((number) => number / scale);
}

/** What f makes of tensors, which are disposed. tfjs' own tidy would walk through every number of the result. */
function disposingAll<T>(f: () => T): T {
  tf.engine().startScope();
  try {
    return f();
  } finally {
    tf.engine().endScope();
  }
}

const flatten = (tensors: readonly Tensor[]): Flat => Float64Array.from(tensors.flatMap((tensor) => [...tensor.dataSync()]));

function unflatten(numbers: Flat, shapes: readonly (readonly number[])[]): Tensor[] {
  let offset = 0;
  return shapes.map((shape) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    offset += size;
    return upload(Float32Array.from(numbers.subarray(offset - size, offset)), shape);
  });
}
