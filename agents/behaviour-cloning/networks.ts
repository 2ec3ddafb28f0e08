/** @file The cloning agent's network: sizes for a body and a configuration. */
import type { MlpShape } from "../../src/tensor/mlp-shape.ts";
import type { BehaviourCloningConfig } from "./config.ts";

/** @param features Numbers in a feature vector. @param actions Numbers in an action. */
export function policyShape(features: number, actions: number, { hidden, taskCue }: BehaviourCloningConfig): MlpShape {
  return { sizes: [features + taskCue, ...hidden, actions], activation: "tanh" };
}
