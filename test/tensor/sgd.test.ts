import { beforeAll, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { sgdState, sgdStep } from "../../src/tensor/sgd.ts";

describe.each(backends)("sgdStep on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });

  it("goes down the gradient", () => {
    const w = FlatVector.from([1, 2, 3, 4, 5]);
    sgdStep(w, FlatVector.from([10, 0, -10, 1, 1]), sgdState(5), { learningRate: 0.1 });
    [0, 2, 4, 3.9, 4.9].forEach((value, i) => expect(w.numbers[i]).toBeCloseTo(value, 6));
  });

  it("gathers speed by its momentum", () => {
    const w = FlatVector.from([0]);
    const state = sgdState(1);
    // v = 1, 1.5, 1.75; w = −0.1 (1 + 1.5 + 1.75).
    for (let step = 0; step < 3; step++) sgdStep(w, FlatVector.from([1]), state, { learningRate: 0.1, momentum: 0.5 });
    expect(w.numbers[0]).toBeCloseTo(-0.425, 6);
  });
});
