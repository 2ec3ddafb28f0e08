/** @file The worlds that come with Engram: each by its versioned id, and many of one at once. */
export {
  drawFewShotTask,
  OMNIGLOT_PIXELS,
  OMNIGLOT_SIZE,
  readOmniglot,
  type FewShotOptions,
  type FewShotTask,
  type OmniglotCharacter,
  type OmniglotFile,
} from "./few-shot/omniglot.ts";
export { drawPoints, drawSinusoid, drawSinusoidBatch, type Points, type Sinusoid, type SinusoidBatch } from "./few-shot/sinusoid.ts";
export { environments } from "./registry.ts";
export { suites } from "./suites.ts";
export { makeVector } from "./vector.ts";
