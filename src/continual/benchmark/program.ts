/** @file What is done in one job of a benchmark: one method, one seed, one suite. The same program for every method. */
import type { ContinualConfig } from "../config.ts";
import { defineScenario, type Scenario } from "../scenario.ts";
import type { Suite } from "../suite.ts";
import type { Method } from "./methods.ts";

/** The name of a suite's benchmark, and of the folder it is kept in. */
export const benchName = (suite: Pick<Suite, "name">): string => `bench-${suite.name.replace("/", "-")}`;

const programs: Readonly<Record<Method["curriculum"], Scenario["main"]>> = {
  /**
   * Tested on every task before any and after each. Agents that are not told where a task ends sleep when they believe that one did, with the demonstrations of
   * the next: the tests after it wait for that sleep, but no longer than until all of the next was shown. What nothing follows they sleep on in the end.
   */
  async sequence(run) {
    const { boundaries, tasks } = run.config;
    await run.evaluateAll(0);
    let tested = 0;
    const testAfter = async (learned: number): Promise<void> => {
      if (learned === tested) return;
      await run.evaluateAll(learned);
      tested = learned;
    };
    for (const [i, task] of run.tasks.entries()) {
      await run.demonstrate(task, async () => testAfter(i));
      await testAfter(i);
      if (boundaries !== "given" && i + 1 < tasks.length) continue;
      for (const agent of run.agents) await run.sleep(agent, task);
      await testAfter(i + 1);
    }
  },
  /** All tasks are shown before the one sleep, so that there is nothing to forget and only the last row to test. */
  async joint(run) {
    run.expect({ sleeps: 1, rows: 1 });
    for (const task of run.tasks) await run.demonstrate(task);
    for (const agent of run.agents) await run.sleep(agent, run.tasks.at(-1)!);
    await run.evaluateAll(run.tasks.length);
  },
};

/** What a job's run is called. */
export const jobName = (suite: Pick<Suite, "name">, curriculum: Method["curriculum"]): string =>
  curriculum === "joint" ? `${benchName(suite)}-joint` : benchName(suite);

export const benchScenario = (suite: Suite, curriculum: Method["curriculum"], config: ContinualConfig): Scenario =>
  defineScenario({ name: jobName(suite, curriculum), summary: `One job of the benchmark ${suite.name}.`, config, main: programs[curriculum] });
