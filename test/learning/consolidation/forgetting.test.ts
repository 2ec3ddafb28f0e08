/** @file That ways not to forget forget less: two tasks that one policy can do, in sequence. */
import { beforeAll, expect, it } from "vitest";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

/** Mean squared error on the first task, x where y = −1, after the second, −x where y = 1. */
function errorAfter(consolidation: string, options: Readonly<Record<string, unknown>> = {}): number {
  const one = cloner({ consolidation, options, hidden: [16], cue: 2 });
  const states = Array.from({ length: 20 }, (_, k) => k / 10 - 0.95);
  one.begin(first);
  for (const x of states) one.show(first, [x, -1], [x]);
  one.sleep(first, 300);
  one.begin(second);
  for (const x of states) one.show(second, [x, 1], [-x]);
  one.sleep(second, 300);
  expect(one.act(second, [0.75, 1])[0]).toBeLessThan(-0.4);
  return states.reduce((sum, x) => sum + (one.act(first, [x, -1])[0]! - x) ** 2, 0) / states.length;
}

const learningOn = 1.3;

it("learning on without consolidation loses the first task", () => {
  expect(errorAfter("none")).toBeGreaterThan(learningOn);
});

it.each([
  ["replay", {}, 0.1],
  ["perfect-memory", {}, 0.1],
  ["der-plus-plus", {}, 0.1],
  ["clonex", {}, 0.1],
  ["mbpa", { learningRate: 0.1 }, 0.1],
  ["weighted-local-adaptation", {}, 0.1],
  // Keeps the error from rising by any one step, as far as Adam allows, and learns nothing back.
  ["a-gem", {}, 0.7],
  // Holds on to what the first task's code meant in the states of the second.
  ["lwf", { strength: 10 }, 0.7],
])("%s forgets less", (name, options, share) => {
  expect(errorAfter(name, options)).toBeLessThan(share * learningOn);
});
