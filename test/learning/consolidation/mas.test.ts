import { beforeAll, expect, it } from "vitest";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, third } from "./cloner.ts";

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

it("adds up the importances of tasks, and anchors at where the last of them ended", () => {
  const one = cloner({ consolidation: "mas", learningRate: 1e-9 });
  const end = (task: typeof first, parameters: readonly number[], state: readonly number[]): void => {
    one.begin(task);
    one.learner.parameters.numbers.set(parameters);
    one.show(task, state, [100]);
    one.sleep(task, 1);
  };
  // f = 1 − 4 + 0.5 = −2.5: |2 f x₁| = 5, |2 f x₂| = 10, |2 f| = 5. Then f = 0 + 1 + 2 = 3: 12, 6 and 6.
  end(first, [1, -2, 0.5], [1, 2]);
  end(second, [0, 1, 2], [2, 1]);
  const { importance, anchor } = one.learner.consolidation.snapshot();
  expect([...(importance as Float32Array)]).toEqual([17, 16, 11].map((each) => expect.closeTo(each, 3) as unknown));
  expect([...(anchor as Float32Array)]).toEqual([0, 1, 2].map((each) => expect.closeTo(each, 6) as unknown));
});

it("settles where the loss and the spring balance", () => {
  // A policy that is its bias, which the first task leaves at −1 with Ω = |2 f| = 2. Then 2(b − 3) + 2λ·2·(b + 1) = 0, at b = 1 for λ = 1/2, where
  // another |2 f| = 2 comes on top. The third task ends where 2(b − 5) + 2λ·4·(b − 1) = 0, at b = 7/3.
  const one = cloner({ consolidation: "mas", options: { strength: 0.5 }, inputs: 1, learningRate: 0.05 });
  for (const [task, action, expected] of [
    [first, -1, -1],
    [second, 3, 1],
    [third, 5, 7 / 3],
  ] as const) {
    one.begin(task);
    one.show(task, [0], [action]);
    one.sleep(task, 800);
    expect(one.act(task, [0])[0]).toBeCloseTo(expected, 2);
  }
});
