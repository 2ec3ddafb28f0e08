/** @file No consolidation: learn the current task and let the rest fade. The lower bound every strategy is measured against. */
import { z } from "zod";
import { defineStrategy, stateless } from "./strategy.ts";

export const none = defineStrategy({
  name: "none",
  summary: "learns from the current task alone (fine-tuning, the lower bound)",
  options: z.strictObject({}),
  make: () => stateless,
});
