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
