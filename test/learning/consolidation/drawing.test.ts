import { beforeAll, expect, it } from "vitest";
import { drawBalanced, drawFromAll, tasksBut } from "../../../src/learning/consolidation/drawing.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, third } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

it("draws from every task in equal shares, however many examples it has, and sees every change of memory", () => {
  const one = cloner({ consolidation: "replay" });
  const { memory } = one;
  const rows = new Int32Array(600);
  const shares = (): number[] => {
    drawFromAll(memory, RandomStream.fromSeed(1), rows);
    return [first, second, third].map((task) => rows.filter((row) => memory.taskOf(row) === task).length);
  };
  for (let k = 0; k < 50; k++) one.show(first, [k, 0], [0]);
  expect(shares()).toEqual([600, 0, 0]);
  one.show(second, [0, 0], [0]);
  expect(shares()).toEqual([300, 300, 0]);
  for (let k = 0; k < 5; k++) one.show(third, [0, k], [0]);
  expect(shares()).toEqual([200, 200, 200]);
  expect(new Set(rows).size).toBeGreaterThan(50);
  memory.forget(Array.from(memory.rowsOf(second), (row) => memory.idOf(row)));
  memory.settle();
  expect(shares()).toEqual([300, 0, 300]);
  expect(tasksBut(memory, first)).toEqual([third]);
  drawBalanced(memory, [second, third], RandomStream.fromSeed(1), rows);
  expect(rows.every((row) => memory.taskOf(row) === third)).toBe(true);
});
