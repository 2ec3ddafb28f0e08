/**
 * @file Checks derivatives against finite differences. Wrong meta-gradients have gone unnoticed for months in published code for lack
 * of exactly this, so it is public: run it over every loss you write.
 */
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../numerics/random.ts";
import { add, mul, sum } from "./ops.ts";
import type { Scalar, Tensor } from "./types.ts";

export interface GradientCheckOptions {
  /** 1 checks the gradient; 2 also the Hessian's products with directions. */
  readonly order: 1 | 2;
  /** Random directions tried. */
  readonly directions?: number;
  /** Length of the finite difference along a direction of unit length. Float32 values: the default balances rounding against curvature. */
  readonly stepSize?: number;
  readonly seed?: number;
}

export interface GradientCheck {
  /** Worst over the directions of |analytic − numeric| / (|analytic| + |numeric| + 1e-3). */
  readonly first: number;
  /** The same for second derivatives; 0 when order is 1. */
  readonly second: number;
}

/** A scalar of some tensors, built from operations whose derivatives are in question. */
export type ScalarFunction = (...parameters: Tensor[]) => Scalar;

/**
 * Compares f's derivatives along random directions v with central differences: vᵀ∇f with (f(x + hv) − f(x − hv)) / 2h, and for order 2
 * uᵀ∇²f v with the same difference of uᵀ∇f. An error of a few thousandths is float32; of a hundredth, look closer.
 * @param parameters Where to check; every tensor of them is a variable of f.
 */
export function checkGradient(f: ScalarFunction, parameters: readonly Tensor[], options: GradientCheckOptions): GradientCheck {
  const { order, directions = 4, stepSize = 1e-2, seed = 0 } = options;
  const random = RandomStream.fromSeed(seed);
  let first = 0;
  let second = 0;
  for (let i = 0; i < directions; i++) {
    tf.tidy(() => {
      const v = direction(parameters, random);
      first = Math.max(first, discrepancy(along(f, parameters, v), difference(f, parameters, v, stepSize)));
      if (order === 1) return;
      const u = direction(parameters, random);
      const slope: ScalarFunction = (...x) => inner(tf.grads(f)(x), u);
      second = Math.max(second, discrepancy(along(slope, parameters, v), difference(slope, parameters, v, stepSize)));
    });
  }
  return { first, second };
}

/** One tensor for each parameter; of unit length all together. */
function direction(parameters: readonly Tensor[], random: RandomStream): Tensor[] {
  const numbers = parameters.map((p) => Float32Array.from({ length: p.size }, () => random.normal()));
  const length = Math.sqrt(numbers.reduce((total, array) => total + array.reduce((s, x) => s + x * x, 0), 0));
  return parameters.map((p, k) => tf.tensor(numbers[k]!.map((x) => x / length), p.shape, "float32")); // prettier-ignore
}

/** Σ aₖ·bₖ, differentiable. */
const inner = (a: readonly Tensor[], b: readonly Tensor[]): Scalar => a.map((x, k) => sum(mul(x, b[k]!))).reduce((total, x) => add(total, x));

/** The derivative along v, by differentiation. */
const along = (f: ScalarFunction, x: readonly Tensor[], v: readonly Tensor[]): number => inner(tf.grads(f)([...x]), v).dataSync()[0]!;

/** The derivative along v, by a central difference. */
function difference(f: ScalarFunction, x: readonly Tensor[], v: readonly Tensor[], h: number): number {
  const at = (offset: number): number => f(...x.map((p, k) => tf.add(p, tf.mul(v[k]!, offset)))).dataSync()[0]!;
  return (at(h) - at(-h)) / (2 * h);
}

const discrepancy = (a: number, b: number): number => Math.abs(a - b) / (Math.abs(a) + Math.abs(b) + 1e-3);
