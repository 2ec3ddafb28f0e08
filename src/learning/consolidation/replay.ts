/**
 * @file Experience replay: every gradient step learns from all tasks in memory in equal shares, the current one among them.
 * @see Robins (1995), "Catastrophic forgetting, rehearsal and pseudorehearsal"; Rolnick et al. (2019) for its strength in control.
 */
import { z } from "zod";
import { drawFromAll } from "./drawing.ts";
import { keeping, keepOption } from "./keeping.ts";
import { defineStrategy, stateless } from "./strategy.ts";

export const replay = defineStrategy({
  name: "replay",
  summary: "learns from remembered states of all tasks in equal shares",
  options: z.strictObject({ keep: keepOption }),
  make: ({ memory }, { keep }) => ({
    ...stateless,
    keep: keeping(memory, keep),
    draw: ({ random }, rows) => drawFromAll(memory, random, rows),
  }),
});
