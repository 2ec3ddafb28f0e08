/** @file What the units of a cloned policy say about inputs: what measures of plasticity, and the ways to keep it, are made of. */
import { activate, affine, normalize } from "../../tensor/mlp-actor.ts";
import { mlpPlan, type MlpShape } from "../../tensor/mlp-shape.ts";
import { placeOf, type ParameterLayout } from "../../tensor/parameters.ts";

/**
 * Each hidden layer's activations h [n, units], row-major, from the first layer on.
 * @param layout Of the parameters; holds the network as `policy`. @param inputs [n, I], row-major.
 */
export function hiddenActivations(shape: MlpShape, layout: ParameterLayout, parameters: Float32Array, inputs: Float32Array): Float32Array[] {
  const { offset } = placeOf(layout, "policy");
  const rows = inputs.length / shape.sizes[0]!;
  let from = inputs;
  return mlpPlan(shape)
    .layers.slice(0, -1)
    .map((layer) => {
      const into = new Float32Array(rows * layer.outputs);
      for (let row = 0; row < rows; row++) affine(parameters, offset, layer, from, row * layer.inputs, into, row * layer.outputs);
      if (layer.norm !== undefined) {
        const [gain, shift] = [offset + layer.norm.gain, offset + layer.norm.shift];
        for (let at = 0; at < into.length; at += layer.outputs) normalize(parameters, gain, shift, into.subarray(at, at + layer.outputs));
      }
      activate(into, shape.activation);
      return (from = into);
    });
}
