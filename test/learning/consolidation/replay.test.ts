import { beforeAll, expect, it } from "vitest";
import { selectBackend } from "../../../src/tensor/backend.ts";
import { cloner, first, second, showTask } from "./cloner.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

it("keeps its budget of an earlier task, spread over all its episodes, and goes on answering it", () => {
  const one = cloner({ consolidation: "replay", cue: 4, hidden: [16], memoryPerTask: 8 });
  one.begin(first);
  showTask(one, first, ([x]) => [x!]);
  one.sleep(first, 400);
  one.begin(second);
  const kept = one.memory.rowsOf(first);
  expect(kept).toHaveLength(8);
  expect(new Set(Array.from(kept, (row) => one.memory.episodeOf(row))).size).toBe(4);
  showTask(one, second, ([x]) => [-x!]);
  one.sleep(second, 800);
  expect(one.act(first, [0.5, 0])[0]).toBeCloseTo(0.5, 0);
  expect(one.act(second, [0.5, 0])[0]).toBeCloseTo(-0.5, 0);
});

it("keeps no more of a task that nobody ends, once it was slept on and more of it is shown", () => {
  for (const [consolidation, kept] of [
    ["replay", 8],
    ["none", 0],
  ] as const) {
    const one = cloner({ consolidation, memoryPerTask: 8 });
    one.begin(first);
    showTask(one, first, ([x]) => [x!]);
    one.sleep(first, 5, false);
    expect(one.memory.rowsOf(first)).toHaveLength(40);
    one.learner.goOn(first);
    expect(one.memory.rowsOf(first)).toHaveLength(kept);
    // What has not been slept on stays.
    showTask(one, first, ([x]) => [x!], 2);
    one.learner.goOn(first);
    expect(one.memory.rowsOf(first)).toHaveLength(kept + 40);
  }
});

it("keeps no more of a task that begins again without another in between", () => {
  for (const [consolidation, kept] of [
    ["replay", 8],
    ["none", 0],
  ] as const) {
    const one = cloner({ consolidation, memoryPerTask: 8 });
    for (const seed of [1, 2]) {
      one.begin(first);
      expect(one.memory.rowsOf(first)).toHaveLength(seed === 1 ? 0 : kept);
      showTask(one, first, ([x]) => [x!], seed);
      one.sleep(first, 5);
    }
  }
});
