import { beforeAll, expect, it } from "vitest";
import { RandomStream } from "../../../src/numerics/random.ts";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, showTask, third } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

it("keeps everything and draws each state as often as any other, whatever its task", () => {
  const one = cloner({ consolidation: "perfect-memory", memoryPerTask: 5 });
  one.begin(first);
  showTask(one, first, ([x]) => [x!]);
  one.sleep(first, 1);
  one.begin(second);
  for (let k = 0; k < 10; k++) one.show(second, [k, 0], [k]);
  one.sleep(second, 1);
  one.begin(third);
  expect(one.memory.size).toBe(50);
  const rows = new Int32Array(10_000);
  one.learner.consolidation.draw!({ index: 0, count: 1, task: third, taskEnds: false, random: RandomStream.fromSeed(3) }, rows);
  const counts = Array.from({ length: 50 }, () => 0);
  for (const row of rows) counts[row]!++;
  // χ² with 49 degrees of freedom: 99.9 % below 85.4.
  expect(counts.reduce((sum, n) => sum + (n - 200) ** 2 / 200, 0)).toBeLessThan(85.4);
});
