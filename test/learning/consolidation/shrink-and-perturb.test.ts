import { beforeAll, expect, it } from "vitest";
import { nested } from "../../../src/contract/snapshot.ts";
import { plainNetwork } from "../../../src/learning/imitation/network.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, showTask, third } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

it("begins a task with λ times what was learned and σ times a fresh network", () => {
  const one = cloner({ consolidation: "shrink-and-perturb", hidden: [12, 12], options: { shrink: 0.5, noise: 0.25 } });
  const { learner } = one;
  const parameters = (): Float32Array => learner.parameters.numbers.slice();
  const untouched = parameters();
  one.begin(first);
  expect(parameters()).toEqual(untouched);
  showTask(one, first, ([x]) => [x!]);
  one.sleep(first, 50);
  for (const task of [second, third]) {
    const before = parameters();
    const random = RandomStream.fromSeed(5);
    learner.beginTask(task, random);
    const network = plainNetwork(learner.shape);
    const fresh = new Float32Array(network.layout.size);
    network.initialize(fresh, random.split("begin").split(task));
    parameters().forEach((number, i) => expect(number).toBeCloseTo(0.5 * before[i]! + 0.25 * fresh[i]!, 6));
    expect(nested(nested(learner.snapshot(), "descent"), "adam")["count"]).toBe(0);
    expect(learner.count).toBe(50);
  }
});
