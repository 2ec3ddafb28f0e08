/** @file No consolidation: learn the current task and let the rest fade. The lower bound every strategy is measured against. */
import { choosingTasks, type ConsolidationStrategy } from "./strategy.ts";

export const none: ConsolidationStrategy = {
  name: "none",
  summary: "learns from the current task alone (fine-tuning, the lower bound)",
  keepsPast: false,
  make: () => choosingTasks(({ current }) => [current]),
};
