/** @file The kernels, compiled into one WebAssembly module that works in a memory it is given and owns none of it. */
export { activate, activateCurvature, activateSlope } from "./activation";
export { addScaled, combine, combineWithOne } from "./elementwise";
export { gemm, gemmScratch } from "./gemm";
export { layerNorm, layerNormBackward, layerNormBackwardTangent, layerNormTangent } from "./layer-norm";
export { adam } from "./optimisers";
export { allFinite, axpy, columnDots, columnSums, copyStretches, scaledDifference, scaleInto, squaredDifferences, squares } from "./sums";
export { attentionBackward, attentionWeights, dots, keyGradient, rowSquares, sparseBackward, sparseRead } from "./attention";
export { gruBackward, gruForward, gruKeep } from "./gru";
export { categorical, categoricalBackward, gaussianDensity, gaussianDensityBackward, gaussianSample, gaussianSampleBackward } from "./heads";
