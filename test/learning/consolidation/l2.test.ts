import { beforeAll, describe, expect, it } from "vitest";
import { SnapshotError } from "../../../src/contract/errors.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("l2", () => {
  it("settles where the loss and the spring balance", () => {
    // A linear policy of one input that is always 0 is its bias b. The first task pulls it to −1 and leaves b* = −1. The second has the loss (b − 3)², and
    // the spring adds λ(b + 1)²: 2(b − 3) + 2λ(b + 1) = 0 at b = (3 − λ) / (1 + λ); for λ = 3 that is 0, for λ = 1 it is 1, and 3 without a spring.
    for (const [strength, expected] of [
      [0, 3],
      [1, 1],
      [3, 0],
    ] as const) {
      const one = cloner({ consolidation: "l2", options: { strength }, inputs: 1, learningRate: 0.05 });
      one.begin(first);
      one.show(first, [0], [-1]);
      one.sleep(first, 800);
      expect(one.act(first, [0])[0]).toBeCloseTo(-1, 3);
      one.begin(second);
      one.show(second, [0], [3]);
      one.sleep(second, 800);
      expect(one.act(second, [0])[0]).toBeCloseTo(expected, 3);
    }
  });

  it("refuses a snapshot that holds no parameters, and a negative strength", () => {
    expect(() => cloner({ consolidation: "l2" }).learner.consolidation.restore({ anchor: "here" })).toThrow(SnapshotError);
    expect(() => cloner({ consolidation: "l2", options: { strength: -1 } })).toThrow("options.strength");
  });
});
