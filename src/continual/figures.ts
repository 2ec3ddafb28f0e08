/** @file Every figure of an agent's run, from its log alone: what benchmarks gather over seeds. docs/figures.md lists them. */
import { AgentLog } from "./figures/agent-log.ts";
import { costFigures } from "./figures/costs.ts";
import type { Figure, FigureDefinition, FigureReferences } from "./figures/figure.ts";
import { isolationFigures } from "./figures/isolation.ts";
import { plasticityFigures } from "./figures/plasticity.ts";
import { retentionFigures } from "./figures/retention.ts";
import { stabilityFigures } from "./figures/stability.ts";
import { transferFigures } from "./figures/transfer.ts";
import type { RunEvent } from "./run-event.ts";

export type { Figure, FigureDefinition, FigureReferences } from "./figures/figure.ts";

export const figures: readonly FigureDefinition[] = [
  ...retentionFigures,
  ...isolationFigures,
  ...stabilityFigures,
  ...transferFigures,
  ...plasticityFigures,
  ...costFigures,
];

/** The figures that the log has everything for; and, of those that compare, what they compare with. */
export function figuresOf(events: readonly RunEvent[], agent: string, references: FigureReferences = {}): readonly Figure[] {
  const log = new AgentLog(events, agent);
  return figures.flatMap((figure) => {
    const { id, name, formula, better, minimumTasks } = figure;
    const value = log.tasks.length < minimumTasks ? undefined : figure.of(log, references);
    return value === undefined ? [] : [{ id, name, formula, better, value }];
  });
}
