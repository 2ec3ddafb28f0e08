/** @file What it took: bytes, updates and steps of worlds. Nothing of the clock, which is not in the log. */
import type { Outcomes } from "../run-event.ts";
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
    total(events, (event) => sum(testOf(event)?.steps ?? [])),
  ),
  cost(
    "adaptation-steps",
    "gradient steps while acting",
    "gradient steps taken for the decisions of its tests, on parameters that are not kept; of agents that take any",
    ({ events }) =>
      events.some((event) => testOf(event)?.adaptationSteps !== undefined)
        ? total(events, (event) => sum(testOf(event)?.adaptationSteps ?? []))
        : undefined,
  ),
];

const testOf = (event: AgentLog["events"][number]): Outcomes | undefined =>
  event.kind === "evaluated" || event.kind === "probed" || event.kind === "tested-while-learning" ? event : undefined;

const sum = (numbers: readonly number[]): number => numbers.reduce((so, number) => so + number, 0);

const total = (events: AgentLog["events"], count: (event: AgentLog["events"][number]) => number): number => sum(events.map(count));
