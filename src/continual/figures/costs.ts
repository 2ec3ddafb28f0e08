/** @file What it took: bytes, updates and steps of worlds. Nothing of the clock, which is not in the log. */
import type { AgentLog } from "./agent-log.ts";
import type { FigureDefinition } from "./figure.ts";
import { latest } from "./plasticity.ts";

const cost = (id: string, name: string, formula: string, of: FigureDefinition["of"]): FigureDefinition => ({
  id,
  name,
  formula,
  better: "lower",
  minimumTasks: 1,
  of,
});

export const costFigures: readonly FigureDefinition[] = [
  cost("memory-bytes", "memory [B]", "bytes of the experience kept for later tasks, after the last sleep", (log) => latest(log, "memoryBytes")),
  cost("parameter-bytes", "parameters [B]", "bytes of the parameters acted with, after the last sleep", (log) => latest(log, "parameterBytes")),
  cost(
    "strategy-bytes",
    "consolidation [B]",
    "bytes that the consolidation keeps besides, such as importances, masks or old parameters, after the last sleep",
    (log) => latest(log, "strategyBytes"),
  ),
  cost("gradient-steps", "gradient steps", "gradient steps of all sleeps", ({ events }) =>
    total(events, (event) => (event.kind === "learned" ? event.gradientSteps : 0)),
  ),
  cost("demonstration-steps", "demonstrated steps", "control steps of all demonstrations that were shown", ({ events }) =>
    total(events, (event) => (event.kind === "demonstrated" ? event.steps : 0)),
  ),
  cost("decisions", "decisions", "control steps in which the agent acted itself: those of its tests, which it does not learn from", ({ events }) =>
    total(events, testSteps),
  ),
];

function testSteps(event: AgentLog["events"][number]): number {
  const isTest = event.kind === "evaluated" || event.kind === "probed" || event.kind === "tested-while-learning";
  return isTest ? event.steps.reduce((sum, steps) => sum + steps, 0) : 0;
}

const total = (events: AgentLog["events"], count: (event: AgentLog["events"][number]) => number): number =>
  events.reduce((sum, event) => sum + count(event), 0);
