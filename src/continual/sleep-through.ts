/** @file One sleep of an agent, turn by turn, with its loss curve. */
import type { Agent, ConsolidationBudget, ConsolidationProgress, ConsolidationReport } from "../contract/agent.ts";
import { wallClock } from "../streams/event-loop.ts";
import { LossCurve, type LossCurvePoint } from "./loss-curve.ts";

/** What a sleep may take. */
export interface SleepOrder extends Omit<ConsolidationBudget, "isOver"> {
  /** Of the agent's own work, after which it takes no further gradient step; whoever else works or waits meanwhile is not counted. */
  readonly seconds?: number;
}

export interface SleepListener {
  /** Between any two turns. @param steps Gradient steps since the turn before. @param done In all. */
  onTurn(progress: ConsolidationProgress, steps: number, done: number): Promise<void>;
  onLoss(point: LossCurvePoint): void;
}

export interface Slept {
  readonly report: ConsolidationReport;
  /** Gradient steps taken. */
  readonly done: number;
  /** Whether it ran out of time before it had taken all. */
  readonly isCutShort: boolean;
}

/** Whatever ends it early, a listener's error or the agent's own, the agent is given the chance to clean up. */
export async function sleepThrough(agent: Agent, { seconds, ...budget }: SleepOrder, listener: SleepListener): Promise<Slept> {
  const curve = new LossCurve(budget.gradientSteps);
  // Milliseconds that its turns took before this one, and when this one began.
  let [worked, since] = [0, wallClock()];
  let isTimeOver = false;
  const isOver = (): boolean => (isTimeOver ||= worked + wallClock() - since > 1000 * seconds!);
  const sleep = agent.consolidate({ ...budget, ...(seconds !== undefined && { isOver }) });
  let done = 0;
  let report: ConsolidationReport | undefined;
  try {
    for (;;) {
      since = wallClock();
      const next = sleep.next();
      worked += wallClock() - since;
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
  return { report, done, isCutShort: isTimeOver && done < budget.gradientSteps };
}
