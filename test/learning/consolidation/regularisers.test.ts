import { beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

/** Mean squared error on the first of two tasks that one network can do, one for x < 0 and one for x > 0, after both; and on the second. */
function errors(consolidation: string, options: Readonly<Record<string, unknown>>): readonly [number, number] {
  const one = cloner({ consolidation, options, inputs: 1, hidden: [24], learningRate: 0.005 });
  const states = Array.from({ length: 20 }, (_, k) => (k + 1) / 20);
  const action = (x: number): number => (x < 0 ? 1 + x : 1 - 2 * x);
  for (const [task, side] of [
    [first, -1],
    [second, 1],
  ] as const) {
    one.begin(task);
    for (const x of RandomStream.fromSeed(1).shuffle([...states])) one.show(task, [side * x], [action(side * x)]);
    one.sleep(task, 800);
  }
  const error = (side: number): number =>
    states.reduce((sum, x) => sum + (one.act(first, [side * x])[0]! - action(side * x)) ** 2, 0) / states.length;
  return [error(-1), error(1)];
}

describe("on two tasks that one network can do", () => {
  it.each([
    ["l2", { strength: 0.3 }],
    ["ewc", { strength: 40 }],
    ["ewc", { strength: 40, fisher: "sampled" }],
    ["online-ewc", { strength: 40 }],
    ["si", { strength: 4 }],
    ["mas", { strength: 6 }],
    ["rwalk", { strength: 1 }],
    ["vcl", { strength: 0.01 }],
  ] as const)("%s with %o forgets less than a policy that only learns on, and still learns", (name, options) => {
    const [forgotten] = errors("none", {});
    const [old, current] = errors(name, options);
    expect(old).toBeLessThan(forgotten / 2);
    // What the first task says of the second errs by E (3x)² = 3.2.
    expect(current).toBeLessThan(0.6);
  });
});
