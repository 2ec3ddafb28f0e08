import { beforeAll, describe, expect, it } from "vitest";
import { agents } from "../../agents/index.ts";
import { environments } from "../../envs/index.ts";
import type { Agent, ConsolidationReport } from "../../src/contract/agent.ts";
import { asTaskId, type TaskId } from "../../src/contract/task.ts";
import type { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { selectBackend } from "../../src/tensor/backend.ts";
import { pointRun } from "../continual/point-run.ts";

const [reach, press] = [asTaskId("reach"), asTaskId("button-press")];

/** What ends a sleep of so many steps. @param during Called when the agent has asked itself the first time. */
function sleep(agent: Agent, gradientSteps: number, during = (): void => {}): ConsolidationReport {
  const turns = agent.consolidate({ gradientSteps });
  for (let turn = turns.next(); ; turn = turns.next()) {
    if (turn.done === true) return turn.value;
    if (turn.value.doing === "self-test" && turn.value.gradientSteps === 0) during();
  }
}

const statesOf = ({ memory }: Agent, task: TaskId): number => (memory as EpisodicMemory).rowsOf(task).length;

/** Puts the actions that memory holds of a task in another order, by halves. */
function shuffle(agent: Agent, of: string): void {
  const memory = agent.memory as unknown as { rowsOf(task: string): Int32Array; values: Float32Array; shape: { valueSize: number } };
  const rows = memory.rowsOf(of);
  const { valueSize } = memory.shape;
  const values = memory.values.slice();
  rows.forEach((row, i) => {
    const other = rows[(i + (rows.length >> 1)) % rows.length]! * valueSize;
    memory.values.set(values.subarray(other, other + valueSize), row * valueSize);
  });
}

describe("an engram that sleeps on tabletop skills", () => {
  beforeAll(async () => {
    await selectBackend("wasm");
  });

  it.each([
    ["as in the quickstart, from ten demonstrations", { demonstrations: 10, memoryPerTask: 400 }],
    ["with a hundred states of each", { demonstrations: 30, memoryPerTask: 100 }],
  ])("%s, tests every sleep, keeps good ones and undoes those that destroy an older task", async (_, { demonstrations, memoryPerTask }) => {
    const config = { memoryPerTask };
    const { run } = await pointRun({
      environments,
      agents,
      config: { tasks: ["tabletop/reach@1", "tabletop/button-press@1"], agents: { engram: config }, demonstrations, demonstrationNoise: 0.2 },
    });
    const agent = run.agents[0]!;
    const { entry } = run.tasks[0]!;
    const again = async (learningRate: number): Promise<Agent> => {
      const copy = await agents.get("engram")!.make({ spec: entry.spec, seed: 1, config: { ...config, learningRate } });
      copy.restore(structuredClone(agent.snapshot()));
      return copy;
    };
    try {
      await run.demonstrate(run.tasks[0]!);
      const first = sleep(agent, 300);
      expect(first).toMatchObject({ rolledBack: false, selfTests: [{ task: reach }] });
      expect(first).not.toHaveProperty("untested");
      expect(agent.memory!.size).toBe(Math.min(memoryPerTask, agent.memory!.size));
      await run.demonstrate(run.tasks[1]!);
      const shownStates = statesOf(agent, press);
      expect(shownStates).toBeGreaterThan(memoryPerTask);
      const tooFast = await again(1);
      const before = tooFast.snapshot()["descent"];
      const confused = await again(0.002);
      const good = sleep(agent, 300);
      expect(good).toMatchObject({ rolledBack: false, selfTests: [{ task: reach, worse: false }, { task: press }] });
      for (const [destroyed, report] of [
        [tooFast, sleep(tooFast, 100)],
        [confused, sleep(confused, 300, () => shuffle(confused, reach))],
      ] as const) {
        expect(report).toMatchObject({ rolledBack: true, selfTests: [{ task: reach, worse: true }, { task: press }] });
        expect(destroyed.snapshot()["descent"]).toEqual(before);
        // What was not learned stays whole until the next sleep, also over a restart; that one stands.
        const heir = await again(0.002);
        heir.restore(structuredClone(destroyed.snapshot()));
        expect(statesOf(heir, press)).toBeGreaterThanOrEqual(shownStates - report.merged!);
        expect(sleep(heir, 300).rolledBack).toBe(false);
        expect(statesOf(heir, press)).toBeLessThanOrEqual(memoryPerTask);
        for (const each of [heir, destroyed]) each.dispose();
      }
    } finally {
      run.dispose();
    }
  });
});
