import { describe, expect, it } from "vitest";
import { SleepBudgets } from "../../src/continual/sleep-budgets.ts";

describe("the gradient steps of sleeps", () => {
  const show = (budgets: SleepBudgets, count: number): void => {
    for (let k = 0; k < count; k++) budgets.show();
  };

  it("are those of each task anew where boundaries are given", () => {
    const budgets = new SleepBudgets({ boundaries: "given", demonstrations: 10, gradientSteps: 25 });
    budgets.beginTask();
    show(budgets, 4);
    expect(budgets.due("one")).toBe(10);
    budgets.take("one", 10);
    show(budgets, 6);
    expect([budgets.due("one"), budgets.rest("one"), budgets.due("other")]).toEqual([15, 15, 25]);
    budgets.beginTask();
    expect([budgets.due("one"), budgets.rest("one"), budgets.unslept]).toEqual([0, 25, 0]);
  });

  it("add up over tasks that nobody tells apart, and none is lost to rounding", () => {
    const budgets = new SleepBudgets({ boundaries: "none", demonstrations: 7, gradientSteps: 10 });
    let taken = 0;
    for (const count of [3, 1, 5, 2, 10]) {
      if (count === 5) budgets.beginTask();
      show(budgets, count);
      const due = budgets.due("one");
      budgets.take("one", due);
      taken += due;
    }
    expect([taken, budgets.due("one")]).toEqual([30, 0]);
  });

  it("tell how many demonstrations nobody has slept on", () => {
    const budgets = new SleepBudgets({ boundaries: "noisy", demonstrations: 7, gradientSteps: 10 });
    show(budgets, 3);
    budgets.beginTask();
    show(budgets, 2);
    expect(budgets.unslept).toBe(5);
    budgets.settle();
    expect(budgets.unslept).toBe(0);
  });
});
