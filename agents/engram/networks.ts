/** @file The flagship's networks: sizes of its reader for a body and a configuration. */
import type { RetrievalShape } from "../../src/learning/meta/retrieval-policy.ts";
import type { EngramConfig } from "./config.ts";

/** @param features Numbers in a feature vector. @param actions Numbers in an action. */
export function readerShape(
  features: number,
  actions: number,
  { embedding, taskCue, encoderHidden, headHidden, slowHidden, similarity, without }: EngramConfig,
): RetrievalShape {
  return {
    encoder: { sizes: [features, ...encoderHidden, embedding], activation: "tanh" },
    cue: taskCue,
    slow: { sizes: [features + taskCue, ...slowHidden, actions], activation: "tanh" },
    head: { sizes: [features + actions + features, ...headHidden, actions], activation: "tanh" },
    similarity,
    without,
  };
}
