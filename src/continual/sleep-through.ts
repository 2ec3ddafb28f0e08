/** @file One sleep of an agent, turn by turn, with its loss curve. */
import type { Agent, ConsolidationBudget, ConsolidationProgress, ConsolidationReport } from "../contract/agent.ts";
import { LossCurve, type LossCurvePoint } from "./loss-curve.ts";

export interface SleepListener {
  /** Between any two turns. @param steps Gradient steps since the turn before. @param done In all. */
  onTurn(progress: ConsolidationProgress, steps: number, done: number): Promise<void>;
  onLoss(point: LossCurvePoint): void;
}

export interface Slept {
  readonly report: ConsolidationReport;
  /** Gradient steps taken. */
  readonly done: number;
}

/** Whatever ends it early, a listener's error or the agent's own, the agent is given the chance to clean up. */
export async function sleepThrough(agent: Agent, budget: ConsolidationBudget, listener: SleepListener): Promise<Slept> {
  const curve = new LossCurve(budget.gradientSteps);
  const sleep = agent.consolidate(budget);
  let done = 0;
  let report: ConsolidationReport | undefined;
  try {
    for (let next = sleep.next(); ; next = sleep.next()) {
      if (next.done === true) {
        report = next.value;
        break;
      }
      const steps = next.value.gradientSteps - done;
      // Between two steps a sleep may do other work, such as filing its memory anew.
      const point = steps > 0 ? curve.add(next.value) : undefined;
      if (point !== undefined) listener.onLoss(point);
      done = next.value.gradientSteps;
      await listener.onTurn(next.value, steps, done);
    }
  } finally {
    if (report === undefined) sleep.return({ gradientSteps: done, loss: 0, memorySize: 0 });
  }
  const point = curve.rest();
  if (point !== undefined) listener.onLoss(point);
  return { report, done };
}
