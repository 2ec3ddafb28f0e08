import { beforeAll, describe, expect, it } from "vitest";
import { SnapshotError } from "../../../src/contract/errors.ts";
import { l2 } from "../../../src/learning/consolidation/l2.ts";
import { GradientDescent } from "../../../src/learning/gradient-descent.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { FlatVector } from "../../../src/tensor/flat-vector.ts";
import { matrix, meanSquaredError } from "../../../src/tensor/ops.ts";
import { layoutOf, tensorView } from "../../../src/tensor/parameters.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("l2", () => {
  it("settles where the loss and the spring balance", () => {
    // The first task pulls to −1 and leaves θ* = −1. The second has the loss (θ − 3)², and the spring adds λ(θ + 1)²:
    // 2(θ − 3) + 2λ(θ + 1) = 0 at θ = (3 − λ) / (1 + λ); for λ = 3 that is 0, for λ = 1 it is 1, and 3 without a spring.
    for (const [penalty, expected] of [
      [0, 3],
      [1, 1],
      [3, 0],
    ] as const) {
      const parameters = FlatVector.from([0.5]);
      const descent = new GradientDescent({
        layout: layoutOf([{ name: "theta", shape: [1, 1] }]),
        parameters,
        learningRate: 0.05,
        consolidation: l2.make({ penalty }),
      });
      const pullTo = (goal: number): void => {
        for (let step = 0; step < 800; step++) {
          descent.step((views) => meanSquaredError(tensorView(views, "theta"), matrix(Float32Array.of(goal), 1, 1)));
        }
      };
      pullTo(-1);
      expect(parameters.numbers[0]).toBeCloseTo(-1, 3);
      descent.taskEnded();
      pullTo(3);
      expect(parameters.numbers[0]).toBeCloseTo(expected, 3);
    }
  });

  it("adds 2λ(θ − θ*) to the gradient", () => {
    const spring = l2.make({ penalty: 0.25 });
    spring.taskEnded(Float32Array.of(1, -2));
    const gradient = Float32Array.of(10, 20);
    spring.adjustGradient(Float32Array.of(5, 2), gradient);
    // 10 + 2·0.25·(5 − 1) = 12; 20 + 2·0.25·(2 + 2) = 22.
    expect([...gradient]).toEqual([12, 22]);
  });

  it("refuses a snapshot that holds no parameters", () => {
    expect(() => l2.make({ penalty: 1 }).restore({ anchor: "here" })).toThrow(SnapshotError);
  });
});
