import { beforeAll, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { ShapeError } from "../../src/contract/errors.ts";
import { adamState, adamStep } from "../../src/tensor/adam.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { FlatVector } from "../../src/tensor/flat-vector.ts";
import { valueAndGradient, valueOf } from "../../src/tensor/gradient.ts";
import { matrix, sum } from "../../src/tensor/ops.ts";
import { layoutOf } from "../../src/tensor/parameters.ts";
import { sgdState, sgdStep } from "../../src/tensor/sgd.ts";

const layout = layoutOf([{ name: "a", shape: [3] }]);

describe.each(backends)("flat vectors of sizes that do not fit, on the %s backend", (backend) => {
  beforeAll(async () => {
    await selectBackend(backend);
  });

  it.each([
    ["FlatVector.tensor: expected numbers 2 to 3, got vector [3].", (a: FlatVector) => a.tensor(2, [2])],
    ["FlatVector.set: expected room from 1 on, got vector [3] and tensor [1, 3].", (a: FlatVector) => a.set(matrix(new Float32Array(3), 1, 3), 1)],
    ["FlatVector.addScaled: expected vectors of one size, got vector [3] and other [2].", (a: FlatVector, b: FlatVector) => a.addScaled(1, b)],
    ["FlatVector.multiply: expected vectors of one size, got vector [3] and other [2].", (a: FlatVector, b: FlatVector) => a.multiply(b)],
    [
      "adamStep: expected vectors of one size, got vector [3] and gradient [2]",
      (a: FlatVector, b: FlatVector) => adamStep(a, b, adamState(3), { learningRate: 1 }),
    ],
    ["and mean [2] and square [2].", (a: FlatVector) => adamStep(a, a, adamState(2), { learningRate: 1 })],
    ["sgdStep: expected vectors of one size", (a: FlatVector, b: FlatVector) => sgdStep(a, b, sgdState(3), { learningRate: 1 })],
    [
      "valueOf: expected 3 numbers, as the layout says, got vector [2].",
      (_: FlatVector, b: FlatVector) => valueOf((views) => sum(views["a"]!), layout, b),
    ],
    ["got vector [3] and gradient [2].", (a: FlatVector, b: FlatVector) => valueAndGradient((views) => sum(views["a"]!), layout, a, b)],
  ] as const)("say `%s`, and touch nothing", (message, run) => {
    const [a, b] = [FlatVector.from([1, 2, 3]), FlatVector.from([4, 5])];
    expect(() => run(a, b)).toThrow(ShapeError);
    expect(() => run(a, b)).toThrow(message);
    expect([...a.numbers, ...b.numbers]).toEqual([1, 2, 3, 4, 5]);
  });
});

describe.each(backends)("flat vectors, on the %s backend", (backend) => {
  it("are multiplied number by number, in place", async () => {
    await selectBackend(backend);
    const [a, b] = [FlatVector.from([1, 2, 3, -4, 5]), FlatVector.from([2, 0, -1, 0.5, 3])];
    a.multiply(b);
    expect([...a.numbers]).toEqual([2, 0, -3, -2, 15]);
    expect([...b.numbers]).toEqual([2, 0, -1, 0.5, 3]);
  });

  it("that are disposed of twice give their place back once", async () => {
    await selectBackend(backend);
    const once = FlatVector.from([1, 2, 3]);
    once.dispose();
    const [a, b] = [FlatVector.from([4, 5, 6]), FlatVector.from([7, 8, 9])];
    once.dispose();
    const c = FlatVector.from([10, 11, 12]);
    expect([a, b, c].map(({ numbers }) => numbers.join())).toEqual(["4,5,6", "7,8,9", "10,11,12"]);
    for (const vector of [a, b, c]) vector.dispose();
  });
});
