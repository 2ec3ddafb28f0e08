import { beforeAll, expect, it } from "vitest";
import { asTaskId } from "../../../src/contract/task.ts";
import { drawBalanced, drawFromAll, tasksBut } from "../../../src/learning/consolidation/drawing.ts";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, third } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

it("gives nobody a larger share for long, where shares do not come out even or there are more tasks than draws", () => {
  const one = cloner({ consolidation: "replay" });
  const tasks = Array.from({ length: 7 }, (_, k) => asTaskId(`task ${k}`));
  for (const task of tasks) one.show(task, [0, 0], [0]);
  for (const size of [3, 10]) {
    const random = RandomStream.fromSeed(2);
    const rows = new Int32Array(size);
    const drawn = new Map(tasks.map((task) => [task, 0]));
    for (let draw = 0; draw < 7000; draw++) {
      drawFromAll(one.memory, random, rows);
      for (const row of rows) drawn.set(one.memory.taskOf(row), drawn.get(one.memory.taskOf(row))! + 1);
    }
    // Three draws of ten or of three are left over each time, for three tasks of seven: binomial, less than four standard deviations away.
    for (const count of drawn.values()) expect(Math.abs(count - size * 1000)).toBeLessThan(4 * Math.sqrt(7000 * (3 / 7) * (4 / 7)));
  }
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
