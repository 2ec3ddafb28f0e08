import { describe, expect, it } from "vitest";
import { asTaskId } from "../../src/contract/task.ts";
import { TaskCues } from "../../src/learning/task-cues.ts";

const tasks = ["reach", "push", "pick-place", "drawer-open", "button-press", "door-open"].map(asTaskId);

describe("task cues", () => {
  it("are of length 1, the same wherever they are made, and different for every task", () => {
    const [one, two] = [new TaskCues(8), new TaskCues(8)];
    for (const task of tasks) {
      expect(one.of(task)).toEqual(two.of(task));
      expect(Math.hypot(...one.of(task))).toBeCloseTo(1, 6);
    }
    expect(new Set(tasks.map((task) => one.of(task).join())).size).toBe(tasks.length);
  });

  it("say nothing when they have no length", () => {
    expect(new TaskCues(0).of(tasks[0]!)).toHaveLength(0);
  });
});
