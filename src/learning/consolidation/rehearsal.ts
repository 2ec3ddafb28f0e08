/**
 * @file Rehearsal: every gradient step learns from all tasks in memory in equal shares, the current one among them.
 * @see Robins (1995), "Catastrophic forgetting, rehearsal and pseudorehearsal"; Rolnick et al. (2019) for its strength in control.
 */
import { choosingTasks, type ConsolidationStrategy } from "./strategy.ts";

export const rehearsal: ConsolidationStrategy = {
  name: "rehearsal",
  summary: "learns from remembered states of all tasks in equal shares",
  keepsPast: true,
  make: () => choosingTasks(({ memory }) => memory.tasks()),
};
