/** @file The tensor types that other rooms name; tfjs itself is imported only here. */
export type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
