import { beforeAll, expect, it } from "vitest";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

it("holds that importance is the mean of |∂‖f‖²/∂θ|, whatever was shown", () => {
  const one = cloner({ consolidation: "mas", learningRate: 1e-9 });
  one.begin(first);
  one.learner.parameters.numbers.set([1, -2, 0.5]);
  for (const x of [[1, 2], [3, 0]]) one.show(first, x, [100]); // prettier-ignore
  one.sleep(first, 1);
  // f = 1·1 − 2·2 + 0.5 = −2.5 and 3.5; |2 f x₁| = 5 and 21, |2 f x₂| = 10 and 0, |2 f| = 5 and 7.
  expect([...(one.learner.consolidation.snapshot()["importance"] as Float32Array)]).toEqual(
    [13, 5, 6].map((each) => expect.closeTo(each, 3) as unknown),
  );
});

it("settles where the loss and the spring balance", () => {
  // A policy that is its bias, which the first task leaves at −1 with Ω = |2 f| = 2. Then 2(b − 3) + 2λ·2·(b + 1) = 0, at b = 1 for λ = 1/2.
  const one = cloner({ consolidation: "mas", options: { strength: 0.5 }, inputs: 1, learningRate: 0.05 });
  one.begin(first);
  one.show(first, [0], [-1]);
  one.sleep(first, 800);
  one.begin(second);
  one.show(second, [0], [3]);
  one.sleep(second, 800);
  expect(one.act(second, [0])[0]).toBeCloseTo(1, 2);
});
