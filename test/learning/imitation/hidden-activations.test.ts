import { expect, it } from "vitest";
import { hiddenActivations } from "../../../src/learning/imitation/hidden-activations.ts";
import { plainNetwork } from "../../../src/learning/imitation/network.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { mlpPlan, type MlpShape } from "../../../src/tensor/mlp-shape.ts";

it.each([
  ["tanh", false],
  ["relu", true],
  ["gelu", true],
] as const)("are what the last layer makes its answers of (%s, layer norm: %s)", (activation, layerNorm) => {
  const shape: MlpShape = { sizes: [3, 6, 5, 2], activation, layerNorm };
  const network = plainNetwork(shape);
  const parameters = new FlatVector(network.layout.size);
  const random = RandomStream.fromSeed(1);
  network.initialize(parameters.numbers, random);
  const inputs = Float32Array.from({ length: 4 * 3 }, () => random.normal());
  const [one, two] = hiddenActivations(shape, network.layout, parameters.numbers, inputs);
  expect([one!.length, two!.length]).toEqual([4 * 6, 4 * 5]);
  const act = network.actor(parameters);
  const { weights, bias } = mlpPlan(shape).layers[2]!;
  for (let row = 0; row < 4; row++) {
    const answer = new Float32Array(2);
    act(inputs.subarray(3 * row, 3 * row + 3), answer);
    for (let j = 0; j < 2; j++) {
      let sum = parameters.numbers[bias + j]!;
      for (let i = 0; i < 5; i++) sum += two![5 * row + i]! * parameters.numbers[weights + 2 * i + j]!;
      expect(sum).toBeCloseTo(answer[j]!, 5);
    }
  }
});
